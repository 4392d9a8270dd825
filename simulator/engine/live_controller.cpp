#include "simulator/engine/live_controller.hpp"

#include <algorithm>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/engine/missing_nodes.hpp"
#include "simulator/model/accounting_limits.hpp"

namespace sluice {
namespace {

using std::chrono::minutes;

constexpr const char* unavailable = "Requested node configuration is not available";
NodeSet nodes_that_are_up(const ClusterSpec& cluster) {
  NodeSet up{cluster.nodes.size()};
  for (std::uint32_t n = 0; n < cluster.nodes.size(); ++n)
    if (cluster.nodes[n].state == NodeState::up) up.insert(NodeId{n});
  return up;
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

}  // namespace

LiveController::LiveController(State& state, Apply& apply, Admission& admission, const ClusterSpec& cluster,
                               const Workload& workload, Selection& selection,
                               const Priority& priority, const Preemption* preemption, Latencies latencies)
    : state_{state}, apply_{apply}, cluster_{cluster}, selection_{selection}, demands_{workload, cluster, selection},
      latencies_{latencies}, offset_{std::chrono::floor<Seconds>(workload.time_base.zero)},
      up_{nodes_that_are_up(cluster)}, reservations_{state, apply, cluster, workload, offset_, running_, up_},
      records_{state, apply, admission, cluster, workload, priority, demands_, reservations_, offset_},
      preemptions_{state, apply, records_, reservations_, cluster, preemption}, cleaning_{cluster.nodes.size()},
      nodes_of_{cluster.nodes.size()}, planned_nodes_{cluster.nodes.size()} {
  if (selection.tells_cores_apart()) state.cluster.tell_cores_apart();
  answers_keep_ = answers_depend_on_runs_alone(cluster);
  for (const PartitionSpec& spec : cluster.partitions) partitions_.emplace_back().state = spec.state;
  show_partitions();
}

/// As they are described, but for their states.
void LiveController::show_partitions() {
  for (std::size_t p = 0; p < partitions_.size(); ++p) {
    const PartitionSpec& spec = cluster_.partitions[p];
    LivePartition& live = partitions_[p];
    live.spec = &spec;
    live.max_time = in_minutes(spec.max_time);
    live.nodes = NodeSet{cluster_.nodes.size()};
    for (const NodeId node : spec.nodes) live.nodes.insert(node);
  }
}

void LiveController::follow_configuration() {
  touch();
  ++partitions_version_;
  show_partitions();
  demands_.forget();
  records_.follow_configuration();
  preemptions_.follow_configuration();
}

Admission::Asked LiveController::ask(JobId job, Time now) {
  const RequestId request = state_.jobs.spec(job).request;
  Admission::Asked asked;
  asked.refusal = demands_.refusal(request);
  if (!asked.refusal.empty()) return asked;
  reservations_.begin(now);
  if (const auto refusal = reservations_.refusal(job)) {
    asked.refusal = *refusal;
    return asked;
  }
  std::optional<NodeSet> within;
  const bool is_tested = reservations_.book().empty() || (within = reservations_.nodes_at_submission(job));
  asked.fits_nowhere = is_tested;
  asked.is_tested_last = true;
  for (const PartitionDemand& one : demands_.of(request)) {
    if (one.preferred) continue;
    asked.partitions.push_back(one.partition);
    if (!is_tested || one.demand == nullptr) continue;
    const SelectionJob asks{job, *one.demand};
    const bool fits = within ? could_run_on(asks, *within)
                             : selection_.feasible(asks, state_.cluster, Time{clock(now)}) || wants_lost_nodes(asks.demand);
    if (fits) asked.fits_nowhere = false;
  }
  if (asked.fits_nowhere) asked.refusal = unavailable;
  return asked;
}

std::optional<std::vector<JobId>> LiveController::het_components(std::uint32_t group) const {
  std::vector<JobId> waiting;
  for (const JobId job : state_.het_jobs.components(group)) {
    const JobState& state = state_.jobs.job(job).state;
    if (std::holds_alternative<Running>(state)) continue;
    if (!std::holds_alternative<Pending>(state) || !records_.has(job)) return std::nullopt;
    waiting.push_back(job);
  }
  return waiting;
}

/// Source: slurmctld's job_mgr.c.
std::optional<std::string> LiveController::deadline_refusal(JobId job, Time now) const {
  const JobExtras& extras = state_.jobs.extras(job);
  if (!extras.deadline) return std::nullopt;
  const Seconds left = clock(Time{*extras.deadline}) - clock(now);
  const auto least = in_minutes(extras.time_min), limit = in_minutes(state_.jobs.spec(job).limit);
  if (left >= Seconds{0} && least && left < *least)
    return "Invalid time-min specification (exceeds job's time or other limits)";
  if (left < Seconds{0} || (!least && limit && left < *limit))
    return "Requested time limit is invalid (missing or exceeds some limit)";
  return std::nullopt;
}

/// A component that has started while another could not. slurmctld tries again every two minutes, and for ever if all
/// components together ask for more than there is; what is tried in vain while nothing else runs is given up here.
void LiveController::take_back(JobId started) {
  constexpr std::uint32_t patience = 30;
  apply_.requeue(started, EndState::requeued, now_);
  const auto group = state_.het_jobs.group(started);
  const bool runs_alone = std::all_of(running_.begin(), running_.end(),
                                      [&](const RunningJob& run) { return state_.het_jobs.group(run.job) == group; });
  std::uint32_t& vain = vain_starts_[*group];
  vain = runs_alone ? vain + 1 : 0;
  if (vain < patience) return;
  for (const JobId job : state_.het_jobs.components(*group))
    if (std::holds_alternative<Pending>(state_.jobs.job(job).state)) apply_.hold_as_never(job);
}

/// A job is not eligible before its reservation has begun.
void LiveController::add(JobId job, Time now) {
  texts_.erase(job);
  records_.add(job, now);
  if (!records_.has(job)) return;
  reservations_.begin(now);
  const JobLife* life = state_.jobs.life(job);
  const bool is_submitted = state_.jobs.submit(job) == now && (life == nullptr || life->restarts == 0);
  if (reservations_.book().empty() || reservations_.test_now(records_.record(job)) == ReservationTest::Finding::usable) {
    if (is_submitted) test_submission(job, now);
    return;
  }
  apply_.set_eligible(job, std::nullopt);
  set_reason(job, Reason::reservation);
}

/// What may not be considered has no record at all, but for jobs whose reservation has not begun; what is left is an
/// eligible time taken back, which is stamped anew.
std::optional<Reason> LiveController::hindrance(JobId id) {
  const WaitingJob& own = records_.record(id);
  if (own.reservation && reservations_.test_now(own) != ReservationTest::Finding::usable) {
    set_reason(id, Reason::reservation);
    return Reason::reservation;
  }
  const auto& eligible = state_.jobs.job(id).eligible;
  if (own.is_array && own.tasks_room == 0) {
    if (eligible) records_.set_reason(id, Reason::none);  // to be set, and to take the eligible times back
    set_reason(id, Reason::job_array_task_limit);
    return Reason::job_array_task_limit;
  }
  if (!eligible) apply_.set_eligible(id, now_);
  records_.set_eligible(id, clock(*eligible));
  if (is_hindrance(own.reason)) set_reason(id, Reason::none);  // it no longer is
  return std::nullopt;
}

void LiveController::job_started(JobId job, const Running& run) {
  touch();
  insert_running({job, Time{clock(run.start)} + run.limit, run.limit, run.allocation});
  reservations_.started(job, std::exchange(starts_in_, std::nullopt));
  records_.follow_array_of(job);
  if (power_ == nullptr) return;
  power_->occupied(state_.cluster.allocation(run.allocation));
  if (run.is_configuring) power_->wait_for(job, state_.cluster.allocation(run.allocation));
}

void LiveController::run_changed(JobId job, const Running& before, const Running& run) {
  touch();
  take_running(job, Time{clock(before.start)} + before.limit);
  Time end = Time{clock(run.start)} + run.limit;
  if (const auto grace = preemptions_.grace_ends(job)) end = std::min(end, Time{clock(*grace)});
  insert_running({job, end, run.limit, run.allocation});
}

/// Nodes that a job leaves while it goes on are not COMPLETING. Source: node_mgr.c, make_node_idle.
void LiveController::run_shrunk(JobId job, const Allocation& given_back) {
  touch();
  if (power_ != nullptr) power_->left(job, given_back);
}

void LiveController::job_ended(JobId job, const Running& run) {
  touch();
  take_running(job, Time{clock(run.start)} + run.limit);
  preemptions_.ended(job);
  reservations_.stopped(job);
  records_.follow_array_of(job);
  if (power_ != nullptr) power_->left(job, state_.cluster.allocation(run.allocation));
}

/// Slurm's order of running jobs for what may come free: by end, then by job list.
bool LiveController::ends_before(const RunningJob& a, const RunningJob& b) const {
  if (a.end != b.end) return a.end < b.end;
  const auto& arrays = state_.eligibility.arrays;
  if (arrays.is_listed_before(a.job, b.job)) return true;
  return !arrays.is_listed_before(b.job, a.job) && a.job < b.job;  // tasks of one array, some of them under aftercorr
}

void LiveController::insert_running(const RunningJob& entry) {
  const auto earlier = [this](const RunningJob& a, const RunningJob& b) { return ends_before(a, b); };
  running_.insert(std::upper_bound(running_.begin(), running_.end(), entry, earlier), entry);
}

/// A run that ends by itself at `end`, or before that as its grace is over.
RunningJob LiveController::take_running(JobId job, Time end) {
  if (const auto grace = preemptions_.grace_ends(job)) end = std::min(end, Time{clock(*grace)});
  const auto earlier = [this](const RunningJob& a, const RunningJob& b) { return ends_before(a, b); };
  const auto place = std::lower_bound(running_.begin(), running_.end(), RunningJob{job, end, {}, 0}, earlier);
  SLUICE_CHECK(place != running_.end() && place->job == job, "job {} is not known to run", job.value);
  const RunningJob entry = *place;
  running_.erase(place);
  return entry;
}

void LiveController::run_stops(JobId job) {
  touch();
  const auto& run = std::get<Running>(state_.jobs.job(job).state);
  cleaning_.begin(job, state_.cluster.allocation(run.allocation).runs);
}

JobId LiveController::finish_completing(std::uint32_t row) {
  touch();
  const CleaningNodes::Clean clean = cleaning_.finish(row);
  if (power_ != nullptr) power_->cleaned(clean.nodes);
  return clean.job;
}

/// Whatever maintenance it was. Source: reservation.c, _foreach_clear_job_resv.
void LiveController::forget_maintenance() {
  std::vector<JobId> waiting;
  for (const auto& [job, text] : texts_)
    if (text == reserved_for_maintenance && records_.has(job)) waiting.push_back(job);
  for (const JobId job : waiting)
    if (records_.record(job).reason == Reason::req_node_not_avail) set_reason(job, Reason::none);
}

void LiveController::begin(Time now) {
  now_ = now;
  records_.begin(now);
  reservations_.begin(now);
  for (const JobId job : reservations_.take_changed()) {
    if (!records_.has(job)) continue;
    records_.follow_reservations(job);
  }
  notice_end_of_maintenance();
  for (const JobId job : preempting_)
    if (records_.has(job)) records_.set_preempting(job, false);
  preempting_.clear();
}

/// slurmctld's main loop looks for jobs that have become eligible before its pass begins to; both let those gain age that
/// were eligible before. It matters for arrays, which lose their eligible time at their limit of tasks, and keep their
/// age. Source: set_job_elig_time() and build_job_queue() of job_scheduler.c.
void LiveController::begins(Loop loop) {
  loop_ = loop;
  for (const JobId head : records_.heads()) {
    if (loop == Loop::main) hindrance(head);
    if (const auto& eligible = state_.jobs.job(head).eligible) records_.note_eligible(head, *eligible, loop);
  }
}

std::vector<Preemptable> LiveController::preemptable(JobId job, PartitionId partition) const {
  return preemptions_.candidates(job, partition, partitions_[partition.index()].nodes, running_, now_);
}

/// The job is asked about again when they are gone.
StartAnswer LiveController::preempt_for(JobId job, const std::vector<JobId>& chosen) {
  const std::vector<JobId> victims = preemptions_.with_components(chosen);
  std::vector<RunningJob> graced;  // those that were not told before
  for (const RunningJob& run : running_)
    if (std::find(victims.begin(), victims.end(), run.job) != victims.end() && !preemptions_.grace_ends(run.job))
      graced.push_back(run);
  if (!preemptions_.tell(job, victims, now_)) return {};
  touch();
  for (RunningJob& run : graced) {
    const auto ends = preemptions_.grace_ends(run.job);
    if (!ends) continue;
    std::erase_if(running_, [&](const RunningJob& one) { return one.job == run.job; });
    run.end = std::min(run.end, Time{clock(*ends)});
    insert_running(run);
  }
  records_.set_preempting(job, true);
  preempting_.push_back(job);
  return {};
}

const Demand* LiveController::find_demand(JobId job, PartitionId partition) const {
  const auto& partitions = waiting(job).partitions;
  if (meant_.first == job && meant_.second < partitions.size() && partitions[meant_.second].partition == partition &&
      partitions[meant_.second].demand != nullptr)
    return partitions[meant_.second].demand;
  for (const WaitingPartition& in : partitions)
    if (in.partition == partition && in.demand != nullptr) return in.demand;
  return nullptr;
}

const Demand& LiveController::demand(JobId job, PartitionId partition) const {
  const Demand* found = find_demand(job, partition);
  SLUICE_CHECK(found != nullptr, "job {} cannot run in partition {}", job.value, partition.value);
  return *found;
}

bool LiveController::keeps_qos_out(JobId job, PartitionId partition) {
  const auto denial = records_.denies(job, partition);
  if (!denial || denial->reason != Reason::qos_not_allowed) return false;
  set_reason(job, denial->reason);
  describe_reason(job, denial->text);
  return true;
}

std::optional<Reason> LiveController::policy_before(JobId job, PartitionId partition) {
  return state_.accounts ? state_.accounts->may_be_considered(job, partition) : std::nullopt;
}

std::optional<Reason> LiveController::policy_of_plan(JobId job, PartitionId, const NodeSet&, minutes) {
  return state_.accounts ? state_.accounts->may_start(job, planned_) : std::nullopt;
}

bool LiveController::licenses_short(JobId job) {
  const WaitingJob& record = waiting(job);
  return reservations_.licenses_short(record, record.limit.value_or(unlimited));
}

bool LiveController::narrow(JobId job, PartitionId partition, NodeSet& candidates) {
  const Demand* wanted = find_demand(job, partition);
  return wanted != nullptr && selection_.narrow({job, *wanted}, candidates);
}

std::optional<std::chrono::seconds> LiveController::will_run(JobId job, PartitionId partition,
                                                             const NodeSet& candidates, Horizon horizon,
                                                             NodeSet& chosen) {
  WillRunQuery query;
  query.running = running_;
  query.version = version_;
  query.now_only = horizon == Horizon::now_only;
  query.kill_wait = cluster_.times.kill_wait;
  query.over_time_limit = cluster_.times.over_time_limit;
  const auto victims = preemptable(job, partition);
  query.preemptable = victims;
  auto found = selection_.will_run(selection_job(job, partition), candidates, state_.cluster, Time{now()}, query);
  if (!found) return std::nullopt;
  planned_ = std::move(found->allocation);
  records_.note_placed(job, planned_.cpus);
  drop_unasked_gres(planned_, demand(job, partition));
  chosen.reset(candidates.capacity());
  mark_nodes(planned_, chosen);
  return floor_seconds(found->start);
}

SelectionJob LiveController::selection_job(JobId job, PartitionId partition) const {
  SelectionJob asks{job, demand(job, partition)};
  asks.nodes_first = reservations_.nodes_first(waiting(job));
  asks.excluded_cores = excluded_cores_ ? &*excluded_cores_ : nullptr;
  asks.running = running_;
  if (power_ != nullptr) asks.nodes_last = &power_->asleep();
  return asks;
}

StartAnswer LiveController::try_start(JobId job, PartitionId partition, const NodeSet& candidates, minutes limit) {
  StartAnswer answer;
  if (find_demand(job, partition) == nullptr) return {StartOutcome::never, Reason::bad_constraints, {}, {}};
  // Under assoc_limit_stop backfill has not asked yet.
  if (const auto limited = policy_before(job, partition)) return {StartOutcome::policy, *limited, {}, {}};
  if (auto denial = records_.denies(job, partition))
    return {StartOutcome::partition_config, denial->reason, {}, {}, std::move(denial->text)};
  const Demand& wanted = demand(job, partition);
  NodeSet usable = candidates;
  usable -= cleaning_.completing();
  if (waiting(job).uses_licenses && licenses_short(job)) return {StartOutcome::nodes_busy, Reason::licenses, {}, {}};
  const ReservedNodes kept = leave_reserved(waiting(job), wanted, partition, now(), limit);
  if (kept.refusal) return *kept.refusal;
  usable &= kept.nodes;
  auto selected = selection_.select(selection_job(job, partition), usable, state_.cluster, Time{now()},
                                    preemptable(job, partition));
  if (state_.accounts) {
    const auto stopped = selected ? state_.accounts->may_start(job, selected->allocation)
                                  : state_.accounts->may_start_there(job, partition, records_.placed_cpus(job));
    if (stopped) {
      answer.outcome = StartOutcome::policy;
      answer.reason = *stopped;
      return answer;
    }
  }
  if (!selected) {
    if (!lacks_nodes(job, partition, wanted, kept.nodes, Time{now()})) return answer;
    return nodes_are_missing(cluster_, wanted, partitions_[partition.index()].nodes, loop_ == Loop::main ? candidates : up_);
  }
  if (!selected->victims.empty()) return preempt_for(job, selected->victims);
  preemptions_.forget(job);
  const auto array = state_.eligibility.links.array_of(job);
  state_.standing[job.index()].priority = records_.priority(job, partition);  // what preemption goes by from now on
  const bool others_wait = records_.is_head(job);  // a task of its own has nobody behind it
  starts_in_ = waiting(job).reservation;
  texts_.erase(job);
  const bool must_boot = power_ != nullptr && power_->must_boot(selected->allocation);
  apply_.start_for(job, std::move(selected->allocation), std::min(limit, unlimited), latencies_.launch(job, now_),
                   must_boot ? Apply::NodesAre::booting : Apply::NodesAre::up, now_);
  answer.outcome = StartOutcome::started;
  answer.reason = Reason::none;
  answer.started = job;
  if (others_wait) answer.rest = records_.next_head(*array);
  return answer;
}

void LiveController::set_limit(JobId started, minutes limit) {
  touch();
  apply_.change_limit(started, limit, now_);
}

std::optional<std::uint64_t> LiveController::state_version() const {
  const bool goes_on = !cluster_.times.over_time_limit && !running_.empty() && running_.front().end <= Time{now()};
  return answers_keep_ && !goes_on && reservations_.book().empty() ? std::optional{version_} : std::nullopt;
}

/// Reservations draw jobs in and let them go as time passes.
std::optional<QueueMark> LiveController::queue_mark() const {
  if (!reservations_.book().empty()) return std::nullopt;
  return QueueMark{records_.version(), partitions_version_};
}

std::optional<std::span<const JobId>> LiveController::changed_since(const QueueMark& mark) const {
  if (!reservations_.book().empty() || mark.partitions != partitions_version_) return std::nullopt;
  return records_.changed_since(mark.jobs);
}

/// What stops the head of an array stops the tasks behind it. At the array's limit they are not even eligible.
void LiveController::set_reason(JobId job, Reason reason) {
  if (!records_.set_reason(job, reason)) return;
  texts_.erase(job);
  const auto stop = [&](JobId one) {
    apply_.set_reason(one, reason);
    if (reason == Reason::job_array_task_limit) apply_.set_eligible(one, std::nullopt);
  };
  stop(job);
  if (!records_.is_head(job)) return;
  for (const JobId task : records_.unsplit(job)) stop(task);
}

void LiveController::describe_reason(JobId job, std::string_view text) {
  const auto known = texts_.find(job);
  if (known == texts_.end() ? text.empty() : known->second == text) return;
  if (text.empty()) texts_.erase(known);
  else texts_.insert_or_assign(job, std::string{text});
  apply_.describe_reason(job, text);
  if (!records_.is_head(job)) return;
  for (const JobId task : records_.unsplit(job))
    if (task != job) apply_.describe_reason(task, text);
}

void LiveController::end_for_deadline(JobId job) { apply_.drop(job, EndState::deadline, now_); }

void LiveController::hold_as_never(JobId job) { apply_.hold_as_never(job); }

void LiveController::plan(JobId, PartitionId, std::chrono::seconds, std::chrono::seconds, const NodeSet& nodes) {
  planned_nodes_ |= nodes;
}

void LiveController::fields(Archive& archive) {
  archive(now_, records_, preemptions_, cleaning_, version_, running_, up_, reservations_, preempting_, planned_, starts_in_, texts_,
          planned_nodes_, vain_starts_);
  for (LivePartition& partition : partitions_) archive(partition.state);
}

}  // namespace sluice
