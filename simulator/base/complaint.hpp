#pragma once
// A mistake in an input before its place is known.

#include <string>

namespace sluice {

struct Complaint {
  std::string message;
  std::string hint;  ///< empty: none
};

}  // namespace sluice
