#include "tests/recordings/support/priority_book.hpp"

#include <algorithm>

#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/hostlist.hpp"

namespace sluice::recordings {
namespace {

/// From a requeue to where the job may start again. Source: the recordings; cred_expire and a second.
constexpr Seconds requeue_delay{121};

priority::MultifactorScale scale_of(const RecordedState& state) {
  priority::MultifactorScale scale;
  const ClusterSpec& cluster = state.inputs->cluster;
  for (const auto& node : cluster.nodes) {
    ++scale.cluster.nodes;
    scale.cluster.cpus += cluster.classes[node.node_class.index()].cpus;
  }
  for (const auto& partition : cluster.partitions)
    scale.largest_job_factor = std::max(scale.largest_job_factor, partition.priority_job_factor);
  for (const auto& qos : state.inputs->accounting.qos)
    scale.largest_qos_priority = std::max(scale.largest_qos_priority, qos.priority);
  scale.largest_association_priority = state.associations.largest_priority();
  return scale;
}

std::int64_t cpus_of_nodes(const ClusterSpec& cluster, const std::string& nodes) {
  std::int64_t cpus = 0;
  const auto names = expand_hostlist(nodes);
  if (!names) return 0;
  for (const auto& node : cluster.nodes)
    if (std::find(names->begin(), names->end(), node.name) != names->end())
      cpus += cluster.classes[node.node_class.index()].cpus;
  return cpus;
}

}  // namespace

PriorityBook::PriorityBook(const RecordedState& state)
    : state_{state},
      settings_{state.inputs->cluster.multifactor},
      arrays_{state},
      formula_{settings_, scale_of(state), state.tres},
      booked_(state.jobs.size()),
      was_stamped_(state.jobs.size(), false),
      accrual_limits_{state.inputs->accounting, state.associations, state.inputs->cluster.accounting_settings.enforce},
      ledger_{state.associations, state.inputs->accounting.qos.size(), state.tres.size(),
              state.inputs->cluster.nodes.size()},
      held_later_(state.jobs.size(), false),
      waits_from_(state.jobs.size()) {
  const ClusterSpec& cluster = state.inputs->cluster;
  for (const auto& partition : cluster.partitions)
    partition_tres_.push_back(accounting::partition_tres(partition, cluster, state.tres));
  for (const auto& executed : state.recording->commands) {
    note_later_waits(executed);
    if (!executed.command.starts_with("scontrol hold") && !executed.command.starts_with("scontrol requeuehold"))
      continue;
    const auto id = executed.command.substr(executed.command.rfind(' ') + 1);
    if (const auto job = state.job_of_id.find(id); job != state.job_of_id.end()) held_later_[job->second] = true;
  }
}

/// `scontrol update jobid=N starttime=...` or dependency=...: sacct's eligible time is the one after that.
void PriorityBook::note_later_waits(const Executed& executed) {
  if (!executed.succeeded || !executed.command.starts_with("scontrol update jobid=")) return;
  if (executed.command.find(" starttime=") == std::string::npos && executed.command.find(" dependency=") == std::string::npos) return;
  const auto from = executed.command.find('=') + 1;
  const auto job = state_.job_of_id.find(executed.command.substr(from, executed.command.find(' ', from) - from));
  if (job == state_.job_of_id.end()) return;
  auto& first = waits_from_[job->second];
  if (!first) first = executed.at;
}

void PriorityBook::see(const Event& event) {
  now_ = event.at;
  arrays_.see(event);
  std::visit([&](const auto& what) { see(what, event.at); }, event.what);
}

std::optional<Seconds> PriorityBook::eligible(std::size_t index) const {
  const RecordedJob& job = state_.jobs[index];
  if (is_unsplit_array(index)) return first_eligible(job);
  // Its array's limit takes an eligible time back and gives another, so that sacct has the last one.
  if (arrays_.is_of_array(index) && arrays_.room(index) && job.pending_since != job.submit)
    return job.pending_since + requeue_delay;
  const auto& waits_from = waits_from_[index];
  if (waits_from && *waits_from > now_ && job.submission != nullptr)
    return job.submit + job.submission->begin_after.value_or(Seconds{});
  if (job.rows.empty()) return std::nullopt;
  if (held_later_[index] && !job.was_held && job.submission != nullptr)
    return job.submit + job.submission->begin_after.value_or(Seconds{});
  const SacctRow* current = job.rows.front();
  for (const SacctRow* row : job.rows)
    if (row->submit <= job.pending_since + Seconds{1}) current = row;
  return current->eligible;
}

bool PriorityBook::is_unsplit_array(std::size_t index) const {
  const RecordedJob& job = state_.jobs[index];
  return arrays_.is_of_array(index) && arrays_.head(index) == index && !job.splits_at_once &&
         job.phase == JobPhase::pending && job.pending_since == job.submit;
}

/// slurmctld stamps the eligible time of what may start; an array at its limit loses it. Source: job_independent() and
/// job_array_start_test() of job_mgr.c.
void PriorityBook::stamp_arrays(Time at) {
  for (std::size_t i = 0; i < booked_.size(); ++i) {
    if (!is_unsplit_array(i)) continue;
    const auto since = first_eligible(state_.jobs[i]);
    const bool may_start = since && *since <= floor_seconds(at) && !state_.jobs[i].held && arrays_.room(i) != 0U;
    if (!may_start)
      booked_[i].begin.reset();
    else if (!booked_[i].begin)
      booked_[i].begin = was_stamped_[i] ? floor_seconds(at) : *since;
    was_stamped_[i] = was_stamped_[i] || may_start;
  }
}

/// The main loop looks for eligible jobs before its pass begins to.
void PriorityBook::see(const MainPass&, Time at) {
  stamp_arrays(at);
  start_accruing(at);
}

void PriorityBook::see(const BackfillCycle&, Time at) {
  start_accruing(at);
  stamp_arrays(at);
}

void PriorityBook::see(const JobSubmitted& it, Time at) {
  const RecordedJob& job = state_.jobs[it.job];
  BookedJob& booked = booked_[it.job];
  if (job.submission != nullptr) booked.nice = job.submission->nice;
  booked.has_priority = !job.held;
  if (settings_.flags.accrue_always)
    booked.accruing_since = job.submit;
  else if (const auto since = eligible(it.job);
           since && *since <= job.submit && !job.held && !is_unsplit_array(it.job) &&
           accrual_limits_.room(party(it.job), ledger_) == accounting::AccrualLimits::Room::unlimited)
    booked.accruing_since = since;
  compute(it.job, floor_seconds(at));
}

accounting::Party PriorityBook::party(std::size_t index) const {
  const RecordedJob& job = state_.jobs[index];
  accounting::Party party;
  party.association = job.association;
  party.account = state_.associations.parent(job.association);
  const auto& users = state_.inputs->accounting.users;
  const auto& name = state_.inputs->accounting.associations[job.association.index()].user;
  const auto user = std::find_if(users.begin(), users.end(), [&](const UserSpec& one) { return one.name == name; });
  party.user = accounting::UserId{static_cast<std::uint32_t>(user - users.begin())};
  party.qos = job.qos;
  if (const auto& qos = state_.partition(job.partitions.front()).qos; !qos.empty())
    party.partition_qos = find_qos(state_.inputs->accounting, qos);
  return party;
}

/// An array goes on gaining age while its limit of tasks at once keeps the next one from being eligible.
std::optional<Seconds> PriorityBook::first_eligible(const RecordedJob& array) {
  std::optional<Seconds> first;
  for (const SacctRow* row : array.task_rows)
    if (row->eligible && (!first || *row->eligible < *first)) first = row->eligible;
  return first;
}

/// Main passes and backfill cycles look at the jobs and let them gain age; priority passes do not.
void PriorityBook::start_accruing(Time at) {
  if (settings_.flags.accrue_always) return;
  using Room = accounting::AccrualLimits::Room;
  for (std::size_t i = 0; i < booked_.size(); ++i) {
    const RecordedJob& job = state_.jobs[i];
    BookedJob& booked = booked_[i];
    if (job.phase != JobPhase::pending || job.held) continue;
    const auto since = is_unsplit_array(i) ? booked.begin : eligible(i);
    if (!since || *since > floor_seconds(at) || booked.accruing_since) continue;
    const Room room = accrual_limits_.room(party(i), ledger_);
    if (room == Room::unlimited) {
      booked.accruing_since = since;
    } else if (room == Room::free && !booked.has_slot) {
      booked.accruing_since = floor_seconds(at);
      booked.has_slot = true;
      ledger_.accrue(party(i), 1);
    }
  }
}

void PriorityBook::stop_accruing(std::size_t index) {
  if (!booked_[index].has_slot) return;
  booked_[index].has_slot = false;
  ledger_.accrue(party(index), -1);
}

void PriorityBook::see(const JobHeldBack& it, Time) {
  booked_[it.job].has_priority = false;
  booked_[it.job].rows.clear();
  booked_[it.job].accruing_since.reset();
  stop_accruing(it.job);
}

/// Where the CPUs follow from the nodes or the GPUs, a placement tells them; else they stay those of the request.
void PriorityBook::see(const JobPlanned& it, Time) {
  const RecordedJob& job = state_.jobs[it.job];
  if (job.submission == nullptr) return;
  const JobRequest& request = job.submission->request;
  const auto partition = state_.find_partition(it.partition);
  const bool exclusive =
      request.sharing == Sharing::exclusive || (partition && state_.partition(*partition).always_exclusive);
  if (exclusive) {
    booked_[it.job].placed_cpus = cpus_of_nodes(state_.inputs->cluster, it.nodes);
  } else if (request.cpus_per_gpu) {
    const auto tres = accounting::requested_tres(request, state_.partition(job.partitions.front()),
                                                 state_.inputs->cluster, state_.tres);
    if (const auto gpu = state_.tres.find("gres/gpu"))
      booked_[it.job].placed_cpus = tres[gpu->index()] * *request.cpus_per_gpu;
  }
}

void PriorityBook::see(const RunStarted& it, Time) {
  stop_accruing(it.job);
  const RecordedJob& job = state_.jobs[it.job];
  if (job.is_task && !booked_[it.job].has_priority) {  // it has just split off from its array
    const std::string& id = job.rows.front()->id;
    const auto array = state_.job_of_id.find(id.substr(0, id.find('_')));
    if (array != state_.job_of_id.end()) booked_[it.job] = booked_[array->second];
    booked_[it.job].has_priority = true;
    booked_[it.job].has_slot = false;
  }
  if (arrays_.is_of_array(it.job) && arrays_.room(it.job) == 0U) booked_[arrays_.head(it.job)].begin.reset();
  booked_[it.job].placed_cpus = state_.jobs[it.job].runs[it.run].tres[accounting::TresTable::cpu.index()];
}

void PriorityBook::see(const JobRequeued& it, Time at) {
  if (state_.jobs[it.job].held && booked_[it.job].has_priority) see(JobHeldBack{it.job}, at);
  booked_[it.job].placed_cpus.reset();
  if (!settings_.flags.accrue_always) booked_[it.job].accruing_since.reset();
}

bool PriorityBook::is_computed(std::size_t index, Time at) const {
  const RecordedJob& job = state_.jobs[index];
  const BookedJob& booked = booked_[index];
  if (!booked.has_priority || booked.direct || job.phase == JobPhase::unknown) return false;
  if (job.phase == JobPhase::pending) return true;
  if (!settings_.flags.calculate_running) return false;
  return job.phase == JobPhase::running || floor_seconds(at) < job.ended_at + state_.recording->min_job_age;
}

void PriorityBook::see(const PriorityPass& it, Time at) {
  for (std::size_t i = 0; i < booked_.size(); ++i)
    if (is_computed(i, at)) compute(i, it.now);
}

void PriorityBook::see(const OperatorActed& it, Time at) {
  for (const std::size_t index : it.jobs) {
    BookedJob& booked = booked_[index];
    const auto* requeue = std::get_if<conf::RequeueJobs>(&it.command);
    if (std::holds_alternative<conf::HoldJobs>(it.command) || (requeue != nullptr && requeue->hold)) {
      booked.has_priority = false;
      booked.rows.clear();
      if (!settings_.flags.accrue_always) booked.accruing_since.reset();
      stop_accruing(index);
    }
    if (std::holds_alternative<conf::ReleaseJobs>(it.command)) {
      booked.has_priority = true;
      booked.direct.reset();
      compute(index, floor_seconds(at));
    }
    if (const auto* update = std::get_if<conf::UpdateJob>(&it.command)) {
      if (update->nice) booked.nice = *update->nice;
      if (update->priority) booked.direct = update->priority;
      if (!booked.direct && booked.has_priority && state_.jobs[index].phase == JobPhase::pending)
        compute(index, floor_seconds(at));
    }
  }
}

priority::MultifactorJob PriorityBook::input(std::size_t index, PartitionId partition,
                                             std::span<const std::int64_t> tres) const {
  const RecordedJob& job = state_.jobs[index];
  const BookedJob& booked = booked_[index];
  const PartitionSpec& spec = state_.partition(partition);
  priority::MultifactorJob input;
  input.accruing_since = booked.accruing_since;
  input.fair_share = state_.fair_tree.factor(job.association);
  input.association_priority = state_.associations.priority(job.association);
  if (job.submission != nullptr) {
    const auto size = accounting::requested_size(job.submission->request);
    input.size = {size.nodes, booked.placed_cpus.value_or(size.cpus)};
    input.limit = job.submission->limit;
  }
  if (!input.limit && spec.max_time) input.limit = std::chrono::floor<std::chrono::minutes>(*spec.max_time);
  input.partition_job_factor = spec.priority_job_factor;
  if (job.qos) input.qos_priority = state_.inputs->accounting.qos[job.qos->index()].priority;
  input.tres = tres;
  input.tres_of_partition = partition_tres_[partition.index()];
  input.nice = booked.nice;
  return input;
}

void PriorityBook::compute(std::size_t index, Seconds now) {
  const RecordedJob& job = state_.jobs[index];
  BookedJob& booked = booked_[index];
  booked.rows.clear();
  if (!booked.has_priority) return;
  for (const PartitionId partition : job.partitions) {
    accounting::TresRow tres;
    if (job.phase != JobPhase::pending && !job.runs.empty())
      tres = job.runs[job.run].tres;
    else if (job.submission != nullptr)
      tres = accounting::requested_tres(job.submission->request, state_.partition(partition), state_.inputs->cluster,
                                        state_.tres);
    const auto in = input(index, partition, tres);
    booked.rows.push_back({partition, formula_.compute(in, now), formula_.tres_terms(in)});
  }
}

}  // namespace sluice::recordings
