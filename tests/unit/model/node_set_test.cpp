#include <catch2/catch.hpp>
#include <utility>
#include <vector>

#include "simulator/base/rng.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {
namespace {

NodeSet set_of(std::initializer_list<std::uint32_t> nodes) {
  NodeSet set{130};
  for (const auto n : nodes) set.insert(NodeId{n});
  return set;
}

std::vector<std::uint32_t> members(const NodeSet& set) {
  std::vector<std::uint32_t> all;
  set.for_each([&](NodeId node) { all.push_back(node.value); });
  return all;
}

}  // namespace

TEST_CASE("a node set holds what was put in, in index order, over word boundaries", "[model][node_set]") {
  auto set = set_of({129, 0, 64, 63});
  CHECK(members(set) == std::vector<std::uint32_t>{0, 63, 64, 129});
  CHECK(set.count() == 4);
  set.erase(NodeId{64});
  CHECK_FALSE(set.contains(NodeId{64}));
  CHECK(set.contains(NodeId{63}));
  CHECK(set.capacity() == 130);
}

TEST_CASE("node sets intersect, join and subtract", "[model][node_set]") {
  const auto a = set_of({1, 2, 70}), b = set_of({2, 70, 100});
  CHECK(a.count_common(b) == 2);
  auto both = a, either = a, only_a = a;
  both &= b;
  either |= b;
  only_a -= b;
  CHECK(members(both) == std::vector<std::uint32_t>{2, 70});
  CHECK(members(either) == std::vector<std::uint32_t>{1, 2, 70, 100});
  CHECK(members(only_a) == std::vector<std::uint32_t>{1});
}

TEST_CASE("node sets of many words intersect, join, subtract and count as nodes do one by one", "[model][node_set]") {
  Rng rng{1, "node sets"};
  for (const std::size_t capacity : {64U, 500U, 511U, 576U, 640U, 1000U, 5040U}) {
    NodeSet a{capacity}, b{capacity}, c{capacity};
    for (std::uint32_t n = 0; n < capacity; ++n)
      for (NodeSet* set : {&a, &b, &c})
        if (rng.next() % 3 == 0) set->insert(NodeId{n});
    auto both = a, either = a, only_a = a, more = a;
    both &= b;
    either |= b;
    only_a -= b;
    more.insert_common(b, c);
    std::size_t in_a = 0, common = 0;
    for (std::uint32_t n = 0; n < capacity; ++n) {
      const NodeId node{n};
      const bool x = a.contains(node), y = b.contains(node), z = c.contains(node);
      in_a += x ? 1U : 0U;
      common += x && y ? 1U : 0U;
      REQUIRE(both.contains(node) == (x && y));
      REQUIRE(either.contains(node) == (x || y));
      REQUIRE(only_a.contains(node) == (x && !y));
      REQUIRE(more.contains(node) == (x || (y && z)));
    }
    CHECK(a.count() == in_a);
    CHECK(a.count_common(b) == common);
    NodeSet last{capacity};
    CHECK(last.is_empty());
    last.insert(NodeId{static_cast<std::uint32_t>(capacity - 1)});
    CHECK_FALSE(last.is_empty());
    CHECK(last.hash(1) != NodeSet{capacity}.hash(1));
    CHECK(a.hash(1) == NodeSet{a}.hash(1));
    CHECK(a.hash(1) != a.hash(2));
  }
}

TEST_CASE("stretches of neighbours are as long as they can be, over word boundaries", "[model][node_set]") {
  auto set = set_of({0, 1, 5, 129});
  set.insert(NodeId{60}, 10);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  set.for_each_stretch([&](NodeId first, std::uint32_t count) { found.emplace_back(first.value, count); });
  CHECK(found == std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 2}, {5, 1}, {60, 10}, {129, 1}});
  CHECK(set.count_in(NodeId{1}, 60) == 3);
  CHECK(set.count_in(NodeId{0}, 130) == 14);
  CHECK(set.count_in(NodeId{62}, 3) == 3);
  CHECK(set.first_in(NodeId{6}, 55) == NodeId{60});
  CHECK_FALSE(set.first_in(NodeId{70}, 59));
}

TEST_CASE("what two node sets share can be added, and compared with what two others share", "[model][node_set]") {
  auto set = set_of({3});
  set.insert_common(set_of({1, 64, 129}), set_of({64, 129, 2}));
  CHECK(members(set) == std::vector<std::uint32_t>{3, 64, 129});
  const auto within = [](const NodeSet& a, const NodeSet& b, const NodeSet& c, const NodeSet& d) {
    return is_common_within(a.words(), b.words(), c.words(), d.words());
  };
  const auto a = set_of({1, 64, 128}), b = set_of({64, 128}), c = set_of({5, 64, 128});
  CHECK(within(a, b, a, c));
  CHECK_FALSE(within(a, b, a, set_of({64})));
  CHECK_FALSE(set.is_empty());
  set.reset(130);
  CHECK(set.is_empty());
}

}  // namespace sluice
