#pragma once
// The text of `sacctmgr -P show qos`: a header line and one line a QOS, columns separated by |.

#include <memory>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/model/accounting_spec.hpp"

namespace sluice::conf {

/// Columns may stand in any order and some may be missing; a column that no QOS has is a warning.
std::vector<QosSpec> read_qos_table(const std::shared_ptr<const SourceText>& source, Diagnostics& diags);

}  // namespace sluice::conf
