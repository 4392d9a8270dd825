#include "policies/scheduler/slurm/plan_table.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/base/rng.hpp"

namespace sluice::scheduler::slurm {
namespace {

using std::chrono::seconds;

NodeSet set(std::initializer_list<std::uint32_t> nodes) {
  NodeSet all{8};
  for (const std::uint32_t node : nodes) all.insert(NodeId{node});
  return all;
}

PlanTable table_of_two_hours() {
  PlanTable table;
  table.reset(seconds{0}, seconds{7200}, set({0, 1, 2, 3}));
  return table;
}

/// The table as slurmctld keeps it: every question looks at all nodes of all slots.
struct PlainTable {
  struct Slot {
    seconds begin, end;
    NodeSet nodes;
  };
  std::vector<Slot> slots;

  void cut(seconds at) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].begin >= at || slots[i].end <= at) continue;
      slots.insert(slots.begin() + static_cast<std::ptrdiff_t>(i) + 1, {at, slots[i].end, slots[i].nodes});
      slots[i].end = at;
    }
  }
  void promise(seconds from, seconds to, const NodeSet& nodes) {
    cut(from);
    cut(to);
    for (Slot& slot : slots)
      if (slot.begin >= from && slot.end <= to) slot.nodes -= nodes;
    for (std::size_t i = 1; i < slots.size(); ++i) {
      if (slots[i].nodes != slots[i - 1].nodes) continue;
      slots[i - 1].end = slots[i].end;
      slots.erase(slots.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }
  std::optional<seconds> restrict_to(seconds from, seconds to, const NodeSet& partition, NodeSet& candidates) const {
    std::optional<seconds> retry;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (slots[i].end <= from) continue;
      if (!retry && i + 1 < slots.size()) {
        NodeSet fresh = slots[i + 1].nodes, left = candidates;
        fresh &= partition;
        left &= slots[i].nodes;
        fresh -= left;
        if (!fresh.is_empty()) retry = slots[i].end;
      }
      if (slots[i].begin > to) break;
      candidates &= slots[i].nodes;
    }
    return retry;
  }
};

NodeSet drawn(Rng& rng, std::size_t nodes, std::uint64_t one_in) {
  NodeSet set{nodes};
  for (std::uint32_t n = 0; n < nodes; ++n)
    if (rng.next() % one_in == 0) set.insert(NodeId{n});
  return set;
}

}  // namespace

TEST_CASE("what is known of neighbouring slots is what looking at all their nodes finds", "[unit][plan_table]") {
  constexpr std::size_t nodes = 100;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Rng rng{seed, "plan table"};
    const auto moment = [&](std::uint64_t first) { return seconds{60 * static_cast<std::int64_t>(first + rng.next() % 60)}; };
    const NodeSet up = drawn(rng, nodes, 2), part = drawn(rng, nodes, 3);
    PlanTable table;
    table.reset(seconds{0}, seconds{7200}, up);
    PlainTable plain{{{seconds{0}, seconds{7200}, up}}};
    for (int round = 0; round < 60; ++round) {
      const seconds from = moment(1), to = from + moment(1);
      const NodeSet promised = drawn(rng, nodes, 1 + rng.next() % 8);
      table.promise(from, to, promised);
      plain.promise(from, to, promised);
      for (int question = 0; question < 4; ++question) {
        const seconds start = moment(0), end = start + moment(0);
        NodeSet partition = part, candidates = up, expected = up;
        if (question % 2 == 0) partition = up;
        candidates &= partition;
        expected &= partition;
        const auto found = table.restrict_to(start, end, partition, candidates);
        REQUIRE(found.retry == plain.restrict_to(start, end, partition, expected));
        REQUIRE(candidates == expected);
      }
    }
  }
}

TEST_CASE("a table without promises restricts nothing and offers no later moment", "[unit][plan_table]") {
  const PlanTable table = table_of_two_hours();
  NodeSet candidates = set({1, 2, 5});
  CHECK_FALSE(table.restrict_to(seconds{0}, seconds{600}, set({0, 1, 2, 3}), candidates).retry);
  CHECK(candidates == set({1, 2}));
}

TEST_CASE("both ends of a job's time count against promises, only the inside in the last look", "[unit][plan_table]") {
  PlanTable table = table_of_two_hours();
  table.promise(seconds{600}, seconds{1200}, set({0, 1}));
  const NodeSet partition = set({0, 1, 2, 3});

  NodeSet candidates = partition;
  table.restrict_to(seconds{0}, seconds{599}, partition, candidates);
  CHECK(candidates == partition);
  candidates = partition;
  table.restrict_to(seconds{0}, seconds{600}, partition, candidates);
  CHECK(candidates == set({2, 3}));
  candidates = partition;
  table.restrict_to(seconds{1200}, seconds{1800}, partition, candidates);
  CHECK(candidates == partition);

  CHECK_FALSE(table.overlaps(seconds{0}, seconds{600}, set({0})));
  CHECK(table.overlaps(seconds{0}, seconds{601}, set({0})));
  CHECK_FALSE(table.overlaps(seconds{1200}, seconds{1300}, set({0})));
  CHECK_FALSE(table.overlaps(seconds{0}, seconds{1300}, set({2})));
}

TEST_CASE("the next try is at the end of the slot behind which nodes come free", "[unit][plan_table]") {
  PlanTable table = table_of_two_hours();
  table.promise(seconds{600}, seconds{1200}, set({0, 1}));
  table.promise(seconds{600}, seconds{1800}, set({2}));
  const NodeSet partition = set({0, 1, 2, 3});
  NodeSet candidates = partition;
  CHECK(table.restrict_to(seconds{0}, seconds{3000}, partition, candidates).retry == seconds{1200});
  candidates = partition;
  CHECK(table.restrict_to(seconds{1200}, seconds{3000}, partition, candidates).retry == seconds{1800});
  candidates = set({3});
  CHECK_FALSE(table.restrict_to(seconds{0}, seconds{3000}, set({3}), candidates).retry);
}

TEST_CASE("a table tells until when at least a job of some length finds it the same", "[unit][plan_table]") {
  PlanTable table = table_of_two_hours();
  table.promise(seconds{1200}, seconds{1800}, set({0}));
  const NodeSet partition = set({0, 1, 2, 3});
  for (const auto& [length, until] : {std::pair{600, 600}, std::pair{1100, 100}, std::pair{1300, 500}}) {
    NodeSet candidates = partition, later = partition;
    const auto now = table.restrict_to(seconds{0}, seconds{length}, partition, candidates);
    CHECK(now.until == seconds{until});
    const auto last = table.restrict_to(seconds{until - 1}, seconds{until - 1 + length}, partition, later);
    CHECK(later == candidates);
    CHECK(last.retry == now.retry);
  }
  NodeSet before = partition, reached = partition;  // the job's end has come to the promise
  table.restrict_to(seconds{0}, seconds{1100}, partition, before);
  table.restrict_to(seconds{100}, seconds{1200}, partition, reached);
  CHECK(before == partition);
  CHECK(reached == set({1, 2, 3}));
}

TEST_CASE("promises are cut to the table, and one pair of equal slots becomes one", "[unit][plan_table]") {
  PlanTable table = table_of_two_hours();
  CHECK(table.slots_made() == 1);
  table.promise(seconds{-60}, seconds{60}, set({0}));
  CHECK(table.overlaps(seconds{0}, seconds{1}, set({0})));
  CHECK_FALSE(table.overlaps(seconds{60}, seconds{120}, set({0})));
  table.promise(seconds{7140}, seconds{9000}, set({1}));
  CHECK(table.overlaps(seconds{7199}, seconds{8000}, set({1})));
  CHECK(table.end() == seconds{7200});
  table.promise(seconds{60}, seconds{120}, set({0}));
  NodeSet candidates = set({0, 1, 2, 3});
  CHECK(table.restrict_to(seconds{0}, seconds{600}, set({0, 1, 2, 3}), candidates).retry == seconds{120});
}

TEST_CASE("the first conflict is the first promise of one of the nodes behind the first slot", "[unit][plan_table]") {
  PlanTable table = table_of_two_hours();
  table.promise(seconds{600}, seconds{1200}, set({0}));
  CHECK(table.first_conflict(set({0, 1})) == seconds{600});
  CHECK_FALSE(table.first_conflict(set({1, 2})));
}

}  // namespace sluice::scheduler::slurm
