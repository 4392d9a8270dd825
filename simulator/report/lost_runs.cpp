#include "simulator/report/lost_runs.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

namespace sluice::report {
namespace {

/// Of one cause; rows of `of_qos` are those of the workload's names.
struct Losses {
  struct Sum {
    std::size_t runs = 0, jobs = 0;
    std::optional<JobId> last;  ///< job whose run was counted last: its others follow at once
    std::int64_t cpu_ms = 0, gpu_ms = 0;

    void add(const JobRow& row, std::int64_t held_ms) {
      ++runs;
      if (last != row.id) ++jobs;
      last = row.id;
      cpu_ms += row.record->cpus * held_ms;
      gpu_ms += row.record->gpus * held_ms;
    }
    LostRuns::Cost cost(std::string_view qos) const {
      return {std::string{qos}, runs, jobs, static_cast<double>(cpu_ms) / 1e3, static_cast<double>(gpu_ms) / 1e3};
    }
  };
  Sum whole;
  std::vector<Sum> of_qos;
};

bool is_loss(EndState state) {
  return state == EndState::preempted || state == EndState::node_fail || state == EndState::requeued;
}

}  // namespace

std::vector<LostRuns> lost_runs(const JobRows& rows) {
  std::array<Losses, end_state_count> losses;
  const Names& qos = rows.workload().qos;
  const auto add = [&](const JobRow& row) {
    const auto held = row.run();
    if (!held || row.record->fate != Fate::ended || !is_loss(row.record->end_state)) return;
    Losses& loss = losses[static_cast<std::size_t>(row.record->end_state)];
    loss.of_qos.resize(qos.size());
    loss.whole.add(row, held->count());
    loss.of_qos[row.spec->qos.index()].add(row, held->count());
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const JobRow row = rows[i];
    for (const JobRow& before : rows.earlier(row)) add(before);
    add(row);
  }
  std::vector<LostRuns> found;
  for (std::size_t state = 0; state < losses.size(); ++state) {
    const Losses& loss = losses[state];
    if (loss.whole.runs == 0) continue;
    LostRuns& out = found.emplace_back(LostRuns{static_cast<EndState>(state), loss.whole.cost({}), {}});
    for (std::uint32_t q = 0; q < loss.of_qos.size(); ++q)
      if (loss.of_qos[q].runs > 0) out.by_qos.push_back(loss.of_qos[q].cost(qos.text(NameId{q})));
    std::sort(out.by_qos.begin(), out.by_qos.end(), [](const LostRuns::Cost& a, const LostRuns::Cost& b) {
      return std::tuple{-a.gpu_s, -a.cpu_s, std::string_view{a.qos}} < std::tuple{-b.gpu_s, -b.cpu_s, std::string_view{b.qos}};
    });
  }
  return found;
}

}  // namespace sluice::report
