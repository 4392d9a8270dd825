#include <catch2/catch.hpp>
#include <fstream>
#include <utility>
#include <vector>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;
using Files = std::vector<std::pair<std::string, std::string>>;

/// Reads a folder with these files; diagnostics name them without the folder.
TraceRead read_files(const Files& files, const ReadOptions& options = {}) {
  const TraceFile first{files.front().first, files.front().second};
  const auto folder = first.path().parent_path();
  for (const auto& file : files) std::ofstream{folder / file.first, std::ios::binary} << file.second;
  Diagnostics diags;
  TraceRead result{read_workload(folder, options, diags), diags.text()};
  const std::string prefix = folder.string() + '/';
  for (auto at = result.text.find(prefix); at != std::string::npos; at = result.text.find(prefix))
    result.text.erase(at, prefix.size());
  CHECK(result.workload.has_value() == diags.ok());
  return result;
}

/// One script whose directives are these lines.
TraceRead read_script(const std::string& lines, const ReadOptions& options = {}) {
  return read_text("#!/bin/bash\n" + lines, options, "a.sh");
}

const JobRequest& request(const Workload& w, std::size_t job) { return w.request(w.jobs[job].request); }
const JobExtras& extras(const Workload& w, std::size_t job) { return w.extras[w.jobs[job].extras]; }
std::string id(const Workload& w, std::uint32_t job) { return std::string{w.job_id(JobId{job})}; }

TEST_CASE("a script is one job with what its #SBATCH lines ask for", "[workloads][sbatch]") {
  const auto read = read_script(
      "#SBATCH --job-name=train  # a comment\n"
      "#SBATCH -N 2 -n16 -c 4\n"
      "#SBATCH --time 1-12:00:00 -p gpu\n"
      "#SBATCH --mem=64G\n"
      "#SBATCH --gres=gpu:a100:4 -A 'phys@lab' -q high --exclusive\n"
      "##SBATCH --nodes=99\n"
      "# SBATCH --nodes=98\n"
      "#SLUICE duration=3600 submit=90 user=ann kind=training\n"
      "\n"
      "srun hostname\n"
      "#SBATCH --nodes=97\n");
  CHECK(read.text == "");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  CHECK(w.format == "sbatch");
  REQUIRE(w.jobs.size() == 1);
  const JobRequest& r = request(w, 0);
  CHECK(r.min_nodes == 2);
  CHECK(r.ntasks == 16);
  CHECK(r.cpus_per_task == 4);
  CHECK(r.partition == "gpu");
  CHECK(r.mem_per_node == Megabytes{65536});
  CHECK(r.gres_per_node == std::vector<GresCount>{{"gpu", "a100", 4}});
  CHECK(r.sharing == Sharing::exclusive);
  CHECK(w.jobs[0].limit == Duration{36h});
  CHECK(w.jobs[0].duration == 1h);
  CHECK(w.time_base.zero == 90s);
  CHECK(w.users.text(w.jobs[0].user) == "ann");
  CHECK(w.accounts.text(w.jobs[0].account) == "phys@lab");
  CHECK(w.qos.text(w.jobs[0].qos) == "high");
  CHECK(extras(w, 0).name == "train");
  CHECK(extras(w, 0).kind == "training");
  CHECK(id(w, 0) == "1");
}

TEST_CASE("options may be shortened, bundled and given twice", "[workloads][sbatch]") {
  const auto read = read_script(
      "#SBATCH --job=x --cpus-per-t=2\n"
      "#SBATCH -OHN3 --reboot\n"
      "#SBATCH --gres=gpu:1\n"
      "#SBATCH --gres=gpu:2\n"
      "#SLUICE duration=1\n");
  REQUIRE(read.workload);
  CHECK(request(*read.workload, 0).min_nodes == 3);
  CHECK(request(*read.workload, 0).cpus_per_task == 2);
  CHECK(request(*read.workload, 0).layout.overcommit);
  CHECK(request(*read.workload, 0).gres_per_node == std::vector<GresCount>{{"gpu", "", 2}});
  CHECK(extras(*read.workload, 0).name == "x");
  CHECK(extras(*read.workload, 0).hold);
  CHECK(read.text ==
        "a.sh:3:15: warning: --reboot is not modelled yet and has no effect\n"
        "  #SBATCH -OHN3 --reboot\n"
        "                ^\n");
}

TEST_CASE("of --signal only R says where a job may run", "[workloads][sbatch]") {
  const auto warning = [](std::string_view option) {
    const auto read = read_script(std::string{"#SBATCH --signal="}.append(option).append("\n#SLUICE duration=1\n"));
    REQUIRE(read.workload);
    return extras(*read.workload, 0).borrow_warning;
  };
  using std::chrono::seconds;
  CHECK(warning("R:USR1@120") == Duration{seconds{120}});
  CHECK(warning("BR:10") == Duration{seconds{60}});
  CHECK_FALSE(warning("B:USR1@120"));
  CHECK_FALSE(warning("TERM"));
}

TEST_CASE("--no-kill can be taken back", "[workloads][sbatch]") {
  const auto read = read_script("#SBATCH -k\n#SLUICE duration=1\n");
  REQUIRE(read.workload);
  CHECK(extras(*read.workload, 0).no_kill);
  const auto again = read_script("#SBATCH --no-kill\n#SBATCH --no-kill=off\n#SLUICE duration=1\n");
  REQUIRE(again.workload);
  CHECK_FALSE(extras(*again.workload, 0).no_kill);
}

TEST_CASE("every mistake of a script is shown where it stands", "[workloads][sbatch][diagnostics]") {
  CHECK(read_script("#SBATCH --ntask-per-node=4 --nodes=4-2\n"
                    "#SBATCH --time=2h stray\n"
                    "#SBATCH -y --nodes\n")
            .text ==
        "a.sh:3:19: error: 'stray' is no option\n"
        "  #SBATCH --time=2h stray\n"
        "                    ^\n"
        "  hint: options begin with - or --\n"
        "a.sh:2:9: error: unknown option '--ntask-per-node'\n"
        "  #SBATCH --ntask-per-node=4 --nodes=4-2\n"
        "          ^\n"
        "  hint: did you mean '--ntasks-per-node'?\n"
        "a.sh:4:10: error: unknown option '-y'\n"
        "  #SBATCH -y --nodes\n"
        "           ^\n"
        "a.sh:4:12: error: --nodes wants a value\n"
        "  #SBATCH -y --nodes\n"
        "             ^\n"
        "a.sh:2:36: error: --nodes wants nodes, got '4-2'\n"
        "  #SBATCH --ntask-per-node=4 --nodes=4-2\n"
        "                                     ^\n"
        "  hint: write a number, or MIN-MAX\n"
        "a.sh:3:16: error: --time wants a time limit, got '2h'\n"
        "  #SBATCH --time=2h stray\n"
        "                 ^\n"
        "  hint: write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED\n");
  CHECK(read_script("#SBATCH --ntasks-per=4\n").text ==
        "a.sh:2:9: error: '--ntasks-per' may mean several options\n"
        "  #SBATCH --ntasks-per=4\n"
        "          ^\n"
        "  hint: one of --ntasks-per-node, --ntasks-per-core, --ntasks-per-gpu, --ntasks-per-socket\n");
  CHECK(read_script("#SBATCH --mem=4G --mem-per-cpu=1G\n").text ==
        "a.sh:2:18: error: --mem and --mem-per-cpu exclude each other\n"
        "  #SBATCH --mem=4G --mem-per-cpu=1G\n"
        "                   ^\n"
        "  hint: give one of --mem, --mem-per-cpu and --mem-per-gpu\n");
  CHECK(read_script("#SBATCH --comment='two\n").text ==
        "a.sh:2:19: error: a quote is never closed\n"
        "  #SBATCH --comment='two\n"
        "                    ^\n");
  CHECK(read_script("#SBATCH -N1\n#SLUICE duraton=5\n#SLUICE duration=soon\n").text ==
        "a.sh:3:9: error: unknown key 'duraton'\n"
        "  #SLUICE duraton=5\n"
        "          ^\n"
        "  hint: did you mean 'duration'?\n"
        "a.sh:4:9: error: duration wants how long the job runs, got 'soon'\n"
        "  #SLUICE duration=soon\n"
        "          ^\n"
        "  hint: write seconds, H:MM:SS, 80% (of the time limit), or for an array *:60,3:150\n");
  CHECK(read_text("echo\n#SBATCH -N1\n", {.format = "sbatch"}, "a.sh").text ==
        "a.sh:1:1: error: this is no batch script\n"
        "  hint: its first line must begin with #!\n");
}

TEST_CASE("an array is as many jobs as tasks, each with its own run time", "[workloads][sbatch]") {
  const auto read = read_script("#SBATCH --array=1-4%2 --time=10\n#SLUICE duration=*:60,3:150\n");
  CHECK(read.text.empty());
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 4);
  CHECK(id(w, 2) == "1_3");
  CHECK(extras(w, 2).array == "1");
  CHECK(extras(w, 2).array_task == 3);
  CHECK(extras(w, 2).array_limit == 2);
  CHECK(w.jobs[1].duration == 60s);
  CHECK(w.jobs[2].duration == 150s);
}

TEST_CASE("tasks of a script's array end each in their own way", "[workloads][sbatch]") {
  const auto read = read_files({{"train.sh", "#!/bin/sh\n#SBATCH --array=0-2\n#SLUICE duration=9 exit-code=*:0,1:3\n"},
                                {"use.sh", "#!/bin/sh\n#SBATCH -n1\n#SLUICE duration=9 state=out_of_memory\n"}});
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 4);
  CHECK(w.jobs[0].outcome == Outcome::completed);
  CHECK(w.jobs[1].outcome == Outcome::failed);
  CHECK(w.jobs[1].exit_code == 3);
  CHECK(w.jobs[2].outcome == Outcome::completed);
  CHECK(w.jobs[3].outcome == Outcome::out_of_memory);
  CHECK(read_files({{"a.sh", "#!/bin/sh\n#SBATCH -n1\n#SLUICE duration=9 state=fine\n"}})
            .text.find("state wants a job state, got 'fine'") != std::string::npos);
}

TEST_CASE("a folder is its scripts in the order of their names, tied by dependencies", "[workloads][sbatch]") {
  const auto read = read_files({{"prep.sh", "#!/bin/sh\n#SBATCH -n1 -J first\n#SLUICE duration=10\n"},
                                {"train.sh",
                                 "#!/bin/sh\n#SBATCH --dependency=afterok:@prep,after:@first+5\n"
                                 "#SLUICE duration=20 exit-code=3\n"},
                                {"notes.txt", "nothing\n"},
                                {"helper.sh", "#!/bin/sh\necho no options\n"}});
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 2);
  CHECK(extras(w, 1).dependency == "afterok:1,after:1+5");
  CHECK(w.jobs[1].exit_code == 3);
  CHECK(w.jobs[1].outcome == Outcome::failed);
  CHECK(w.report.assumptions.front() == "2 other files of the folder, which no batch scripts are, left out");
  CHECK(read.text.empty());
  CHECK(read_files({{"prep.sh", "#!/bin/sh\n#SBATCH -n1\n"}, {"z.sh", "#!/bin/sh\n#SBATCH -d afterok:@perp\n"}})
            .text.ends_with("z.sh:2:20: error: there is no other script 'perp'\n"
                            "  #SBATCH -d afterok:@perp\n"
                            "                     ^\n"
                            "  hint: did you mean 'prep'?\n"));
}

TEST_CASE("side files say how long scripts ran and what the environment was", "[workloads][sbatch]") {
  const auto read =
      read_files({{"a.sh", "#!/bin/sh\n#SBATCH --partition=cpu --time=60\n#SLUICE duration=5\n"},
                  {"b.sh", "#!/bin/sh\n#SBATCH --array=0-1\n"},
                  {"durations.csv", "script,duration,submit,user\na.sh,120,,ann\nb,\"*:60,1:90\",30,\nc.sh,5,,\n"},
                  {"sbatch.env", "export SBATCH_PARTITION=gpu\nSBATCH_TIMELIMIT=2:00:00\nSBATCH_NONSENSE=1\n"}});
  CHECK(read.text ==
        "sbatch.env:3:1: warning: sbatch has no variable 'SBATCH_NONSENSE'\n"
        "  SBATCH_NONSENSE=1\n"
        "  ^\n"
        "durations.csv:4:1: warning: there is no script 'c.sh' here\n"
        "  c.sh,5,,\n"
        "  ^\n"
        "  hint: did you mean 'a.sh'?\n");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 3);
  CHECK(w.jobs[0].duration == 120s);
  CHECK(w.users.text(w.jobs[0].user) == "ann");
  CHECK(request(w, 0).partition == "gpu");
  CHECK(w.jobs[0].limit == Duration{2h});
  CHECK(w.jobs[2].duration == 90s);
  CHECK(w.jobs[2].submit == Time{30s});
}

TEST_CASE("scripts that do not say how long they run take a share of their limit", "[workloads][sbatch]") {
  ReadOptions options;
  options.run_times.share_of_limit = 0.5;
  options.run_times.without_limit = 600s;
  const auto read = read_files({{"a.sh", "#!/bin/sh\n#SBATCH --time=60\n"},
                                {"b.sh", "#!/bin/sh\n#SBATCH -n1\n"},
                                {"c.sh", "#!/bin/sh\n#SBATCH --time=60\n#SLUICE duration=10%\n"}},
                               options);
  REQUIRE(read.workload);
  CHECK(read.workload->jobs[0].duration == 30min);
  CHECK(read.workload->jobs[1].duration == 10min);
  CHECK(read.workload->jobs[2].duration == 6min);
  CHECK(read.workload->report.assumptions[0] == "1 job with nothing said of the run time: 50% of the time limit");
  CHECK(read.workload->report.assumptions[1] == "1 job with neither run time nor limit: 600 s");
}

TEST_CASE("the components of a heterogeneous job share a group, not resources", "[workloads][sbatch]") {
  const auto read = read_files({{"a.sh",
                                 "#!/bin/sh\n#SBATCH -n 16 --mem=4G -A lab -t 30\n#SBATCH hetjob\n"
                                 "#SBATCH --gres=gpu:1\n#SLUICE duration=60\n"},
                                {"b.sh", "#!/bin/sh\n#SBATCH -n1\n#SLUICE duration=1\n"}});
  CHECK(read.text == "");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  REQUIRE(w.jobs.size() == 3);
  CHECK(id(w, 0) == "1+0");
  CHECK(id(w, 1) == "1+1");
  CHECK(id(w, 2) == "3");
  CHECK(extras(w, 1).het_group == "1");
  CHECK(!request(w, 1).ntasks);
  CHECK(!request(w, 1).mem_per_node);
  CHECK(w.accounts.text(w.jobs[1].account) == "lab");
  CHECK(w.jobs[1].limit == Duration{30min});
}

TEST_CASE("a list submits scripts when and as often as it says", "[workloads][sbatch]") {
  const TraceFile list{"jobs.list", "# path, then facts\na.sh submit=60 duration=5\na.sh submit=10\n"};
  std::ofstream{list.path().parent_path() / "a.sh"} << "#!/bin/sh\n#SBATCH -n1 -t 1\n#SLUICE duration=7\n";
  const auto read = read_trace(list.path());
  CHECK(read.text == "");
  REQUIRE(read.workload);
  CHECK(read.workload->format == "sbatch-list");
  CHECK(read.workload->time_base.zero == 10s);
  CHECK(read.workload->jobs[0].duration == 7s);
  CHECK(read.workload->jobs[1].duration == 5s);
  CHECK(read.workload->jobs[1].submit == Time{50s});
  CHECK(read_text("nowhere.sh\n", {}, "jobs.list").text ==
        "jobs.list:1:1: error: cannot read 'nowhere.sh': No such file or directory\n  nowhere.sh\n  ^\n");
}

TEST_CASE("submission dates make a calendar, which --begin and --deadline use", "[workloads][sbatch]") {
  const auto read = read_script(
      "#SBATCH --begin=2020-09-01T06:00 --deadline=now+1day\n"
      "#SLUICE submit=2020-09-01T00:00:00 duration=5\n");
  REQUIRE(read.workload);
  CHECK(read.workload->time_base.is_calendar);
  CHECK(extras(*read.workload, 0).begin == Duration{6h});
  CHECK(extras(*read.workload, 0).deadline == Duration{24h});
  CHECK(read_script("#SBATCH --begin=2020-09-01\n#SLUICE duration=5\n")
            .text.ends_with("a.sh: warning: --begin is left out: it is a date, but no script says at which date it was "
                            "submitted\n"
                            "  hint: add a line `#SLUICE submit=2020-09-01T00:00:00`\n"));
}

TEST_CASE("modules and GPUs that do not go together are warned of", "[workloads][sbatch][lint]") {
  const auto no_gpu = read_script("#SBATCH -n1\n#SLUICE duration=5\nmodule purge; module load gcc/12 cuda/12.1\n");
  CHECK(no_gpu.text ==
        "a.sh:4:34: warning: 'cuda/12.1' is for GPUs, but the job asks for none\n"
        "  module purge; module load gcc/12 cuda/12.1\n"
        "                                   ^\n"
        "  hint: ask for them, as --gpus-per-node=1, or load what runs on CPUs\n");
  CHECK(extras(*no_gpu.workload, 0).modules == std::vector<std::string>{"gcc/12", "cuda/12.1"});
  CHECK(read_script("#SBATCH -n1\n#SLUICE duration=5\nexport CUDA_VISIBLE_DEVICES=0,1\n").text ==
        "a.sh:4:8: warning: 'CUDA_VISIBLE_DEVICES' is for GPUs, but the job asks for none\n"
        "  export CUDA_VISIBLE_DEVICES=0,1\n"
        "         ^\n"
        "  hint: ask for them, as --gpus-per-node=1, or load what runs on CPUs\n");
  CHECK(read_script("#SBATCH --gpus=4\n#SLUICE duration=5\nml gcc openmpi\n").text ==
        "a.sh: warning: the job asks for 4 GPUs, but loads no module for them (it loads gcc, openmpi)\n");
  CHECK(read_script("#SBATCH --gpus=4\n#SLUICE duration=5\nml gcc\nconda activate torch\n").text == "");
  CHECK(read_script("#SBATCH --gpus=4\n#SLUICE duration=5\nml cuda\n").text == "");
}

TEST_CASE("quotes around modules do not make names with blanks, or empty ones", "[workloads][sbatch]") {
  using namespace std::string_literals;
  const auto quoted = read_script("#SBATCH -n1\n#SLUICE duration=5\nmodule load '' \"gcc/12  openmpi\" ' '\n");
  CHECK(extras(*quoted.workload, 0).modules == std::vector<std::string>{"gcc/12", "openmpi"});
  const auto zero = read_script("#SBATCH -n1\n#SLUICE duration=5\nmodule load a\0b\n"s);
  CHECK(extras(*zero.workload, 0).modules == std::vector{"a\0b"s});
}

}  // namespace
}  // namespace sluice::workloads
