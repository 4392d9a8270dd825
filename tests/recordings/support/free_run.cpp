#include "tests/recordings/support/free_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "policies/catalogue.hpp"
#include "simulator/app/inputs.hpp"
#include "simulator/app/operator_commands.hpp"
#include "simulator/base/rng.hpp"
#include "simulator/conf/load.hpp"
#include "simulator/engine/simulation.hpp"
#include "tests/recordings/support/recorded_allocation.hpp"
#include "workloads/reader.hpp"

namespace sluice::recordings {
namespace {

/// The recorder started slurmctld so long before the first submission; the beats of the main loop and of the backfill
/// thread fell in that second as they did, in the middle, in backfill-* and fairtree*.
constexpr Duration uptime = std::chrono::seconds{100}, main_beat{570}, cycle_beat{760};
/// Then it set the clock to a minute before the first submission, which woke what slept longer: slices begin in whole ones
/// from there.
constexpr Time clock_set{std::chrono::seconds{-60}};
/// As the backfill-* and fairtree* recordings have it: run times beyond those of the programs, from the end of a job to
/// the pass that follows it, and by how much cycles are further apart than bf_interval.
constexpr LatencyRange launch{Duration{150}, Duration{2700}}, clean{Duration{75}, Duration{1025}},
    wake{Duration{5}, Duration{1200}};

/// Keeps each run as it starts and ends.
class RunBook final : public Observer {
 public:
  explicit RunBook(const Workload& workload) : workload_{workload} {}
  void watch(const Simulation& simulation) { simulation_ = &simulation; }

  void job_started(JobId job, Time at, const Allocation&) override {
    const auto eligible = simulation_->jobs().job(job).eligible;
    runs_of(job).push_back({eligible ? std::optional{floor_seconds(*eligible)} : std::nullopt, floor_seconds(at), {}, "", {}, "0:0"});
  }
  void job_ended(JobId job, Time at, EndState state, const Allocation&) override {
    auto& run = runs_of(job).back();
    run.end = floor_seconds(at);
    run.state = end_state_name(state);
    run.exit = exit_of(job, state);
  }
  void job_requeued(JobId job, Time at, const ClosedRun& closed, const Allocation&) override {
    auto& run = runs_of(job).back();
    run.end = floor_seconds(at);
    run.state = end_state_name(closed.state);
  }
  /// As sacct has it: the run that was over ends once more.
  void ended_job_requeued(JobId job, Time at, const ClosedRun& closed) override {
    auto& run = runs_of(job).back();
    run.end = floor_seconds(at);
    run.state = end_state_name(closed.state);
    run.exit = "0:0";
  }
  void job_dropped(JobId job, Time at, EndState state) override {
    runs_of(job).push_back({std::nullopt, std::nullopt, floor_seconds(at), std::string{end_state_name(state)}, {}, exit_of(job, state)});
  }
  FreeRuns take() { return std::move(runs_); }

 private:
  /// A deadline is noted as exit code 1; what slurmctld ends otherwise has none.
  std::string exit_of(JobId job, EndState state) const {
    if (state == EndState::deadline) return "1:0";
    return fmt::format("{}:0", state == EndState::failed ? simulation_->jobs().spec(job).exit_code : 0);
  }
  std::vector<FreeJobRun>& runs_of(JobId job) { return runs_[std::string{workload_.job_id(job)}]; }

  const Workload& workload_;
  const Simulation* simulation_ = nullptr;
  FreeRuns runs_;
};

/// The workload's id of each of slurmctld's job ids.
std::unordered_map<std::string, std::string> names_of_ids(const Recording& recording) {
  std::unordered_map<std::string, std::string> names;
  for (const Submitted& one : recording.submitted)
    if (!one.job.empty()) names[one.job] = one.name;
  return names;
}

std::string workload_id(const SacctRow& row, const std::unordered_map<std::string, std::string>& names) {
  if (row.id.find('+') != std::string::npos) {  // a component, which has an id of its own
    const auto component = names.find(row.raw_id);
    return component == names.end() ? std::string{} : component->second;
  }
  const auto cut = std::min(row.id.find('_'), row.id.size());
  const auto found = names.find(row.id.substr(0, cut));
  return found == names.end() ? std::string{} : found->second + row.id.substr(cut);
}

std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

void take_real_lengths(Workload& workload, const FreeRuns& recorded) {
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const auto found = recorded.find(std::string{workload.job_id(JobId{i})});
    if (found == recorded.end() || found->second.empty()) continue;
    const FreeJobRun& last = found->second.back();
    if ((last.state != "COMPLETED" && last.state != "FAILED") || !last.start || !last.end) continue;
    workload.jobs[i].duration = std::max<Duration>(std::chrono::seconds{1}, *last.end - *last.start - last.suspended);
  }
}

/// Not from the first submission, which may be later.
void count_from_recorders_zero(Workload& workload) {
  const Duration zero = std::exchange(workload.time_base.zero, Duration{});
  for (JobSpec& job : workload.jobs) job.submit += zero;
  for (JobExtras& extras : workload.extras) {
    if (extras.begin) *extras.begin += zero;
    if (extras.deadline) *extras.deadline += zero;
  }
}

/// A length of time that scenario.json tells, in seconds.
std::optional<Duration> told_by(const std::filesystem::path& scenario, const char* key) {
  std::ifstream in{scenario / "scenario.json"};
  const auto facts = nlohmann::json::parse(in, nullptr, false);
  if (facts.is_discarded() || !facts.contains(key)) return std::nullopt;
  return std::chrono::seconds{facts[key].get<std::int64_t>()};
}

/// When the recorder stopped everything, if it says so.
std::optional<Time> end_of_scenario(const std::filesystem::path& scenario) {
  const auto end = told_by(scenario, "end");
  return end ? std::optional{Time{*end}} : std::nullopt;
}

}  // namespace

std::string endings_of(const std::vector<FreeJobRun>& runs) {
  std::string text;
  for (const auto& run : runs)
    if (run.end) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", run.state, run.exit);
  return text;
}

std::string endings_of(const FreeRuns& runs, const std::string& id) {
  const auto found = runs.find(id);
  return found == runs.end() ? std::string{} : endings_of(found->second);
}

FreeRuns recorded_runs(const Recording& recording) {
  const auto names = names_of_ids(recording);
  FreeRuns runs;
  for (const SacctRow& row : recording.sacct) {
    const std::string id = workload_id(row, names);
    if (!id.empty()) runs[id].push_back({row.eligible, row.start, row.end, first_word(row.state), row.suspended, row.exit});
  }
  return runs;
}

Workload scenario_workload(const std::filesystem::path& scenario) {
  Diagnostics diags;
  auto workload = workloads::read_workload(scenario / "workload.csv", {}, diags);
  if (!workload) throw BadRecording{diags.text()};
  count_from_recorders_zero(*workload);
  return std::move(*workload);
}

namespace {

/// What a scenario's folder says, and what the recorder's slurmctld had beside it.
struct Scenario {
  Scenario(const std::filesystem::path& folder, const Recording& recording)
      : cluster{read_cluster(folder)}, workload{scenario_workload(folder)} {
    cluster.controller.uptime = uptime - main_beat;
    cluster.times.min_job_age = recording.min_job_age;
    cluster.times.message_timeout = recording.message_timeout;
    const Duration epilog = told_by(folder, "epilog").value_or(Duration{});
    cluster.controller.clean = {epilog, epilog};
  }

  static ClusterSpec read_cluster(const std::filesystem::path& folder) {
    Diagnostics diags;
    auto known = conf::load_cluster(folder, {}, diags);
    if (!known) throw BadRecording{diags.text()};
    return std::move(*known);
  }

  /// The slurmctld's phases follow.
  PolicySet policies() {
    Diagnostics diags;
    auto chosen = app::choose_policies(cluster, builtin_policies(), diags);
    if (!chosen) throw BadRecording{diags.text()};
    chosen->clockwork.cycle_beat = cycle_beat;
    chosen->clockwork.slice_beat = clock_set - (Time{} - cluster.controller.uptime);
    return std::move(*chosen);
  }

  std::vector<TimedCommand> commands(const std::filesystem::path& folder) {
    Diagnostics not_simulated;  // scontrol top
    if (!std::filesystem::exists(folder / "events.csv")) return {};
    return app::read_commands(folder / "events.csv", workload, cluster, not_simulated);
  }

  ClusterSpec cluster;
  Workload workload;
};

void draw_timing(const Timing& timing, ControllerSettings& controller) {
  if (!timing.seed) return;
  Rng phase{*timing.seed, "phase"};
  controller.uptime = uptime + Duration{static_cast<std::int64_t>(phase.below(1000))};
  controller.launch = launch;
  controller.clean = {controller.clean.low + clean.low, controller.clean.high + clean.high};
  controller.wake = wake;
}

/// The backfill thread and the look at time limits have beats of their own.
void draw_beats(const Timing& timing, Clockwork& clockwork) {
  if (!timing.seed) return;
  Rng phase{*timing.seed, "limits"}, cycle{*timing.seed, "cycle"};
  clockwork.first_check += Duration{static_cast<std::int64_t>(phase.below(30000))};
  clockwork.cycle_beat = Duration{static_cast<std::int64_t>(cycle.below(1000))};
}

}  // namespace

FreeRuns simulate(const std::filesystem::path& folder, const Recording& recording, const Timing& timing) {
  Scenario scenario{folder, recording};
  if (!timing.seed) take_real_lengths(scenario.workload, recorded_runs(recording));
  draw_timing(timing, scenario.cluster.controller);
  const auto commands = scenario.commands(folder);
  PolicySet policies = scenario.policies();
  draw_beats(timing, policies.clockwork);
  RunBook book{scenario.workload};
  Simulation simulation{scenario.workload, scenario.cluster, std::move(policies), {&book}, Memo::on, timing.seed.value_or(0)};
  book.watch(simulation);
  simulation.let_commands_change(scenario.cluster);
  simulation.set_commands(commands);
  simulation.run({end_of_scenario(folder), nullptr});
  return book.take();
}

namespace {

/// On its nodes; CPUs and memory evenly spread, no GRES.
Allocation where_it_ran(const SacctRow& row, const ClusterSpec& cluster) {
  Allocation where;
  for (std::uint32_t p = 0; p < cluster.partitions.size(); ++p)
    if (cluster.partitions[p].name == row.partition) where.partition = PartitionId{p};
  const NodeSet nodes = node_set(cluster, row.nodes);
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(1, nodes.count()));
  Amount each;
  each.cpus = static_cast<std::int32_t>(count_of(row.allocated, "cpu").value_or(0) / count);
  each.memory = count_of(row.allocated, "mem").value_or(0) / count;
  nodes.for_each([&](NodeId node) { append_node(where, cluster, node, each, 0); });
  return where;
}

/// Runs that overlap by a moment, as one ends a little later than it did, have room beside each other.
void make_room(ClusterSpec& cluster) {
  constexpr std::int64_t times = 8;
  for (NodeClass& node : cluster.classes) {
    node.cpus *= times;
    node.cores_per_socket *= times;
    node.real_memory.value *= times;
  }
}

/// A program that came to its end after its limit, and before slurmctld looked, had the length that it had.
void take_late_lengths(Workload& workload, const FreeRuns& recorded) {
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const auto found = recorded.find(std::string{workload.job_id(JobId{i})});
    if (found == recorded.end() || found->second.empty()) continue;
    const FreeJobRun& last = found->second.back();
    if (last.state == "TIMEOUT") workload.jobs[i].duration = std::max<Duration>(workload.jobs[i].duration, *last.end - *last.start);
  }
}

/// Starts come late in their seconds: behind what else happens in them.
constexpr Duration late_in_second{900};

/// Each job's runs, and the commands that make them.
void force_runs(const Recording& recording, const Scenario& scenario, std::vector<TimedCommand>& commands) {
  std::unordered_map<std::string, JobId> jobs;
  for (std::uint32_t i = 0; i < scenario.workload.jobs.size(); ++i) jobs[std::string{scenario.workload.job_id(JobId{i})}] = JobId{i};
  const auto names = names_of_ids(recording);
  for (const SacctRow& row : recording.sacct) {
    const auto job = jobs.find(workload_id(row, names));
    if (job == jobs.end() || !row.start) continue;
    const Time start{*row.start + late_in_second};
    commands.push_back({start, StartJob{job->second, where_it_ran(row, scenario.cluster)}});
    UpdateJobs limit;
    limit.jobs = {job->second};
    limit.limit = row.limit;
    if (row.limit) commands.push_back({start, std::move(limit)});
    if (row.state != "PREEMPTED" || !row.end) continue;
    commands.push_back({std::max(start, Time{*row.end + late_in_second / 2}), PreemptJob{job->second}});
  }
  std::stable_sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

}  // namespace

FreeRuns force(const std::filesystem::path& folder, const Recording& recording) {
  Scenario scenario{folder, recording};
  take_real_lengths(scenario.workload, recorded_runs(recording));
  take_late_lengths(scenario.workload, recorded_runs(recording));
  make_room(scenario.cluster);
  auto commands = scenario.commands(folder);
  force_runs(recording, scenario, commands);
  RunBook book{scenario.workload};
  Simulation simulation{scenario.workload, scenario.cluster, scenario.policies(), {&book}};
  book.watch(simulation);
  simulation.let_commands_change(scenario.cluster);
  simulation.set_commands(std::move(commands));
  constexpr Duration never = std::chrono::hours{24 * 365};
  simulation.decide_from(Time{never});
  auto end = end_of_scenario(folder);
  if (end) *end += late_in_second;
  simulation.run({end, nullptr});
  return book.take();
}

double mean_wait_s(const FreeRuns& runs) {
  double sum = 0;
  std::size_t count = 0;
  for (const auto& [id, own] : runs)
    for (const FreeJobRun& run : own)
      if (run.start && run.eligible) {
        sum += static_cast<double>((*run.start - *run.eligible).count());
        ++count;
      }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

Seconds elapsed(const FreeRuns& runs) {
  Seconds last{};
  for (const auto& [id, own] : runs)
    for (const FreeJobRun& run : own)
      if (run.end) last = std::max(last, *run.end);
  return last;
}

}  // namespace sluice::recordings
