#include "simulator/engine/preemptions.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

#include "simulator/base/parameters.hpp"

namespace sluice {
Preemptions::Preemptions(State& state, Apply& apply, const LiveRecords& records,
                         const LiveReservations& reservations, const ClusterSpec& cluster, const Preemption* policy)
    : state_{state}, apply_{apply}, records_{records}, reservations_{reservations}, cluster_{cluster},
      policy_{policy},
      youngest_first_{has_parameter(cluster.scheduler.parameters, "preempt_youngest_first")},
      qos_count_{cluster.accounting ? cluster.accounting->qos.size() : 0},
      reach_(cluster.partitions.size() * (qos_count_ + 1)) {}

PreemptParty Preemptions::party(JobId job, PartitionId partition) const {
  const auto qos = state_.accounts ? state_.accounts->qos(job) : std::nullopt;
  return {partition, qos, records_.priority(job, partition)};
}

const Allocation& Preemptions::allocation_of(JobId running) const {
  return state_.cluster.allocation(std::get<Running>(state_.jobs.job(running).state).allocation);
}

PreemptParty Preemptions::running_party(JobId job) const { return party(job, allocation_of(job).partition); }

bool Preemptions::has_reach(const PreemptParty& job) const {
  auto& known = reach_[job.partition.index() * (qos_count_ + 1) + (job.qos ? job.qos->index() + 1 : 0)];
  if (!known) known = find_reach({job.partition, job.qos, std::numeric_limits<double>::max()});
  return *known;
}

/// Of the highest priority against jobs of the lowest.
bool Preemptions::find_reach(const PreemptParty& job) const {
  NodeSet nodes{cluster_.nodes.size()};
  for (const NodeId node : cluster_.partitions[job.partition.index()].nodes) nodes.insert(node);
  for (std::uint32_t p = 0; p < cluster_.partitions.size(); ++p) {
    const auto& others = cluster_.partitions[p].nodes;
    if (std::none_of(others.begin(), others.end(), [&](NodeId node) { return nodes.contains(node); })) continue;
    for (std::uint32_t q = 0; q <= qos_count_; ++q) {
      const auto qos = q == 0 ? std::nullopt : std::optional{QosId{q - 1}};
      if (policy_->may_preempt(job, {PartitionId{p}, qos, std::numeric_limits<double>::lowest()})) return true;
    }
  }
  return false;
}

bool Preemptions::may_be_preempted(JobId started) const {
  return policy_ != nullptr && policy_->action(running_party(started)) != PreemptMode::Action::off;
}

/// Of a heterogeneous job; else the job alone.
std::vector<JobId> Preemptions::running_components(JobId job) const {
  const auto group = state_.het_jobs.group(job);
  if (!group) return {job};
  std::vector<JobId> running = state_.het_jobs.components(*group);
  std::erase_if(running, [this](JobId one) { return !std::holds_alternative<Running>(state_.jobs.job(one).state); });
  return running;
}

/// A job with --signal=R goes from the nodes of a reservation that may start late, whatever the policy says of it.
/// Source: reservation.c, job_borrow_from_resv_check.
bool Preemptions::borrows(JobId running, const NodeSet* lent) const {
  if (lent == nullptr || !reservations_.warning_of(running)) return false;
  const auto& runs = allocation_of(running).runs;
  return std::any_of(runs.begin(), runs.end(),
                     [&](const NodeRun& run) { return lent->count_in(NodeId{run.first}, run.count) > 0; });
}

bool Preemptions::may_go(const Asker& own, JobId job, Time now) const {
  const PreemptParty other = running_party(job);
  const bool is_lent = borrows(job, own.lent) && policy_->action(other) != PreemptMode::Action::off;
  if (!is_lent && !policy_->may_preempt(own.party, other)) return false;
  const auto& state = std::get<Running>(state_.jobs.job(job).state);
  const bool is_gang = cluster_.preempt.mode.gang;
  const bool suspends = policy_->action(other) == PreemptMode::Action::suspend;
  if (is_going(job) || (!is_gang && (suspends || state.suspended))) return false;
  return state.start + policy_->exempt(other) <= now;
}

/// A heterogeneous job goes as a whole, or not at all.
bool Preemptions::may_go_with_all(const Asker& own, JobId job, Time now) const {
  const auto components = running_components(job);
  return std::all_of(components.begin(), components.end(), [&](JobId one) { return may_go(own, one, now); });
}

/// Running jobs that this one may stop, in the order in which that is to be tried: the lowest rank first, then the fewest
/// nodes, then the job list's order. Components of a heterogeneous job stand where its first one does.
/// Source: slurmctld's preempt.c.
std::vector<Preemptable> Preemptions::candidates(JobId job, PartitionId partition, const NodeSet& nodes,
                                                 std::span<const RunningJob> running, Time now) const {
  std::vector<Preemptable> result;
  if (policy_ == nullptr) return result;
  const Asker own{party(job, partition), reservations_.lent_nodes(records_.record(job))};
  if (own.lent == nullptr && !has_reach(own.party)) return result;
  struct Candidate {
    std::int64_t rank, nodes;
    JobId first;  ///< of its components; itself
    Preemptable victim;
  };
  std::vector<Candidate> candidates;
  for (const RunningJob& run : running) {
    if (!may_go_with_all(own, run.job, now)) continue;
    const Allocation& where = state_.cluster.allocation(run.allocation);
    const bool overlaps = std::any_of(where.runs.begin(), where.runs.end(), [&](const NodeRun& held) {
      for (std::uint32_t n = held.first; n < held.first + held.count; ++n)
        if (nodes.contains(NodeId{n})) return true;
      return false;
    });
    if (!overlaps) continue;
    const JobId first = running_components(run.job).front();
    const std::int64_t count = first == run.job ? where.nodes : allocation_of(first).nodes;
    candidates.push_back({policy_->rank(running_party(first)), std::min<std::int64_t>(count, 0xffff), first,
                          {run.job, run.allocation, policy_->action(running_party(run.job))}});
  }
  const auto start = [this](const Candidate& one) { return std::get<Running>(state_.jobs.job(one.first).state).start; };
  std::sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    if (youngest_first_ && start(a) != start(b)) return start(a) > start(b);
    if (a.rank != b.rank || a.nodes != b.nodes) return std::tie(a.rank, a.nodes) < std::tie(b.rank, b.nodes);
    if (a.first != b.first) return state_.eligibility.arrays.is_listed_before(a.first, b.first);
    return a.victim.job < b.victim.job;
  });
  for (const Candidate& one : candidates) result.push_back(one.victim);
  return result;
}

/// Each once, in the order of the victims.
std::vector<JobId> Preemptions::with_components(const std::vector<JobId>& victims) const {
  std::vector<JobId> all;
  for (const JobId victim : victims)
    for (const JobId one : running_components(victim))
      if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  return all;
}

/// The job is asked about again when they are gone. Until KillWait and MessageTimeout have passed nobody else goes for it.
bool Preemptions::tell(JobId job, const std::vector<JobId>& victims, Time now) {
  const auto second = floor_seconds(now);
  const auto pause = std::chrono::floor<std::chrono::seconds>(cluster_.times.kill_wait + cluster_.times.message_timeout);
  const auto told = told_for_.find(job);
  if (told != told_for_.end() && second < told->second + pause) return false;
  told_for_[job] = second;
  const NodeSet* lent = reservations_.lent_nodes(records_.record(job));
  for (const JobId victim : victims) {
    const PreemptParty other = running_party(victim);
    const Duration grace = borrows(victim, lent) ? *reservations_.warning_of(victim) : policy_->grace(other);
    const auto known = graces_.find(victim);
    if (grace == Duration{} || (known != graces_.end() && known->second <= now)) {
      going_.emplace_back(victim, policy_->action(other));
    } else if (known == graces_.end()) {
      graces_[victim] = now + grace;
      fresh_graced_.emplace_back(victim, now + grace);
    }
  }
  return true;
}

std::optional<Time> Preemptions::grace_ends(JobId running) const {
  const auto known = graces_.find(running);
  return known == graces_.end() ? std::nullopt : std::optional{known->second};
}

bool Preemptions::is_going(JobId job) const {
  return std::any_of(going_.begin(), going_.end(), [&](const auto& one) { return one.first == job; });
}

void Preemptions::stop_victims(Time now) {
  for (const auto& [victim, action] : std::exchange(going_, {}))
    if (std::holds_alternative<Running>(state_.jobs.job(victim).state)) apply_.preempt(victim, action, now);
}

void Preemptions::end_grace(JobId job, Time now) {
  apply_.preempt(job, policy_->action(running_party(job)), now);
}

}  // namespace sluice
