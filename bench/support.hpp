#pragma once
// What the micro-benchmarks share. Each checks what it has computed with SLUICE_CHECK, outside the timed part where
// that costs anything: a fast wrong answer ends the program with exit code 1.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "simulator/base/check.hpp"
#include "simulator/base/rng.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/request.hpp"
#include "simulator/model/shape.hpp"

namespace sluice::bench {

/// `count` equal nodes in one partition.
inline ClusterSpec cluster_of(std::int64_t count, std::int64_t cpus_per_node) {
  ClusterSpec cluster;
  NodeClass node_class;
  node_class.cpus = node_class.cores_per_socket = cpus_per_node;
  cluster.classes.push_back(node_class);
  PartitionSpec partition;
  partition.name = "all";
  partition.is_default = true;
  for (std::uint32_t n = 0; n < count; ++n) {
    cluster.nodes.push_back({fmt::format("n{:05}", n + 1), NodeClassId{0}, NodeState::up, {}});
    partition.nodes.push_back(NodeId{n});
  }
  cluster.partitions.push_back(partition);
  return cluster;
}

/// --ntasks=N
inline Shape tasks(std::int64_t count, const ClusterSpec& cluster) {
  JobRequest request;
  request.ntasks = count;
  return resolve(request, cluster).value();
}

/// A folder that goes away with this object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name) : path_{std::filesystem::temp_directory_path() / unique(name)} {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }

 private:
  static std::string unique(const std::string& name);

  std::filesystem::path path_;
};

}  // namespace sluice::bench
