// The micro-benchmarks as one program; see --help for Google Benchmark's options.
#include <unistd.h>

#include <cstdio>

#include "bench/support.hpp"

namespace sluice::bench {

std::string TemporaryFolder::unique(const std::string& name) { return fmt::format("sluice-{}-{}", name, getpid()); }

}  // namespace sluice::bench

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  try {
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& wrong) {
    std::fprintf(stderr, "sluice_bench: wrong answer: %s\n", wrong.what());
    return 1;
  }
  return 0;
}
