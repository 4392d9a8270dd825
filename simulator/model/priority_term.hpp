#pragma once
// One part of a job's priority, for those who want to know how it came about.

#include <string>

namespace sluice {

/// Of a weighted sum: what it adds. Of another order: a value that it looked at.
struct PriorityTerm {
  std::string name;  ///< e.g. "age"
  double value = 0;
  bool operator==(const PriorityTerm&) const = default;
};

}  // namespace sluice
