// Batch scripts: a folder of them with durations.csv and sbatch.env, or a list that names them.

#include "tests/fuzz/target.hpp"

using namespace sluice;
using namespace sluice::fuzz;

namespace {

void check(const std::filesystem::path& path, const workloads::ReadOptions& options) {
  Diagnostics diags;
  const auto workload = workloads::read_workload(path, options, diags);
  static_cast<void>(diags.text());
  require(workload.has_value() == diags.ok(), "a workload exactly when there is no error");
  if (workload) check_workload(*workload);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Folder folder{text_of(data, size), "job.sh"};
  check(folder.path(), {});
  workloads::ReadOptions listed;
  listed.format = "sbatch-list";
  if (std::filesystem::exists(folder.path() / "list")) check(folder.path() / "list", listed);
  return 0;
}
