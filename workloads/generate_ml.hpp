#pragma once
// The ml kind of generate().

#include <iosfwd>

#include "workloads/generate.hpp"

namespace sluice::workloads {

void generate_ml(const GenerateOptions& options, std::ostream& out);

}  // namespace sluice::workloads
