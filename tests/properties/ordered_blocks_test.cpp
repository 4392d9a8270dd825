// OrderedBlocks against std::map.

#include <rapidcheck/catch.h>

#include <limits>
#include <map>
#include <optional>

#include "simulator/base/ordered_blocks.hpp"
#include "simulator/base/rng.hpp"

namespace sluice {
namespace {

struct Item {
  int id = 0;
  int weight = 0;
  const int& key() const { return id; }
};

/// A summary of both kinds: a sum that can be subtracted from, and a least that must be rebuilt.
struct SumAndLeast {
  int sum = 0;
  int least = std::numeric_limits<int>::max();
  void add(const Item& item) {
    sum += item.weight;
    least = std::min(least, item.weight);
  }
  bool subtract(const Item& item) {
    sum -= item.weight;
    return item.weight > least;
  }
};

using Blocks = OrderedBlocks<Item, SumAndLeast>;
using Reference = std::map<int, int>;

void check_all(const Blocks& blocks, const Reference& reference) {
  RC_ASSERT(blocks.size() == reference.size());
  RC_ASSERT(blocks.empty() == reference.empty());
  auto expected = reference.begin();
  for (const auto& block : blocks.blocks()) {
    RC_ASSERT(block->size > 0U);
    SumAndLeast summary;
    for (const Item& item : *block) {
      RC_ASSERT(item.id == expected->first);
      RC_ASSERT(item.weight == expected->second);
      summary.add(item);
      ++expected;
    }
    RC_ASSERT(block->summary.sum == summary.sum);
    RC_ASSERT(block->summary.least == summary.least);
  }
  RC_ASSERT(expected == reference.end());
  if (!reference.empty()) RC_ASSERT(blocks.front().id == reference.begin()->first);
}

/// The first item behind `after` (or from the very beginning) that is light enough.
void check_find(const Blocks& blocks, const Reference& reference, std::optional<int> after, int bound) {
  const auto block_ok = [&](const SumAndLeast& s) { return s.least <= bound; };
  const auto item_ok = [&](const Item& item) { return item.weight <= bound; };
  const Item* found = after ? blocks.find_after(*after, block_ok, item_ok) : blocks.find_first(block_ok, item_ok);
  auto expected = after ? reference.upper_bound(*after) : reference.begin();
  while (expected != reference.end() && expected->second > bound) ++expected;
  RC_ASSERT((found == nullptr) == (expected == reference.end()));
  if (found != nullptr) RC_ASSERT(found->id == expected->first);
}

}  // namespace

TEST_CASE("OrderedBlocks does what std::map does", "[property][ordered_blocks]") {
  rc::prop("inserts, erasures and searches", [](std::uint64_t seed) {
    Blocks blocks;
    Reference reference;
    Rng rng{seed, "blocks"};
    const int keys = *rc::gen::element(10, 200, 2000);
    const int steps = *rc::gen::inRange(0, 1500);
    for (int step = 0; step < steps; ++step) {
      const int key = static_cast<int>(rng.below(static_cast<std::uint64_t>(keys)));
      const int weight = static_cast<int>(rng.below(50));
      if (reference.count(key) > 0) {
        blocks.erase(key);
        reference.erase(key);
      } else {
        blocks.insert({key, weight});
        reference.emplace(key, weight);
      }
      if (step % 16 == 0) {
        check_find(blocks, reference, static_cast<int>(rng.below(static_cast<std::uint64_t>(keys))), weight);
        check_find(blocks, reference, std::nullopt, weight);
      }
    }
    check_all(blocks, reference);
  });
}

}  // namespace sluice
