#include "tests/recordings/support/log_passes.hpp"

#include <algorithm>
#include <map>

namespace sluice::recordings {
namespace {

using std::chrono::milliseconds;

/// Where in its second a pass without a line of its own is put.
constexpr milliseconds usual_moment{110};
/// slurmctld's start, from which passes come one period apart.
constexpr Seconds daemon_start{-100};

class LogPasses {
 public:
  explicit LogPasses(const RecordedState& state) : state_{state}, lines_{state.recording->charged} {}

  std::vector<DistilledPass> find() {
    const Seconds period = std::chrono::floor<Seconds>(state_.inputs->cluster.multifactor.calc_period);
    Seconds due = daemon_start + period;
    const auto& snapshots = state_.recording->sshare;
    const Time end = snapshots.empty() ? Time{} : snapshots.back().at;
    while (!lines_.empty() && Time{due} <= end) {
      const DistilledPass pass = pass_near(due, period);
      passes_.push_back(pass);
      due += period;
    }
    for (std::size_t i = 1; i < passes_.size(); ++i) find_late(passes_[i - 1].now, passes_[i]);
    return std::move(passes_);
  }

 private:
  const Run* run_at(const std::string& id, Time at) const {
    const auto job = state_.job_of_id.find(id);
    if (job == state_.job_of_id.end()) return nullptr;
    const Run* found = nullptr;
    for (const Run& run : state_.jobs[job->second].runs)
      if (Time{run.start} <= at + Seconds{1}) found = &run;
    return found;
  }

  std::span<const ChargedSlice> lines_between(Time from, Time to) const {
    const auto before = [](const ChargedSlice& line, Time at) { return line.at < at; };
    const auto first = std::lower_bound(lines_.begin(), lines_.end(), from, before);
    return {first, std::lower_bound(first, lines_.end(), to, before)};
  }

  /// The second that most lines around `due` agree on.
  DistilledPass pass_near(Seconds due, Seconds period) const {
    std::map<Seconds, std::vector<Time>> votes;
    for (const auto& line : lines_between(Time{due} - milliseconds{1300}, Time{due} + milliseconds{1900})) {
      const Run* run = run_at(line.job, line.at);
      if (run == nullptr || run->end == floor_seconds(line.at)) continue;  // it may be the line of the job's end
      const Seconds last = passes_.empty() ? run->start : std::max(run->start, passes_.back().now);
      const Seconds now = last + line.length;
      if (std::chrono::abs(now - due) <= Seconds{1} && Time{now} <= line.at) votes[now].push_back(line.at);
    }
    if (votes.empty()) {
      const Seconds now = passes_.empty() ? due : passes_.back().now + period;
      return {Time{now + usual_moment}, now, {}};
    }
    const auto most = std::max_element(votes.begin(), votes.end(),
                                       [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    return {most->second.front(), most->first, {}};
  }

  /// Jobs that the pass and their end, while it still ran, charged both from the pass before.
  void find_late(Seconds before, DistilledPass& pass) const {
    for (const auto& line : lines_between(pass.at + milliseconds{1}, pass.at + milliseconds{1500})) {
      const Run* run = run_at(line.job, line.at);
      if (run == nullptr || !run->end || *run->end != floor_seconds(line.at)) continue;
      const bool by_the_pass = std::any_of(lines_.begin(), lines_.end(), [&](const ChargedSlice& other) {
        return other.job == line.job && other.at >= pass.at && other.at < line.at;
      });
      const bool again = line.length == *run->end - std::max(run->start, before) &&
                         line.length > *run->end - std::max(run->start, pass.now);
      if (by_the_pass && again) pass.late.push_back(line.job);
    }
  }

  const RecordedState& state_;
  const std::vector<ChargedSlice>& lines_;
  std::vector<DistilledPass> passes_;
};

}  // namespace

std::vector<DistilledPass> passes_of_log(const RecordedState& state) { return LogPasses{state}.find(); }

}  // namespace sluice::recordings
