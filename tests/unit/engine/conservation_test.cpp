#include "simulator/engine/conservation.hpp"

#include <catch2/catch.hpp>

#include "simulator/base/check.hpp"

using namespace sluice;

namespace {

Time at(int seconds) { return Time{std::chrono::seconds{seconds}}; }

ClusterSpec four_cpus() {
  ClusterSpec spec;
  NodeClass one;
  one.cpus = 4;
  one.real_memory = Megabytes{1000};
  spec.classes.push_back(one);
  NodeSpec node;
  node.name = "n1";
  spec.nodes.push_back(node);
  PartitionSpec partition;
  partition.name = "p";
  partition.nodes = {NodeId{0}};
  spec.partitions.push_back(partition);
  return spec;
}

Allocation cpus(const ClusterSpec& spec, int count) {
  Allocation allocation;
  Amount take;
  take.cpus = count;
  append_node(allocation, spec, NodeId{0}, take, 0);
  return allocation;
}

}  // namespace

TEST_CASE("what nodes gave is service, overhead, loss or under way", "[engine][conservation]") {
  const ClusterSpec spec = four_cpus();
  Cluster cluster{spec};
  Conservation books;
  const auto start = [&](int count, Time now) {
    const auto row = cluster.allocate(cpus(spec, count));
    books.submitted();
    books.changed(cluster, now);
    books.begins(cluster.allocation(row), now);
    return row;
  };
  const auto stop = [&](std::uint32_t row, const OverRun& run, Time now) {
    const Allocation& gone = cluster.release(row);
    books.changed(cluster, now);
    books.ends(gone, run, now);
    books.ended();
  };
  const auto kept = start(1, at(0));
  const auto lost = start(2, at(10));
  start(1, at(20));
  books.check(at(25), {0, 3});
  stop(kept, {at(0), std::chrono::seconds{4}, RunWork::kept}, at(30));
  stop(lost, {at(10), {}, RunWork::lost}, at(40));
  const Delivered sums = books.delivered(at(50));
  CHECK(sums.service == HeldTime{26'000, 0});
  CHECK(sums.overhead == HeldTime{4'000, 0});
  CHECK(sums.lost == HeldTime{60'000, 0});
  CHECK(sums.under_way == HeldTime{30'000, 0});
  CHECK(sums.all == HeldTime{120'000, 0});
  books.check(at(50), {0, 1});
  CHECK_THROWS_AS(books.check(at(50), {1, 1}), InternalError);
}

TEST_CASE("resources that are held by nobody, or given back twice, are noticed at once", "[engine][conservation]") {
  const ClusterSpec spec = four_cpus();
  Cluster cluster{spec};
  Conservation leaked;
  cluster.allocate(cpus(spec, 1));
  leaked.changed(cluster, at(0));
  leaked.check(at(0), {});
  CHECK_THROWS_AS(leaked.check(at(1), {}), InternalError);

  Conservation forgotten;
  forgotten.begins(cpus(spec, 2), at(0));
  CHECK_THROWS_AS(forgotten.check(at(1), {}), InternalError);
}
