#include "workloads/generators/ml_demo.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "workloads/generators/arrivals.hpp"
#include "workloads/generators/draws.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<std::string_view, 24> people{
    "ada", "bela", "chloe", "dmitri", "emma",  "farid", "grace", "hugo", "ines", "jun",  "kemal",   "lena",
    "mei", "noor", "oskar", "priya",  "quinn", "rosa",  "sam",   "tara", "uwe",  "vera", "wanjiru", "yusuf"};
constexpr std::array<std::string_view, 4> groups{"vision", "language", "speech", "robotics"};

constexpr ArrivalShape week{.hours = {0.90, 0.66, 0.60, 0.38, 0.27, 0.20, 0.19, 0.22, 0.37, 0.80, 1.29, 1.47,
                                      1.16, 1.30, 1.56, 1.66, 1.73, 1.73, 1.28, 1.31, 1.35, 1.36, 1.15, 1.04},
                            .days = {1.03, 1.07, 1.28, 1.21, 0.95, 0.68, 0.78},
                            .swing = 0.3,
                            .memory = 0.8,
                            .silences = 0,
                            .silent_hours = 0};

enum class LimitStyle { generous, tight, full };

struct DemoRun {
  double median, sigma, longest;  ///< seconds; lognormal
};

/// What people do: one submission of it.
struct Activity {
  std::string_view kind, name, partition;
  double weight;               ///< how often
  std::array<double, 6> gpus;  ///< weights of 0, 1, 2, 4, 8, 16 GPUs
  std::size_t fewest, most;    ///< jobs at once; more than one are a job array
  DemoRun run;
  double failed, cancelled;  ///< shares
  LimitStyle limit;
};

constexpr double hour = 3600;
constexpr std::array<std::int64_t, 6> gpu_counts{0, 1, 2, 4, 8, 16};
constexpr Activity preparation{.kind = "preprocessing",
                               .name = "prepare",
                               .partition = "cpu",
                               .weight = 14,
                               .gpus = {1},
                               .fewest = 1,
                               .most = 1,
                               .run = {0.5 * hour, 1.2, 20 * hour},
                               .failed = 0.08,
                               .cancelled = 0.03,
                               .limit = LimitStyle::generous};
constexpr Activity training{.kind = "training",
                            .name = "train",
                            .partition = "train",
                            .weight = 38,
                            .gpus = {0, 30, 20, 22, 22, 6},
                            .fewest = 1,
                            .most = 1,
                            .run = {3.2 * hour, 1.2, 40 * hour},
                            .failed = 0.18,
                            .cancelled = 0.10,
                            .limit = LimitStyle::generous};
constexpr Activity evaluation{.kind = "evaluation",
                              .name = "eval",
                              .partition = "train",
                              .weight = 4,
                              .gpus = {0, 1},
                              .fewest = 3,
                              .most = 8,
                              .run = {0.2 * hour, 0.7, 4 * hour},
                              .failed = 0.05,
                              .cancelled = 0.02,
                              .limit = LimitStyle::generous};
constexpr Activity sweep{.kind = "sweep",
                         .name = "sweep",
                         .partition = "train",
                         .weight = 4,
                         .gpus = {0, 6, 1},
                         .fewest = 4,
                         .most = 12,
                         .run = {0.8 * hour, 0.8, 10 * hour},
                         .failed = 0.08,
                         .cancelled = 0.03,
                         .limit = LimitStyle::generous};
constexpr Activity notebook{.kind = "notebook",
                            .name = "jupyter",
                            .partition = "debug",
                            .weight = 14,
                            .gpus = {0, 1},
                            .fewest = 1,
                            .most = 1,
                            .run = {0.5 * hour, 0.7, 3 * hour},
                            .failed = 0.02,
                            .cancelled = 0.75,
                            .limit = LimitStyle::full};
constexpr Activity trial{.kind = "debug",
                         .name = "try",
                         .partition = "debug",
                         .weight = 14,
                         .gpus = {0, 5, 3, 1},
                         .fewest = 1,
                         .most = 1,
                         .run = {0.07 * hour, 1.0, 0.9 * hour},
                         .failed = 0.5,
                         .cancelled = 0.15,
                         .limit = LimitStyle::tight};
constexpr Activity service{.kind = "inference",
                           .name = "serve",
                           .partition = "train",
                           .weight = 2,
                           .gpus = {0, 3, 1},
                           .fewest = 1,
                           .most = 1,
                           .run = {14 * hour, 0.5, 40 * hour},
                           .failed = 0,
                           .cancelled = 0.7,
                           .limit = LimitStyle::full};
constexpr std::array<Activity, 7> activities{preparation, training, evaluation, sweep, notebook, trial, service};
constexpr double chain_weight = 6;

/// The longest time of each partition, minutes.
std::int64_t longest_limit(std::string_view partition) {
  if (partition == "debug") return 60;
  return partition == "cpu" ? 1440 : 2880;
}

WeightedChoice activity_choice() {
  std::vector<double> weights;
  for (const auto& activity : activities) weights.push_back(activity.weight);
  weights.push_back(chain_weight);
  return WeightedChoice{weights};
}

class DemoJobs {
 public:
  explicit DemoJobs(const Order& order)
      : order_{order},
        who_{order.seed, "demo.user"},
        what_{order.seed, "demo.what"},
        run_{order.seed, "demo.run"},
        end_{order.seed, "demo.end"},
        limit_{order.seed, "demo.limit"},
        gap_{order.seed, "demo.gap"} {}

  std::vector<MlJob> draw() {
    while (jobs_.size() < order_.jobs) {
      user_ = users_.next(who_);
      starts_.push_back(busy_);
      const std::size_t which = choice_.draw(what_);
      if (which == activities.size())
        add_chain();
      else
        add(activities[which]);
      busy_ += gap_.exponential(1);
    }
    jobs_.resize(order_.jobs);
    place_in_time();
    return std::move(jobs_);
  }

 private:
  /// What all jobs of one submission have in common.
  MlJob planned(const Activity& what) {
    MlJob job;
    job.submission = starts_.size() - 1;
    job.user = user_;
    job.kind = what.kind, job.name = what.name, job.partition = what.partition;
    job.gpus = std::min(gpu_counts[WeightedChoice{what.gpus}.draw(what_)], order_.capacity);
    if (job.gpus == 0) job.cpus = std::int64_t{4} << what_.below(5);
    job.duration = std::llround(lognormal(run_, what.run.median, what.run.sigma, 20, what.run.longest));
    job.limit = limit_for(what, static_cast<double>(job.duration) / 60);
    return job;
  }

  std::int64_t limit_for(const Activity& what, double minutes) {
    constexpr std::array<std::int64_t, 10> menu{15, 30, 60, 120, 240, 480, 720, 1080, 1440, 2880};
    const std::int64_t most = longest_limit(what.partition);
    if (what.limit == LimitStyle::full) return most == 60 ? most : most / 2;
    const bool hopeful = limit_.uniform() < 0.06;
    const double slack = what.limit == LimitStyle::tight ? 1.5 : 1.2 + limit_.exponential(1);
    return std::min(most, from_menu(menu, minutes * (hopeful ? 0.5 : slack)));
  }

  /// How one job of the submission ends: most bugs show early, people stop what they have seen enough of.
  void end(MlJob& job, const Activity& what) {
    const double fate = end_.uniform();
    auto run = static_cast<double>(job.duration);
    if (fate < what.failed) {
      run = std::min(run, lognormal(end_, 120, 1.3, 5, run));
      job.state = "FAILED";
    } else if (fate < what.failed + what.cancelled) {
      run *= 0.1 + 0.9 * end_.uniform();
      job.state = "CANCELLED";
    }
    job.duration = std::max<std::int64_t>(1, std::llround(run));
    if (job.duration > job.limit * 60) job.state = "TIMEOUT";
  }

  void add(const Activity& what) {
    const MlJob plan = planned(what);
    const std::size_t count = what.fewest + what_.below(what.most - what.fewest + 1);
    for (std::size_t i = 0; i < count; ++i) {
      MlJob job = plan;
      if (count > 1) job.array_task = static_cast<std::int64_t>(i) + 1;
      if (count > 1) job.duration = std::llround(static_cast<double>(plan.duration) * (0.9 + 0.2 * run_.uniform()));
      end(job, what);
      jobs_.push_back(job);
    }
  }

  /// preprocess -> train -> evaluate -> deploy; each waits until the one before it has completed. In one chain of ten
  /// the training fails, and what waits for it never runs.
  void add_chain() {
    Activity first = preparation, second = training, third = evaluation, last = service;
    first.failed = first.cancelled = third.failed = third.cancelled = second.cancelled = 0;
    second.failed = 0.1;
    second.gpus = {0, 0, 0, 3, 1, 0};
    last.name = "deploy";
    constexpr std::size_t stages = 4;
    const std::array<const Activity*, stages> chain{&first, &second, &third, &last};
    for (std::size_t i = 0; i < stages; ++i) {
      MlJob job = planned(*chain[i]);
      if (i < 2) job.limit = std::max(job.limit, std::min(longest_limit(job.partition), job.duration / 60 + 30));
      if (i > 0) job.after = jobs_.size() - 1;
      end(job, *chain[i]);
      jobs_.push_back(job);
    }
  }

  static double gpu_time(const MlJob& job) {
    return static_cast<double>(job.gpus * std::min(job.duration, job.limit * 60));
  }

  void place_in_time() {
    double area = 0;
    for (const auto& job : jobs_) area += gpu_time(job);
    const double end = area / (static_cast<double>(order_.capacity) * order_.load.value_or(*demo.load));
    const double last = std::max(starts_.empty() ? 0.0 : starts_.back(), 1e-9);
    Rng drift{order_.seed, "demo.drift"};
    const BusyClock clock = draw_clock(week, end, drift);
    for (auto& job : jobs_) job.submit = clock.at(std::min(starts_[job.submission] / last, 1 - 1e-9) * end);
  }

  const Order& order_;
  Rng who_, what_, run_, end_, limit_, gap_;
  WeightedChoice choice_ = activity_choice();
  UserStreaks users_{people.size(), 1.1, 0.2};
  std::vector<MlJob> jobs_;
  std::vector<double> starts_;  ///< of submissions, in busy time: one unit is the mean gap between two
  double busy_ = 0;
  std::size_t user_ = 0;
};

}  // namespace

std::vector<MlJob> draw_demo(const Order& order) { return DemoJobs{order}.draw(); }

MlUsers demo_users() { return {{people.begin(), people.end()}, {groups.begin(), groups.end()}}; }

}  // namespace sluice::workloads::generators
