#include "workloads/generate_ml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/csv_text.hpp"
#include "workloads/draws.hpp"

namespace sluice::workloads {
namespace {

constexpr double hour = 3600;
constexpr std::int64_t gpus_per_node = 8;
constexpr std::string_view first_midnight = "2026-01-05";  // a Monday

constexpr std::array<std::string_view, 4> accounts{"vision", "language", "speech", "robotics"};
constexpr std::array<std::string_view, 24> users{
    "ada", "bela", "chloe", "dmitri", "emma",  "farid", "grace", "hugo", "ines", "jun",  "kemal",   "lena",
    "mei", "noor", "oskar", "priya",  "quinn", "rosa",  "sam",   "tara", "uwe",  "vera", "wanjiru", "yusuf"};

/// Submissions per hour of the day, relative to the mean: quiet at six, dips at noon and dinner, busiest at four.
/// Source: shape of Helios Venus, Hu et al., SC 2021.
constexpr std::array<double, 24> hour_profile{0.85, 0.70, 0.55, 0.45, 0.35, 0.25, 0.19, 0.25, 0.50, 0.95, 1.40, 1.50,
                                              1.10, 1.20, 1.50, 1.65, 1.73, 1.65, 1.25, 1.30, 1.45, 1.50, 1.35, 1.10};
constexpr std::array<double, 7> day_profile{1.10, 1.28, 1.28, 1.20, 1.00, 0.68, 0.78};  // Monday first

/// Kinds of jobs: GPUs, how often, how long (lognormal). 0 GPUs: preprocessing on CPUs.
struct Size {
  std::int64_t gpus;
  double weight;
  double median;  ///< seconds
  double sigma;
};
constexpr std::array<Size, 6> sizes{{{0, 6, 900, 1.2},
                                     {1, 54, 1'500, 1.7},
                                     {2, 14, 2'400, 1.6},
                                     {4, 12, 3'600, 1.5},
                                     {8, 12, 5'400, 1.5},
                                     {16, 2, 9'000, 1.2}}};
constexpr std::array<std::int64_t, 9> limits_minutes{30, 60, 120, 240, 480, 720, 1440, 2880, 4320};
constexpr double longest = 3 * 86'400;

struct MlJob {
  double submit = 0;  ///< seconds; first in busy time, then on the clock
  std::size_t user = 0;
  const Size* size = nullptr;
  std::int64_t gpus = 0;
  std::int64_t duration = 0;
  std::int64_t limit = 0;  ///< minutes
  int exit_code = 0;
  std::string_view state = "COMPLETED";
  std::string_view name = "train";
};

std::vector<double> size_weights() {
  std::vector<double> weights;
  for (const auto& size : sizes) weights.push_back(size.weight);
  return weights;
}

class MlJobs {
 public:
  explicit MlJobs(const GenerateOptions& options)
      : options_{options},
        who_{options.seed, "ml.user"},
        what_{options.seed, "ml.size"},
        run_{options.seed, "ml.run"},
        end_{options.seed, "ml.end"},
        limit_{options.seed, "ml.limit"},
        gap_{options.seed, "ml.gap"},
        sweep_{options.seed, "ml.sweep"} {}

  /// All jobs, with submissions in busy time: one unit is the mean gap between two decisions to submit.
  std::vector<MlJob> draw() {
    std::vector<MlJob> jobs;
    jobs.reserve(options_.jobs);
    double now = 0;
    while (jobs.size() < options_.jobs) {
      const MlJob model = draw_one(now);
      const std::size_t copies = sweep_.uniform() < 0.15 ? 2 + sweep_.below(7) : 1;
      for (std::size_t i = 0; i < copies && jobs.size() < options_.jobs; ++i) jobs.push_back(vary(model, copies > 1));
      now += gap_.exponential(1);
    }
    return jobs;
  }

 private:
  MlJob draw_one(double now) {
    MlJob job;
    job.submit = now;
    job.user = user_choice_.draw(who_);
    job.size = &sizes[size_choice_.draw(what_)];
    job.gpus = std::min(job.size->gpus, options_.capacity);
    job.duration = std::llround(lognormal(run_, job.size->median, job.size->sigma, 10, longest));
    const double slack = limit_.uniform() < 0.03 ? 0.6 : 1.2 + limit_.exponential(1.5);
    job.limit = from_menu(limits_minutes, static_cast<double>(job.duration) * slack / 60);
    if (job.gpus == 0) job.name = "preprocess";
    return job;
  }

  /// One job like the model: in a sweep they differ a little in length; each ends in its own way.
  MlJob vary(MlJob job, bool in_sweep) {
    const auto planned = static_cast<double>(job.duration);
    double run = in_sweep ? planned * (0.9 + 0.2 * run_.uniform()) : planned;
    if (in_sweep) job.name = "sweep";
    const double fate = end_.uniform();
    if (fate < 0.18) {
      run = std::min(run, lognormal(end_, 90, 1.3, 2, longest));  // most bugs show early
      job.state = "FAILED";
      job.exit_code = 1;
    } else if (fate < 0.28) {
      run *= end_.uniform();
      job.state = "CANCELLED";
    }
    job.duration = std::max<std::int64_t>(1, std::llround(run));
    return job;
  }

  const GenerateOptions& options_;
  Rng who_, what_, run_, end_, limit_, gap_, sweep_;
  WeightedChoice user_choice_{zipf_weights(users.size(), 1.1)};
  WeightedChoice size_choice_{size_weights()};
};

/// Turns busy time into clock time: busy time passes fast in the afternoon and slowly at night.
class WeekClock {
 public:
  WeekClock() {
    double sum = 0;
    for (const double day : day_profile)
      for (const double of_hour : hour_profile) rates_.push_back(day * of_hour), sum += rates_.back();
    for (double& rate : rates_) rate *= static_cast<double>(rates_.size()) / sum;  // a week of busy time is a week
  }
  /// `busy` must not fall from call to call. Seconds.
  double at(double busy) {
    for (;; ++hour_) {
      const double in_hour = rates_[hour_ % rates_.size()] * hour;
      if (busy_before_ + in_hour > busy)
        return static_cast<double>(hour_) * hour + (busy - busy_before_) / in_hour * hour;
      busy_before_ += in_hour;
    }
  }

 private:
  std::vector<double> rates_;
  std::size_t hour_ = 0;
  double busy_before_ = 0;
};

/// Stretches time so that the trace meets the load, and lets the days pass over it.
void place_in_time(std::vector<MlJob>& jobs, const GenerateOptions& options) {
  double area = 0;
  for (const auto& job : jobs) area += static_cast<double>(job.gpus * job.duration);
  const double span = area / (static_cast<double>(options.capacity) * options.load);
  const double last = std::max(jobs.back().submit, 1.0);
  WeekClock clock;
  for (auto& job : jobs) job.submit = clock.at(job.submit / last * span);
}

void write(const MlJob& job, std::size_t number, Duration midnight, CsvText& text) {
  const std::int64_t nodes = std::max<std::int64_t>(1, (job.gpus + gpus_per_node - 1) / gpus_per_node);
  const std::int64_t per_node = job.gpus / nodes;
  const Duration submit = midnight + std::chrono::seconds{static_cast<std::int64_t>(job.submit)};
  text.integer(static_cast<std::int64_t>(number)).text(users[job.user]).text(accounts[job.user % accounts.size()]);
  text.text(job.name).text(format_civil(submit)).integer(job.duration).integer(nodes).integer(nodes);
  text.integer(std::max<std::int64_t>(4, per_node * 4));
  if (per_node > 0)
    text.integer(per_node);
  else
    text.empty();
  text.text(fmt::format("{}G", std::max<std::int64_t>(16, per_node * 32))).integer(job.limit);
  text.integer(job.exit_code).text(job.state).end_row();
}

}  // namespace

void generate_ml(const GenerateOptions& options, std::ostream& out) {
  auto jobs = MlJobs{options}.draw();
  if (!jobs.empty()) place_in_time(jobs, options);
  const Duration midnight = parse_civil(first_midnight).value_or(Duration{});
  CsvText text;
  text.raw(
      "job_id,user,account,job-name,submit,duration,nodes,ntasks,cpus-per-task,gpus-per-node,mem,time,exit-code,state");
  text.end_row();
  for (std::size_t i = 0; i < jobs.size(); ++i) write(jobs[i], i + 1, midnight, text);
  out << text.view();
}

}  // namespace sluice::workloads
