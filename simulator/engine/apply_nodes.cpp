// The part of Apply about nodes and partitions that come and go.

#include <algorithm>
#include <utility>

#include "simulator/engine/apply.hpp"
#include "simulator/model/shape.hpp"

namespace sluice {

void Apply::change_node(NodeId node, const NodeStatus& status, Time now) {
  state_.nodes[node.index()] = status;
  Cluster& cluster = state_.cluster;
  if (cluster.is_open(node) == status.is_open()) return;
  if (records_ != nullptr) return change_recorded_node(node, status);
  if (!state_.reach) state_.reach = std::make_unique<Reach>(cluster, shapes_, *placement_);
  ++state_.release_epoch;  // what is known not to fit, or to fit later, is known no more
  scheduler_.plans_void();
  if (status.is_open()) {
    cluster.open(node);
    state_.reach->open(node);
    readmit_barred(now);
  } else {
    cluster.close(node);
    state_.reach->close(node);
    bar_unreachable();
  }
}

void Apply::change_recorded_node(NodeId node, const NodeStatus& status) {
  if (status.is_open()) {
    state_.cluster.open(node);
    records_->node_opened(node);
  } else {
    state_.cluster.close(node);
    records_->node_closed(node);
  }
}

void Apply::fail_jobs_on(NodeId node, Time now) {
  const auto is_on = [node](const NodeRun& run) { return run.first <= node.value && node.value < run.first + run.count; };
  std::vector<JobId> jobs;
  for (const auto& block : state_.running.blocks())
    for (const RunningEntry& entry : *block) {
      const auto& runs = state_.cluster.allocation(entry.allocation).runs;
      if (std::any_of(runs.begin(), runs.end(), is_on)) jobs.push_back(entry.end.job);
    }
  std::sort(jobs.begin(), jobs.end());
  NodeSet gone{state_.cluster.node_count()};
  gone.insert(node);
  for (const JobId id : jobs) {
    if (!std::holds_alternative<Running>(state_.jobs.job(id).state)) continue;  // another one took it along
    if (goes_on_without_node(id)) shrink(id, gone, now);
    else requeue_or_end(id, EndState::node_fail, now);
  }
}

/// Source: job_mgr.c, kill_running_job_by_node_name.
bool Apply::goes_on_without_node(JobId id) const {
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  return state_.jobs.extras(id).no_kill && state_.cluster.allocation(running.allocation).nodes > 1 && !running.is_configuring;
}

/// The batch script runs on the first node. That a slurmd which is gone cannot tell of its end is left out.
void Apply::shrink(JobId id, const NodeSet& gone, Time now) {
  const auto& running = std::get<Running>(state_.jobs.job(id).state);
  const JobSpec& spec = state_.jobs.spec(id);
  const Allocation before = state_.cluster.allocation(running.allocation);
  Parts parts = without(before, state_.cluster.spec(), gone);
  const Allocation given_back = parts.given_back;
  if (given_back.nodes == 0) return;
  state_.cluster.shrink(running.allocation, std::move(parts));
  const Allocation& kept = state_.cluster.allocation(running.allocation);
  count_run(id, running, before, EndState::resizing, now);
  state_.conservation.begins(kept, now);
  state_.holdings.hold(spec, given_back, Sign::minus, HoldingsTable::Job::stays);
  state_.running.erase({running.expected_end, id});
  state_.running.insert({{running.expected_end, id}, kept.cpus, running.allocation});
  ++state_.release_epoch;
  scheduler_.plans_void();
  if (state_.accounts) state_.accounts->shrink(id, before, kept, now);
  record(Mark::shrunk, id);
  for (const NodeRun& run : kept.runs) fingerprint_.fold(std::uint64_t{run.first} << 32 | run.count);
  if (records_ != nullptr) records_->run_shrunk(id, given_back);
  for (auto* observer : observers_) observer->job_shrunk(id, now, closed_run(id, EndState::resizing), before, kept);
  if (state_.accounts) take_back(now);
  if (gang_ != nullptr) obey(gang_->shrunk(id, kept), now);
  const bool is_headless = gone.contains(NodeId{before.runs.front().first});
  if (is_headless && std::holds_alternative<Running>(state_.jobs.job(id).state)) end(id, EndState::failed, now);
}

bool Apply::may_run_in(JobId job, PartitionId partition) const {
  const auto own = partitions_of(state_.jobs.spec(job).request);
  return std::find(own.begin(), own.end(), partition) != own.end();
}

std::vector<PartitionId> Apply::partitions_of(RequestId request) const {
  return existing_partitions_of(state_.jobs.workload->request(request), state_.cluster.spec());
}

void Apply::rename_requests(std::span<const std::pair<RequestId, RequestId>> named) {
  for (std::uint32_t i = 0; i < state_.jobs.size(); ++i) {
    Job& job = state_.jobs.job(JobId{i});
    if (std::holds_alternative<Unsubmitted>(job.state) || std::holds_alternative<Rejected>(job.state)) continue;
    const RequestId own = state_.jobs.spec(JobId{i}).request;
    const auto found = std::find_if(named.begin(), named.end(), [own](const auto& pair) { return pair.first == own; });
    if (found == named.end()) continue;
    state_.jobs.own_spec(JobId{i}).request = found->second;
    job.shape = ShapeId{found->second.value};
  }
}

/// A job that waits for several partitions is in the first of them. Source: partition_mgr.c, partition_in_use.
bool Apply::is_in_use(PartitionId partition) const {
  for (std::uint32_t i = 0; i < state_.jobs.size(); ++i) {
    const JobState& state = state_.jobs.job(JobId{i}).state;
    if (const auto* run = std::get_if<Running>(&state)) {
      if (state_.cluster.allocation(run->allocation).partition == partition) return true;
    } else if (std::holds_alternative<Pending>(state)) {
      const auto partitions = partitions_of(state_.jobs.spec(JobId{i}).request);
      if (!partitions.empty() && partitions.front() == partition) return true;
    }
  }
  return false;
}

void Apply::change_over_time(PartitionId partition, Time now) {
  std::vector<JobId> jobs;
  for (const auto& block : state_.running.blocks())
    for (const RunningEntry& entry : *block)
      if (state_.cluster.allocation(entry.allocation).partition == partition) jobs.push_back(entry.end.job);
  std::sort(jobs.begin(), jobs.end());
  for (const JobId id : jobs) {
    auto& running = std::get<Running>(state_.jobs.job(id).state);
    if (running.suspended) continue;
    count_work(running, now);
    ++state_.jobs.job(id).generation;
    schedule_end(id, now);
  }
}

void Apply::follow_tiers(Time now) {
  if (gang_ != nullptr) obey(gang_->follow_partitions(state_.cluster.spec(), *state_.cluster.core_map()), now);
}

void Apply::set_partition(PartitionId partition, PartitionState state, Time now) {
  admission_.set_state(partition, state);
  if (records_ != nullptr) return records_->partition_changed(partition, state);
  ++state_.release_epoch;
  scheduler_.plans_void();
  bar_unreachable();
  readmit_barred(now);
}

}  // namespace sluice
