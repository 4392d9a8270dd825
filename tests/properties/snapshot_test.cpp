// A run that goes on from a snapshot is the run that was never stopped: fingerprint, summary and every byte of its tables.

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "policies/catalogue.hpp"
#include "simulator/app/prepared_run.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/base/rng.hpp"
#include "simulator/report/jobs_csv.hpp"
#include "simulator/report/recorder.hpp"
#include "tests/unit/report/small_run.hpp"

namespace sluice::test {
namespace {

using report::test::read_text;
using report::test::TemporaryFolder;

void write(const std::filesystem::path& file, std::string_view text) { std::ofstream{file, std::ios::binary} << text; }

constexpr std::string_view cluster_conf = R"(ClusterName=mixed
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=20,sched_interval=30
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageEnforce=associations,limits,qos
AccountingStorageTRES=gres/gpu
GresTypes=gpu
PriorityType=priority/multifactor
PriorityDecayHalfLife=1:00:00
PriorityCalcPeriod=1
PriorityWeightAge=1000
PriorityWeightFairshare=5000
PriorityWeightJobSize=500
PriorityWeightQOS=10000
PriorityMaxAge=0-2
PreemptType=preempt/qos
PreemptMode=REQUEUE
SlurmdTimeout=40
ReturnToService=2
Licenses=matlab:3
NodeName=n[01-06] CPUs=8 Sockets=2 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=32000 Gres=gpu:a100:4
NodeName=c[01-04] CPUs=8 Sockets=2 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=32000
PartitionName=main Nodes=ALL Default=YES MaxTime=4:00:00
PartitionName=cpu Nodes=c[01-04] MaxTime=1:00:00 PriorityTier=2
)";
constexpr std::string_view gres_conf = "NodeName=n[01-06] Name=gpu Type=a100 File=/dev/nvidia[0-3]\n";
constexpr std::string_view accounting_cmds = R"(add qos low priority=1 gracetime=20
add qos high priority=100 preempt=low
add qos small priority=50 maxtrespu=cpu=12 grpjobs=4
add account lab cluster=mixed parent=root fairshare=3
add account shop cluster=mixed parent=root fairshare=1 grptres=cpu=60
add user u0 account=lab fairshare=1
add user u1 account=lab fairshare=2
add user u2 account=shop fairshare=1
modify account root set qos+=low,high,small
)";

/// What there is beside plain jobs.
struct Mix {
  bool gpus = false;     ///< without them, and without preemption, slurmctld's answers are remembered
  bool loops = false;    ///< slurmctld's: licences, reservations
  bool sharing = false;  ///< cores and GPUs that jobs share, and heterogeneous jobs
};

/// Arrays, dependencies, begin times, deadlines, requests of every size, jobs that fail and that meet their limits.
std::string mixed_jobs(Rng& rng, const Mix& mix) {
  const bool with_gpus = mix.gpus, with_loops = mix.loops;
  const auto below = [&rng](std::uint64_t bound) { return rng.next() % bound; };
  std::string text =
      "job_id,submit,duration,user,account,qos,partition,nodes,ntasks,cpus-per-task,gpus-per-node,mem-per-cpu,time,array,"
      "dependency,begin,exit-code,requeue,exclusive,licenses,reservation,het-group,gres\n";
  std::uint64_t submit = 0;
  for (std::uint64_t i = 1; i <= 150; ++i) {
    const bool is_component = mix.sharing && (i % 7 == 3 || i % 7 == 4);  // of two
    if (!is_component || i % 7 == 3) submit += below(40);
    const auto user = below(3);
    const bool gpu = with_gpus && below(2) == 0;
    const auto duration = 20 + below(900);
    const std::array qos{"low", "low", "high", "small", "normal"};
    std::string dependency;
    if (i > 5 && below(5) == 0) {
      const std::array types{"after", "afterany", "afterok", "afternotok"};
      dependency = fmt::format("{}:{}", types[below(4)], i - 1 - below(4));
    } else if (below(20) == 0) {
      dependency = "singleton";
    }
    const bool shares_gpu = mix.sharing && !gpu && i % 5 == 0;
    if (is_component || shares_gpu) dependency.clear();
    text += fmt::format("{},{},{},u{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", i, submit, duration, user,
                        user < 2 ? "lab" : "shop", qos[below(5)], gpu || shares_gpu ? "main" : below(3) == 0 ? "cpu" : "\"cpu,main\"",
                        below(6) == 0 ? "2" : "1", 2 + below(3), 1 + below(2), gpu ? std::to_string(1 + below(4)) : "",
                        below(3) == 0 ? "2000" : "", 1 + below(20), i % 10 == 0 && !is_component ? "0-5%2" : "", dependency,
                        below(12) == 0 ? fmt::format("{}", submit + 200) : "", below(8) == 0 ? 1 : 0,
                        below(3) == 0 ? "no" : "", below(15) == 0 ? "yes" : "",
                        with_loops && below(5) == 0 ? "matlab:1" : "", with_loops && user == 0 && below(5) == 0 ? "kept" : "",
                        is_component ? std::to_string(i - (i % 7 - 3)) : "", shares_gpu ? "shard:1" : "");
  }
  return text;
}

/// Every kind of change of partitions and nodes, and of what jobs ask for.
constexpr std::string_view cluster_changes =
    "200,scontrol update partitionname=cpu maxtime=10 prioritytier=3 priorityjobfactor=50 gracetime=5\n"
    "350,scontrol create partitionname=extra nodes=c01,n02 maxtime=30 qos=small\n"
    "420,scontrol update nodename=n01,c02 weight=9 availablefeatures=fast\n"
    "500,scontrol update partitionname=cpu nodes-=c04 maxtime=1:00:00 overtimelimit=1\n"
    "560,scontrol update jobid=45 partition=extra timelimit=4\n"
    "600,scontrol update jobid=40 dependency=afterany:30\n"
    "650,scontrol update partitionname=cpu qos=small tresbillingweights=cpu=2\n"
    "800,scontrol update partitionname=extra default=yes oversubscribe=FORCE:2\n"
    "900,scontrol update jobid=55 numtasks=2 features=fast\n"
    "1000,scontrol update partitionname=main default=yes maxcpuspernode=6\n"
    "1100,scontrol update partitionname=cpu nodes+=c04,n03 allowaccounts=lab\n"
    "1300,scontrol update partitionname=cpu qos= denyqos=low allowaccounts=ALL\n"
    "1500,scontrol update nodename=n01 weight=1\n"
    "1900,scontrol delete partitionname=extra\n"
    "2500,scontrol delete partitionname=extra\n";

std::string mixed_events(Rng& rng, const Mix& mix) {
  const bool with_loops = mix.loops;
  const auto below = [&rng](std::uint64_t bound) { return rng.next() % bound; };
  std::string text = "t,command\n";
  if (with_loops)
    text += "50,scontrol create reservation reservationname=kept starttime=now+600 duration=20 nodes=c03 users=u0\n"
            "80,scontrol create reservation reservationname=daily starttime=now+1800 duration=5 nodecnt=2 users=u1 flags=maint\n";
  if (with_loops && !mix.sharing) text += cluster_changes;
  std::uint64_t at = 60;
  for (int n = 0; n < 60; ++n, at += 20 + below(80)) {
    const auto job = std::min<std::uint64_t>(150, 1 + at / 20 - std::min(at / 20, below(30)));  // one of those that run by now
    const auto node = fmt::format("{}{:02}", n % 2 == 0 ? "n" : "c", 1 + below(4));
    switch (n % 10) {
      case 0: text += fmt::format("{},scontrol hold {}\n", at, job); break;
      case 1: text += fmt::format("{},scontrol release {}\n", at, job); break;
      case 2: text += fmt::format("{},node-kill {}\n{},node-start {}\n", at, node, at + 90, node); break;
      case 3: text += fmt::format("{},scontrol requeue {}\n", at, job); break;
      case 4: text += fmt::format("{},scontrol update nodename={} state=drain reason=x\n", at, node); break;
      case 5: text += fmt::format("{},scontrol update nodename={} state=resume\n", at, node); break;
      case 6: text += fmt::format("{},scontrol update jobid={} timelimit=3\n", at, job); break;
      case 7: text += fmt::format("{},scancel {}\n", at, job); break;
      case 8: text += fmt::format("{},scontrol suspend {}\n{},scontrol resume {}\n", at, job, at + 50, job); break;
      default: text += fmt::format("{},scontrol update nodename=n0{} state=down reason=x\n", at, 1 + n / 10); break;
    }
  }
  for (int n = 1; n <= 6; ++n) text += fmt::format("{},scontrol update nodename=n0{},c0{} state=resume\n", at, n, 1 + n % 4);
  return text;
}

void replace(std::string& text, std::string_view what, std::string_view by) { text.replace(text.find(what), what.size(), by); }

/// A folder's files, for these settings.
app::RunArguments mixed_run(const TemporaryFolder& folder, const std::vector<std::string>& sets, bool sharing = false) {
  Rng rng{11, "mixed"};
  std::filesystem::create_directories(folder.path() / "cluster");
  Mix mix;
  mix.gpus = sharing || std::find(sets.begin(), sets.end(), "PreemptType=preempt/none") == sets.end();
  mix.loops = sets.front() == "SchedulerType=sched/backfill" || sets.front() == "SchedulerType=sched/builtin";
  mix.sharing = sharing;
  std::string conf{cluster_conf}, gres{gres_conf};
  if (!mix.gpus) replace(conf, " Gres=gpu:a100:4", "");
  if (sharing) {
    replace(conf, "GresTypes=gpu", "GresTypes=gpu,shard");
    replace(conf, "Gres=gpu:a100:4", "Gres=gpu:a100:4,shard:8");
    replace(conf, "Default=YES", "Default=YES OverSubscribe=FORCE:2");
    replace(conf, "PriorityTier=2", "PriorityTier=2 OverSubscribe=YES:2");
    gres += "NodeName=n[01-06] Name=shard Count=8\n";
  }
  write(folder.path() / "cluster/slurm.conf", conf);
  if (mix.gpus) write(folder.path() / "cluster/gres.conf", gres);
  write(folder.path() / "cluster/accounting.cmds", accounting_cmds);
  write(folder.path() / "jobs.csv", mixed_jobs(rng, mix));
  write(folder.path() / "events.csv", mixed_events(rng, mix));
  app::RunArguments arguments;
  arguments.cluster = (folder.path() / "cluster").string();
  arguments.trace.workload = (folder.path() / "jobs.csv").string();
  arguments.events = (folder.path() / "events.csv").string();
  arguments.sets = sets;
  return arguments;
}

/// What a run comes to.
struct Results {
  std::uint64_t fingerprint = 0;
  std::string jobs, timeline, summary;
  bool operator==(const Results&) const = default;
};

/// One simulation with its recorder.
class Play {
 public:
  explicit Play(const app::RunArguments& arguments)
      : prepared_{app::prepare_run(arguments, builtin_policies(), app::Remarks::kept)},
        recorder_{prepared_->cluster, prepared_->workload.jobs.size()},
        simulation_{prepared_->workload, prepared_->cluster, std::move(prepared_->policies), {&recorder_}} {
    simulation_.let_commands_change(prepared_->cluster);
    simulation_.set_commands(prepared_->commands);
  }

  void run_to(Time at) { simulation_.run({at, nullptr}); }

  std::string save() {
    Archive archive = Archive::saving();
    archive(simulation_, recorder_);
    return archive.bytes();
  }
  void load(const std::string& bytes) {
    Archive archive = Archive::loading(bytes);
    archive(simulation_, recorder_);
    archive.expect_end();
  }

  Results finish() {
    Results results;
    report::RunInfo info;
    info.statistics = simulation_.run();
    results.fingerprint = info.statistics.fingerprint;
    end_ = info.statistics.end;
    results.summary = report::summary_json(recorder_.summarize(simulation_.jobs(), info));
    TemporaryFolder folder;
    recorder_.write(folder.path() / "out", simulation_.jobs(), recorder_.summarize(simulation_.jobs(), info), {});
    results.jobs = read_text(folder.path() / "out/jobs.csv");
    results.timeline = read_text(folder.path() / "out/timeline.csv");
    return results;
  }
  Time end() const { return end_; }
  const Simulation& simulation() const { return simulation_; }
  const Workload& workload() const { return prepared_->workload; }

 private:
  std::unique_ptr<app::PreparedRun> prepared_;
  report::Recorder recorder_;
  Simulation simulation_;
  Time end_{};
};

std::vector<Time> random_moments(Rng& rng, Time end, int count) {
  std::vector<Time> moments;
  const auto span = static_cast<std::uint64_t>(end.time_since_epoch().count());
  for (int i = 0; i < count; ++i) moments.push_back(Time{Duration{static_cast<std::int64_t>(rng.next() % span)}});
  std::sort(moments.begin(), moments.end());
  return moments;
}

/// How runs ended, by the state column of jobs.csv.
void count_states(const std::string& jobs_csv, std::map<std::string, int>& states) {
  for (const char* state : {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "PREEMPTED", "REQUEUED"})
    for (auto at = jobs_csv.find(state); at != std::string::npos; at = jobs_csv.find(state, at + 1)) ++states[state];
}

/// Stops at `moments` random moments, and goes on from each.
void go_on_from(const app::RunArguments& arguments, int moments, const Results& expected, Time end,
                const std::function<void(const Play&)>& look) {
  Rng rng{5, arguments.sets.front()};
  Play stopped{arguments};
  for (const Time at : random_moments(rng, end, moments)) {
    INFO("snapshot at " << at.time_since_epoch().count() << " ms");
    stopped.run_to(at);
    look(stopped);
    const std::string bytes = stopped.save();
    Play resumed{arguments};
    resumed.load(bytes);
    CHECK(resumed.save() == bytes);
    CHECK(resumed.finish() == expected);
  }
  CHECK(stopped.finish() == expected);
}

}  // namespace

TEST_CASE("a run that goes on from a snapshot of any moment is the run that was never stopped", "[property][snapshot]") {
  const std::vector<std::vector<std::string>> variants{
      {"SchedulerType=sched/backfill"},
      {"SchedulerType=sched/backfill", "PreemptType=preempt/none", "PreemptMode=OFF", "AccountingStorageEnforce=associations"},
      {"SchedulerType=sched/builtin"},
      {"SchedulerType=sched/builtin", "PreemptType=preempt/none", "PreemptMode=OFF", "AccountingStorageEnforce=associations", "PriorityFlags=NO_FAIR_TREE"},
      {"SchedulerType=sched/fcfs"},
      {"SchedulerType=sched/conservative"},
      {"SchedulerType=sched/conservative", "SchedulerParameters=conservative_events=each", "PriorityType=priority/sjf"},
      {"SchedulerType=sched/easy"},
      {"SchedulerType=sched/easy", "SchedulerParameters=easy_variant=fast"},
      {"SchedulerType=sched/easy", "SchedulerParameters=easy_variant=cq,easy_events=arrivals_first"},
      {"SchedulerType=sched/easy", "SchedulerParameters=easy_variant=sjbf"},
      {"SchedulerType=sched/easy", "SchedulerParameters=easy_variant=easy++,easy_events=each"},
  };
  constexpr int moments_each = 9;  // 108 in all
  std::map<std::string, int> states;
  for (const auto& sets : variants) {
    INFO(fmt::format("{}", fmt::join(sets, " ")));
    TemporaryFolder folder;
    const app::RunArguments arguments = mixed_run(folder, sets);
    Play whole{arguments};
    const Results expected = whole.finish();
    count_states(expected.jobs, states);
    go_on_from(arguments, moments_each, expected, whole.end(), [](const Play&) {});
  }
  for (const char* state : {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "NODE_FAIL", "PREEMPTED", "REQUEUED"}) {
    INFO(state);
    CHECK(states[state] > 0);
  }
}

TEST_CASE("turns, shared cores, shared GPUs and heterogeneous jobs go on from a snapshot of any moment", "[property][snapshot]") {
  const std::vector<std::vector<std::string>> variants{
      {"SchedulerType=sched/backfill", "PreemptType=preempt/none", "PreemptMode=GANG", "SchedulerTimeSlice=40"},
      {"SchedulerType=sched/backfill", "PreemptType=preempt/partition_prio", "PreemptMode=SUSPEND,GANG"},
      {"SchedulerType=sched/backfill", "PreemptType=preempt/qos", "PreemptMode=REQUEUE,GANG"},
      {"SchedulerType=sched/backfill", "PreemptType=preempt/qos", "PreemptMode=CANCEL",
       "SluiceLatency=launch=0.1-2,clean=0-1,wake=0-0.5"},
  };
  constexpr int moments_each = 25;  // 100 in all
  int paused = 0, components = 0, sharing = 0;
  const auto look = [&](const Play& play) {
    const Simulation& simulation = play.simulation();
    for (std::uint32_t i = 0; i < play.workload().jobs.size(); ++i) {
      const auto* run = std::get_if<Running>(&simulation.jobs().job(JobId{i}).state);
      if (run == nullptr) continue;
      if (run->suspended) ++paused;
      if (!simulation.jobs().extras(JobId{i}).het_group.empty()) ++components;
      if (simulation.cluster().allocation(run->allocation).claim == Claim::shared_cores) ++sharing;
    }
  };
  for (const auto& sets : variants) {
    INFO(fmt::format("{}", fmt::join(sets, " ")));
    TemporaryFolder folder;
    const app::RunArguments arguments = mixed_run(folder, sets, true);
    Play whole{arguments};
    const Results expected = whole.finish();
    go_on_from(arguments, moments_each, expected, whole.end(), look);
  }
  CHECK(paused > 0);
  CHECK(components > 0);
  CHECK(sharing > 0);
}

TEST_CASE("a snapshot that is cut short, or of other inputs, is refused", "[snapshot]") {
  TemporaryFolder folder;
  const app::RunArguments arguments = mixed_run(folder, {"SchedulerType=sched/easy"});
  Play play{arguments};
  play.run_to(Time{std::chrono::seconds{900}});
  const std::string bytes = play.save();
  for (const std::size_t size : {std::size_t{0}, bytes.size() / 3, bytes.size() - 1}) {
    Play other{arguments};
    CHECK_THROWS_AS(other.load(bytes.substr(0, size)), ArchiveError);
  }
  Play longer{arguments};
  CHECK_THROWS_AS(longer.load(bytes + "x"), ArchiveError);
  app::RunArguments loops = arguments;
  loops.sets = {"SchedulerType=sched/backfill"};
  Play other{loops};
  CHECK_THROWS_AS(other.load(bytes), ArchiveError);
}

}  // namespace sluice::test
