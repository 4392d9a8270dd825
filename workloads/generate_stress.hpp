#pragma once
// The stress kind of generate().

#include <iosfwd>

#include "workloads/generate.hpp"

namespace sluice::workloads {

void generate_stress(const GenerateOptions& options, std::ostream& out);

}  // namespace sluice::workloads
