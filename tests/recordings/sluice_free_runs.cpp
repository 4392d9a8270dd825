// sluice-free-runs: simulates recorded scenarios from their submissions alone and holds waits against real slurmctld's.
//
//     sluice-free-runs [--json] [--seeds N] [--jobs] DIR...
// DIR is a scenario's folder with run1 and, in most, run2. A row a scenario: mean waits recorded and simulated (with no latency, and
// with each recording's run lengths), how far they are from the mean of the recorded ones, the ensemble of N seeded timings,
// how far its mean is (e), whether each recorded mean lies in its 95 % band, and how many starts lie within 1, 5 and 30
// seconds, beside the same of run1 against run2. What real slurmctld did is one draw of a random process, so that e wants the
// mean of many; with N=0 it is that of the two simulations.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "tests/recordings/support/orders.hpp"

namespace sluice::recordings {
namespace {

using std::filesystem::path;

/// Shares of first starts that lie within so many seconds of each other.
struct Nearness {
  double within[3] = {0, 0, 0};
  std::size_t other_states = 0;
};
constexpr std::int64_t seconds_apart[3] = {1, 5, 30};

/// Jobs that ended in the same way in both recordings, and those of them that do in nearly all simulations, too. Of two of
/// the simulations so many would be expected to agree on an ending that not nearly all have.
struct Endings {
  std::size_t agreed = 0, kept = 0;
  double expected_others = 0;
  std::vector<std::string> others;
  std::map<std::string, std::size_t> causes;  ///< of others: what the endings differ in
};

/// What simulated endings have that the recorded one has not, or the other way round.
std::string difference_of(const std::string& recorded, const std::map<std::string, std::size_t>& others) {
  const auto differs_in = [&](std::string_view word) {
    const auto times = [&](const std::string& text) {
      std::size_t count = 0;
      for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
      return count;
    };
    return std::any_of(others.begin(), others.end(), [&](const auto& one) { return times(one.first) != times(recorded); });
  };
  const bool stopped = recorded.empty() || others.contains("");
  if (differs_in("NODE_FAIL")) return "on a node that is lost, or not";
  if (differs_in("PREEMPTED")) return "preempted, or not";
  if (stopped) return "not over when the scenario is, or never free to start";
  if (differs_in("TIMEOUT")) return "at its limit, or just before";
  return "else";
}

Endings endings(const std::vector<FreeRuns>& real, const std::vector<FreeRuns>& simulated) {
  constexpr double nearly_all = 0.9;
  Endings result;
  for (const auto& [id, own] : real.front()) {
    const std::string both = endings_of(own);
    std::map<std::string, std::size_t> counts;
    for (const FreeRuns& runs : simulated) ++counts[endings_of(runs, id)];
    for (const auto& [ending, count] : counts) {
      const double share = static_cast<double>(count) / static_cast<double>(simulated.size());
      if (share < nearly_all) result.expected_others += share * share;
    }
    if (both != endings_of(real.back(), id)) continue;
    ++result.agreed;
    if (static_cast<double>(counts[both]) >= nearly_all * static_cast<double>(simulated.size())) {
      ++result.kept;
      continue;
    }
    std::string line = fmt::format("{}: {} in {} of {}", id, both.empty() ? "-" : both, counts[both], simulated.size());
    counts.erase(both);
    const std::string cause = difference_of(both, counts);
    ++result.causes[cause];
    line += fmt::format(" ({})", cause);
    for (const auto& [other, count] : counts) line += fmt::format("; {} in {}", other.empty() ? "-" : other, count);
    result.others.push_back(std::move(line));
  }
  return result;
}

Nearness nearness(const FreeRuns& a, const FreeRuns& b) {
  Nearness near;
  std::size_t count = 0;
  for (const auto& [id, own] : a) {
    const auto other = b.find(id);
    if (other == b.end()) continue;
    if (endings_of(own) != endings_of(other->second)) ++near.other_states;
    if (own.empty() || other->second.empty() || !own.front().start || !other->second.front().start) continue;
    ++count;
    const auto apart = std::abs((*own.front().start - *other->second.front().start).count());
    for (std::size_t i = 0; i < 3; ++i) near.within[i] += apart <= seconds_apart[i] ? 1 : 0;
  }
  for (double& share : near.within) share /= static_cast<double>(std::max<std::size_t>(count, 1));
  return near;
}

struct Band {
  double low = 0, mean = 0, high = 0;
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(std::max<std::size_t>(values.size(), 1));
}

/// The 95 % band of a few draws: mean and 1.96 standard deviations, which is steadier than their extremes.
Band band_of(const std::vector<double>& draws) {
  double squares = 0;
  const double mean = mean_of(draws);
  for (const double x : draws) squares += (x - mean) * (x - mean);
  const double deviation = draws.size() > 1 ? std::sqrt(squares / static_cast<double>(draws.size() - 1)) : 0;
  return {mean - 1.96 * deviation, mean, mean + 1.96 * deviation};
}

struct ScenarioResult {
  std::string name;
  std::vector<double> recorded, simulated;
  double apart = 0;           ///< e
  double unseeded_apart = 0;  ///< the same of the simulations without a seed
  std::vector<Band> bands;
  Nearness real_to_real, ours_to_real;
  Seconds real_end{}, our_end{};
  Endings endings;
  Orders orders;  ///< of all simulations

  std::size_t inside() const {
    std::size_t count = 0;
    for (std::size_t r = 0; r < bands.size(); ++r)
      if (recorded[r] >= bands[r].low && recorded[r] <= bands[r].high) ++count;
    return count;
  }
};

std::string text_of(const std::vector<FreeJobRun>& runs) {
  const auto seconds = [](const std::optional<Seconds>& moment) { return moment ? moment->count() : -1; };
  std::string line;
  for (const auto& one : runs)
    line += fmt::format("{}-{}-{} {}; ", seconds(one.eligible), seconds(one.start), seconds(one.end), one.state);
  return line;
}

/// A line a job: eligible, start and end of its runs, recorded and simulated.
void print(const FreeRuns& real, const FreeRuns& simulated) {
  for (const auto& [id, own] : real) {
    const auto found = simulated.find(id);
    fmt::print("{:<12} {:<60} | {}\n", id, text_of(own), found == simulated.end() ? "none" : text_of(found->second));
  }
}

ScenarioResult compare(const path& folder, std::size_t seeds, bool print_jobs) {
  ScenarioResult result;
  result.name = folder.filename().string();
  const Workload workload = scenario_workload(folder);
  std::vector<FreeRuns> real, all;
  std::vector<double> draws;
  for (const char* run : {"run1", "run2"}) {
    if (!std::filesystem::exists(folder / run)) continue;
    const Recording recording = read_recording(folder / run);
    real.push_back(recorded_runs(recording));
    const FreeRuns simulated = simulate(folder, recording, print_jobs && seeds > 0 ? Timing{seeds} : Timing{});
    all.push_back(simulated);
    result.recorded.push_back(mean_wait_s(real.back()));
    result.simulated.push_back(mean_wait_s(simulated));
    if (real.size() == 1) {
      result.ours_to_real = nearness(real.back(), simulated);
      result.real_end = elapsed(real.back());
      result.our_end = elapsed(simulated);
      if (print_jobs) print(real.back(), simulated);
    }
    // What is drawn does not look at the recording.
    for (std::size_t seed = 1; real.size() == 1 && seed <= seeds; ++seed) {
      all.push_back(simulate(folder, recording, {seed}));
      draws.push_back(mean_wait_s(all.back()));
    }
    if (print_jobs && real.size() == 1) for (const double x : draws) fmt::print("draw {:.0f}\n", x);
    if (seeds > 0) result.bands.push_back(band_of(draws));
  }
  result.real_to_real = nearness(real.front(), real.back());
  result.endings = endings(real, all);
  for (const FreeRuns& runs : all) result.orders.add(orders_of(workload, runs));
  if (print_jobs) {
    for (const std::string& other : result.endings.others) fmt::print("ends otherwise: {}\n", other);
    for (const std::string& broken : result.orders.broken) fmt::print("{}\n", broken);
  }
  const double recorded = mean_of(result.recorded);
  const auto apart = [recorded](double wait) { return recorded == 0 ? 0 : wait / recorded - 1; };
  result.unseeded_apart = apart(mean_of(result.simulated));
  result.apart = seeds > 0 ? apart(result.bands.front().mean) : result.unseeded_apart;
  return result;
}

void print(const ScenarioResult& r) {
  fmt::print("{:<26} {:>5.0f} {:>5.0f} | {:>5.0f} {:>5.0f} {:>+7.1f}% |", r.name, r.recorded.front(), r.recorded.back(),
             r.simulated.front(), r.simulated.back(), 100 * r.unseeded_apart);
  if (!r.bands.empty()) fmt::print(" {:>5.0f}..{:<5.0f}", r.bands.front().low, r.bands.front().high);
  fmt::print(" {:>+6.1f}%", 100 * r.apart);
  fmt::print(" {} | {:>3.0f} {:>3.0f} {:>3.0f} % ({:>3.0f} {:>3.0f} {:>3.0f} %) | {} ({}) {}/{} | {} {}\n", r.inside(),
             100 * r.ours_to_real.within[0], 100 * r.ours_to_real.within[1], 100 * r.ours_to_real.within[2],
             100 * r.real_to_real.within[0], 100 * r.real_to_real.within[1], 100 * r.real_to_real.within[2],
             r.ours_to_real.other_states, r.real_to_real.other_states, r.endings.kept, r.endings.agreed, r.real_end.count(), r.our_end.count());
}

int run(const std::vector<std::string>& arguments) {
  std::size_t seeds = 0;
  bool as_json = false, print_jobs = false;
  std::vector<path> folders;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--json") as_json = true;
    else if (arguments[i] == "--jobs") print_jobs = true;
    else if (arguments[i] == "--seeds" && i + 1 < arguments.size()) seeds = std::stoul(arguments[++i]);
    else folders.push_back(folder_named(arguments[i]));
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  double sum = 0, sum_absolute = 0;
  std::size_t inside = 0, recorded = 0;
  if (!as_json)
    fmt::print("{:<26} {:>11} | {:>11} {:>8} | 95 % band of {} seeds, e, recorded means inside | starts within 1, 5, 30 s "
               "(real against real) | other states, kept | end\n",
               "scenario", "recorded", "simulated", "apart", seeds);
  for (const path& folder : folders) {
    const ScenarioResult result = compare(folder, seeds, print_jobs);
    sum += result.apart;
    sum_absolute += std::abs(result.apart);
    inside += result.inside();
    recorded += result.recorded.size();
    if (!as_json) print(result);
    all.push_back({{"name", result.name}, {"recorded", result.recorded}, {"simulated", result.simulated},
                   {"e", result.apart}, {"unseeded_e", result.unseeded_apart}, {"inside", result.inside()},
                   {"endings", {{"agreed", result.endings.agreed}, {"kept", result.endings.kept},
                                {"expected_others", result.endings.expected_others}, {"causes", result.endings.causes},
                                {"others", result.endings.others}}},
                   {"orders", {{"tasks", result.orders.tasks.total}, {"dependents", result.orders.dependents.total},
                               {"broken", result.orders.broken}}}});
  }
  const auto count = static_cast<double>(std::max<std::size_t>(folders.size(), 1));
  if (as_json)
    fmt::print("{}\n", nlohmann::ordered_json{{"scenarios", all}, {"mean_abs_e", sum_absolute / count},
                                              {"mean_e", sum / count}, {"inside", inside}}.dump(2));
  else
    fmt::print("mean |e| {:.1f} %, mean e {:+.1f} %, {} of {} recorded means inside\n", 100 * sum_absolute / count,
               100 * sum / count, inside, recorded);
  return 0;
}

}  // namespace
}  // namespace sluice::recordings

int main(int argc, char** argv) {
  try {
    return sluice::recordings::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
