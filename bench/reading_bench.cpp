#include <fstream>
#include <utility>

#include "bench/support.hpp"
#include "workloads/generate.hpp"
#include "workloads/reader.hpp"

namespace sluice::bench {
namespace {

void read(benchmark::State& state, const std::filesystem::path& file, std::string_view format, std::int64_t cpus) {
  for (auto _ : state) {
    Diagnostics diags;
    const auto workload = workloads::read_workload(file, {}, diags);
    SLUICE_CHECK(workload.has_value(), "{}", diags.text());
    state.PauseTiming();
    std::int64_t sum = 0;
    for (const JobSpec& job : workload->jobs) sum += requested_cpus(workload->request(job.request));
    SLUICE_CHECK(workload->format == format && std::cmp_equal(workload->jobs.size(), state.range(0)) && sum == cpus,
                 "{} jobs with {} CPUs were read as {}", workload->jobs.size(), sum, workload->format);
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(file)));
}

std::int64_t cpus_of(std::int64_t job) { return 1 + job * 7 % 64; }

void read_csv(benchmark::State& state) {
  const TemporaryFolder folder{"read-csv"};
  const auto file = folder.file("trace.csv");
  std::int64_t cpus = 0;
  {
    std::ofstream out{file};
    out << "job_id,user,account,submit,duration,ntasks,time\n";
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      out << fmt::format("{},user{},account{},{},{},{},{}\n", i, i % 97, i % 13, i * 30, 60 + i % 5'000, cpus_of(i),
                         120);
      cpus += cpus_of(i);
    }
  }
  read(state, file, "csv", cpus);
}
BENCHMARK(read_csv)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

void read_swf(benchmark::State& state) {
  const TemporaryFolder folder{"read-swf"};
  const auto file = folder.file("trace.swf");
  std::int64_t cpus = 0;
  {
    std::ofstream out{file};
    out << "; Version: 2.2\n; UnixStartTime: 0\n";
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      out << fmt::format("{} {} -1 {} {} -1 -1 {} {} -1 1 {} {} 1 1 -1 -1 -1\n", i + 1, i * 30, 60 + i % 5'000,
                         cpus_of(i), cpus_of(i), 7'200, i % 97, i % 13);
      cpus += cpus_of(i);
    }
  }
  read(state, file, "swf", cpus);
}
BENCHMARK(read_swf)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sluice::bench
