#include "simulator/engine/live_controller.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/check.hpp"
#include "simulator/model/accounting_limits.hpp"

namespace sluice {
namespace {

using std::chrono::minutes;

constexpr const char* unavailable = "Requested node configuration is not available";
/// What slurmctld takes for no end at all.
constexpr minutes unlimited{365 * 24 * 60};

std::optional<minutes> in_minutes(const std::optional<Duration>& length) {
  if (!length) return std::nullopt;
  return std::chrono::ceil<minutes>(*length);
}

NodeSet nodes_that_are_up(const ClusterSpec& cluster) {
  NodeSet up{cluster.nodes.size()};
  for (std::uint32_t n = 0; n < cluster.nodes.size(); ++n)
    if (cluster.nodes[n].state == NodeState::up) up.insert(NodeId{n});
  return up;
}

void mark_nodes(const Allocation& allocation, NodeSet& set) {
  for (const NodeRun& run : allocation.runs) set.insert(NodeId{run.first}, run.count);
}

/// GRES leave sort weights on nodes that later tests see; limits are tested with what the last test chose; preemption
/// has more to it than who runs until when.
bool answers_depend_on_runs_alone(const ClusterSpec& cluster) {
  const bool has_gres = std::any_of(cluster.classes.begin(), cluster.classes.end(),
                                    [](const NodeClass& one) { return !one.gres.empty(); });
  const bool limits =
      cluster.accounting && cluster.accounting_settings.enforce.limits && has_limits(*cluster.accounting);
  return !has_gres && !limits && cluster.preempt.type == "preempt/none";
}

/// Slurm's order of running jobs for what may come free: by end, then by job list.
bool ends_before(const RunningJob& a, const RunningJob& b) { return a.end != b.end ? a.end < b.end : a.job < b.job; }

/// Priorities are whole numbers from 1 up: 0 would mean held. Source: priority_multifactor.c.
std::uint32_t as_priority(double score) {
  constexpr double highest = std::numeric_limits<std::uint32_t>::max() - 1;
  return static_cast<std::uint32_t>(std::clamp(std::floor(score), 1.0, highest));
}

}  // namespace

LiveController::LiveController(State& state, Apply& apply, Admission& admission, const ClusterSpec& cluster,
                               const Workload& workload, Selection& selection,
                               const Priority& priority, const Preemption* preemption, Latencies latencies)
    : state_{state}, apply_{apply}, admission_{admission}, cluster_{cluster}, workload_{workload}, selection_{selection}, priority_{priority}, preemption_{preemption},
      demands_{workload, cluster, selection}, latencies_{latencies}, slot_(workload.jobs.size(), 0), up_{nodes_that_are_up(cluster)},
      completing_{cluster.nodes.size()}, nodes_of_{cluster.nodes.size()} {
  arrays_.resize(state.eligibility.links.arrays().size());
  offset_ = std::chrono::floor<Seconds>(workload.time_base.zero);
  answers_keep_ = answers_depend_on_runs_alone(cluster);
  for (const PartitionSpec& spec : cluster.partitions) {
    LivePartition& live = partitions_.emplace_back();
    live.spec = &spec;
    live.state = spec.state;
    live.max_time = in_minutes(spec.max_time);
    live.nodes = NodeSet{cluster.nodes.size()};
    for (const NodeId node : spec.nodes) live.nodes.insert(node);
  }
}

Admission::Asked LiveController::ask(JobId job, Time now) {
  const RequestId request = state_.jobs.spec(job).request;
  Admission::Asked asked;
  asked.refusal = demands_.refusal(request);
  if (!asked.refusal.empty()) return asked;
  asked.fits_nowhere = true;
  for (const PartitionDemand& one : demands_.of(request)) {
    asked.partitions.push_back(one.partition);
    if (one.demand != nullptr && selection_.feasible({job, *one.demand}, state_.cluster, Time{clock(now)}))
      asked.fits_nowhere = false;
  }
  if (asked.fits_nowhere) asked.refusal = unavailable;
  return asked;
}

LiveController::Array* LiveController::array_of(JobId job) {
  const auto row = state_.eligibility.links.array_of(job);
  return row ? &arrays_[row->index()] : nullptr;
}

bool LiveController::has_record(JobId job) const {
  return std::binary_search(pending_.begin(), pending_.end(), job);
}

bool LiveController::is_head(JobId job) const {
  const auto row = state_.eligibility.links.array_of(job);
  return row && !arrays_[row->index()].unsplit.empty() && arrays_[row->index()].unsplit.front() == job;
}

void LiveController::add(JobId job, Time now) {
  Array* array = array_of(job);
  if (array == nullptr || state_.eligibility.arrays.is_split(job)) return open_record(job, now);
  const auto place = std::lower_bound(array->unsplit.begin(), array->unsplit.end(), job);
  if (place == array->unsplit.begin() && !array->unsplit.empty()) close_record(array->unsplit.front());
  array->unsplit.insert(place, job);
  if (is_head(job)) open_record(job, now);
  follow_array(*state_.eligibility.links.array_of(job));
}

/// The next task stands for the rest now, and has been eligible for as long.
void LiveController::remove(JobId job) {
  const bool was_head = is_head(job);
  if (has_record(job)) close_record(job);
  Array* array = array_of(job);
  if (array == nullptr) return;
  const auto place = std::lower_bound(array->unsplit.begin(), array->unsplit.end(), job);
  if (place != array->unsplit.end() && *place == job) array->unsplit.erase(place);
  if (!was_head || array->unsplit.empty()) return;
  const JobId next = array->unsplit.front();
  apply_.set_eligible(next, state_.jobs.job(job).eligible);
  open_record(next, now_);
}

/// What may not be considered has no record at all; what is left is an eligible time taken back, which is stamped anew.
std::optional<Reason> LiveController::hindrance(JobId id) {
  const auto& eligible = state_.jobs.job(id).eligible;
  if (!eligible) apply_.set_eligible(id, now_);
  record(id).eligible = clock(*eligible);
  return std::nullopt;
}

void LiveController::open_record(JobId job, Time now) {
  SLUICE_CHECK(!has_record(job), "job {} has two records", job.value);
  if (spare_.empty()) {
    spare_.push_back(static_cast<std::uint32_t>(records_.size()));
    records_.emplace_back();
    placed_cpus_.emplace_back();
  }
  slot_[job.index()] = spare_.back();
  spare_.pop_back();
  pending_.insert(std::lower_bound(pending_.begin(), pending_.end(), job), job);
  placed_cpus_[slot_[job.index()]].reset();
  WaitingJob& own = record(job);
  fill(job, own);
  score(job, own, now);
  if (Array* array = array_of(job)) {
    array->recorded.push_back(job);
    follow_array(*state_.eligibility.links.array_of(job));
  }
}

void LiveController::close_record(JobId job) {
  const auto place = std::lower_bound(pending_.begin(), pending_.end(), job);
  SLUICE_CHECK(place != pending_.end() && *place == job, "job {} has no record", job.value);
  pending_.erase(place);
  spare_.push_back(slot_[job.index()]);
  if (Array* array = array_of(job)) std::erase(array->recorded, job);
}

void LiveController::fill(JobId job, WaitingJob& own) {
  const JobSpec& spec = state_.jobs.spec(job);
  const JobExtras& extras = state_.jobs.extras(job);
  std::vector<WaitingPartition> partitions = std::move(own.partitions);
  partitions.clear();
  own = WaitingJob{};
  own.job = job;
  own.slurm_id = job.value;
  if (const auto array = state_.eligibility.links.array_of(job)) {
    const auto& tasks = state_.eligibility.links.arrays()[array->index()].tasks;
    own.is_array = true;
    own.slurm_id = tasks.front().value;
    if (!is_head(job)) own.array_task = static_cast<std::uint32_t>(extras.array_task.value_or(0));
  }
  own.submit = clock(state_.jobs.submit(job));
  if (const auto eligible = state_.jobs.job(job).eligible) own.eligible = clock(*eligible);
  own.limit = in_minutes(spec.limit);
  own.time_min = in_minutes(extras.time_min);
  if (extras.deadline) own.deadline = clock(Time{*extras.deadline});
  own.user = spec.user.value;
  own.reason = state_.jobs.job(job).reason;
  for (const PartitionDemand& one : demands_.of(spec.request)) {
    const auto barred = admission_.keeps_out(job, one.partition);
    partitions.push_back({one.partition, 0, one.demand, barred.value_or(Reason::none)});
    if (one.demand != nullptr) own.whole_nodes = one.demand->is_whole();
  }
  own.partitions = std::move(partitions);
  if (!own.limit && !own.partitions.empty())
    own.limit = in_minutes(cluster_.partitions[own.partitions.front().partition.index()].default_time);
  if (state_.accounts) state_.accounts->describe(job, own);
}

void LiveController::score(JobId job, WaitingJob& own, Time now) {
  const JobSpec& spec = state_.jobs.spec(job);
  const auto size = accounting::requested_size(workload_.request(spec.request));
  PendingJob view;
  view.job = job;
  view.submit = state_.jobs.submit(job);
  view.eligible = state_.jobs.job(job).eligible.value_or(view.submit);
  view.limit = planned_length(spec);
  view.cpus = size.cpus;
  view.nodes = size.nodes;
  view.gpus = requested_gpus(workload_.request(spec.request));
  view.accruing_since = view.eligible;
  view.asked_limit = spec.limit;
  if (const auto placed = placed_cpus_[slot_[job.index()]]) view.cpus = *placed;
  view.nice = state_.jobs.nice(job);
  view.number = state_.standing[job.index()].number;
  for (WaitingPartition& in : own.partitions) {
    view.partition = in.partition;
    if (state_.accounts) state_.accounts->describe(job, in.partition, view);
    double score = 0;
    priority_.score({&view, 1}, now, {&score, 1});
    const JobLife* life = state_.jobs.life(job);
    in.priority = life != nullptr && life->priority ? *life->priority : as_priority(score);
    state_.standing[job.index()].priority = in.priority;  // what preemption goes by while it runs
    if (&in == &own.partitions.front()) apply_.tell_priority(view, now, in.priority);
  }
}

void LiveController::follow_array(ArrayId row) {
  const auto room = state_.eligibility.arrays.room(row);
  const Array& array = arrays_[row.index()];
  for (const JobId job : array.recorded) {
    WaitingJob& own = record(job);
    own.tasks_room = room ? static_cast<std::uint32_t>(*room) : WaitingJob::no_task;
    own.tasks_left = own.array_task == WaitingJob::no_task ? static_cast<std::uint32_t>(array.unsplit.size()) : 1;
  }
}

void LiveController::job_started(JobId job, const Running& run) {
  touch();
  const RunningJob entry{job, Time{clock(run.start)} + run.limit, run.limit, run.allocation};
  running_.insert(std::upper_bound(running_.begin(), running_.end(), entry, ends_before), entry);
  if (const auto array = state_.eligibility.links.array_of(job)) follow_array(*array);
}

void LiveController::job_ended(JobId job, const Running& run) {
  touch();
  graces_.erase(job);
  const RunningJob entry{job, Time{clock(run.start)} + run.limit, run.limit, run.allocation};
  const auto place = std::lower_bound(running_.begin(), running_.end(), entry, ends_before);
  SLUICE_CHECK(place != running_.end() && place->job == job, "job {} is not known to run", job.value);
  running_.erase(place);
  if (const auto array = state_.eligibility.links.array_of(job)) follow_array(*array);
}

void LiveController::run_stops(JobId job) {
  touch();
  const auto& run = std::get<Running>(state_.jobs.job(job).state);
  cleaning_on_.resize(cluster_.nodes.size(), 0);
  auto row = std::find_if(cleaning_.begin(), cleaning_.end(), [](const auto& runs) { return runs.empty(); });
  if (row == cleaning_.end()) row = cleaning_.emplace(cleaning_.end());
  *row = state_.cluster.allocation(run.allocation).runs;
  for (const NodeRun& nodes : *row) {
    completing_.insert(NodeId{nodes.first}, nodes.count);
    for (std::uint32_t n = nodes.first; n < nodes.first + nodes.count; ++n) ++cleaning_on_[n];
  }
  fresh_cleaning_.emplace_back(static_cast<std::uint32_t>(row - cleaning_.begin()), job);
}

void LiveController::finish_completing(std::uint32_t row) {
  touch();
  for (const NodeRun& nodes : cleaning_[row])
    for (std::uint32_t n = nodes.first; n < nodes.first + nodes.count; ++n)
      if (--cleaning_on_[n] == 0) completing_.erase(NodeId{n});
  cleaning_[row].clear();
}

void LiveController::rescore(Time now) {
  for (const JobId job : pending_) score(job, record(job), now);
}

void LiveController::begin(Time now) {
  now_ = now;
  for (const JobId job : preempting_)
    if (has_record(job)) record(job).is_preempting = false;
  preempting_.clear();
}

PreemptParty LiveController::party(JobId job, PartitionId partition) const {
  const auto qos = state_.accounts ? state_.accounts->qos(job) : std::nullopt;
  return {partition, qos, state_.standing[job.index()].priority};
}

PreemptParty LiveController::running_party(JobId job) const {
  const auto& run = std::get<Running>(state_.jobs.job(job).state);
  return party(job, state_.cluster.allocation(run.allocation).partition);
}

bool LiveController::may_preempt(JobId job, PartitionId partition, JobId other, PartitionId its_partition) const {
  return preemption_ != nullptr && preemption_->may_preempt(party(job, partition), party(other, its_partition));
}

bool LiveController::may_be_preempted(JobId started) const {
  return preemption_ != nullptr && preemption_->action(running_party(started)) != PreemptMode::Action::off;
}

/// Running jobs that this one may stop, in the order in which that is to be tried: the lowest rank first, then the fewest
/// nodes, then the job list's order. Gang scheduling is not modelled: who would be suspended is left alone.
/// Source: slurmctld's preempt.c.
std::vector<Preemptable> LiveController::preemptable(JobId job, PartitionId partition) const {
  std::vector<Preemptable> result;
  if (preemption_ == nullptr) return result;
  struct Candidate {
    std::int64_t rank, nodes;
    Preemptable victim;
  };
  std::vector<Candidate> candidates;
  const PreemptParty own = party(job, partition);
  const NodeSet& nodes = partitions_[partition.index()].nodes;
  for (const RunningJob& run : running_) {
    const PreemptParty other = running_party(run.job);
    if (!preemption_->may_preempt(own, other)) continue;
    const auto action = preemption_->action(other);
    const auto& state = std::get<Running>(state_.jobs.job(run.job).state);
    if (action == PreemptMode::Action::suspend || state.suspended || is_going(run.job)) continue;
    if (state.start + preemption_->exempt(other) > now_) continue;
    const Allocation& where = state_.cluster.allocation(run.allocation);
    const bool overlaps = std::any_of(where.runs.begin(), where.runs.end(), [&](const NodeRun& held) {
      for (std::uint32_t n = held.first; n < held.first + held.count; ++n)
        if (nodes.contains(NodeId{n})) return true;
      return false;
    });
    if (!overlaps) continue;
    candidates.push_back({preemption_->rank(other), std::min<std::int64_t>(where.nodes, 0xffff),
                          {run.job, run.allocation, action}});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple{a.rank, a.nodes, a.victim.job} < std::tuple{b.rank, b.nodes, b.victim.job};
  });
  for (const Candidate& one : candidates) result.push_back(one.victim);
  return result;
}

/// The job is asked about again when they are gone. Until KillWait and MessageTimeout have passed nobody else goes for it.
StartAnswer LiveController::preempt_for(JobId job, const std::vector<JobId>& victims) {
  record(job).is_preempting = true;
  preempting_.push_back(job);
  const auto pause = std::chrono::floor<Seconds>(cluster_.times.kill_wait + cluster_.times.message_timeout);
  const auto told = told_for_.find(job);
  if (told != told_for_.end() && now() < told->second + pause) return {};
  told_for_[job] = now();
  for (const JobId victim : victims) {
    const PreemptParty other = running_party(victim);
    const Duration grace = preemption_->grace(other);
    const auto known = graces_.find(victim);
    if (grace == Duration{} || (known != graces_.end() && known->second <= now_)) {
      going_.emplace_back(victim, preemption_->action(other));
    } else if (known == graces_.end()) {
      graces_[victim] = now_ + grace;
      fresh_graced_.emplace_back(victim, now_ + grace);
    }
  }
  return {};
}

bool LiveController::is_going(JobId job) const {
  return std::any_of(going_.begin(), going_.end(), [&](const auto& one) { return one.first == job; });
}

void LiveController::stop_victims() {
  for (const auto& [victim, action] : std::exchange(going_, {})) apply_.preempt(victim, action, now_);
}

void LiveController::end_grace(JobId job) {
  apply_.preempt(job, preemption_->action(running_party(job)), now_);
}

const Demand& LiveController::demand(JobId job, PartitionId partition) const {
  for (const WaitingPartition& in : waiting(job).partitions)
    if (in.partition == partition && in.demand != nullptr) return *in.demand;
  SLUICE_CHECK(false, "job {} cannot run in partition {}", job.value, partition.value);
}

std::optional<Reason> LiveController::policy_before(JobId job, PartitionId partition) {
  return state_.accounts ? state_.accounts->may_be_considered(job, partition) : std::nullopt;
}

std::optional<Reason> LiveController::policy_of_plan(JobId job, PartitionId, const NodeSet&, minutes) {
  return state_.accounts ? state_.accounts->may_start(job, planned_) : std::nullopt;
}

bool LiveController::narrow(JobId job, PartitionId partition, NodeSet& candidates) {
  return selection_.narrow({job, demand(job, partition)}, candidates);
}

std::optional<std::chrono::seconds> LiveController::will_run(JobId job, PartitionId partition,
                                                             const NodeSet& candidates, Horizon horizon,
                                                             NodeSet& chosen) {
  WillRunQuery query;
  query.running = running_;
  query.now_only = horizon == Horizon::now_only;
  query.kill_wait = cluster_.times.kill_wait;
  query.over_time_limit = cluster_.times.over_time_limit;
  const auto victims = preemptable(job, partition);
  query.preemptable = victims;
  auto found = selection_.will_run({job, demand(job, partition)}, candidates, state_.cluster, Time{now()}, query);
  if (!found) return std::nullopt;
  planned_ = std::move(found->allocation);
  placed_cpus_[slot_[job.index()]] = planned_.cpus;
  chosen = NodeSet{candidates.capacity()};
  mark_nodes(planned_, chosen);
  return floor_seconds(found->start);
}

StartAnswer LiveController::refuse_start(JobId, PartitionId partition, const Demand& demand) const {
  StartAnswer answer;
  const NodeSet& nodes = partitions_[partition.index()].nodes;
  NodeSet able = demand.eligible;
  able &= nodes;
  const auto wanted = static_cast<std::size_t>(demand.nodes.min);
  if (able.count_common(up_) < wanted || demand.required.count_common(up_) < demand.required.count()) {
    answer.outcome = StartOutcome::not_available;
    answer.reason = Reason::req_node_not_avail;
  }
  return answer;
}

StartAnswer LiveController::try_start(JobId job, PartitionId partition, const NodeSet& candidates, minutes limit) {
  StartAnswer answer;
  const Demand& wanted = demand(job, partition);
  NodeSet usable = candidates;
  usable -= completing_;
  auto selected = selection_.select({job, wanted}, usable, state_.cluster, Time{now()}, preemptable(job, partition));
  if (!selected) return refuse_start(job, partition, wanted);
  if (state_.accounts) {
    if (const auto stopped = state_.accounts->may_start(job, selected->allocation)) {
      answer.outcome = StartOutcome::policy;
      answer.reason = *stopped;
      return answer;
    }
  }
  if (!selected->victims.empty()) return preempt_for(job, selected->victims);
  told_for_.erase(job);
  Array* array = is_head(job) ? array_of(job) : nullptr;  // a task of its own has nobody behind it
  apply_.start_for(job, std::move(selected->allocation), std::min(limit, unlimited),
                   latencies_.launch(job, now_), now_);
  answer.outcome = StartOutcome::started;
  answer.reason = Reason::none;
  answer.started = job;
  if (array != nullptr && !array->unsplit.empty()) answer.rest = array->unsplit.front();
  return answer;
}

void LiveController::set_limit(JobId started, minutes limit) {
  touch();
  apply_.change_limit(started, limit, now_);
}

std::optional<std::uint64_t> LiveController::state_version() const {
  const bool is_overdue = !running_.empty() && running_.front().end <= Time{now()};
  return answers_keep_ && !is_overdue ? std::optional{version_} : std::nullopt;
}

const NodeSet& LiveController::nodes_of(JobId started) const {
  nodes_of_ = NodeSet{cluster_.nodes.size()};
  const auto& run = std::get<Running>(state_.jobs.job(started).state);
  mark_nodes(state_.cluster.allocation(run.allocation), nodes_of_);
  return nodes_of_;
}

/// What stops the head of an array stops the tasks behind it. At the array's limit they are not even eligible.
void LiveController::set_reason(JobId job, Reason reason) {
  if (std::exchange(record(job).reason, reason) == reason) return;
  const auto stop = [&](JobId one) {
    apply_.set_reason(one, reason);
    if (reason == Reason::job_array_task_limit) apply_.set_eligible(one, std::nullopt);
  };
  stop(job);
  if (!is_head(job)) return;
  for (const JobId task : array_of(job)->unsplit) stop(task);
}

void LiveController::end_for_deadline(JobId job) { apply_.drop(job, EndState::deadline, now_); }

void LiveController::hold_as_never(JobId job) { apply_.hold_as_never(job); }

void LiveController::plan(JobId, PartitionId, std::chrono::seconds, std::chrono::seconds, const NodeSet&) {}

}  // namespace sluice
