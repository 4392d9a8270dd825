#include "tests/recordings/support/free_run.hpp"

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
#include "workloads/reader.hpp"

namespace sluice::recordings {
namespace {

/// The recorder started slurmctld so long before the first submission; the beats of the main loop and of the backfill
/// thread fell in that second as they did, in the middle, in backfill-* and fairtree*.
constexpr Duration uptime = std::chrono::seconds{100}, main_beat{570}, cycle_beat{760};
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
    runs_of(job).push_back(
        {eligible ? std::optional{floor_seconds(*eligible)} : std::nullopt, floor_seconds(at), {}, "", {}});
  }
  void job_ended(JobId job, Time at, EndState state, const Allocation&) override {
    auto& run = runs_of(job).back();
    run.end = floor_seconds(at);
    run.state = end_state_name(state);
  }
  void job_requeued(JobId job, Time at, const ClosedRun& closed, const Allocation&) override {
    auto& run = runs_of(job).back();
    run.end = floor_seconds(at);
    run.state = end_state_name(closed.state);
  }
  void job_dropped(JobId job, Time at, EndState state) override {
    runs_of(job).push_back({std::nullopt, std::nullopt, floor_seconds(at), std::string{end_state_name(state)}, {}});
  }
  FreeRuns take() { return std::move(runs_); }

 private:
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

/// When the recorder stopped everything, if it says so.
std::optional<Time> end_of_scenario(const std::filesystem::path& scenario) {
  std::ifstream in{scenario / "scenario.json"};
  const auto facts = nlohmann::json::parse(in, nullptr, false);
  if (facts.is_discarded() || !facts.contains("end")) return std::nullopt;
  return Time{std::chrono::seconds{facts["end"].get<std::int64_t>()}};
}

}  // namespace

FreeRuns recorded_runs(const Recording& recording) {
  const auto names = names_of_ids(recording);
  FreeRuns runs;
  for (const SacctRow& row : recording.sacct) {
    const std::string id = workload_id(row, names);
    if (!id.empty()) runs[id].push_back({row.eligible, row.start, row.end, first_word(row.state), row.suspended});
  }
  return runs;
}

FreeRuns simulate(const std::filesystem::path& scenario, const Recording& recording, const Timing& timing) {
  Diagnostics diags;
  auto cluster = conf::load_cluster(scenario, {}, diags);
  if (!cluster) throw BadRecording{diags.text()};
  auto workload = workloads::read_workload(scenario / "workload.csv", {}, diags);
  if (!workload) throw BadRecording{diags.text()};
  if (!timing.seed) take_real_lengths(*workload, recorded_runs(recording));
  cluster->controller.uptime = uptime - main_beat;
  cluster->times.min_job_age = recording.min_job_age;
  cluster->times.message_timeout = recording.message_timeout;
  if (timing.seed) {
    Rng phase{*timing.seed, "phase"};
    cluster->controller.uptime = uptime + Duration{static_cast<std::int64_t>(phase.below(1000))};
    cluster->controller.launch = launch;
    cluster->controller.clean = clean;
    cluster->controller.wake = wake;
  }
  auto policies = app::choose_policies(*cluster, builtin_policies(), diags);
  if (!policies) throw BadRecording{diags.text()};
  policies->clockwork.cycle_beat = cycle_beat;
  if (timing.seed) {  // the backfill thread and the look at time limits have beats of their own
    Rng phase{*timing.seed, "limits"}, cycle{*timing.seed, "cycle"};
    policies->clockwork.first_check += Duration{static_cast<std::int64_t>(phase.below(30000))};
    policies->clockwork.cycle_beat = Duration{static_cast<std::int64_t>(cycle.below(1000))};
  }
  Diagnostics not_simulated;  // reservations, scontrol top: the free run goes without
  std::vector<TimedCommand> commands;
  if (std::filesystem::exists(scenario / "events.csv"))
    commands = app::read_commands(scenario / "events.csv", *workload, *cluster, not_simulated);
  RunBook book{*workload};
  Simulation simulation{*workload, *cluster, std::move(*policies), {&book}, Memo::on, timing.seed.value_or(0)};
  book.watch(simulation);
  simulation.set_commands(commands);
  simulation.run({end_of_scenario(scenario), nullptr});
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
