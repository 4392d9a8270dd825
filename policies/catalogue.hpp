#pragma once
// Every policy that comes with Sluice.

#include "policies/api/policies.hpp"

namespace sluice {

/// A fresh catalogue of all built-in policies; add your own to it.
Policies builtin_policies();

}  // namespace sluice
