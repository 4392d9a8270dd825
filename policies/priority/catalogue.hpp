#pragma once
// The orders that come with Sluice: one line each.

#include "policies/api/priority.hpp"

namespace sluice::priority {

extern const PriorityEntry basic;
extern const PriorityEntry expr;
extern const PriorityEntry largest;
extern const PriorityEntry multifactor;
extern const PriorityEntry sjf;
extern const PriorityEntry smallest;

inline constexpr const PriorityEntry* catalogue[] = {&basic, &multifactor, &sjf, &largest, &smallest, &expr};

}  // namespace sluice::priority
