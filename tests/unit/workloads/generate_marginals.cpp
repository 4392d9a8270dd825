#include "tests/unit/workloads/generate_marginals.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <vector>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

struct Job {
  double submit, run;  ///< seconds
  std::int64_t size;
  std::string_view user, state;
  double time() const { return run * static_cast<double>(size); }
};

std::optional<std::size_t> column(const std::vector<std::string_view>& header, std::string_view name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

double seconds_of(std::string_view text) {
  if (const auto whole = parse_whole(text)) return static_cast<double>(*whole);
  return to_seconds(parse_civil(text).value_or(Duration{}));
}

std::vector<Job> measured_jobs(std::string_view csv) {
  auto lines = split(csv, '\n');
  const auto header = split(lines.front(), ',');
  const auto submit = column(header, "submit"), duration = column(header, "duration"),
             ntasks = column(header, "ntasks");
  const auto user = column(header, "user"), state = column(header, "state"),
             node_gpus = column(header, "gpus-per-node");
  const auto gpus = column(header, "gpus");
  std::vector<Job> jobs;
  for (const auto line : lines) {
    if (line.empty() || line == lines.front()) continue;
    const auto cells = split(line, ',');
    if (node_gpus && cells[*node_gpus].empty() && cells[*gpus].empty()) continue;  // runs on CPUs
    jobs.push_back({seconds_of(cells[*submit]), seconds_of(cells[*duration]), parse_whole(cells[*ntasks]).value_or(0),
                    user ? cells[*user] : "", state ? cells[*state] : "COMPLETED"});
  }
  const double first = jobs.front().submit - std::fmod(jobs.front().submit, 86'400);
  for (auto& job : jobs) job.submit -= first;
  return jobs;
}

std::size_t size_class(std::int64_t size) {
  std::size_t at = 0;
  for (std::int64_t most = 1; size > most && at < 7; most *= 2) ++at;
  return at;
}

double quantile(const std::vector<double>& sorted, double level) {
  const double at = level * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const double high = sorted[std::min(low + 1, sorted.size() - 1)];
  return sorted[low] + (high - sorted[low]) * (at - static_cast<double>(low));
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(values.size());
}

void measure_sizes_and_runs(const std::vector<Job>& jobs, Marginals& m) {
  std::vector<double> runs;
  double all = 0;
  for (const auto& job : jobs) all += job.time();
  const auto count = static_cast<double>(jobs.size());
  for (const auto& job : jobs) {
    runs.push_back(job.run);
    m.mean_size += static_cast<double>(job.size) / count;
    m.size_jobs[size_class(job.size)] += 1 / count;
    m.size_time[size_class(job.size)] += job.time() / all;
    const auto member = job.state == "COMPLETED"   ? &Ends::completed
                        : job.state == "CANCELLED" ? &Ends::cancelled
                                                   : &Ends::failed;
    m.end_jobs.*member += 1 / count;
    m.end_time.*member += job.time() / all;
  }
  std::sort(runs.begin(), runs.end());
  m.run_quantiles = {quantile(runs, 0.1), quantile(runs, 0.5), quantile(runs, 0.9), quantile(runs, 0.99),
                     mean_of(runs)};
}

void measure_arrivals(const std::vector<Job>& jobs, Marginals& m) {
  std::vector<double> gaps, hours(static_cast<std::size_t>(jobs.back().submit / 3600) + 1);
  for (std::size_t i = 1; i < jobs.size(); ++i) gaps.push_back(jobs[i].submit - jobs[i - 1].submit);
  for (const auto& job : jobs) ++hours[static_cast<std::size_t>(job.submit / 3600)];
  m.mean_gap = mean_of(gaps);
  m.gap_cv = std::sqrt(variance_of(gaps, m.mean_gap)) / m.mean_gap;
  const double mean = mean_of(hours), variance = variance_of(hours, mean);
  m.hourly_idc = variance / mean;
  double product = 0;
  for (std::size_t h = 1; h < hours.size(); ++h) product += (hours[h] - mean) * (hours[h - 1] - mean);
  m.hourly_lag1 = product / (variance * static_cast<double>(hours.size()));
}

void measure_users(const std::vector<Job>& jobs, Marginals& m) {
  std::map<std::string_view, double> time_of;
  double all = 0, same = 0, top = 0;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    time_of[jobs[i].user] += jobs[i].time();
    all += jobs[i].time();
    same += i > 0 && jobs[i].user == jobs[i - 1].user ? 1 : 0;
  }
  std::vector<double> times;
  for (const auto& [user, time] : time_of) times.push_back(time);
  std::sort(times.rbegin(), times.rend());
  const auto some = std::max<std::size_t>(1, (times.size() + 10) / 20);
  for (std::size_t i = 0; i < some; ++i) top += times[i];
  m.top_users_time = top / all;
  m.same_user_next = same / static_cast<double>(jobs.size() - 1);
}

}  // namespace

Marginals marginals_of(std::string_view csv) {
  const auto jobs = measured_jobs(csv);
  Marginals m;
  m.jobs = jobs.size();
  measure_sizes_and_runs(jobs, m);
  measure_arrivals(jobs, m);
  measure_users(jobs, m);
  return m;
}

}  // namespace sluice::workloads
