#include <catch2/catch.hpp>

#include "simulator/base/check.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice {
namespace {

/// Four nodes of 8 CPUs and 4 GPUs, the last one down.
ClusterSpec four_nodes() {
  ClusterSpec spec;
  NodeClass what;
  what.cpus = 8;
  what.real_memory = Megabytes{1000};
  what.mem_spec_limit = Megabytes{100};
  what.gres = {{"gpu", "a", 3}, {"gpu", "b", 1}};
  spec.classes.push_back(what);
  for (int i = 1; i <= 4; ++i) spec.nodes.push_back({"n" + std::to_string(i), NodeClassId{0}, NodeState::up, {}});
  spec.nodes.back().state = NodeState::down;
  return spec;
}

Allocation some(const ClusterSpec& spec, std::uint32_t first, std::uint32_t last, const Amount& take,
                std::uint64_t devices) {
  Allocation allocation;
  for (std::uint32_t n = first; n <= last; ++n) append_node(allocation, spec, NodeId{n}, take, devices);
  return allocation;
}

Amount amount(std::int32_t cpus, std::int64_t memory, std::int32_t a, std::int32_t b) {
  Amount result;
  result.cpus = cpus;
  result.memory = memory;
  result.gres[0] = a;
  result.gres[1] = b;
  return result;
}

}  // namespace

TEST_CASE("a cluster counts the nodes that are up, without what is kept for the system", "[model][cluster]") {
  const auto spec = four_nodes();
  const Cluster cluster{spec};
  CHECK(cluster.total().nodes == 3);
  CHECK(cluster.total().cpus == 24);
  CHECK(cluster.total().memory == 2700);
  CHECK(cluster.total().gpus == 12);
  CHECK(cluster.bucket_of(NodeId{3}) == Cluster::no_bucket);
  CHECK(cluster.listed().size() == 1);
}

TEST_CASE("what is taken can be given back, and leaves the cluster as it was", "[model][cluster]") {
  const auto spec = four_nodes();
  Cluster cluster{spec};
  const auto row = cluster.allocate(some(spec, 0, 1, amount(2, 100, 1, 1), 0b1001));
  CHECK(cluster.used().cpus == 4);
  CHECK(cluster.used().gpus == 4);
  CHECK(cluster.used().nodes == 2);
  CHECK(cluster.listed().size() == 2);
  CHECK(cluster.bucket(cluster.bucket_of(NodeId{0})).free == amount(6, 800, 2, 0));
  CHECK(cluster.free_devices(NodeId{0}) == 0b0110);
  CHECK(cluster.release(row).nodes == 2);
  CHECK(cluster.used().cpus == 0);
  CHECK(cluster.used().nodes == 0);
  CHECK(cluster.listed().size() == 1);
  CHECK(cluster.free_devices(NodeId{0}) == 0b1111);
}

TEST_CASE("GPU devices are chosen among those of their type, the lowest first", "[model][cluster]") {
  const auto spec = four_nodes();
  Cluster cluster{spec};
  CHECK(cluster.choose_devices(NodeId{0}, amount(1, 0, 2, 1)) == 0b1011);
  cluster.allocate(some(spec, 0, 0, amount(1, 0, 1, 0), 0b0001));
  CHECK(cluster.choose_devices(NodeId{0}, amount(1, 0, 2, 0)) == 0b0110);
}

TEST_CASE("taking what is not free is our own bug", "[model][cluster]") {
  const auto spec = four_nodes();
  Cluster cluster{spec};
  cluster.allocate(some(spec, 0, 0, amount(6, 0, 0, 0), 0));
  CHECK_THROWS_AS(cluster.allocate(some(spec, 0, 0, amount(3, 0, 0, 0), 0)), InternalError);
  CHECK_THROWS_AS(Cluster{spec}.allocate(some(spec, 3, 3, amount(1, 0, 0, 0), 0)), InternalError);
}

TEST_CASE("equal neighbours share a run", "[model][allocation]") {
  const auto spec = four_nodes();
  Allocation allocation = some(spec, 0, 1, amount(2, 10, 0, 0), 0);
  append_node(allocation, spec, NodeId{2}, amount(1, 10, 0, 0), 0);
  CHECK(allocation.runs.size() == 2);
  CHECK(allocation.takes.size() == 2);
  CHECK(allocation.nodes == 3);
  CHECK(allocation.cpus == 5);
  CHECK(allocation.memory == 30);
}

TEST_CASE("as many pieces fit as the scarcest resource allows", "[model][allocation]") {
  CHECK(pieces_in(amount(8, 900, 3, 1), amount(2, 100, 1, 0), 100) == 3);
  CHECK(pieces_in(amount(8, 900, 3, 1), amount(2, 300, 0, 0), 100) == 3);
  CHECK(pieces_in(amount(8, 900, 3, 1), amount(1, 0, 0, 0), 5) == 5);
  CHECK(pieces_in(amount(8, 900, 0, 1), amount(1, 0, 1, 0), 5) == 0);
}

TEST_CASE("jobs are packed into rows by their first core, the smaller first", "[model][cluster]") {
  ClusterSpec spec;
  NodeClass what;
  what.cpus = what.cores_per_socket = 4;
  spec.classes.push_back(what);
  for (const char* name : {"n1", "n2"}) spec.nodes.push_back({name, NodeClassId{0}, NodeState::up, {}});
  PartitionSpec partition;
  partition.nodes = {NodeId{0}, NodeId{1}};
  partition.over_subscribe = {OverSubscribe::Mode::force, 2};
  spec.partitions.push_back(partition);
  Cluster cluster{spec};
  cluster.tell_cores_apart();
  const auto start = [&](std::uint32_t node, std::int32_t cpus, std::uint64_t cores) {
    Allocation allocation = some(spec, node, node, amount(cpus, 0, 0, 0), 0);
    allocation.partition = PartitionId{0};
    allocation.claim = Claim::shared_cores;
    allocation.cores = {cores};
    return cluster.allocate(std::move(allocation));
  };
  const auto goes = start(0, 4, 0b1111);
  const auto two_cores = start(1, 2, 0b0011);
  const auto beside = start(0, 4, 0b1111);
  const auto one_core = start(1, 1, 0b0001);
  cluster.release(goes);
  const auto jobs_of = [&](std::size_t row) {
    std::vector<std::uint32_t> jobs;
    for (const auto& job : cluster.core_map()->rows(PartitionId{0})[row].jobs) jobs.push_back(job.allocation);
    return jobs;
  };
  CHECK(jobs_of(0) == std::vector{beside, one_core});
  CHECK(jobs_of(1) == std::vector{two_cores});
}

}  // namespace sluice
