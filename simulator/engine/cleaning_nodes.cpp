#include "simulator/engine/cleaning_nodes.hpp"

#include <algorithm>

namespace sluice {

void CleaningNodes::begin(JobId job, const std::vector<NodeRun>& nodes) {
  auto row = std::find_if(rows_.begin(), rows_.end(), [](const Clean& one) { return one.nodes.empty(); });
  if (row == rows_.end()) row = rows_.emplace(rows_.end());
  *row = {job, nodes};
  for (const NodeRun& run : nodes) {
    completing_.insert(NodeId{run.first}, run.count);
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) ++rows_on_[n];
  }
  fresh_.emplace_back(static_cast<std::uint32_t>(row - rows_.begin()), job);
}

CleaningNodes::Clean CleaningNodes::finish(std::uint32_t row) {
  Clean clean = std::exchange(rows_[row], {});
  for (const NodeRun& run : clean.nodes)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      if (--rows_on_[n] == 0) completing_.erase(NodeId{n});
  return clean;
}

}  // namespace sluice
