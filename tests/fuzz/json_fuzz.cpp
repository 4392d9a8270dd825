// JSON: Batsim's workloads, Philly's job log, steps of transforms.

#include "tests/fuzz/target.hpp"
#include "workloads/transform.hpp"

using namespace sluice;
using namespace sluice::fuzz;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  for (const auto* format : {"batsim", "philly-json"})
    if (const auto workload = read_trace(format, text)) check_workload(*workload);
  Diagnostics diags;
  const auto steps = workloads::parse_transforms_json("steps.json", text, "", diags);
  static_cast<void>(diags.text());
  require(steps.has_value() == diags.ok(), "steps exactly when there is no error");
  return 0;
}
