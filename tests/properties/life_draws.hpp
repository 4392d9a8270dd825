#pragma once
// Lives of jobs drawn from one number: what they wait for, and what operators and nodes do to them.

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/base/rng.hpp"
#include "simulator/engine/commands.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {

/// Draws of one seed, so that a failing case is one number.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : rng_{seed, "life"} {}
  /// In [0, below).
  std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(rng_.next() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <class... Choices>
  const char* one_of(Choices... choices) {
    const char* const list[] = {choices...};
    return list[below(sizeof...(choices))];
  }

 private:
  Rng rng_;
};

/// Gives jobs holds, moments to begin at, deadlines, dependencies on earlier jobs; makes arrays of neighbours.
void decorate(Case& what, Draws& draws);
/// Up to `most` commands within `span`, in the order of their times.
std::vector<TimedCommand> some_commands(const Case& what, Duration span, std::uint32_t most, Draws& draws);

}  // namespace sluice::test
