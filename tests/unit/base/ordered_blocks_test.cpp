// The small cases; tests/properties compares it with std::map.

#include <catch2/catch.hpp>
#include <vector>

#include "simulator/base/ordered_blocks.hpp"

namespace sluice {
namespace {

struct Item {
  int id = 0;
  const int& key() const { return id; }
};
struct Count {
  int items = 0;
  void add(const Item&) { ++items; }
  bool subtract(const Item&) { return --items >= 0; }
};
using Blocks = OrderedBlocks<Item, Count>;

std::vector<int> ids(const Blocks& blocks) {
  std::vector<int> all;
  blocks.for_each([&](const Item& item) { all.push_back(item.id); });
  return all;
}

}  // namespace

TEST_CASE("entries come out in key order whatever the order of insertion", "[base][ordered_blocks]") {
  Blocks blocks;
  CHECK(blocks.empty());
  for (const int id : {5, 1, 9, 3}) blocks.insert({id});
  CHECK(ids(blocks) == std::vector<int>{1, 3, 5, 9});
  CHECK(blocks.front().id == 1);
  blocks.erase(1);
  CHECK(blocks.front().id == 3);
  CHECK(blocks.size() == 3);
}

TEST_CASE("a full block is split, and an empty one goes", "[base][ordered_blocks]") {
  Blocks blocks;
  const int full = static_cast<int>(Blocks::block_capacity);
  for (int id = 0; id <= full; ++id) blocks.insert({id});
  CHECK(blocks.blocks().size() == 2);
  for (int id = 0; id <= full; ++id) blocks.erase(id);
  CHECK(blocks.empty());
  CHECK(blocks.blocks().empty());
}

TEST_CASE("a search starts behind the given key", "[base][ordered_blocks]") {
  Blocks blocks;
  for (int id = 0; id < 300; id += 3) blocks.insert({id});
  const auto all = [](const Count&) { return true; };
  const auto even = [](const Item& item) { return item.id % 2 == 0; };
  CHECK(blocks.find_first(all, even)->id == 0);
  CHECK(blocks.find_after(0, all, even)->id == 6);
  CHECK(blocks.find_after(7, all, even)->id == 12);
  CHECK(blocks.find_after(297, all, even) == nullptr);
  CHECK(blocks.find_after(-5, all, even)->id == 0);
  CHECK(blocks.find_first([](const Count&) { return false; }, even) == nullptr);
}

TEST_CASE("erasing what is not there is our own bug", "[base][ordered_blocks]") {
  Blocks blocks;
  CHECK_THROWS_AS(blocks.erase(1), InternalError);
  blocks.insert({2});
  CHECK_THROWS_AS(blocks.erase(1), InternalError);
  CHECK_THROWS_AS(blocks.erase(3), InternalError);
}

}  // namespace sluice
