// Real logs of the other formats, found through SLUICE_DATA. Numbers are those of the collection's own statistics
// unless a comment says why not.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

std::optional<Workload> real(const std::string& file, const ReadOptions& options = {}) {
  const char* folder = std::getenv("SLUICE_DATA");
  if (folder == nullptr) {
    std::cout << "skipped: no data\n";
    return std::nullopt;
  }
  auto read = read_trace(std::filesystem::path{folder} / file, options);
  CHECK(read.text == "");
  REQUIRE(read.workload);
  return std::move(read.workload);
}

double span_days(const Workload& w) { return to_seconds(w.jobs.back().submit - w.jobs.front().submit) / 86'400.0; }

double size_of(const JobRequest& request) {
  const auto gpus = requested_gpus(request);
  return static_cast<double>(gpus > 0 ? gpus : 0) * request.gpu_share.value_or(1.0);
}

double mean_gpus(const Workload& w) {
  double sum = 0.0;
  for (const auto& job : w.jobs) sum += size_of(w.request(job.request));
  return sum / static_cast<double>(w.jobs.size());
}

double mean_cpus(const Workload& w) {
  double sum = 0.0;
  for (const auto& job : w.jobs) sum += static_cast<double>(requested_cpus(w.request(job.request)));
  return sum / static_cast<double>(w.jobs.size());
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2.0;
}

double median_run(const Workload& w) {
  std::vector<double> runs;
  for (const auto& job : w.jobs) runs.push_back(to_seconds(job.duration));
  return median(std::move(runs));
}

/// Mean of start minus submission over the jobs whose start is recorded.
double mean_wait(const Workload& w) {
  double sum = 0.0, jobs = 0.0;
  for (std::size_t i = 0; i < w.recorded.size(); ++i) {
    if (!w.recorded[i].start) continue;
    sum += to_seconds(*w.recorded[i].start - w.jobs[i].submit);
    jobs += 1.0;
  }
  return sum / jobs;
}

struct Expected {
  std::string file, from, format;
  std::size_t jobs;
  double days, size, run;
};

void check_gpu_log(const Expected& log) {
  CAPTURE(log.file);
  const auto w = real(log.file, {.from = log.from});
  if (!w) return;
  CHECK(w->format == log.format);
  CHECK(w->jobs.size() == log.jobs);
  CHECK(span_days(*w) == Approx(log.days).margin(0.006));
  CHECK(mean_gpus(*w) == Approx(log.size).margin(0.0006));
  CHECK(median_run(*w) == Approx(log.run).margin(0.06));
}

TEST_CASE("GPU logs agree with the statistics of the collection", "[workloads][data]") {
  check_gpu_log({"helios/venus_gpu_jobs.csv", "", "helios", 125'303, 193.83, 6.736, 204.0});
  check_gpu_log({"helios/venus_gpu_jobs.csv", "2020-09-01", "helios", 25'596, 27.0, 7.694, 195.0});
  check_gpu_log({"philly/philly_jobs.csv", "2017-10-01", "philly", 76'590, 82.33, 1.3, 1314.0});
  check_gpu_log({"microsoft-itp-2021/cluster02.csv", "", "itp", 5'778, 59.74, 2.04, 6181.5});
  check_gpu_log({"microsoft-itp-2021/cluster04.csv", "", "itp", 15'802, 59.45, 3.035, 7949.0});
  check_gpu_log({"microsoft-itp-2021/cluster05.csv", "", "itp", 3'629, 59.26, 1.193, 7699.0});
  check_gpu_log({"microsoft-itp-2021/cluster08.csv", "", "itp", 13'047, 42.4, 1.099, 13677.0});
  check_gpu_log({"microsoft-itp-2021/cluster10.csv", "", "itp", 260, 32.85, 1.473, 17761.0});
  check_gpu_log({"alibaba-pai-2020/pai_tasks_sample.csv", "", "pai", 60'105, 63.68, 4.969, 618.0});
  check_gpu_log({"dl-sim/muri/trace1.csv", "", "muri", 1'494, 125.2, 4.952, 14392.5});
  check_gpu_log({"dl-sim/muri/trace2.csv", "", "muri", 5'755, 99.22, 5.182, 8653.0});
  check_gpu_log({"dl-sim/tiresias/60_job.csv", "", "tiresias", 60, 0.02, 2.833, 125.0});
}

TEST_CASE("all of Philly's CSV is read, with its virtual clusters as accounts", "[workloads][data]") {
  const auto w = real("philly/philly_jobs.csv");
  if (!w) return;
  CHECK(w->jobs.size() == 82'247);
  CHECK(w->accounts.size() == 16);  // with the empty one
}

TEST_CASE("GAIA's year of PAI jobs is in hours and processors", "[workloads][data]") {
  const auto w = real("alibaba-pai-2020/pai_jobs_100k.csv");
  if (!w) return;
  CHECK(w->format == "gaia");
  CHECK(w->jobs.size() == 99'998);
  CHECK(span_days(*w) == Approx(364.98).margin(0.006));
  CHECK(mean_cpus(*w) == Approx(3.42).margin(0.006));
  CHECK(median_run(*w) == Approx(2392.0).margin(0.6));
}

TEST_CASE("openb's pods run from when they were scheduled", "[workloads][data]") {
  // The statistics also count 897 pods that were never scheduled, with their whole life as run time.
  const auto w = real("alibaba-openb-2023/openb_pod_list_default.csv", {.from = "9960000"});
  if (!w) return;
  CHECK(w->format == "openb");
  CHECK(w->jobs.size() == 8'121 - 897);
  CHECK(w->report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"never scheduled", 897}});
  CHECK(mean_wait(*w) == Approx(60.5).margin(0.06));
  CHECK(median_run(*w) == Approx(610.0));
  CHECK(real("alibaba-openb-2023/openb_pod_list_default.csv")->jobs.size() == 8'152 - 897);
  CHECK(real("alibaba-openb-2023/openb_pod_list_cpu250.csv")->jobs.size() == 9'420 - 934);
  CHECK(real("alibaba-openb-2023/openb_pod_list_gpushare40.csv")->jobs.size() == 8'152 - 981);
  CHECK(real("alibaba-openb-2023/openb_pod_list_multigpu50.csv")->jobs.size() == 9'061);  // a list without times
}

TEST_CASE("DLRM instances with both times are as the statistics say", "[workloads][data]") {
  const auto w = real("alibaba-dlrm-2025/disaggregated_DLRM_trace.csv");
  if (!w) return;
  CHECK(w->format == "dlrm");
  CHECK(w->report.rows == 23'871);
  CHECK(w->jobs.size() == 23'871 - 16);  // deleted when or before they were scheduled
  std::vector<double> runs;
  for (std::size_t i = 0; i < w->jobs.size(); ++i)
    if (w->recorded[i].start && w->recorded[i].end) runs.push_back(to_seconds(w->jobs[i].duration));
  CHECK(runs.size() == 12'390 - 16);
  CHECK(median(runs) == Approx(8330.0).margin(0.6));
}

TEST_CASE("Eagle's sample has limits, users and waits", "[workloads][data]") {
  const auto w = real("slurm-sacct/eagle_sample_1000.csv");
  if (!w) return;
  CHECK(w->format == "eagle");
  CHECK(w->jobs.size() == 1'000);
  CHECK(span_days(*w) == Approx(2.06).margin(0.006));
  CHECK(mean_cpus(*w) == Approx(91.78).margin(0.006));
  CHECK(median_run(*w) == Approx(14010.0).margin(0.6));
  CHECK(mean_wait(*w) == Approx(345.4).margin(0.06));
  CHECK(w->users.size() == 16);  // with the empty one
}

TEST_CASE("SWF logs agree with the statistics but for the jobs that never ran", "[workloads][data]") {
  struct Log {
    std::string file;
    double days, size, run;
    std::optional<double> wait;
  };
  // The statistics count jobs without a run time too. Span and median run time are theirs; mean size and mean wait are
  // of the kept jobs, counted again by hand where the two differ (all but Mira and Lublin).
  for (const Log& log : {Log{"swf/CEA-Curie-2011-2.1-cln.swf.gz", 253.74, 647.077, 161.0, 7042.5},
                         Log{"swf/UniLu-Gaia-2014-1.swf", 89.05, 9.965, 689.0, 866.3},
                         Log{"swf/NASA-iPSC-1993-3.1-cln.swf", 92.0, 16.807, 88.0, std::nullopt},
                         Log{"swf/hpc2n-first3k.swf", 57.29, 20.216, 943.0, 17'285.4},
                         Log{"swf/metacentrum-wagap-2013.swf", 88.96, 8.346, 2370.5, 51'031.5},
                         Log{"swf/lublin_256.swf", 89.2, 22.101, 137.0, std::nullopt},
                         Log{"swf/mira.swf", 126.44, 1756.707, 3646.0, 52'675.9}}) {
    CAPTURE(log.file);
    const auto w = real(log.file);
    if (!w) return;
    CHECK(span_days(*w) == Approx(log.days).margin(0.006));
    CHECK(mean_cpus(*w) == Approx(log.size).margin(0.0006));
    CHECK(median_run(*w) == Approx(log.run));
    CHECK(w->recorded.empty() != log.wait.has_value());
    if (log.wait) CHECK(mean_wait(*w) == Approx(*log.wait).margin(0.06));
  }
}

TEST_CASE("the job lists of simulators are read whole", "[workloads][data]") {
  struct List {
    std::string file, format;
    std::size_t jobs;
  };
  for (const List& list : {List{"dl-sim/elasticflow/philly_103959.csv", "tiresias", 876},
                           List{"microsoft-itp-2021/elasticflow/cluster02.csv", "itp", 5'778},
                           List{"microsoft-itp-2021/elasticflow/195job.csv", "itp", 195},
                           List{"dl-sim/gavel/msr_seed0_0e4a51.trace", "gavel", 1'181},
                           List{"dl-sim/gavel/physical_cluster/artifact_evaluation.trace", "gavel", 15},
                           List{"dl-sim/gavel/physical_cluster/max_min_fairness.trace", "gavel", 96},
                           List{"dl-sim/gavel/physical_cluster/minimize_makespan.trace", "gavel", 100},
                           List{"dl-sim/gavel/physical_cluster/small_test.trace", "gavel", 20},
                           List{"dl-sim/shockwave/120jobs_100.trace", "gavel", 120},
                           List{"dl-sim/shockwave/220jobs_100.trace", "gavel", 220},
                           List{"dl-sim/sia/philly/workload-1.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-2.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-3.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-4.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-5.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-6.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-7.csv", "sia", 160},
                           List{"dl-sim/sia/philly/workload-8.csv", "sia", 160},
                           List{"azure-llm-2023/AzureLLMInferenceTrace_conv.csv", "azure-llm", 19'366},
                           List{"azure-llm-2023/AzureLLMInferenceTrace_code.csv", "azure-llm", 8'819}}) {
    CAPTURE(list.file);
    const auto w = real(list.file);
    if (!w) return;
    CHECK(w->format == list.format);
    CHECK(w->jobs.size() == list.jobs);
  }
}

}  // namespace
}  // namespace sluice::workloads
