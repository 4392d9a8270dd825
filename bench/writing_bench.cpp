#include <algorithm>
#include <fstream>
#include <iterator>

#include "bench/support.hpp"
#include "simulator/model/cluster.hpp"
#include "simulator/report/jobs_csv.hpp"

namespace sluice::bench {
namespace {

/// Jobs of 1 to 16 neighbouring nodes that have all run.
struct FinishedJobs {
  explicit FinishedJobs(std::int64_t count) : cluster{cluster_of(1'024, 4)}, sink{cluster} {
    workload.format = "csv";
    Cluster idle{cluster};
    for (std::uint32_t i = 0; i < count; ++i) add(i, idle.capacity(NodeClassId{0}));
    workload.finish();
    table.workload = &workload;
  }

  void add(std::uint32_t i, const Amount& whole_node) {
    JobSpec spec;
    const Time now = spec.submit = Time{} + std::chrono::seconds{i};
    spec.duration = std::chrono::minutes{5};
    spec.user = workload.users.intern(fmt::format("user{}", i % 97));
    spec.request = workload.intern({});
    workload.jobs.push_back(spec);
    workload.add_id(std::to_string(i + 1));
    Job& job = table.jobs.emplace_back();
    job.eligible = now;
    Allocation where;
    append_nodes(where, cluster, NodeId{i * 61 % 1'000}, 1 + i % 16, whole_node, 0);
    sink.job_submitted(JobId{i}, now);
    sink.job_started(JobId{i}, now + std::chrono::seconds{i % 5'000}, where);
    sink.job_ended(JobId{i}, now + std::chrono::seconds{i % 5'000 + 300}, EndState::completed, where);
  }

  ClusterSpec cluster;
  Workload workload;
  JobTable table;
  report::JobSink sink;
};

void write_jobs(benchmark::State& state) {
  const FinishedJobs jobs{state.range(0)};
  const report::JobRows rows{jobs.cluster, jobs.table, jobs.sink};
  const TemporaryFolder folder{"write-jobs"};
  const auto path = folder.file("jobs.csv");
  for (auto _ : state) {
    OutputFile file{path};
    report::write_jobs_csv(rows, file);
    file.close();
  }
  std::ifstream in{path};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  SLUICE_CHECK(std::count(text.begin(), text.end(), '\n') == state.range(0) + 1, "rows are missing");
  constexpr std::string_view third =
      "3,user2,,,all,2,2,4,304,COMPLETED,3,n[00123-00125],4(x3),,1(x3),\"cpu=12,mem=3M,node=3\",2,1.006667,None,0\n";
  SLUICE_CHECK(text.find(third) != std::string::npos, "the third row differs: {}", text.substr(0, 600));
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(write_jobs)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sluice::bench
