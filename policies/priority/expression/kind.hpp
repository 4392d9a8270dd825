#pragma once
// What the values of an expression are, so that seconds are not added to shares.

#include <cstdint>
#include <string_view>

namespace sluice::priority {

/// The kind of a value. All are computed as doubles: a duration in seconds, a size in MB, a boolean as 1 or 0, a name
/// by its row in the cluster.
enum class Kind : std::uint8_t { number, boolean, duration, size, name };

/// "a number", "a duration", ...
constexpr std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::number: return "a number";
    case Kind::boolean: return "a condition";
    case Kind::duration: return "a duration";
    case Kind::size: return "a memory size";
    case Kind::name: return "a name";
  }
  return "a value";
}

}  // namespace sluice::priority
