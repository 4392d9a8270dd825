#include <algorithm>
#include <numeric>
#include <vector>

#include "bench/support.hpp"
#include "simulator/base/ordered_blocks.hpp"

namespace sluice::bench {
namespace {

struct Number {
  std::uint32_t value = 0;
  const std::uint32_t& key() const { return value; }
};
struct Total {
  std::uint64_t value = 0;
  void add(const Number& number) { value += number.value; }
  bool subtract(const Number& number) {
    value -= number.value;
    return true;
  }
};

std::vector<std::uint32_t> shuffled(std::int64_t size) {
  std::vector<std::uint32_t> numbers(static_cast<std::size_t>(size));
  std::iota(numbers.begin(), numbers.end(), 0U);
  Rng rng{1, "bench.ordered_blocks"};
  for (std::size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[rng.below(i)]);
  return numbers;
}

/// Fills it in random order and empties it in another.
void ordered_blocks_fill_and_empty(benchmark::State& state) {
  const auto numbers = shuffled(state.range(0));
  for (auto _ : state) {
    OrderedBlocks<Number, Total> blocks;
    for (const auto number : numbers) blocks.insert({number});
    std::uint32_t expected = 0;
    bool in_order = true;
    blocks.for_each([&](const Number& number) { in_order = in_order && number.value == expected++; });
    std::uint64_t total = 0;
    for (const auto& block : blocks.blocks()) total += block->summary.value;
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) blocks.erase(*number);
    SLUICE_CHECK(in_order && expected == numbers.size() && blocks.empty(), "the blocks are in disorder");
    SLUICE_CHECK(total == std::uint64_t{expected} * (expected - 1) / 2, "the summaries come to {}", total);
  }
  state.SetItemsProcessed(2 * state.iterations() * state.range(0));
}
BENCHMARK(ordered_blocks_fill_and_empty)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace sluice::bench
