#include "policies/catalogue.hpp"

#include "policies/limits/limits.hpp"
#include "policies/placement/catalogue.hpp"
#include "policies/preemption/catalogue.hpp"
#include "policies/priority/catalogue.hpp"
#include "policies/scheduler/catalogue.hpp"

namespace sluice {

Policies builtin_policies() {
  Policies all;
  for (const auto* entry : scheduler::catalogue) all.add(*entry);
  for (const auto* entry : scheduler::loops) all.add(*entry);
  for (const auto* entry : priority::catalogue) all.add(*entry);
  for (const auto* entry : placement::catalogue) all.add(*entry);
  for (const auto* entry : placement::selections) all.add(*entry);
  for (const auto* entry : limits::catalogue) all.add(*entry);
  for (const auto* entry : preemption::catalogue) all.add(*entry);
  return all;
}

}  // namespace sluice
