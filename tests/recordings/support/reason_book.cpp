#include "tests/recordings/support/reason_book.hpp"

#include <algorithm>
#include <tuple>

#include "policies/limits/limits.hpp"
#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"

namespace sluice::recordings {
namespace {

/// Such a Reason stays until the next test that gets so far.
bool is_of_nodes(Reason reason) {
  return reason == Reason::priority || reason == Reason::resources || reason == Reason::req_node_not_avail ||
         reason == Reason::reservation || reason == Reason::partition_config || reason == Reason::account_not_allowed ||
         reason == Reason::qos_not_allowed;
}

}  // namespace

ReasonBook::ReasonBook(const RecordedState& state, const PriorityBook& priorities, DecisionCheck& decisions)
    : state_{state},
      priorities_{priorities},
      decisions_{decisions},
      ledger_{state.associations, state.inputs->accounting.qos.size(), state.tres.size(),
              state.inputs->cluster.nodes.size()},
      free_{state.inputs->cluster, state.tres},
      arrays_{state},
      dependencies_{state},
      history_(state.jobs.size()),
      nodes_of_(state.jobs.size()) {
  limits_ = limits::slurm.make({state.inputs->accounting, state.associations, state.tres, state.usage, ledger_,
                                state.inputs->cluster.accounting_settings.enforce});
}

void ReasonBook::before(const Event& event) {
  if (!pass_) return;
  if (const auto* tested = std::get_if<JobTested>(&event.what); tested != nullptr && pass_->is_backfill)
    return test_until(tested->job);
  if (const auto* started = std::get_if<RunStarted>(&event.what); started != nullptr && !pass_->is_backfill)
    return test_until(arrays_.record_of(started->job));
  if (pass_->is_backfill && !std::holds_alternative<BackfillCycleDone>(event.what)) return;
  test_until(std::nullopt);
  pass_.reset();
}

void ReasonBook::see(const Event& event) {
  arrays_.see(event);
  std::visit([&](const auto& what) { see(what, event.at); }, event.what);
}

Reason ReasonBook::reason(std::size_t job) const {
  return history_[job].empty() ? Reason::none : history_[job].back().reason;
}

void ReasonBook::set(std::size_t job, Reason reason, Time at, const std::string& text) {
  const auto& known = history_[job];
  if (known.empty() || known.back().reason != reason || known.back().text != text)
    history_[job].push_back({at, reason, text});
}

// -- What the log tells -----------------------------------------------------------------------------------------------

/// What a job asks for is placed on an empty cluster then, behind the limits that come before nodes.
void ReasonBook::see(const JobSubmitted& it, Time at) {
  if (const auto reason = not_runnable(it.job, at)) return set(it.job, *reason, at);
  const Record record{it.job, state_.jobs[it.job].partitions.front(), 0};
  set(it.job, Reason::none, at);
  if (limit_before_nodes(record, at)) return;
  if (const auto refusal = decisions_.refusal_at_submission(it.job)) set(it.job, refusal->reason, at, refusal->text);
}

void ReasonBook::see(const MainPass&, Time at) { pass_ = OpenPass{at, false, build_queue(at), 0, {}, {}}; }

void ReasonBook::see(const BackfillCycle&, Time at) { pass_ = OpenPass{at, true, build_queue(at), 0, {}, {}}; }

/// A backfill cycle leaves the Reason of a job that it plans or cannot place.
void ReasonBook::see(const JobTested& it, Time at) {
  if (state_.jobs[it.job].phase != JobPhase::pending || !it.partition) return;
  const Record record{it.job, *it.partition, 0};
  if (const auto reason = decisions_.partition_limit(it.job, *it.partition)) return set(it.job, *reason, at);
  if (!limit_before_nodes(record, at)) limit_with_nodes(record, at);
}

/// Of a job that is planned at the present moment a start has failed; components of heterogeneous jobs start together.
void ReasonBook::see(const JobPlanned& it, Time at) {
  const Submission* asked = state_.jobs[it.job].submission;
  if (asked != nullptr && !asked->het_group.empty()) return;
  if (it.start <= floor_seconds(at)) set(it.job, Reason::resources, at);
}

void ReasonBook::see(const RunStarted& it, Time at) {
  const Run& run = state_.jobs[it.job].runs[it.run];
  nodes_of_[it.job] = runs_of(run.nodes);
  const auto partition = state_.find_partition(run.partition);
  ledger_.start(party(it.job, partition.value_or(PartitionId{})), run.tres, nodes_of_[it.job]);
  free_.take(run.tres, nodes_of_[it.job]);
  set(it.job, Reason::none, at);
}

void ReasonBook::see(const RunEnded& it, Time) {
  const Run& run = state_.jobs[it.job].runs[it.run];
  const auto partition = state_.find_partition(run.partition);
  ledger_.end(party(it.job, partition.value_or(PartitionId{})), run.tres, nodes_of_[it.job]);
  free_.give_back(run.tres, nodes_of_[it.job]);
}

void ReasonBook::see(const JobRequeued& it, Time at) {
  set(it.job, not_runnable(it.job, at).value_or(Reason::none), at);
}

void ReasonBook::see(const OperatorActed& it, Time at) {
  for (const std::size_t job : it.jobs)
    if (state_.jobs[job].phase == JobPhase::pending && state_.jobs[job].held)
      set(job, not_runnable(job, at).value_or(Reason::none), at);
}

void ReasonBook::see(const JobHeldBack& it, Time at) {
  lost_reservation_.insert(it.job);
  set(it.job, Reason::reservation_deleted, at);
}

void ReasonBook::see(const JobNeverRuns& it, Time at) {
  never_runs_.insert(it.job);
  set(it.job, Reason::bad_constraints, at);
}

// -- A main pass ------------------------------------------------------------------------------------------------------

std::optional<Reason> ReasonBook::not_runnable(std::size_t index, Time at) {
  const RecordedJob& job = state_.jobs[index];
  if (job.held && never_runs_.count(index) != 0) return Reason::bad_constraints;
  if (job.held && lost_reservation_.count(index) != 0) return Reason::reservation_deleted;
  if (job.held) return job.was_held ? Reason::job_held_admin : Reason::job_held_user;
  if (decisions_.waits_for_reservation(index)) return Reason::reservation;
  const auto since = priorities_.eligible(index);
  if (since && *since <= floor_seconds(at))
    return arrays_.room(index) == 0U ? std::optional{Reason::job_array_task_limit} : std::nullopt;
  const bool is_first_time = job.pending_since == job.submit;
  const auto begin = job.submission != nullptr ? job.submission->begin_after : std::nullopt;
  if (!is_first_time || (begin && job.submit + *begin > floor_seconds(at))) return Reason::begin_time;
  if (job.submission != nullptr && !job.submission->dependency.empty())
    return dependencies_.is_never_met(index, at) ? Reason::dependency_never_satisfied : Reason::dependency;
  return since ? std::nullopt : std::optional{Reason::none};
}

/// In slurmctld's order; the Reason of a job that cannot be tested at all is set now, and one that is no limit cleared.
std::vector<ReasonBook::Record> ReasonBook::build_queue(Time at) {
  std::vector<Record> queue;
  for (std::size_t index = 0; index < state_.jobs.size(); ++index) {
    const RecordedJob& job = state_.jobs[index];
    if (job.phase != JobPhase::pending) continue;
    if (const auto reason = not_runnable(index, at)) {
      set(index, *reason, at);
      continue;
    }
    if (!is_limit(reason(index)) && !is_of_nodes(reason(index))) set(index, Reason::none, at);
    for (const PartitionId partition : job.partitions) {
      if (const auto reason = decisions_.partition_limit(index, partition)) {
        set(index, *reason, at);
        continue;
      }
      if (is_lifted_by_queue(reason(index))) set(index, Reason::none, at);
      Record record{index, partition, 0};
      for (const auto& row : priorities_.job(index).rows)
        if (row.partition == partition) record.priority = static_cast<double>(row.terms.priority);
      if (const auto direct = priorities_.job(index).direct) record.priority = *direct;
      queue.push_back(record);
    }
  }
  const auto place = [&](const Record& one) {
    const RecordedJob& job = state_.jobs[one.job];
    return std::tuple{-state_.partition(one.partition).priority_tier, -one.priority, job.pending_since, job.number};
  };
  std::stable_sort(queue.begin(), queue.end(), [&](const Record& a, const Record& b) { return place(a) < place(b); });
  return queue;
}

/// Tests the records that stand before a job, or all that are left.
void ReasonBook::test_until(std::optional<std::size_t> job) {
  OpenPass& pass = *pass_;
  if (job) {
    const auto rest = pass.queue.begin() + static_cast<std::ptrdiff_t>(pass.next);
    if (std::none_of(rest, pass.queue.end(), [&](const Record& one) { return one.job == *job; })) return;
  }
  while (pass.next < pass.queue.size()) {
    const Record record = pass.queue[pass.next++];
    if (job && record.job == *job) {
      if (arrays_.tasks_left(*job) > 1) --pass.next;  // the next task of the array is tried
      return;
    }
    if (state_.jobs[record.job].phase == JobPhase::pending) test(record, pass);
  }
}

/// What is left out by the log: of a backfill cycle, jobs that a limit stops before nodes are looked for.
void ReasonBook::test(const Record& record, OpenPass& pass) {
  if (pass.is_backfill) {
    if (const auto no = decisions_.qos_denial(record.job, record.partition)) return set(record.job, no->reason, pass.at, no->text);
    limit_before_nodes(record, pass.at);
    return;
  }
  const Submission* asked = state_.jobs[record.job].submission;
  const std::string reservation = asked == nullptr ? std::string{} : asked->reservation;
  auto& failed_reservations = pass.failed_reservations;
  if (!reservation.empty()) {  // no blocked partition keeps it out, and it blocks none
    if (std::find(failed_reservations.begin(), failed_reservations.end(), reservation) != failed_reservations.end())
      return set(record.job, Reason::priority, pass.at);
  } else if (std::find(pass.failed.begin(), pass.failed.end(), record.partition) != pass.failed.end()) {
    const Reason now = reason(record.job);
    if (now == Reason::none || now == Reason::resources) set(record.job, Reason::priority, pass.at);
    return;
  }
  if (limit_before_nodes(record, pass.at) || limit_with_nodes(record, pass.at)) return;
  if (const StartAttempt* made = nodes_withheld(record)) return set(record.job, made->reason, pass.at, made->text);
  set(record.job, Reason::resources, pass.at);
  if (reservation.empty()) pass.failed.push_back(record.partition);
  else failed_reservations.push_back(reservation);
}

/// Nodes are down, or kept for others by a reservation: that blocks nobody else.
const StartAttempt* ReasonBook::nodes_withheld(const Record& record) const {
  for (const StartAttempt& made : decisions_.attempts())
    if (made.job.index() == record.job && made.partition == record.partition &&
        (made.outcome == StartOutcome::not_available || made.outcome == StartOutcome::reservation_busy ||
         made.outcome == StartOutcome::partition_config))
      return &made;
  return nullptr;
}

// -- Limits -----------------------------------------------------------------------------------------------------------

accounting::Party ReasonBook::party(std::size_t index, PartitionId partition) const {
  accounting::Party party = priorities_.party(index);
  party.partition_qos.reset();
  if (const auto& qos = state_.partition(partition).qos; !qos.empty())
    party.partition_qos = find_qos(state_.inputs->accounting, to_lower(qos));
  return party;
}

LimitedJob ReasonBook::limited(const Record& record) const {
  const RecordedJob& job = state_.jobs[record.job];
  const PartitionSpec& in = state_.partition(record.partition);
  LimitedJob view;
  view.party = party(record.job, record.partition);
  if (job.submission != nullptr) view.limit = job.submission->limit;
  if (!view.limit && in.default_time) view.limit = std::chrono::ceil<std::chrono::minutes>(*in.default_time);
  if (!view.limit && in.max_time) view.limit = std::chrono::ceil<std::chrono::minutes>(*in.max_time);
  return view;
}

/// Sets the Reason, or forgets one that a test of limits makes void.
std::optional<Reason> ReasonBook::limit_before_nodes(const Record& record, Time at) {
  const auto limit = limits_->may_be_considered(limited(record));
  if (limit) set(record.job, *limit, at);
  else if (is_forgotten_when_tested(reason(record.job))) set(record.job, Reason::none, at);
  return limit;
}

/// Where the job finds no room, slurmctld tests what it asks for; a job that has its nodes for itself gets all of them
/// only where it finds them.
std::optional<Reason> ReasonBook::limit_with_nodes(const Record& record, Time at) {
  const RecordedJob& job = state_.jobs[record.job];
  if (job.submission == nullptr) return std::nullopt;
  LimitedJob view = limited(record);
  const PartitionSpec& partition = state_.partition(record.partition);
  auto tres = accounting::requested_tres(job.submission->request, partition, state_.inputs->cluster, state_.tres);
  if (const auto cpus = priorities_.job(record.job).placed_cpus) tres[accounting::TresTable::cpu.index()] = *cpus;
  const bool exclusive = is_exclusive(record);
  const auto nodes = exclusive ? free_.find_idle(tres, partition) : free_.find(tres, partition);
  if (exclusive && !nodes.empty()) tres = free_.whole(nodes);
  view.tres = tres;
  view.nodes = nodes;
  const auto limit = limits_->may_start(view);
  if (limit) set(record.job, *limit, at);
  return limit;
}

bool ReasonBook::is_exclusive(const Record& record) const {
  const Submission* asked = state_.jobs[record.job].submission;
  if (asked == nullptr) return false;
  return asked->request.sharing == Sharing::exclusive || state_.partition(record.partition).always_exclusive;
}

std::vector<NodeRun> ReasonBook::runs_of(const std::string& nodes) const {
  std::vector<NodeRun> runs;
  const auto names = expand_hostlist(nodes);
  if (!names) return runs;
  const auto& all = state_.inputs->cluster.nodes;
  for (std::uint32_t i = 0; i < all.size(); ++i)
    if (std::find(names->begin(), names->end(), all[i].name) != names->end()) runs.push_back({i, 1, 0, 0});
  return runs;
}

}  // namespace sluice::recordings
