// The state of a simulation, written down as squeue prints it and read again, goes on as it would have: wherever what is
// decided depends on nothing but what squeue shows.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "policies/catalogue.hpp"
#include "simulator/app/prepared_run.hpp"
#include "simulator/base/rng.hpp"
#include "simulator/base/text.hpp"
#include "simulator/report/recorder.hpp"
#include "simulator/report/state_text.hpp"
#include "tests/unit/report/small_run.hpp"

namespace sluice::test {
namespace {

using report::test::TemporaryFolder;

void write(const std::filesystem::path& file, std::string_view text) { std::ofstream{file, std::ios::binary} << text; }

/// A trace whose jobs run as long as their limits, which is all that squeue knows: by job, with their submissions.
struct Trace {
  std::string header = "job_id,submit,duration,user,nodes,ntasks,cpus-per-task,gpus-per-node,mem,time,dependency\n";
  std::vector<std::pair<int, std::string>> rows;

  std::string from(int moment) const {
    std::string text = header;
    for (const auto& [submit, row] : rows)
      if (submit > moment) text += row;
    return text;
  }
};

Trace draw_trace(Rng& rng) {
  const auto below = [&rng](std::uint64_t bound) { return static_cast<int>(rng.next() % bound); };
  Trace trace;
  int submit = 0;
  for (int i = 1; i <= 120; ++i) {
    submit += below(90);
    const int nodes = 1 + below(3), minutes = 1 + below(25);
    trace.rows.emplace_back(submit, fmt::format("{},{},{},u{},{},{},{},{},{},{},{}\n", i, submit, minutes * 60, below(4), nodes,
                                                nodes * (1 + below(4)), 1 + below(2), below(3) == 0 ? "1" : "",
                                                below(2) == 0 ? "4000" : "", minutes,
                                                i > 4 && below(6) == 0 ? fmt::format("afterany:{}", i - 1 - below(3)) : ""));
  }
  return trace;
}

constexpr std::string_view conf = R"(ClusterName=state
SchedulerType=sched/fcfs
SelectType=select/best_fit
PriorityType=priority/basic
GresTypes=gpu
NodeName=n[01-05] CPUs=8 Sockets=1 CoresPerSocket=8 RealMemory=16000 Gres=gpu:2
NodeName=c[01-03] CPUs=16 Sockets=1 CoresPerSocket=16 RealMemory=32000
PartitionName=main Nodes=ALL Default=YES MaxTime=1-0
)";

/// The first line that differs, of both; empty: none does.
std::string difference(std::string_view a, std::string_view b) {
  const auto left = split(a, '\n'), right = split(b, '\n');
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto one = i < left.size() ? left[i] : "-", other = i < right.size() ? right[i] : "-";
    if (one != other) return fmt::format("{}\n{}", one, other);
  }
  return {};
}

/// A simulation of arguments, which stand on their own.
struct Play {
  explicit Play(const app::RunArguments& arguments)
      : prepared{app::prepare_run(arguments, builtin_policies(), app::Remarks::kept)},
        simulation{prepared->workload, prepared->cluster, std::move(prepared->policies), {}} {
    simulation.let_commands_change(prepared->cluster);
    simulation.set_commands(prepared->commands);
    simulation.decide_from(prepared->decides_from);
  }

  Time in_simulation(int moment) const { return Time{std::chrono::seconds{moment} - prepared->workload.time_base.zero}; }
  std::string state(int moment) {
    simulation.run({in_simulation(moment), nullptr});
    return report::state_text(simulation.jobs(), simulation.cluster(), in_simulation(moment));
  }
  /// By job, in the trace's own time; jobs that have ended are no longer in a state.
  std::map<std::string, Duration> starts() {
    simulation.run();
    std::map<std::string, Duration> found;
    for (std::uint32_t i = 0; i < simulation.jobs().size(); ++i)
      if (const auto* ended = std::get_if<Ended>(&simulation.jobs().job(JobId{i}).state); ended != nullptr && ended->start)
        found[std::string{prepared->workload.job_id(JobId{i})}] = prepared->workload.time_base.zero + ended->start->time_since_epoch();
    return found;
  }

  std::unique_ptr<app::PreparedRun> prepared;
  Simulation simulation;
};

}  // namespace

TEST_CASE("a state that is written as squeue does and read again gives the same starts", "[property][state]") {
  const std::vector<std::vector<std::string>> variants{
      {"SchedulerType=sched/fcfs"},
      {"SchedulerType=sched/fcfs", "SelectType=select/pack_gpu", "PriorityType=priority/sjf"},
      {"SchedulerType=sched/easy"},
      {"SchedulerType=sched/easy", "SchedulerParameters=easy_variant=sjbf", "SelectType=select/first_fit"},
  };
  constexpr int moments_each = 25;  // 100 in all
  for (const auto& sets : variants) {
    INFO(fmt::format("{}", fmt::join(sets, " ")));
    TemporaryFolder folder;
    Rng rng{7, sets.back()};
    const Trace trace = draw_trace(rng);
    write(folder.path() / "slurm.conf", conf);
    write(folder.path() / "gres.conf", "NodeName=n[01-05] Name=gpu File=/dev/nvidia[0-1]\n");
    write(folder.path() / "jobs.csv", trace.from(-1));
    app::RunArguments arguments;
    arguments.cluster = (folder.path() / "slurm.conf").string();
    arguments.sets = sets;
    arguments.trace.workload = (folder.path() / "jobs.csv").string();
    const auto expected = Play{arguments}.starts();
    REQUIRE(expected.size() == trace.rows.size());

    const int last = trace.rows.back().first;
    for (int n = 0; n < moments_each; ++n) {
      const int moment = trace.rows.front().first + 30 + static_cast<int>(rng.next() % static_cast<std::uint64_t>(last - 60));
      INFO("state at " << moment << " s");
      const std::string text = Play{arguments}.state(moment);
      write(folder.path() / "now.txt", text);
      write(folder.path() / "rest.csv", trace.from(moment));
      app::RunArguments again = arguments;
      again.state = (folder.path() / "now.txt").string();
      again.trace.workload = (folder.path() / "rest.csv").string();
      CHECK(difference(Play{again}.state(moment), text) == "");
      const auto starts = Play{again}.starts();
      std::size_t compared = 0;
      for (const auto& [job, start] : starts) {
        INFO("job " << job);
        CHECK(start == expected.at(job));
        ++compared;
      }
      CHECK(compared >= static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n') - 1));
    }
  }
}

}  // namespace sluice::test
