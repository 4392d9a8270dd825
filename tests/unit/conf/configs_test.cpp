// The ready clusters load without a word and hold what their READMEs say.

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "simulator/conf/load.hpp"

namespace {

using namespace sluice;

const std::filesystem::path configs = std::filesystem::path{SLUICE_SOURCE_DIR} / "configs";

ClusterSpec load(const std::string& name) {
  Diagnostics diags;
  auto spec = conf::load_cluster(configs / name, {}, diags);
  CHECK(diags.text() == "");
  REQUIRE(spec);
  CHECK(spec->name == name);
  CHECK(spec->unmodelled.empty());
  return *spec;
}

std::int64_t gpus(const ClusterSpec& spec, const std::vector<NodeId>& nodes) {
  std::int64_t count = 0;
  for (const auto node : nodes)
    for (const auto& gres : spec.class_of(node).gres)
      if (gres.name == "gpu") count += gres.count;
  return count;
}

TEST_CASE("demo has 32 GPUs, three partitions, and jobs go to train", "[configs]") {
  const auto spec = load("demo");
  REQUIRE(spec.partitions.size() == 3);
  CHECK(spec.nodes.size() == 8);
  CHECK(spec.partitions[0].name == "train");
  CHECK(spec.partitions[0].is_default);
  CHECK(gpus(spec, spec.partitions[0].nodes) == 32);
  CHECK(gpus(spec, spec.partitions[1].nodes) == 8);
  CHECK(gpus(spec, spec.partitions[2].nodes) == 0);
  CHECK(spec.scheduler.name == "sched/easy");
}

TEST_CASE("venus has 1,024 GPUs in nodes of eight", "[configs]") {
  const auto spec = load("venus");
  REQUIRE(spec.partitions.size() == 1);
  CHECK(spec.nodes.size() == 128);
  CHECK(gpus(spec, spec.partitions[0].nodes) == 1024);
  CHECK_FALSE(spec.partitions[0].max_time);
}

TEST_CASE("curie has 80,640 cores under Slurm's own loops", "[configs]") {
  const auto spec = load("curie");
  CHECK(spec.nodes.size() == 5040);
  CHECK(spec.classes[0].cpus == 16);
  CHECK(spec.scheduler.name == "sched/backfill");
  CHECK(spec.select.name == "select/cons_tres");
}

TEST_CASE("dgx-pod has two GPU types and CPU nodes", "[configs]") {
  const auto spec = load("dgx-pod");
  REQUIRE(spec.partitions.size() == 4);
  CHECK(gpus(spec, spec.partitions[0].nodes) == 96);
  CHECK(gpus(spec, spec.partitions[1].nodes) == 64);
  CHECK(gpus(spec, spec.partitions[2].nodes) == 32);
  CHECK(spec.partitions[3].nodes.size() == 8);
  CHECK(spec.classes.size() == 3);
}

TEST_CASE("no ready cluster is without its test", "[configs]") {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator{configs})
    if (entry.is_directory()) found.insert(entry.path().filename().string());
  CHECK(found == std::set<std::string>{"curie", "demo", "dgx-pod", "venus"});
}

}  // namespace
