#include "tests/fuzz/target.hpp"

using namespace sluice::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto workload = read_trace("swf", text_of(data, size))) check_workload(*workload);
  return 0;
}
