#pragma once
// A step as written, before its names and values are understood: what the command line and JSON have in common.

#include <optional>
#include <string>
#include <vector>

#include "workloads/transform.hpp"

namespace sluice::workloads {

struct WrittenArgument {
  std::string name;  ///< empty: the transform's first argument
  std::string value;
  Location at;  ///< of the name, or of the value when there is no name
  Location value_at;
};

struct WrittenStep {
  std::string name;
  Location at;
  std::string source_line;
  std::vector<WrittenArgument> arguments;
};

/// Looks the names up and reads the values. nullopt iff an error was reported.
std::optional<Transform> understand(const WrittenStep& step, Diagnostics& diags);

}  // namespace sluice::workloads
