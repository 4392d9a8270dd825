#include "simulator/engine/live_records.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/check.hpp"

namespace sluice {
namespace {

/// Priorities are whole numbers from 1 up: 0 would mean held. Source: priority_multifactor.c.
std::uint32_t as_priority(double score) {
  constexpr double highest = std::numeric_limits<std::uint32_t>::max() - 1;
  return static_cast<std::uint32_t>(std::clamp(std::floor(score), 1.0, highest));
}

}  // namespace

LiveRecords::LiveRecords(State& state, Apply& apply, Admission& admission, const ClusterSpec& cluster,
                         const Workload& workload, const Priority& priority, Demands& demands,
                         const LiveReservations& reservations, Seconds clock_zero)
    : state_{state}, apply_{apply}, admission_{admission}, cluster_{cluster}, workload_{workload}, priority_{priority},
      demands_{demands}, reservations_{reservations}, clock_zero_{clock_zero}, is_recorded_(workload.jobs.size()), slot_(workload.jobs.size(), 0),
      arrays_(state.eligibility.links.arrays().size()) {}

LiveRecords::Array* LiveRecords::array_of(JobId job) {
  const auto row = state_.eligibility.links.array_of(job);
  return row ? &arrays_[row->index()] : nullptr;
}

bool LiveRecords::is_head(JobId job) const {
  const auto row = state_.eligibility.links.array_of(job);
  return row && !arrays_[row->index()].unsplit.empty() && arrays_[row->index()].unsplit.front() == job;
}

void LiveRecords::add(JobId job, Time now) {
  Array* array = array_of(job);
  // Under aftercorr each task has a dependency of its own, and so a record.
  const auto conditions = state_.eligibility.links.conditions(job);
  const bool is_alone = std::any_of(conditions.begin(), conditions.end(), [](const Condition& condition) {
    return condition.type == DependencyType::aftercorr;
  });
  if (array == nullptr || is_alone || state_.eligibility.arrays.is_split(job)) return open_record(job, now);
  const auto place = std::lower_bound(array->unsplit.begin(), array->unsplit.end(), job);
  if (place == array->unsplit.begin() && !array->unsplit.empty()) close_record(array->unsplit.front());
  array->unsplit.insert(place, job);
  if (is_head(job))
    open_record(job, now);
  else
    join(job, array->unsplit.front());
  follow_array(*state_.eligibility.links.array_of(job));
}

/// What stops the head stops who joins its array behind it, and is told only when it changes.
void LiveRecords::join(JobId task, JobId head) {
  const Reason reason = record(head).reason;
  if (reason == Reason::none) return;
  apply_.set_reason(task, reason);
  if (reason == Reason::job_array_task_limit) apply_.set_eligible(task, std::nullopt);
}

/// The next task stands for the rest now, and has been eligible for as long.
void LiveRecords::remove(JobId job) {
  const bool was_head = is_head(job);
  const bool was_recorded = has(job);
  const auto placed = was_recorded ? placed_cpus(job) : std::nullopt;
  if (was_recorded) close_record(job);
  Array* array = array_of(job);
  if (array == nullptr) return;
  const auto place = std::lower_bound(array->unsplit.begin(), array->unsplit.end(), job);
  if (place != array->unsplit.end() && *place == job) array->unsplit.erase(place);
  if (!was_head || array->unsplit.empty()) return;
  const JobId next = array->unsplit.front();
  apply_.set_eligible(next, state_.jobs.job(job).eligible);
  open_record(next, now_);
  placed_cpus_[slot_[next.index()]] = placed;
}

void LiveRecords::open_record(JobId job, Time now) {
  SLUICE_CHECK(!has(job), "job {} has two records", job.value);
  if (spare_.empty()) {
    spare_.push_back(static_cast<std::uint32_t>(records_.size()));
    records_.emplace_back();
    placed_cpus_.emplace_back();
  }
  slot_[job.index()] = spare_.back();
  spare_.pop_back();
  pending_.insert(std::lower_bound(pending_.begin(), pending_.end(), job), job);
  is_recorded_[job.index()] = true;
  if (is_head(job)) heads_.insert(std::lower_bound(heads_.begin(), heads_.end(), job), job);
  note_change(job);
  placed_cpus_[slot_[job.index()]].reset();
  WaitingJob& own = editable(job);
  fill(job, own);
  score({&job, 1}, now);
  if (Array* array = array_of(job)) {
    array->recorded.push_back(job);
    follow_array(*state_.eligibility.links.array_of(job));
  }
}

void LiveRecords::close_record(JobId job) {
  const auto place = std::lower_bound(pending_.begin(), pending_.end(), job);
  SLUICE_CHECK(place != pending_.end() && *place == job, "job {} has no record", job.value);
  pending_.erase(place);
  is_recorded_[job.index()] = false;
  if (const auto head = std::lower_bound(heads_.begin(), heads_.end(), job); head != heads_.end() && *head == job)
    heads_.erase(head);
  note_change(job);
  spare_.push_back(slot_[job.index()]);
  if (Array* array = array_of(job)) std::erase(array->recorded, job);
}

void LiveRecords::fill(JobId job, WaitingJob& own) {
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
  own.time_min = in_minutes(extras.time_min);
  if (extras.deadline) own.deadline = clock(Time{*extras.deadline});
  own.user = spec.user.value;
  own.het_group = state_.het_jobs.group(job);
  own.reason = state_.jobs.job(job).reason;
  own.partitions = std::move(partitions);
  fill_request(job, own);
  reservations_.describe(job, own);
  if (state_.accounts) state_.accounts->describe(job, own);
}

void LiveRecords::fill_request(JobId job, WaitingJob& own) {
  const JobSpec& spec = state_.jobs.spec(job);
  own.partitions.clear();
  own.whole_nodes = false;
  for (const PartitionDemand& one : demands_.of(spec.request)) {
    const auto barred = admission_.keeps_out(job, one.partition);
    own.partitions.push_back({one.partition, 0, one.demand, barred.value_or(Reason::none), one.preferred});
    if (one.demand != nullptr) own.whole_nodes = one.demand->is_whole();
  }
  own.limit = in_minutes(spec.limit);
  if (!own.limit && !own.partitions.empty())
    own.limit = in_minutes(cluster_.partitions[own.partitions.front().partition.index()].default_time);
}

void LiveRecords::follow_configuration() {
  for (const JobId job : pending_) {
    note_change(job);
    WaitingJob& own = editable(job);
    const std::vector<WaitingPartition> before = own.partitions;
    fill_request(job, own);
    if (state_.accounts) state_.accounts->describe(job, own);
    bool all_known = true;
    for (WaitingPartition& in : own.partitions) {
      const auto known = std::find_if(before.begin(), before.end(),
                                      [&](const WaitingPartition& one) { return one.partition == in.partition; });
      if (known != before.end())
        in.priority = known->priority;
      else
        all_known = false;
    }
    if (!all_known) score({&job, 1}, now_);
  }
}

void LiveRecords::view(JobId job, Time now) {
  const JobSpec& spec = state_.jobs.spec(job);
  const auto size = accounting::requested_size(workload_.request(spec.request));
  PendingJob view;
  view.job = job;
  view.submit = state_.jobs.submit(job);
  view.eligible = state_.jobs.job(job).eligible.value_or(view.submit);
  if (is_head(job)) view.eligible = array_of(job)->accruing_since.value_or(now);
  view.limit = planned_length(spec);
  view.cpus = size.cpus;
  view.nodes = size.nodes;
  view.gpus = requested_gpus(workload_.request(spec.request));
  view.accruing_since = view.eligible;
  view.asked_limit = spec.limit;
  if (const auto placed = placed_cpus(job)) view.cpus = *placed;
  view.nice = state_.jobs.nice(job);
  view.number = state_.standing[job.index()].number;
  for (const WaitingPartition& in : record(job).partitions) {
    view.partition = in.partition;
    if (state_.accounts) state_.accounts->describe(job, in.partition, view);
    views_.push_back(view);
  }
}

void LiveRecords::score(std::span<const JobId> jobs, Time now) {
  views_.clear();
  for (const JobId job : jobs) view(job, now);
  scores_.resize(views_.size());
  priority_.score(views_, now, scores_);
  std::size_t row = 0;
  for (const JobId job : jobs) {
    const JobLife* life = state_.jobs.life(job);
    WaitingJob& own = editable(job);
    for (WaitingPartition& in : own.partitions) {
      change(job, in.priority, life != nullptr && life->priority ? *life->priority : as_priority(scores_[row]));
      if (&in == &own.partitions.front()) apply_.tell_priority(views_[row], now, in.priority);
      ++row;
    }
  }
}

std::optional<JobId> LiveRecords::record_of(JobId job) const {
  if (has(job)) return job;
  const auto array = state_.eligibility.links.array_of(job);
  if (!array || array->index() >= arrays_.size()) return std::nullopt;
  const std::deque<JobId>& unsplit = arrays_[array->index()].unsplit;
  return std::binary_search(unsplit.begin(), unsplit.end(), job) ? std::optional{unsplit.front()} : std::nullopt;
}

void LiveRecords::set_priority(JobId job, std::uint32_t priority) {
  for (WaitingPartition& in : editable(job).partitions) change(job, in.priority, priority);
}

void LiveRecords::follow_reservations(JobId job) {
  WaitingJob& own = editable(job);
  note_change(job);
  own.reservations.clear();
  own.reservation.reset();
  reservations_.describe(job, own);
}

double LiveRecords::priority(JobId job, PartitionId partition) const {
  if (has(job))
    for (const WaitingPartition& in : record(job).partitions)
      if (in.partition == partition) return in.priority;
  return state_.standing[job.index()].priority;
}

void LiveRecords::note_change(JobId job) {
  constexpr std::size_t few = 1024;
  if (changed_.size() > few + pending_.size()) changed_.clear();  // who has not looked since looks at all of them
  ++version_;
  changed_.push_back(job);
}

std::optional<std::span<const JobId>> LiveRecords::changed_since(std::uint64_t version) const {
  const std::uint64_t begin = version_ - changed_.size();
  if (version < begin) return std::nullopt;
  return std::span{changed_}.subspan(version - begin);
}

void LiveRecords::note_eligible(JobId head, Time since, Controller::Loop loop) {
  Array* array = array_of(head);
  const bool is_known = array->is_known || loop == Controller::Loop::main;
  change(head, array->is_known, true);
  if (is_known && !array->accruing_since) change(head, array->accruing_since, std::optional{since});
}

void LiveRecords::follow_array(ArrayId row) {
  const auto room = state_.eligibility.arrays.room(row);
  const Array& array = arrays_[row.index()];
  for (const JobId job : array.recorded) {
    WaitingJob& own = editable(job);
    const auto unsplit = static_cast<std::uint32_t>(array.unsplit.size());
    change(job, own.tasks_room, room ? static_cast<std::uint32_t>(*room) : WaitingJob::no_task);
    change(job, own.tasks_left, own.array_task == WaitingJob::no_task ? unsplit : 1U);
  }
}

void LiveRecords::rescore(Time now) { score(pending_, now); }

void LiveRecords::follow_array_of(JobId job) {
  if (const auto array = state_.eligibility.links.array_of(job)) follow_array(*array);
}

const std::deque<JobId>& LiveRecords::unsplit(JobId head) const {
  return arrays_[state_.eligibility.links.array_of(head)->index()].unsplit;
}

std::optional<JobId> LiveRecords::next_head(ArrayId array) const {
  const auto& unsplit = arrays_[array.index()].unsplit;
  return unsplit.empty() ? std::nullopt : std::optional{unsplit.front()};
}

void LiveRecords::fields(Archive& archive) {
  archive(now_, pending_, slot_, records_, placed_cpus_, spare_, arrays_);
  if (!archive.is_loading()) return;
  ++version_;
  changed_.clear();
  heads_.clear();
  is_recorded_.assign(is_recorded_.size(), false);
  for (const JobId job : pending_) {
    is_recorded_[job.index()] = true;
    if (is_head(job)) heads_.push_back(job);
    const auto demands = demands_.of(state_.jobs.spec(job).request);
    for (WaitingPartition& where : editable(job).partitions)
      for (const PartitionDemand& one : demands)
        if (one.partition == where.partition && one.preferred == where.preferred) where.demand = one.demand;
  }
}

}  // namespace sluice
