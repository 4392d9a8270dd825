#include "tests/recordings/support/recorded_controller.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "policies/catalogue.hpp"
#include "policies/limits/limits.hpp"
#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/text.hpp"

namespace sluice::recordings {
namespace {

using std::chrono::minutes;

std::unique_ptr<Selection> make_selection(const ClusterSpec& cluster) {
  std::vector<std::string> notes;
  const Policies policies = builtin_policies();
  for (const SelectionEntry* entry : policies.selections())
    if (entry->name == cluster.select.name) return entry->make(cluster, notes);
  throw BadRecording{fmt::format("there is no {}", cluster.select.name)};
}

std::unique_ptr<Preemption> make_preemption(const ClusterSpec& cluster) {
  const Policies policies = builtin_policies();
  for (const PreemptionEntry* entry : policies.preemptions())
    if (entry->name == cluster.preempt.type) return entry->make(cluster);
  return nullptr;
}

/// corecnt=4, tres=cpu=6.
bool reserves_cores(const Recording& recording) {
  return std::any_of(recording.commands.begin(), recording.commands.end(), [](const Executed& one) {
    return one.command.find(" corecnt=") != std::string::npos || one.command.find(" tres=cpu=") != std::string::npos;
  });
}

std::optional<minutes> in_minutes(std::optional<Duration> length) {
  if (!length) return std::nullopt;
  return std::chrono::floor<minutes>(*length);
}

}  // namespace

RecordedController::RecordedController(const RecordedState& state, const PriorityBook& priorities)
    : state_{state},
      priorities_{priorities},
      cluster_{state.inputs->cluster},
      selection_{make_selection(state.inputs->cluster)},
      ledger_{state.associations, state.inputs->accounting.qos.size(), state.tres.size(),
              state.inputs->cluster.nodes.size()},
      usage_{state.usage},
      preemption_{make_preemption(state.inputs->cluster)},
      arrays_{state},
      reservations_{state},
      up_{state.inputs->cluster.nodes.size()},
      completing_{state.inputs->cluster.nodes.size()},
      counted_{state.inputs->cluster.nodes.size()},
      jobs_(state.jobs.size()),
      list_place_(state.jobs.size(), 0),
      left_{state.inputs->cluster.nodes.size()} {
  const ClusterSpec& cluster = state.inputs->cluster;
  has_core_reservations_ = reserves_cores(*state.recording);
  tells_cores_apart_ = selection_->tells_cores_apart() || has_core_reservations_;
  if (tells_cores_apart_) cluster_.tell_cores_apart();
  reservations_.know_cores(cluster_, [this](std::size_t job) { return jobs_[job].is_running ? &jobs_[job].held.allocation : nullptr; });
  limits_ = limits::slurm.make({state.inputs->accounting, state.associations, state.tres, usage_, ledger_,
                                cluster.accounting_settings.enforce});
  for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i)
    if (cluster.nodes[i].state == NodeState::up) up_.insert(NodeId{i});
  for (const PartitionSpec& spec : cluster.partitions) {
    LivePartition partition{&spec, spec.state, in_minutes(spec.max_time), NodeSet{cluster.nodes.size()}};
    for (const NodeId node : spec.nodes) partition.nodes.insert(node);
    partitions_.push_back(std::move(partition));
  }
}

void RecordedController::see(const Event& event) {
  now_ = floor_seconds(event.at);
  ++version_;
  reservations_.see(event);
  up_ = reservations_.available();
  if (!std::holds_alternative<RunStarted>(event.what)) arrays_.see(event);
  if (const auto* ended = std::get_if<RunEnded>(&event.what)) return end(*ended, event);
  std::visit([&](const auto& what) { see(what, event.at); }, event.what);
}

void RecordedController::see(const JobSubmitted& it, Time at) {
  describe(it.job);
  WaitingJob& job = jobs_[it.job].waiting;
  for (WaitingPartition& where : job.partitions) where.priority = it.logged_priority;
  if (it.logged_priority > 0) lowest_basic_ = it.logged_priority;
  queue(it.job);
  // The test of the submission leaves its marks on the nodes.
  for (const WaitingPartition& where : job.partitions)
    if (where.demand != nullptr && it.logged_priority > 0) {
      selection_->feasible(selection_job(job.job, where.partition), cluster_, at);
      break;
    }
}

void RecordedController::see(const JobDropped& it, Time) {
  if (arrays_.record_of(it.job) == it.job && arrays_.tasks_left(it.job) <= 1) forget(it.job);
  follow_array(it.job);
}

void RecordedController::see(const RunStarted& it, Time) {
  if (!jobs_[it.job].is_running) take(it.job, state_.jobs[it.job].runs[it.run]);
}

void RecordedController::end(const RunEnded& it, const Event& event) {
  graces_.erase(it.job);
  follow_array(it.job);
  if (jobs_[it.job].is_running) give_back(it.job);
  if (jobs_[it.job].run == nullptr) return;
  const bool was_killed = event.row == nullptr || event.row->what != "complete" || event.row->detail.starts_with("WTERM");
  ended_.push_back({event.at, jobs_[it.job].nodes, was_killed});
}

void RecordedController::see(const JobPaused& it, Time at) {
  jobs_[it.job].paused_since = floor_seconds(at);
}

/// Its limit is that much later.
void RecordedController::see(const JobWentOn& it, Time at) {
  Tracked& job = jobs_[it.job];
  if (!job.paused_since) return;
  job.suspended += floor_seconds(at) - *job.paused_since;
  job.paused_since.reset();
  running_is_sorted_ = false;
}

PreemptMode::Action RecordedController::action_on(std::size_t job) const {
  return preemption_ == nullptr ? PreemptMode::Action::off : preemption_->action(running_party(job));
}

void RecordedController::give_back(std::size_t index) {
  ++version_;
  Tracked& job = jobs_[index];
  job.is_running = false;
  job.suspended = {};
  job.paused_since.reset();
  cluster_.release(job.allocation);
  ledger_.end(job.party, job.tres, job.held.allocation.runs);
  std::erase_if(running_, [&](const RunningJob& one) { return one.job.index() == index; });
}

NodeSet RecordedController::still_cleaning(Time at) const {
  NodeSet nodes{cluster_.node_count()};
  for (const EndedRun& one : ended_)
    if (one.at + state_.inputs->epilog > at) nodes |= one.nodes;
  return nodes;
}

std::vector<NodeSet> RecordedController::may_be_completing(Time at) const {
  const Duration usual = std::chrono::milliseconds{1500} + state_.inputs->epilog;
  constexpr Duration killed = std::chrono::seconds{40};
  std::vector<NodeSet> sets;
  for (auto one = ended_.rbegin(); one != ended_.rend() && one->at >= at - killed; ++one)
    if (one->at >= at - (one->was_killed ? killed : usual)) sets.push_back(one->nodes);
  const NodeSet certain = still_cleaning(at);
  for (NodeSet& nodes : sets) nodes |= certain;
  NodeSet all{cluster_.node_count()};
  for (const NodeSet& nodes : sets) all |= nodes;
  sets.push_back(all);
  all.for_each([&](NodeId node) {
    NodeSet one{cluster_.node_count()};
    one.insert(node);
    sets.push_back(one);
  });
  return sets;
}

void RecordedController::see(const JobRequeued& it, Time at) {
  describe(it.job);
  jobs_[it.job].waiting.submit = floor_seconds(at);
  queue(it.job);
}

/// An operator takes its cores from it; its memory it keeps.
void RecordedController::suspend(std::size_t index, Seconds now) {
  jobs_[index].paused_since = now;
  cluster_.leave_cores(jobs_[index].allocation);
  ++version_;
}

void RecordedController::resume(std::size_t index, Seconds now) {
  Tracked& job = jobs_[index];
  if (!job.paused_since) return;
  job.suspended += now - *job.paused_since;
  job.paused_since.reset();
  cluster_.retake_cores(job.allocation);
  running_is_sorted_ = false;
  ++version_;
}

void RecordedController::see(const OperatorActed& it, Time at) {
  if (std::holds_alternative<conf::UpdatePartition>(it.command)) change_partitions();
  if (const auto* nodes = std::get_if<conf::UpdateNodes>(&it.command); nodes != nullptr && !nodes->other.empty())
    change_nodes();
  for (const std::size_t index : it.jobs) {
    WaitingJob& job = jobs_[index].waiting;
    if (std::holds_alternative<conf::ReleaseJobs>(it.command) && lowest_basic_ > 0)
      for (WaitingPartition& where : job.partitions)
        if (where.priority == 0) where.priority = lowest_basic_ - 1;
    if (std::holds_alternative<conf::ReleaseJobs>(it.command)) --lowest_basic_;
    if (jobs_[index].is_running && std::holds_alternative<conf::SuspendJobs>(it.command)) suspend(index, floor_seconds(at));
    if (jobs_[index].is_running && std::holds_alternative<conf::ResumeJobs>(it.command)) resume(index, floor_seconds(at));
    const auto* update = std::get_if<conf::UpdateJob>(&it.command);
    if (update != nullptr && jobs_[index].is_pending) describe_again(index);
    if (update != nullptr && update->time_limit)
      job.limit = in_minutes(update->time_limit->length);
    follow_array(index);
  }
  running_is_sorted_ = false;
}

void RecordedController::describe_again(std::size_t index) {
  const WaitingJob before = jobs_[index].waiting;
  describe(index);
  WaitingJob& job = jobs_[index].waiting;
  job.reason = before.reason;
  job.is_preempting = before.is_preempting;
  job.eligible = before.eligible;
  for (WaitingPartition& where : job.partitions) {
    where.priority = before.partitions.empty() ? 0 : before.partitions.front().priority;
    for (const WaitingPartition& old : before.partitions)
      if (old.partition == where.partition) where.priority = old.priority;
  }
  follow_array(index);
}

void RecordedController::change_partitions() {
  const ClusterSpec& cluster = state_.inputs->cluster;
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const PartitionSpec& spec = cluster.partitions[i];
    partitions_[i].state = spec.state;
    partitions_[i].max_time = in_minutes(spec.max_time);
    partitions_[i].nodes = NodeSet{cluster.nodes.size()};
    for (const NodeId node : spec.nodes) partitions_[i].nodes.insert(node);
  }
  selection_ = make_selection(cluster);
  for (const JobId id : pending_) describe_again(id.index());
}

/// The nodes as they are now, with what jobs hold of them.
void RecordedController::change_nodes() {
  cluster_ = Cluster{state_.inputs->cluster};
  selection_ = make_selection(state_.inputs->cluster);
  if (tells_cores_apart_) cluster_.tell_cores_apart();
  for (RunningJob& one : running_) {
    Tracked& job = jobs_[one.job.index()];
    one.allocation = job.allocation = cluster_.allocate(free_part(job.held.allocation, cluster_));
  }
  for (const JobId id : pending_) describe_again(id.index());
}

/// Its reservation is no more.
void RecordedController::see(const JobHeldBack& it, Time) {
  jobs_[it.job].waiting.reservations.clear();
  jobs_[it.job].waiting.reservation.reset();
}

/// What the loops look at of a job, from what was submitted.
void RecordedController::describe(std::size_t index) {
  const RecordedJob& recorded = state_.jobs[index];
  WaitingJob& job = jobs_[index].waiting;
  job = WaitingJob{};
  job.job = JobId{static_cast<std::uint32_t>(index)};
  job.slurm_id = recorded.number;
  job.submit = recorded.submit;
  job.association = recorded.association.value;
  job.user = priorities_.party(index).user.value;
  if (recorded.qos) {
    const QosSpec& qos = state_.inputs->accounting.qos[recorded.qos->index()];
    job.qos = recorded.qos->value;
    job.no_reserve = qos.flags.no_reserve;
    job.ignores_max_time = qos.flags.partition_time_limit;
  }
  const Submission* asked = recorded.submission;
  if (asked == nullptr) return;
  job.limit = asked->limit;
  if (!job.limit) job.limit = in_minutes(state_.partition(recorded.partitions.front()).default_time);
  job.time_min = asked->time_min;
  if (asked->deadline_after) job.deadline = job.submit + *asked->deadline_after;
  if (!asked->het_group.empty())
    job.het_group = het_groups_.try_emplace(asked->het_group, static_cast<std::uint32_t>(het_groups_.size())).first->second;
  job.borrows = asked->borrow_warning.has_value();
  job.reservations = reservations_.asked_by(index);
  if (!job.reservations.empty()) job.reservation = job.reservations.front();
  for (const PartitionId partition : recorded.partitions) {
    WaitingPartition where;
    where.partition = partition;
    if (auto resolved = selection_->resolve(asked->request, partition))
      where.demand = &demands_.emplace_back(std::move(*resolved));
    if (where.demand != nullptr) job.whole_nodes = where.demand->is_whole();
    if (const auto no = accounting::size_objection(state_.partition(partition), cluster_spec(), applicant(index)))
      where.barred = no->reason;
    job.partitions.push_back(where);
  }
}

accounting::Applicant RecordedController::applicant(std::size_t index) const {
  const RecordedJob& job = state_.jobs[index];
  accounting::Applicant it;
  if (job.qos) it.qos = &state_.inputs->accounting.qos[job.qos->index()];
  it.account = state_.inputs->accounting.associations[job.association.index()].account;
  const Submission* asked = job.submission;
  if (asked == nullptr) return it;
  it.user = asked->user;
  it.min_nodes = asked->request.min_nodes;
  it.max_nodes = asked->request.max_nodes;
  if (asked->request.ntasks || asked->request.ntasks_per_node) it.cpus = accounting::requested_size(asked->request).cpus;
  it.has_reservation = !asked->reservation.empty();
  return it;
}

void RecordedController::queue(std::size_t index) {
  jobs_[index].is_pending = true;
  const JobId id{static_cast<std::uint32_t>(index)};
  if (list_place_[index] == 0) list_place_[index] = ++last_place_;
  if (std::find(pending_.begin(), pending_.end(), id) == pending_.end()) pending_.push_back(id);
  sort_pending();
  follow_array(index);
}

/// In the order of slurmctld's job list.
void RecordedController::sort_pending() {
  std::sort(pending_.begin(), pending_.end(),
            [&](JobId a, JobId b) { return list_place_[a.index()] < list_place_[b.index()]; });
}

/// All records of one array have as much room, and its head stands for those that have not split off.
void RecordedController::follow_array(std::size_t index) {
  if (!arrays_.is_of_array(index)) return;
  for (const JobId id : pending_) {
    if (!arrays_.is_of_array(id.index()) || arrays_.head(id.index()) != arrays_.head(index)) continue;
    WaitingJob& job = jobs_[id.index()].waiting;
    job.is_array = true;
    job.slurm_id = state_.jobs[arrays_.head(index)].number;
    job.array_task = arrays_.task(id.index()).value_or(WaitingJob::no_task);
    job.tasks_left = arrays_.tasks_left(id.index());
    job.tasks_room = arrays_.room(index).value_or(WaitingJob::no_task);
  }
}

void RecordedController::forget(std::size_t index) {
  jobs_[index].is_pending = false;
  std::erase(pending_, JobId{static_cast<std::uint32_t>(index)});
}

void RecordedController::take(std::size_t index, const Run& run) {
  ++version_;
  const std::size_t record = arrays_.record_of(index);
  arrays_.start(index);
  if (record == index) {
    forget(index);
  } else {  // what is left of an array is a new record
    list_place_[index] = std::exchange(list_place_[record], ++last_place_);
    sort_pending();
  }
  follow_array(index);
  Tracked& job = jobs_[index];
  job.priority = priority(record, state_.find_partition(run.partition).value_or(PartitionId{}));
  told_.erase(record);
  job.held = recorded_allocation(state_, state_.jobs[index], run, cluster_);
  if (const Demand* wanted = demand(record, job.held.allocation.partition)) job.held.allocation.claim = wanted->claim;
  job.nodes = recordings::nodes_of(job.held.allocation, cluster_.node_count());
  job.party = party(index, job.held.allocation.partition);
  job.tres = run.tres;
  job.allocation = cluster_.allocate(free_part(job.held.allocation, cluster_));
  job.is_running = true;
  job.run = &run;
  ledger_.start(job.party, job.tres, job.held.allocation.runs);
  RunningJob running;
  running.job = JobId{static_cast<std::uint32_t>(index)};
  running.allocation = job.allocation;
  running_.push_back(running);
  running_is_sorted_ = false;
}

void RecordedController::start(const RecordedStart& what) {
  if (jobs_[what.job].is_running) return;
  const Run& run = state_.jobs[what.job].runs[what.run];
  take(what.job, run);
  usage_.start(state_.using_job(state_.jobs[what.job], run));
  applied_.push_back(what);
}

void RecordedController::start_over(std::vector<RecordedStart> starts, std::vector<RecordedPreemption> victims,
                                    const NodeSet& completing) {
  for (const RecordedStart& one : applied_) {
    give_back(one.job);
    arrays_.unstart(one.job);
    const std::size_t record = arrays_.record_of(one.job);
    if (record != one.job) list_place_[record] = std::exchange(list_place_[one.job], 0);
    queue(record);
  }
  applied_.clear();
  rewind(opened_);
  usage_ = state_.usage;
  attempts_.clear();
  expect(std::move(starts), std::move(victims));
  set_completing(completing);
  for (const JobId id : pending_) jobs_[id.index()].waiting.is_preempting = false;
}

void RecordedController::rewind(const Mark& mark) {
  for (std::size_t i = mark.victims; i < gone_.size(); ++i) {
    const std::size_t victim = gone_[i].victim;
    take(victim, *jobs_[victim].run);
  }
  gone_.resize(mark.victims);
  graces_ = mark.graces;
  told_ = mark.told;
  left_ = mark.left;
  running_is_sorted_ = false;
}

/// Its nodes clean up, and so are of no use to this pass.
void RecordedController::stop(const RecordedPreemption& what) {
  if (!jobs_[what.victim].is_running) return;
  give_back(what.victim);
  arrays_.stop(what.victim);
  follow_array(what.victim);
  gone_.push_back(what);
  left_ |= jobs_[what.victim].nodes;
  completing_ |= jobs_[what.victim].nodes;
}

void RecordedController::stop_expected_victims() {
  for (const RecordedPreemption& one : std::exchange(expected_victims_, {})) stop(one);
}

}  // namespace sluice::recordings
