#pragma once
// Checks a results folder against the cluster it claims to describe, trusting nothing that wrote it.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/model/cluster_spec.hpp"

namespace sluice::report {

/// Something in the results that cannot be.
struct Violation {
  std::string job_id;  ///< empty: of the results as a whole
  std::string rule;    ///< a short name, e.g. "node-cpus"
  std::string what;    ///< e.g. "n001 has 64 CPUs, 68 are in use at 7200"
  bool operator==(const Violation&) const = default;
};

/// What verify_results found. Every violation is counted; the first ones are kept.
class VerifyReport {
 public:
  static constexpr std::size_t most_kept = 20;

  std::size_t jobs = 0;       ///< rows of jobs.csv
  std::size_t intervals = 0;  ///< allocations swept over
  std::size_t values = 0;     ///< numbers of summary.json recomputed

  void add(std::string_view job_id, std::string_view rule, std::string what);
  bool ok() const { return total_ == 0; }
  std::size_t total() const { return total_; }
  const std::map<std::string, std::size_t, std::less<>>& by_rule() const { return by_rule_; }
  const std::vector<Violation>& first() const { return first_; }

  /// For a person: a line a violation and a verdict.
  std::string text() const;
  std::string json() const;

 private:
  std::size_t total_ = 0;
  std::map<std::string, std::size_t, std::less<>> by_rule_;
  std::vector<Violation> first_;
};

/// Reads jobs.csv and summary.json of `folder` again and checks, with code of its own, that
/// - each job's state, times, nodes and sums agree with one another (rules: state, order, node, partition, tres, wait,
///   slowdown),
/// - at no moment a node's CPUs, memory or GPU devices are given away twice, or a pool's slots (node-cpus,
///   node-memory, node-gpus, pool-slots); what ends at a moment is free for what starts at it,
/// - the counts, waits, completion times, slowdowns, shares and sums of summary.json follow from the jobs (summary).
/// A file that cannot be read or understood is a violation, too (format). O(jobs log jobs + allocated nodes).
/// Where commands have changed partitions: `cluster` as it was at the end, `ever` with all nodes that each has had.
VerifyReport verify_results(const std::filesystem::path& folder, const ClusterSpec& cluster, const ClusterSpec& ever);
inline VerifyReport verify_results(const std::filesystem::path& folder, const ClusterSpec& cluster) {
  return verify_results(folder, cluster, cluster);
}

}  // namespace sluice::report
