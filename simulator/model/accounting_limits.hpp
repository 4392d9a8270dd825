#pragma once
// Whether accounting limits anything at all.

#include "simulator/model/accounting_spec.hpp"

namespace sluice {

/// Whether any association or QOS limits jobs in any way. O(associations + QOS).
bool has_limits(const AccountingSpec& spec);

}  // namespace sluice
