#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

std::string id(const Workload& w, std::uint32_t job) { return std::string{w.job_id(JobId{job})}; }

TEST_CASE("UB events are sbatch commands behind a bar", "[workloads][ub]") {
  const auto read = read_text(
      "-dt 5.5 -e submit_batch_job | -J jobid_0017 -sim-walltime 90 --uid=ann -t 00:07:00 -n 12 -A lab -p gpu -q low "
      "--gres=gpu:2 --mem=187000M pseudo.job\n"
      "\n"
      "-dt   9.00 -e submit_batch_job | -sim-walltime 0 --uid=bob -J other -N  2 -t 3-00:00:00 pseudo.job -N 9\n"
      "-dt 10 -e submit_batch_job | -sim-walltime -1 -cancel-in 10 -t 5:00 pseudo.job\n");
  CHECK(read.text == "");
  REQUIRE(read.workload);
  const Workload& w = *read.workload;
  CHECK(w.format == "ub-events");
  REQUIRE(w.jobs.size() == 3);
  CHECK(w.time_base.zero == 5500ms);
  CHECK(id(w, 0) == "17");
  CHECK(id(w, 1) == "2");
  CHECK(w.jobs[0].duration == 90s);
  CHECK(w.jobs[0].limit == Duration{7min});
  CHECK(w.users.text(w.jobs[0].user) == "ann");
  const JobRequest& r = w.request(w.jobs[0].request);
  CHECK(r.ntasks == 12);
  CHECK(r.gres_per_node == std::vector<GresCount>{{"gpu", "", 2}});
  CHECK(r.mem_per_node == Megabytes{187000});
  CHECK(w.request(w.jobs[1].request).min_nodes == 2);
  CHECK(w.jobs[1].duration > *w.jobs[1].limit);
  CHECK(w.jobs[2].limit == Duration{5min});
  CHECK(w.report.assumptions ==
        std::vector<std::string>{"2 jobs with -sim-walltime 0 or less run until the time limit ends them",
                                 "1 job with -cancel-in: cancelling is not simulated yet, they run on"});
}

TEST_CASE("a broken UB event is shown where it stands", "[workloads][ub][diagnostics]") {
  CHECK(read_text("-dt x -e submit_batch_job | -sim-walltime 5 a.job\n").text ==
        "trace:1:5: error: -dt wants seconds since the start\n"
        "  -dt x -e submit_batch_job | -sim-walltime 5 a.job\n"
        "      ^\n"
        "  hint: as in `-dt 90 -e submit_batch_job | ...`\n");
  CHECK(read_text("-dt 1 -e submit_batch_job | -sim-walltime 5 --nods=2 a.job\n").text ==
        "trace:1:45: error: unknown option '--nods'\n"
        "  -dt 1 -e submit_batch_job | -sim-walltime 5 --nods=2 a.job\n"
        "                                              ^\n"
        "  hint: did you mean '--nodes'?\n");
  CHECK(read_text("-dt 1 -e submit_batch_job | -sim-walltime 0 a.job\n").text ==
        "trace:1:43: error: the job runs until its time limit, but has none\n"
        "  -dt 1 -e submit_batch_job | -sim-walltime 0 a.job\n"
        "                                            ^\n"
        "  hint: give it one with -t\n");
}

}  // namespace
}  // namespace sluice::workloads
