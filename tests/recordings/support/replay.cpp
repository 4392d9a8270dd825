#include "tests/recordings/support/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "simulator/base/text.hpp"
#include "tests/recordings/support/recorded_allocation.hpp"

namespace sluice::recordings {
namespace {

using accounting::BillingRule;

std::vector<bool> keeping_qos(const AccountingSpec& spec) {
  std::vector<bool> keeps;
  for (const auto& qos : spec.qos) keeps.push_back(qos.flags.no_decay);
  return keeps;
}

std::uint32_t number_of(const std::string& id) {
  return static_cast<std::uint32_t>(std::strtoul(id.c_str(), nullptr, 10));
}

const Submission* find_submission(const Inputs& inputs, std::string_view name) {
  const auto found = std::find_if(inputs.submissions.begin(), inputs.submissions.end(),
                                  [&](const Submission& one) { return one.name == name; });
  return found != inputs.submissions.end() ? &*found : nullptr;
}

std::string default_account(const AccountingSpec& spec, std::string_view user) {
  for (const auto& one : spec.users)
    if (one.name == user) return one.default_account;
  return "root";
}

std::optional<QosId> qos_of(const AccountingSpec& spec, const std::string& asked, AssociationId association) {
  if (!asked.empty()) return find_qos(spec, to_lower(asked));
  const auto whole = effective(spec, association);
  if (whole.default_qos) return find_qos(spec, *whole.default_qos);
  return find_qos(spec, "normal");
}

/// In the order of PriorityTier; equal tiers keep the order of the request.
std::vector<PartitionId> partitions_of(const ClusterSpec& cluster, const std::string& asked) {
  std::vector<PartitionId> list;
  for (std::size_t row = 0; row < cluster.partitions.size(); ++row)
    if (asked.empty() && cluster.partitions[row].is_default) list.push_back({static_cast<std::uint32_t>(row)});
  for (const auto name : split(asked, ','))
    for (std::size_t row = 0; row < cluster.partitions.size(); ++row)
      if (!asked.empty() && cluster.partitions[row].name == name) list.push_back({static_cast<std::uint32_t>(row)});
  std::stable_sort(list.begin(), list.end(), [&](PartitionId a, PartitionId b) {
    return cluster.partitions[a.index()].priority_tier > cluster.partitions[b.index()].priority_tier;
  });
  return list;
}

/// "nodes=n[01-04] cpus=32 part=low" -> the value of a key.
std::string detail_of(std::string_view detail, std::string_view key) {
  for (const auto word : split(detail, ' '))
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
      return std::string{word.substr(key.size() + 1)};
  return {};
}

void add_jobs(RecordedState& state) {
  const auto add = [&](const std::string& id) -> RecordedJob& {
    const auto [at, is_new] = state.job_of_id.emplace(id, state.jobs.size());
    if (is_new) {
      state.jobs.emplace_back();
      state.jobs.back().id = id;
      state.jobs.back().number = number_of(id);
    }
    return state.jobs[at->second];
  };
  for (const auto& one : state.recording->submitted)
    if (!one.job.empty()) add(one.job).submission = find_submission(*state.inputs, one.name);
  for (const auto& row : state.recording->sacct) {
    RecordedJob& job = add(row.raw_id);
    job.rows.push_back(&row);
    const auto underscore = row.id.find('_');
    if (underscore == std::string::npos) continue;
    RecordedJob& master = add(row.id.substr(0, underscore));
    const bool requeued = std::any_of(master.task_rows.begin(), master.task_rows.end(),
                                      [&](const SacctRow* known) { return known->raw_id == row.raw_id; });
    if (!requeued) master.task_rows.push_back(&row);
    const Submission* submission = master.submission;
    RecordedJob& task = state.jobs[state.job_of_id[row.raw_id]];
    task.submission = submission;
    task.is_task = true;
  }
}

void describe_job(RecordedState& state, RecordedJob& job) {
  const AccountingSpec& accounting = state.inputs->accounting;
  std::sort(job.rows.begin(), job.rows.end(), [](auto a, auto b) { return a->submit < b->submit; });
  const Submission* asked = job.submission;
  const SacctRow* row = job.rows.empty() ? nullptr : job.rows.front();
  const std::string user = row ? row->user : asked ? asked->user : std::string{};
  std::string account = row ? row->account : asked ? asked->account : std::string{};
  if (account.empty()) account = default_account(accounting, user);
  const auto association = state.associations.find(to_lower(account), to_lower(user), {});
  if (!association) throw BadRecording{fmt::format("{}/{} of job {} is no association", account, user, job.id)};
  job.association = *association;
  job.qos = qos_of(accounting, asked ? asked->qos : row->qos, job.association);
  job.splits_at_once = asked && asked->dependency.starts_with("aftercorr") && !job.task_rows.empty();
  job.partitions = partitions_of(state.inputs->cluster, asked ? asked->request.partition : row->partition);
}

void add_runs(RecordedState& state, RecordedJob& job) {
  for (const SacctRow* row : job.rows) {
    if (!row->start || row->allocated.empty()) continue;
    Run run;
    run.row = row;
    run.partition = row->partition;
    run.nodes = row->nodes;
    run.start = *row->start;
    run.end = row->end;
    run.limit = row->limit;
    run.tres = state.tres.row(row->allocated);
    if (const auto partition = state.find_partition(run.partition)) {
      // Computed when a job first starts; one that was requeued keeps it, wherever it runs then.
      run.billing = job.runs.empty() ? state.billing[partition->index()].of(run.tres) : job.runs.front().billing;
    }
    job.runs.push_back(std::move(run));
  }
}

}  // namespace

RecordedState::RecordedState(const Inputs& in, const Recording& rec)
    : inputs{&own_inputs_},
      recording{&rec},
      tres{in.cluster.accounting_settings.tres},
      associations{in.accounting},
      usage{associations, tres.size(), accounting::Decay{in.cluster.multifactor.decay_half_life},
            keeping_qos(in.accounting)},
      fair_tree{associations},
      association_moments(associations.size()),
      own_inputs_{in} {
  const auto rule = in.cluster.multifactor.flags.max_tres ? BillingRule::max_tres : BillingRule::sum;
  for (const auto& partition : in.cluster.partitions) billing.emplace_back(partition.billing_weights, tres, rule);
  add_jobs(*this);
  list_lost_tasks();
  for (auto& job : jobs) {
    describe_job(*this, job);
    add_runs(*this, job);
  }
  std::sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  for (std::size_t i = 0; i < jobs.size(); ++i) job_of_id[jobs[i].id] = i;
  undo_limit_changes();
  job_moments.resize(jobs.size());
}

/// They have what their sister tasks have, and the log says when they ran.
void RecordedState::list_lost_tasks() {
  for (const auto& started : recording->decisions) {
    const auto underscore = started.logged.find('_');
    if (started.what != "start" || underscore == std::string::npos || job_of_id.count(started.job) != 0) continue;
    const auto array = job_of_id.find(started.logged.substr(0, underscore));
    if (array == job_of_id.end() || jobs[array->second].task_rows.empty()) continue;
    SacctRow row = *jobs[array->second].task_rows.front();
    row.raw_id = started.job;
    row.id = started.logged.substr(0, started.logged.find('('));
    row.start = row.eligible = floor_seconds(started.at);
    for (const auto& done : recording->decisions)
      if (done.job == started.job && done.detail == "done") row.end = floor_seconds(done.at);
    RecordedJob task;
    task.id = started.job;
    task.number = number_of(task.id);
    task.submission = jobs[array->second].submission;
    task.is_task = true;
    task.rows.push_back(&lost_tasks_.emplace_back(std::move(row)));
    job_of_id.emplace(task.id, jobs.size());
    jobs.push_back(std::move(task));
  }
}

/// sacct shows a job's last time limit; before an operator changed it, it was that of the request.
void RecordedState::undo_limit_changes() {
  for (const auto& executed : recording->commands) {
    Diagnostics diags;
    const auto command = conf::parse_command(executed.command, {"commands.log", 0, 1}, diags);
    const auto* update = command ? std::get_if<conf::UpdateJob>(&*command) : nullptr;
    if (update == nullptr || (!update->time_limit && !update->time_limit_by) || !executed.succeeded) continue;
    for (const auto& id : update->jobs) {
      const auto found = job_of_id.find(id);
      if (found == job_of_id.end() || jobs[found->second].submission == nullptr) continue;
      for (Run& run : jobs[found->second].runs)
        if (Time{run.start} < executed.at) run.limit = jobs[found->second].submission->limit;
    }
  }
}

void RecordedState::change(std::size_t index, const conf::UpdateJob& command, Seconds now) {
  RecordedJob& job = jobs[index];
  if (job.submission == nullptr) return;
  Submission& own = changed_.emplace_back(*job.submission);
  change_submission(own, command, job.submit, now);
  job.submission = &own;
  if (command.partition) job.partitions = partitions_of(inputs->cluster, own.request.partition);
  if (command.qos) job.qos = qos_of(inputs->accounting, own.qos, job.association);
}

std::optional<PartitionId> RecordedState::find_partition(std::string_view name) const {
  for (std::size_t row = 0; row < inputs->cluster.partitions.size(); ++row)
    if (inputs->cluster.partitions[row].name == name) return PartitionId{static_cast<std::uint32_t>(row)};
  return std::nullopt;
}

std::optional<std::size_t> RecordedState::find_job(const std::string& id) const {
  if (const auto found = job_of_id.find(id); found != job_of_id.end()) return found->second;
  for (std::size_t i = 0; i < jobs.size(); ++i)
    for (const SacctRow* row : jobs[i].rows)
      if (row->id == id) return i;
  return std::nullopt;
}

accounting::UsingJob RecordedState::using_job(const RecordedJob& job, const Run& run) const {
  accounting::UsingJob using_job;
  using_job.association = job.association;
  using_job.qos = job.qos;
  if (const auto partition = find_partition(run.partition); partition && !this->partition(*partition).qos.empty())
    using_job.partition_qos = find_qos(inputs->accounting, to_lower(this->partition(*partition).qos));
  if (job.qos) using_job.usage_factor = inputs->accounting.qos[job.qos->index()].usage_factor;
  using_job.billing = run.billing;
  using_job.tres = run.tres;
  using_job.start = run.start;
  using_job.limit = run.limit;
  return using_job;
}

namespace {

/// Turns log rows into events; keeps which runs have been seen to start.
class Gatherer {
 public:
  explicit Gatherer(RecordedState& state) : state_{state} {
    for (const auto& job : state.jobs) started_.emplace_back(job.runs.size(), false);
    ends_.resize(state.jobs.size());
  }

  std::vector<Event> gather() {
    for (const auto& row : state_.recording->decisions) add_decision(row);
    for (std::size_t job = 0; job < state_.jobs.size(); ++job) add_ends(job);
    add_commands();
    add_holds_of_reservations();
    for (auto& pass : priority_passes(state_)) events_.push_back(std::move(pass));
    add_snapshots<SprioTaken>(state_.recording->sprio);
    add_snapshots<SshareTaken>(state_.recording->sshare);
    add_snapshots<SqueueTaken>(state_.recording->squeue);
    // Rows of one millisecond keep their order; what has no row comes behind them.
    const auto place = [](const Event& event) {
      return std::tuple{event.at, event.row == nullptr, event.row};
    };
    std::stable_sort(events_.begin(), events_.end(),
                     [&](const Event& a, const Event& b) { return place(a) < place(b); });
    return std::move(events_);
  }

 private:
  void add_decision(const Decision& row) {
    if (row.what == "pass") return add(row, MainPass{});
    if (row.what == "cycle") return add(row, BackfillCycle{});
    if (row.who == "backfill" && row.what == "done") return add(row, BackfillCycleDone{});
    const auto job = row.job.empty() ? std::nullopt : state_.find_job(row.job);
    if (!job) return;
    if (row.what == "submit")
      add_submission(*job, row);
    else if (row.what == "start")
      add_start(*job, row);
    else if (row.what == "test")
      add(row, JobTested{*job, state_.find_partition(detail_of(row.detail, "part"))});
    else if (row.what == "plan")
      add(row, JobPlanned{*job, detail_of(row.detail, "part"), detail_of(row.detail, "nodes"),
                          Seconds{number_of(detail_of(row.detail, "start"))}});
    else if (row.what == "never")
      add(row, JobNeverRuns{*job});
    else if (row.what == "suspend")
      add(row, JobPaused{*job});
    else if (row.what == "resume")
      add(row, JobWentOn{*job});
    else if (row.who == "job" || row.what == "cancel")
      ends_[*job].push_back(&row);
  }

  void add_submission(std::size_t job, const Decision& row) {
    const auto priority = number_of(detail_of(row.detail, "prio"));
    add(row, JobSubmitted{job, priority});
    if (!state_.jobs[job].splits_at_once) return;
    for (const SacctRow* task : state_.jobs[job].task_rows)
      if (const std::size_t index = state_.job_of_id[task->raw_id]; index != job)
        add(row, JobSubmitted{index, priority});
  }

  void add_start(std::size_t job, const Decision& row) {
    auto& runs = state_.jobs[job].runs;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (started_[job][i] || !near(row.at, runs[i].start)) continue;
      started_[job][i] = true;
      if (const auto partition = detail_of(row.detail, "part"); !partition.empty()) runs[i].partition = partition;
      return add(row, RunStarted{job, i});
    }
  }

  static bool near(Time at, Seconds second) {
    const auto distance = floor_seconds(at) - second;
    return distance >= Seconds{-1} && distance <= Seconds{1};
  }

  /// A run ends in sacct's second; where in it, the log says.
  void add_ends(std::size_t index) {
    RecordedJob& job = state_.jobs[index];
    for (std::size_t i = 0; i < job.runs.size(); ++i) {
      Run& run = job.runs[i];
      // What is left of a job that has lost a node goes on at once.
      const auto shrunk = i > 0 && job.runs[i - 1].row->state == "RESIZING" ? moment_of_loss(job.runs[i - 1]) : std::nullopt;
      if (!started_[index][i]) add(shrunk.value_or(Time{run.start + std::chrono::milliseconds{500}}), RunStarted{index, i});
      if (!run.end) continue;
      if (run.row->state == "REQUEUED")
        for (const Decision* row : ends_[index])
          if (row->detail == "done" && floor_seconds(row->at) >= run.start && floor_seconds(row->at) < *run.end)
            run.end = floor_seconds(row->at);
      const auto found = std::find_if(ends_[index].begin(), ends_[index].end(), [&](const Decision* row) {
        return near(row->at, *run.end) && row->at >= Time{run.start};
      });
      if (const auto lost = moment_of_loss(run))
        add(*lost, RunEnded{index, i});
      else if (found != ends_[index].end())
        add(**found, RunEnded{index, i});
      else
        add(Time{*run.end + std::chrono::milliseconds{500}}, RunEnded{index, i});
    }
    for (const SacctRow* row : job.rows)
      if (!row->start && row->end) add_drop(index, *row->end);
    for (std::size_t k = 1; k < job.rows.size(); ++k)
      if (job.rows[k - 1]->state != "RESIZING") add_requeue(index, job.rows[k]->submit);
  }

  /// A run ends when one of its nodes is set DOWN; that it is complete is logged later.
  std::optional<Time> moment_of_loss(const Run& run) const {
    if (run.row->state != "NODE_FAIL" && run.row->state != "REQUEUED" && run.row->state != "RESIZING") return std::nullopt;
    for (const auto& executed : state_.recording->commands) {
      if (!executed.succeeded || floor_seconds(executed.at) != *run.end) continue;
      Diagnostics diags;
      const auto command = conf::parse_command(executed.command, {"commands.log", 0, 1}, diags);
      const auto* nodes = command ? std::get_if<conf::UpdateNodes>(&*command) : nullptr;
      if (nodes == nullptr || nodes->state != "down") continue;
      if (node_set(state_.inputs->cluster, nodes->nodes).count_common(node_set(state_.inputs->cluster, run.nodes)) > 0)
        return executed.at;
    }
    return std::nullopt;
  }

  /// A deadline is found to have passed by a test of that second, if there is one.
  void add_drop(std::size_t job, Seconds end) {
    for (const auto& row : state_.recording->decisions)
      if (row.what == "test" && floor_seconds(row.at) == end && state_.find_job(row.job) == job)
        return add(row, JobDropped{job});
    add(Time{end + std::chrono::milliseconds{500}}, JobDropped{job});
  }

  /// Behind the log row that ended the run before.
  void add_requeue(std::size_t job, Seconds submit) {
    const Decision* last = nullptr;
    for (const Decision* row : ends_[job])
      if (near(row->at, submit)) last = row;
    if (last != nullptr && last->at >= Time{submit + std::chrono::milliseconds{500}})
      add(*last, JobRequeued{job});
    else
      add(Time{submit + std::chrono::milliseconds{500}}, JobRequeued{job});
  }

  void add_commands() {
    for (const auto& executed : state_.recording->commands) {
      if (!executed.succeeded) continue;
      Diagnostics diags;
      auto command = conf::parse_command(executed.command, {"commands.log", 0, 1}, diags);
      if (!command) throw BadRecording{diags.text()};
      OperatorActed acted{{}, std::move(*command)};
      for (const auto& id : conf::jobs_of(acted.command))
        if (const auto job = state_.find_job(id)) acted.jobs.push_back(*job);
      add(executed.at, std::move(acted));
    }
  }

  /// squeue shows it; the moment itself is not logged.
  void add_holds_of_reservations() {
    constexpr std::size_t id = 0, job_state = 9;
    std::vector<bool> seen(state_.jobs.size(), false);
    for (const auto& snapshot : state_.recording->squeue)
      for (const auto& row : snapshot.rows) {
        if (row.size() <= job_state || row[job_state] != "RESV_DEL_HOLD") continue;
        const auto job = state_.find_job(row[id]);
        if (!job || seen[*job]) continue;
        seen[*job] = true;
        add(snapshot.at - std::chrono::seconds{1}, JobHeldBack{*job});
      }
  }

  template <class Taken>
  void add_snapshots(const std::vector<Snapshot>& snapshots) {
    for (std::size_t i = 0; i < snapshots.size(); ++i) add(snapshots[i].at, Taken{i});
  }

  void add(Time at, What what) { events_.push_back({at, std::move(what), nullptr}); }
  void add(const Decision& row, What what) { events_.push_back({row.at, std::move(what), &row}); }

  RecordedState& state_;
  std::vector<Event> events_;
  std::vector<std::vector<bool>> started_;          ///< by job and run
  std::vector<std::vector<const Decision*>> ends_;  ///< by job: rows that may be its end
};

}  // namespace

Replay::Replay(const Inputs& inputs, const Recording& recording) : state_{inputs, recording} {
  events_ = Gatherer{state_}.gather();
  note_moments();
}

void Replay::note_moments() {
  for (const Event& event : events_) {
    const auto of_job = [&](std::size_t job) { state_.job_moments[job].push_back(event.at); };
    const auto of_association = [&](std::size_t job) {
      for (AssociationId id = state_.jobs[job].association;; id = state_.associations.parent(id)) {
        state_.association_moments[id.index()].push_back(event.at);
        if (id == accounting::AssociationTree::root) return;
      }
    };
    std::visit(
        [&](const auto& what) {
          using Kind = std::decay_t<decltype(what)>;
          if constexpr (std::is_same_v<Kind, OperatorActed>)
            std::for_each(what.jobs.begin(), what.jobs.end(), of_job);
          else if constexpr (requires { what.job; } && !std::is_same_v<Kind, JobPlanned> &&
                             !std::is_same_v<Kind, JobTested>)
            of_job(what.job);
          if constexpr (requires { what.run; }) of_association(what.job);
          if constexpr (std::is_same_v<Kind, PriorityPass>) state_.passes.push_back(event.at);
        },
        event.what);
  }
}

const Event* Replay::step() {
  if (next_ == events_.size()) return nullptr;
  const Event& event = events_[next_++];
  std::visit([&](const auto& what) { apply(what, event.at); }, event.what);
  return &event;
}

void Replay::apply(const JobSubmitted& it, Time at) {
  RecordedJob& job = state_.jobs[it.job];
  job.phase = JobPhase::pending;
  job.submit = job.pending_since = floor_seconds(at);
  job.held = job.submission != nullptr && job.submission->hold;
}

void Replay::apply(const RunStarted& it, Time) {
  RecordedJob& job = state_.jobs[it.job];
  job.phase = JobPhase::running;
  job.run = it.run;
  state_.usage.start(state_.using_job(job, job.runs[it.run]));
}

void Replay::apply(const RunEnded& it, Time) {
  RecordedJob& job = state_.jobs[it.job];
  const Run& run = job.runs[it.run];
  const Seconds to = std::max(*run.end, run.start);
  const Seconds from = std::min(to, std::max(run.start, state_.last_pass.value_or(run.start)));
  state_.usage.end(state_.using_job(job, run), from, to);
  job.phase = JobPhase::ended;
  job.ended_at = to;
}

void Replay::apply(const JobRequeued& it, Time at) {
  RecordedJob& job = state_.jobs[it.job];
  const auto& codes = state_.inputs->cluster.job_settings.requeue_exit_hold;
  if (job.run < job.runs.size() && job.runs[job.run].row != nullptr) {  // SPECIAL_EXIT
    const auto code = static_cast<std::int16_t>(std::strtol(job.runs[job.run].row->exit.c_str(), nullptr, 10));
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) job.held = true;
  }
  job.phase = JobPhase::pending;
  job.pending_since = floor_seconds(at);
}

void Replay::apply(const JobDropped& it, Time) { state_.jobs[it.job].phase = JobPhase::ended; }

void Replay::apply(const JobHeldBack& it, Time) { state_.jobs[it.job].held = true; }

void Replay::apply(const JobNeverRuns& it, Time) { state_.jobs[it.job].held = true; }

void Replay::apply(const PriorityPass& it, Time) {
  if (state_.last_pass) state_.usage.decay(it.now - *state_.last_pass);
  for (const auto& job : state_.jobs) {
    if (job.phase != JobPhase::running) continue;
    const Run& run = job.runs[job.run];
    const Seconds from = std::max(run.start, state_.last_pass.value_or(run.start));
    if (from >= it.now) continue;
    const auto using_job = state_.using_job(job, run);
    state_.usage.charge_in_pass(using_job, from, it.now);
    // A job that ends while a pass runs waits for its jobs, but not for its sums: it was charged by both.
    if (std::find(it.late.begin(), it.late.end(), job.id) == it.late.end()) continue;
    state_.usage.charge_in_pass(using_job, from, it.now);
  }
  state_.usage.settle();
  state_.fair_tree.compute(state_.usage.raw());
  state_.last_pass = it.now;
}

void Replay::apply(const OperatorActed& it, Time at) {
  if (const auto* partition = std::get_if<conf::UpdatePartition>(&it.command)) state_.change(*partition);
  if (const auto* nodes = std::get_if<conf::UpdateNodes>(&it.command)) state_.change(*nodes);
  for (const std::size_t index : it.jobs) {
    RecordedJob& job = state_.jobs[index];
    if (std::holds_alternative<conf::HoldJobs>(it.command)) job.held = job.was_held = true;
    if (const auto* requeue = std::get_if<conf::RequeueJobs>(&it.command); requeue != nullptr && requeue->hold)
      job.held = job.was_held = true;
    if (std::holds_alternative<conf::ReleaseJobs>(it.command)) job.held = false;
    const auto* update = std::get_if<conf::UpdateJob>(&it.command);
    if (update != nullptr && job.phase == JobPhase::pending) state_.change(index, *update, floor_seconds(at));
    if (update == nullptr || (!update->time_limit && !update->time_limit_by) || job.phase != JobPhase::running) continue;
    Run& run = job.runs[job.run];
    std::optional<Seconds> limit;
    if (update->time_limit_by) limit = run.limit.value_or(Seconds{}) + std::chrono::floor<Seconds>(*update->time_limit_by);
    if (update->time_limit && update->time_limit->length) limit = std::chrono::floor<Seconds>(*update->time_limit->length);
    state_.usage.change_limit(state_.using_job(job, run), state_.last_pass.value_or(run.start), limit);
    run.limit = limit;
  }
}

}  // namespace sluice::recordings
