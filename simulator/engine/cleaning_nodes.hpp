#pragma once
// Nodes that jobs have left and that are not clean yet.

#include <cstdint>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/node_set.hpp"

namespace sluice {

/// A row for each run that has ended until finish() of it; a node is COMPLETING while any row holds it.
class CleaningNodes {
 public:
  explicit CleaningNodes(std::size_t nodes) : completing_{nodes}, rows_on_(nodes, 0) {}

  const NodeSet& completing() const { return completing_; }
  void begin(JobId job, const std::vector<NodeRun>& nodes);
  struct Clean {
    JobId job;
    std::vector<NodeRun> nodes;
    friend void fields(Archive& archive, Clean& clean) { all_fields<2>(archive, clean); }
  };
  /// Whose row it was.
  Clean finish(std::uint32_t row);
  /// Rows begun since the last call, and whose they are.
  std::vector<std::pair<std::uint32_t, JobId>> take_fresh() { return std::exchange(fresh_, {}); }

  void fields(Archive& archive) { archive(completing_, rows_, rows_on_, fresh_); }

 private:
  NodeSet completing_;
  std::vector<Clean> rows_;                 ///< those without nodes are spare
  std::vector<std::uint16_t> rows_on_;      ///< by node: rows that hold it
  std::vector<std::pair<std::uint32_t, JobId>> fresh_;
};

}  // namespace sluice
