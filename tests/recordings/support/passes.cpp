// When the priority passes of a recording ran.

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "tests/recordings/support/log_passes.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {
namespace {

using std::chrono::milliseconds;

/// Where in its second an inferred pass is put: about where logged ones are.
constexpr milliseconds usual_moment{110};

/// The log says how many seconds passed since the pass before. A row is written a little after its second was taken,
/// never before it, so the first second is the last one that fits them all.
std::vector<Event> logged_passes(const Recording& recording) {
  std::vector<Event> passes;
  Seconds since_first{0}, first = Seconds::max();
  for (const auto& row : recording.decisions) {
    if (row.who != "ctl" || row.what != "prio") continue;
    if (!passes.empty()) since_first += Seconds{std::strtoll(row.detail.c_str(), nullptr, 10)};
    first = std::min(first, floor_seconds(row.at) - since_first);
    passes.push_back({row.at, PriorityPass{since_first, {}}});
  }
  for (Event& pass : passes) std::get<PriorityPass>(pass.what).now += first;
  return passes;
}

/// When the job of a sprio row began to gain age, if that is beyond doubt.
std::optional<Seconds> accruing_since(const RecordedState& state, const std::string& id, Time at) {
  const auto found = state.job_of_id.find(id);
  if (found == state.job_of_id.end()) return std::nullopt;
  const RecordedJob& job = state.jobs[found->second];
  if (!job.task_rows.empty()) return std::nullopt;
  std::optional<Seconds> since;
  for (const SacctRow* row : job.rows)
    if (Time{row->submit} <= at) since = row->eligible;
  return since;
}

/// The second of the last pass before a snapshot of sprio: the one that most ages point to.
std::optional<Seconds> pass_before(const RecordedState& state, const Snapshot& snapshot, double max_age) {
  constexpr std::size_t id = 0, age = 13;
  std::map<Seconds, int> votes;
  for (const auto& row : snapshot.rows) {
    if (row.size() <= age || row[id].starts_with('#')) continue;
    const double factor = std::strtod(row[age].c_str(), nullptr);
    const auto since = accruing_since(state, row[id], snapshot.at);
    if (since && factor > 0 && factor < 1) ++votes[*since + Seconds{std::llround(factor * max_age)}];
  }
  const auto most =
      std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most != votes.end() && Time{most->first} <= snapshot.at ? std::optional{most->first} : std::nullopt;
}

/// Passes between and around those that were seen, one period apart, up to `end`.
std::vector<Seconds> fill_gaps(const std::vector<Seconds>& seen, Seconds period, Seconds end) {
  std::vector<Seconds> all;
  const Seconds first = seen.empty() ? Seconds{20} : seen.front();
  for (Seconds t = first - period; t > Seconds{-100}; t -= period) all.push_back(t);
  std::reverse(all.begin(), all.end());
  Seconds last = first;
  if (seen.empty()) all.push_back(first);
  for (const Seconds one : seen) {
    while (one - last > period + period / 2) all.push_back(last += period);
    all.push_back(last = one);
  }
  while (last + period <= end) all.push_back(last += period);
  return all;
}

}  // namespace

std::vector<Event> priority_passes(const RecordedState& state) {
  if (auto logged = logged_passes(*state.recording); !logged.empty()) return logged;
  const auto& kept = state.recording->passes;
  if (const auto distilled = kept.empty() ? passes_of_log(state) : kept; !distilled.empty()) {
    std::vector<Event> passes;
    for (const auto& pass : distilled) passes.push_back({pass.at, PriorityPass{pass.now, pass.late}});
    return passes;
  }
  const auto& settings = state.inputs->cluster.multifactor;
  std::vector<Seconds> seen;
  Time end{};
  for (const auto& snapshot : state.recording->sprio) {
    end = snapshot.at;
    const auto pass = pass_before(state, snapshot, to_seconds(settings.max_age));
    if (pass && (seen.empty() || *pass > seen.back() + Seconds{30})) seen.push_back(*pass);
  }
  std::vector<Event> passes;
  for (const Seconds now : fill_gaps(seen, std::chrono::floor<Seconds>(settings.calc_period), floor_seconds(end)))
    passes.push_back({Time{now + usual_moment}, PriorityPass{now, {}}});
  return passes;
}

}  // namespace sluice::recordings
