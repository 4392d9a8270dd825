#include "workloads/generators/ml_from_preset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "workloads/generators/arrivals.hpp"
#include "workloads/generators/draws.hpp"
#include "workloads/generators/ends.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::array<std::int64_t, 12> limits_minutes{30,   60,   120,  240,   480,   720,
                                                      1440, 2880, 4320, 10080, 20160, 43200};

std::vector<double> class_weights(const MlPreset& preset) {
  std::vector<double> weights;
  for (const auto& one : preset.classes) weights.push_back(one.share);
  return weights;
}

WeightedChoice gpu_choice(const SizeClass& one) {
  std::vector<double> weights;
  for (const auto& size : one.sizes) weights.push_back(size.share);
  return WeightedChoice{weights};
}

SteeredChoice level_choice() {
  std::vector<double> widths;
  for (std::size_t i = 0; i + 1 < run_time_levels.size(); ++i)
    widths.push_back(run_time_levels[i + 1] - run_time_levels[i]);
  return SteeredChoice{widths};
}

class PresetJobs {
 public:
  PresetJobs(const MlPreset& preset, const Order& order)
      : preset_{preset},
        order_{order},
        ends_{preset},
        who_{order.seed, "ml.user"},
        what_{order.seed, "ml.size"},
        run_{order.seed, "ml.run"},
        end_{order.seed, "ml.end"},
        limit_{order.seed, "ml.limit"},
        gap_{order.seed, "ml.gap"},
        burst_{order.seed, "ml.burst"},
        kind_{order.seed, "ml.kind"},
        class_choice_{class_weights(preset)},
        users_{preset.users.users, preset.users.zipf, preset.users.stay} {
    for (const auto& one : preset.classes) {
      gpu_choices_.push_back(gpu_choice(one));
      level_choices_.push_back(level_choice());
    }
  }

  std::vector<MlJob> draw() {
    jobs_.reserve(order_.jobs);
    while (jobs_.size() < order_.jobs) {
      user_ = users_.next(who_);
      starts_.push_back(busy_);
      const double which = burst_.uniform();
      if (which < preset_.kinds.chains && order_.jobs - jobs_.size() >= 4)
        add_chain();
      else if (which < preset_.kinds.chains + preset_.bursts.share)
        add_burst();
      else
        add_single();
      busy_ += gap_.exponential(1);
    }
    place_in_time();
    return std::move(jobs_);
  }

 private:
  struct Level {
    std::size_t step;
    double within;
  };

  MlJob sized(std::size_t size_class) {
    MlJob job;
    job.submission = starts_.size() - 1;
    job.user = user_;
    const auto& sizes = preset_.classes[size_class].sizes;
    job.gpus = std::min(sizes[gpu_choices_[size_class].draw(what_)].gpus, order_.capacity);
    return job;
  }

  Level draw_level(std::size_t size_class, std::size_t count) {
    return {level_choices_[size_class].draw(run_, static_cast<double>(count)), run_.uniform()};
  }

  void run_and_end(MlJob& job, std::size_t size_class, Level level) {
    const double run = run_time(preset_.classes[size_class].run, level.step, level.within);
    job.duration = std::max<std::int64_t>(1, std::llround(run));
    job.state = ends_.draw(level.step, std::max(1.0, job.gpu_time()), end_);
    job.limit = from_menu(limits_minutes, static_cast<double>(job.duration) * (1.2 + limit_.exponential(1.5)) / 60);
  }

  MlJob draw_job() {
    const std::size_t size_class = class_choice_.draw(what_, 1);
    MlJob job = sized(size_class);
    run_and_end(job, size_class, draw_level(size_class, 1));
    return job;
  }

  void add_single() {
    MlJob job = draw_job();
    constexpr std::int64_t minute = 60, hour = 3600;
    const bool by_hand = job.state == "CANCELLED" && kind_.uniform() < 0.5;
    if (by_hand && job.gpus <= 4 && job.duration > 12 * hour)
      job.kind = "inference", job.name = "serve";
    else if (by_hand && job.gpus <= 1 && job.duration > 10 * minute)
      job.kind = "notebook", job.name = "jupyter";
    else if (job.gpus <= 8 && kind_.uniform() < preset_.kinds.evaluations)
      job.kind = "evaluation", job.name = "eval";
    jobs_.push_back(job);
  }

  std::size_t burst_size() {
    const double size = 2 * std::pow(1 - burst_.uniform(), -1 / preset_.bursts.tail);
    const auto left = static_cast<double>(order_.jobs - jobs_.size());
    return static_cast<std::size_t>(std::min({size, preset_.bursts.longest, left}));
  }

  /// Equal jobs of one user; most run as long as the first, as their work is the same.
  void add_burst() {
    const std::size_t count = burst_size();
    const std::size_t size_class = class_choice_.draw(what_, static_cast<double>(count));
    const MlJob model = sized(size_class);
    const bool array = burst_.uniform() < preset_.bursts.arrays;
    const bool evaluation = model.gpus <= 8 && kind_.uniform() < preset_.kinds.evaluations;
    const auto alike = static_cast<std::size_t>(std::llround(preset_.bursts.repeat * static_cast<double>(count)));
    const Level common = alike > 0 ? draw_level(size_class, alike) : Level{};
    double later = 0;
    for (std::size_t i = 0; i < count; ++i) {
      MlJob job = model;
      job.kind = evaluation ? "evaluation" : "sweep";
      job.name = evaluation ? "eval" : "sweep";
      job.submit = later;
      if (array) job.array_task = static_cast<std::int64_t>(i) + 1;
      run_and_end(job, size_class, i < alike ? near(common) : draw_level(size_class, 1));
      jobs_.push_back(job);
      if (!array) later += burst_.exponential(preset_.bursts.gap);
    }
  }

  /// A little to one side or the other, within the step.
  Level near(Level level) {
    constexpr double spread = 0.02;
    return {level.step, std::clamp(level.within + spread * (run_.uniform() - 0.5), 0.0, 1.0)};
  }

  /// Three jobs of the cluster's own kind in the order that makes sense, after one on CPUs. A stage that does not
  /// complete ends the chain: what follows it in the list is then a job of its own, as the log says it ran.
  void add_chain() {
    std::array<MlJob, 3> stages{draw_job(), draw_job(), draw_job()};
    std::sort(stages.begin(), stages.end(), [](const auto& a, const auto& b) { return a.gpu_time() > b.gpu_time(); });
    std::swap(stages[1], stages[2]);  // train: the most GPU time; evaluate: the least; deploy
    MlJob prepare;
    prepare.submission = starts_.size() - 1;
    prepare.user = user_;
    prepare.cpus = std::int64_t{4} << kind_.below(4);
    prepare.kind = "preprocessing", prepare.name = "prepare";
    prepare.duration = std::llround(lognormal(kind_, 900, 1.2, 10, 86'400));
    prepare.limit = from_menu(limits_minutes, static_cast<double>(prepare.duration) * 2 / 60);
    jobs_.push_back(prepare);
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> labels{
        {{"training", "train"}, {"evaluation", "eval"}, {"inference", "deploy"}}};
    bool linked = true;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      if (linked) {
        stages[i].after = jobs_.size() - 1;
        stages[i].kind = labels[i].first, stages[i].name = labels[i].second;
      }
      linked = linked && stages[i].state == "COMPLETED";
      jobs_.push_back(stages[i]);
    }
  }

  double span() const {
    if (!order_.load) return preset_.mean_gap * static_cast<double>(jobs_.size());
    double area = 0;
    for (const auto& job : jobs_) area += job.gpu_time();
    return area / (static_cast<double>(order_.capacity) * *order_.load);
  }

  void place_in_time() {
    const double end = span(), last = std::max(starts_.empty() ? 0.0 : starts_.back(), 1e-9);
    Rng drift{order_.seed, "ml.drift"};
    const BusyClock clock = draw_clock(preset_.arrivals, end, drift);
    for (auto& job : jobs_) {
      const double start = clock.at(std::min(starts_[job.submission] / last, 1 - 1e-9) * end);
      job.submit = std::min(start + job.submit, end);
    }
  }

  const MlPreset& preset_;
  const Order& order_;
  EndsByRunTime ends_;
  Rng who_, what_, run_, end_, limit_, gap_, burst_, kind_;
  SteeredChoice class_choice_;
  UserStreaks users_;
  std::vector<WeightedChoice> gpu_choices_;   ///< by size class
  std::vector<SteeredChoice> level_choices_;  ///< by size class
  std::vector<MlJob> jobs_;
  std::vector<double> starts_;  ///< of submissions, in busy time: one unit is the mean gap between two
  double busy_ = 0;
  std::size_t user_ = 0;
};

}  // namespace

std::vector<MlJob> draw_from_preset(const MlPreset& preset, const Order& order) {
  return PresetJobs{preset, order}.draw();
}

MlUsers preset_users(const MlPreset& preset) {
  MlUsers users;
  for (std::size_t i = 0; i < preset.users.users; ++i) users.names.push_back(fmt::format("user{}", i + 1));
  for (std::size_t i = 0; i < preset.users.accounts; ++i) users.accounts.push_back(fmt::format("group{}", i + 1));
  return users;
}

}  // namespace sluice::workloads::generators
