#include "workloads/describe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/base/civil_time.hpp"
#include "workloads/state_words.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t enough_for_fit = 30;
constexpr std::size_t fewest_ranks = 10;

struct Bucket {
  std::string_view name;
  double above, up_to;
};
constexpr std::array<Bucket, 10> buckets{{{"0", -1, 0},
                                          {"<1", 0, 0.999'999},
                                          {"1", 0.999'999, 1},
                                          {"2", 1, 2},
                                          {"3-4", 2, 4},
                                          {"5-8", 4, 8},
                                          {"9-16", 8, 16},
                                          {"17-32", 16, 32},
                                          {"33-64", 32, 64},
                                          {">64", 64, std::numeric_limits<double>::infinity()}}};

/// The q-quantile of an ascending sample, between neighbours in proportion.
double quantile(const std::vector<double>& sorted, double q) {
  const double at = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const auto high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

double mean_of(const std::vector<double>& sample) {
  double sum = 0;
  for (const double value : sample) sum += value;
  return sum / static_cast<double>(sample.size());
}

/// Of the sample itself, not of what it is drawn from.
double variance_of(const std::vector<double>& sample, double mean) {
  double sum = 0;
  for (const double value : sample) sum += (value - mean) * (value - mean);
  return sum / static_cast<double>(sample.size());
}

std::optional<SampleStatistics> statistics_of(std::vector<double> sample) {
  if (sample.empty()) return std::nullopt;
  SampleStatistics s;
  s.count = sample.size();
  s.mean = mean_of(sample);
  std::sort(sample.begin(), sample.end());
  s.p10 = quantile(sample, 0.10);
  s.median = quantile(sample, 0.50);
  s.p90 = quantile(sample, 0.90);
  s.p99 = quantile(sample, 0.99);
  s.max = sample.back();
  return s;
}

/// Fitted by moments of the logarithms; the distance is Kolmogorov's and Smirnov's.
std::optional<LognormalFit> fit(std::vector<double> seconds) {
  if (seconds.size() < enough_for_fit) return std::nullopt;
  for (double& value : seconds) value = std::log(value);
  std::sort(seconds.begin(), seconds.end());
  LognormalFit f;
  f.count = seconds.size();
  f.mu = mean_of(seconds);
  f.sigma = std::sqrt(variance_of(seconds, f.mu));
  if (f.sigma == 0) return f;
  const auto n = static_cast<double>(seconds.size());
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const double expected = 0.5 * std::erfc(-(seconds[i] - f.mu) / (f.sigma * std::sqrt(2.0)));
    const auto below = static_cast<double>(i);
    f.ks = std::max({f.ks, (below + 1) / n - expected, expected - below / n});
  }
  return f;
}

/// The slope of ln(jobs) over ln(rank), by least squares. `counts` descend.
std::optional<double> zipf_exponent(const std::vector<double>& counts) {
  if (counts.size() < fewest_ranks) return std::nullopt;
  const std::size_t ranks = std::max(fewest_ranks, counts.size() / 2);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < ranks; ++i) {
    x.push_back(std::log(static_cast<double>(i + 1)));
    y.push_back(std::log(counts[i]));
  }
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double both = 0;
  for (std::size_t i = 0; i < ranks; ++i) both += (x[i] - mean_x) * (y[i] - mean_y);
  return -both / (variance_of(x, mean_x) * static_cast<double>(ranks));
}

class Description {
 public:
  Description(const Workload& workload, const DescribeOptions& options)
      : w_{workload}, unit_{options.unit.value_or(size_unit(workload))} {
    s_.capacity = options.capacity;
    for (const auto& request : w_.requests()) size_of_request_.push_back(job_size(request, unit_));
    for (const auto& job : w_.jobs) {
      total_size_ += size(job);
      total_time_ += resource_time(job);
    }
  }

  TraceStatistics take() {
    name();
    run_times();
    sizes();
    arrivals();
    profiles();
    waits();
    users();
    limits();
    end_states();
    return std::move(s_);
  }

 private:
  double size(const JobSpec& job) const { return size_of_request_[job.request.index()]; }
  double resource_time(const JobSpec& job) const { return size(job) * to_seconds(job.duration); }
  double share_of_jobs(std::size_t count) const {
    return static_cast<double>(count) / static_cast<double>(w_.jobs.size());
  }
  double share_of_time(double time) const { return total_time_ > 0 ? time / total_time_ : 0; }

  void name() {
    s_.format = w_.format;
    s_.unit = unit_;
    s_.rows = w_.report.rows;
    s_.jobs = w_.jobs.size();
    s_.left_out = w_.report.skipped;
    if (w_.report.before_from > 0) s_.left_out.emplace_back("before --from", w_.report.before_from);
    if (w_.report.after_to > 0) s_.left_out.emplace_back("at or after --to", w_.report.after_to);
    s_.assumptions = w_.report.assumptions;
    s_.first = moment(w_.jobs.front().submit);
    s_.last = moment(w_.jobs.back().submit);
    s_.span_days = span() / 86'400;
  }
  std::string moment(Time time) const {
    const Duration in_base = time.time_since_epoch() + w_.time_base.zero;
    if (const auto origin = w_.time_base.calendar_origin()) return format_civil(in_base + *origin);
    return fmt::format("{}", to_seconds(in_base));
  }
  double span() const { return to_seconds(w_.jobs.back().submit - w_.jobs.front().submit); }

  void run_times() {
    std::vector<double> sample;
    for (const auto& job : w_.jobs) sample.push_back(to_seconds(job.duration));
    s_.run_time_fit = fit(sample);
    s_.run_time = *statistics_of(std::move(sample));
    s_.resource_hours = total_time_ / 3600;
    if (s_.capacity && span() > 0) s_.load = total_time_ / (*s_.capacity * span());
  }

  void sizes() {
    s_.mean_size = total_size_ / static_cast<double>(w_.jobs.size());
    for (const Bucket& bucket : buckets) {
      std::vector<double> run_times;
      double time = 0;
      for (const auto& job : w_.jobs) {
        s_.max_size = std::max(s_.max_size, size(job));
        if (size(job) <= bucket.above || size(job) > bucket.up_to) continue;
        run_times.push_back(to_seconds(job.duration));
        time += resource_time(job);
      }
      if (run_times.empty()) continue;
      s_.sizes.push_back({std::string{bucket.name}, share_of_jobs(run_times.size()), share_of_time(time), {}});
      s_.sizes.back().run_time = fit(std::move(run_times));
    }
  }

  void arrivals() {
    if (w_.jobs.size() < 2) return;
    std::vector<double> gaps;
    for (std::size_t i = 1; i < w_.jobs.size(); ++i)
      gaps.push_back(to_seconds(w_.jobs[i].submit - w_.jobs[i - 1].submit));
    s_.interarrival_mean = mean_of(gaps);
    if (*s_.interarrival_mean > 0)
      s_.interarrival_cv = std::sqrt(variance_of(gaps, *s_.interarrival_mean)) / *s_.interarrival_mean;
    arrivals_by_hour();
  }

  /// Only hours with jobs are kept: a wrong date must not cost the memory of all hours up to it.
  void arrivals_by_hour() {
    const double hours = std::floor(span() / 3600) + 1;
    const double mean = static_cast<double>(w_.jobs.size()) / hours;
    double squares = 0, busy_hours = 0;
    for (std::size_t begin = 0, end = 0; begin < w_.jobs.size(); begin = end) {
      while (end < w_.jobs.size() && hour_of(end) == hour_of(begin)) ++end;
      const double off = static_cast<double>(end - begin) - mean;
      squares += off * off;
      busy_hours += 1;
    }
    squares += (hours - busy_hours) * mean * mean;
    s_.hourly_mean = mean;
    s_.hourly_idc = squares / hours / mean;
  }
  std::int64_t hour_of(std::size_t i) const { return (w_.jobs[i].submit - w_.jobs.front().submit) / 1h; }

  void profiles() {
    const auto origin = w_.time_base.calendar_origin();
    if (!origin) return;
    s_.hour_profile.emplace();
    s_.weekday_profile.emplace();
    const auto jobs = static_cast<double>(w_.jobs.size());
    for (const auto& job : w_.jobs) {
      const Duration since_1970 = job.submit.time_since_epoch() + w_.time_base.zero + *origin;
      const auto hour = std::chrono::floor<std::chrono::hours>(since_1970).count();
      const auto day = std::chrono::floor<std::chrono::days>(since_1970).count();
      (*s_.hour_profile)[static_cast<std::size_t>((hour % 24 + 24) % 24)] += 24 / jobs;
      (*s_.weekday_profile)[static_cast<std::size_t>(((day + 3) % 7 + 7) % 7)] += 7 / jobs;  // 1970 began on a Thursday
    }
  }

  void waits() {
    std::vector<double> sample;
    for (std::size_t i = 0; i < w_.recorded.size(); ++i) {
      const RecordedRun& run = w_.recorded[i];
      if (run.start) sample.push_back(std::max(0.0, to_seconds(*run.start - run.eligible.value_or(w_.jobs[i].submit))));
    }
    s_.wait = statistics_of(std::move(sample));
  }

  void users() {
    std::vector<double> jobs(w_.users.size()), time(w_.users.size());
    std::size_t same = 0;
    for (std::size_t i = 0; i < w_.jobs.size(); ++i) {
      const auto user = w_.jobs[i].user.index();
      jobs[user] += 1;
      time[user] += resource_time(w_.jobs[i]);
      same += i > 0 && w_.jobs[i - 1].user == w_.jobs[i].user ? 1U : 0U;
    }
    if (jobs[0] == static_cast<double>(w_.jobs.size())) return;  // nobody has a name
    std::sort(time.rbegin(), time.rend());
    std::sort(jobs.rbegin(), jobs.rend());
    jobs.erase(std::find(jobs.begin(), jobs.end(), 0.0), jobs.end());
    UserSkew skew;
    skew.users = jobs.size();
    skew.zipf_exponent = zipf_exponent(jobs);
    skew.largest_share_of_jobs = jobs.front() / static_cast<double>(w_.jobs.size());
    const std::size_t top = std::max<std::size_t>(1, jobs.size() / 20);
    for (std::size_t i = 0; i < top; ++i) skew.top_share_of_time += share_of_time(time[i]);
    if (w_.jobs.size() > 1) skew.same_user_next = static_cast<double>(same) / static_cast<double>(w_.jobs.size() - 1);
    s_.users = skew;
  }

  void limits() {
    std::vector<double> sample;
    for (const auto& job : w_.jobs)
      if (job.limit) sample.push_back(to_seconds(job.duration) / to_seconds(*job.limit));
    s_.with_limit = share_of_jobs(sample.size());
    s_.run_of_limit = statistics_of(std::move(sample));
  }

  void end_states() {
    for (const Outcome outcome : all_outcomes) {
      std::size_t jobs = 0;
      double time = 0;
      for (const auto& job : w_.jobs) {
        if (job.outcome != outcome) continue;
        ++jobs;
        time += resource_time(job);
      }
      if (jobs > 0) s_.end_states.push_back({outcome, share_of_jobs(jobs), share_of_time(time)});
    }
  }

  const Workload& w_;
  SizeUnit unit_;
  std::vector<double> size_of_request_;
  double total_size_ = 0, total_time_ = 0;
  TraceStatistics s_;
};

}  // namespace

TraceStatistics describe(const Workload& workload, const DescribeOptions& options) {
  SLUICE_CHECK(!workload.jobs.empty(), "a trace without jobs is described");
  return Description{workload, options}.take();
}

}  // namespace sluice::workloads
