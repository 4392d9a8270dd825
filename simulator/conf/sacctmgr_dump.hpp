#pragma once
// A `sacctmgr dump` file.

#include <memory>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/conf/accounting_builder.hpp"

namespace sluice::conf {

/// Reads all lines of a dump into the builder; what is wrong is reported and left out. `known_qos`: names that a QOS
/// may have, or null when nothing tells them. Source: sacctmgr(1) FLAT FILE DUMP AND LOAD, file_functions.c.
void read_dump(AccountingBuilder& builder, const std::shared_ptr<const SourceText>& source,
               const std::vector<std::string>* known_qos, Diagnostics& diags);

}  // namespace sluice::conf
