#include "simulator/engine/state.hpp"

namespace sluice {
namespace {

JobTable table_of(const Workload& workload) {
  JobTable table;
  table.workload = &workload;
  table.jobs.reserve(workload.jobs.size());
  for (const JobSpec& job : workload.jobs) table.jobs.emplace_back().shape = ShapeId{job.request.value};
  return table;
}

}  // namespace

State::State(const Workload& workload, const ClusterSpec& spec, const LimitsEntry* limits)
    : jobs{table_of(workload)}, het_jobs{workload}, eligibility{spec, jobs}, cluster{spec}, holdings{workload} {
  if (spec.accounting) accounts = std::make_unique<Accounts>(spec, jobs, limits);
  for (const NodeSpec& node : spec.nodes) {
    NodeStatus& status = nodes.emplace_back();
    status.down = node.state == NodeState::down || node.state == NodeState::future;
    status.drained = node.state == NodeState::drained;
  }
  standing.resize(workload.jobs.size());
  queue.resize_shapes(workload.requests().size());
}

void State::fields(Archive& archive) {
  archive.expect(jobs.size());
  archive.expect(nodes.size());
  archive(jobs, eligibility, cluster, queue, running, holdings);
  if (accounts) archive(*accounts);
  if (licenses) archive(*licenses);
  archive(pending, set_aside, barred, standing, numbers_given, arrived, nodes, release_epoch, conservation, restarts, resizes);
  if (records) archive(*records);
}

}  // namespace sluice
