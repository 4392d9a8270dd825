#include <catch2/catch.hpp>
#include <vector>

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

}  // namespace sluice
