#include "tests/recordings/support/gang_check.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::recordings {
namespace {

/// How far from a start or an end the rows lie that tell of what it brings about.
constexpr auto nearby = std::chrono::milliseconds{120};

}  // namespace

GangCheck::GangCheck(const Replay& replay, const RecordedController& controller)
    : state_{replay.state()}, controller_{controller}, is_paused_(replay.state().jobs.size(), false) {
  const ClusterSpec& cluster = state_.inputs->cluster;
  if (!cluster.preempt.mode.gang || controller.cluster().core_map() == nullptr) return;
  gang_.emplace(cluster, *controller.cluster().core_map());
  find_slices(replay);
}

/// A slice is where a job is suspended or goes on and nothing starts or ends. Slices that change nothing leave no row: they
/// are put where they must have been.
void GangCheck::find_slices(const Replay& replay) {
  std::vector<Time> causes, rows;
  for (const Event& event : replay.events()) {
    if (event.row == nullptr) continue;
    if (std::holds_alternative<RunStarted>(event.what) || std::holds_alternative<RunEnded>(event.what))
      causes.push_back(event.at);
    if (std::holds_alternative<JobPaused>(event.what) || std::holds_alternative<JobWentOn>(event.what))
      rows.push_back(event.at);
  }
  const auto has_cause = [&](Time at) {
    return std::any_of(causes.begin(), causes.end(), [&](Time one) { return one > at - nearby && one < at + nearby; });
  };
  std::erase_if(rows, has_cause);
  if (rows.empty() || replay.events().empty()) return;
  const Duration each = state_.inputs->cluster.preempt.time_slice;
  Time at = rows.front();
  while (at > Time{}) at -= each;
  for (std::size_t row = 0; at < replay.events().back().at; at += each) {
    while (row < rows.size() && rows[row] < at - each / 2) ++row;
    if (row < rows.size() && rows[row] < at + each / 2) at = rows[row];
    slices_.push_back(at);
  }
}

void GangCheck::carry_out(const std::vector<Gang::Order>& orders) {
  for (const Gang::Order& order : orders)
    is_paused_[order.job.index()] = order.what != Gang::Order::What::go_on;
}

void GangCheck::slice_before(Time at) {
  for (; next_slice_ < slices_.size() && slices_[next_slice_] <= at; ++next_slice_) carry_out(gang_->slice());
}

void GangCheck::see(const Event& event) {
  if (!gang_) return;
  const bool pauses = std::holds_alternative<JobPaused>(event.what) || std::holds_alternative<JobWentOn>(event.what);
  if (!pauses) slice_before(event.at);
  if (const auto* started = std::get_if<RunStarted>(&event.what)) {
    const JobId job{static_cast<std::uint32_t>(started->job)};
    is_paused_[started->job] = false;
    carry_out(gang_->started(job, controller_.allocation_of(started->job).allocation, controller_.action_on(started->job)));
  }
  if (const auto* ended = std::get_if<RunEnded>(&event.what)) {
    is_paused_[ended->job] = false;
    carry_out(gang_->ended(JobId{static_cast<std::uint32_t>(ended->job)}));
  }
  if (std::holds_alternative<MainPass>(event.what) || std::holds_alternative<BackfillCycle>(event.what))
    compare(event.at);
}

void GangCheck::compare(Time at) {
  for (std::size_t job = 0; job < is_paused_.size(); ++job) {
    const bool recorded = controller_.is_paused(job);
    if (!controller_.is_running(job) || (!recorded && !is_paused_[job])) continue;
    ++paused_.total;
    if (recorded == is_paused_[job]) {
      ++paused_.equal;
      continue;
    }
    differences_.push_back({at, fmt::format("gang {}", state_.jobs[job].id), recorded ? "suspended" : "running",
                            is_paused_[job] ? "suspended" : "running", false});
  }
}

}  // namespace sluice::recordings
