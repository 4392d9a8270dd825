// The model of U. Lublin and D. G. Feitelson, "The workload on parallel supercomputers: modeling the characteristics
// of rigid jobs", JPDC 63(11), 2003. The parameters are those of the authors' program m_lublin99: of batch jobs, and of
// all jobs together.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <ostream>
#include <vector>

#include "simulator/base/csv_text.hpp"
#include "workloads/generators/arrivals.hpp"
#include "workloads/generators/draws.hpp"
#include "workloads/generators/generators.hpp"

namespace sluice::workloads::generators {
namespace {

struct Gamma {
  double shape, scale;
};

struct LublinModel {
  double serial;                    ///< share of jobs on one processor
  double power_of_two;              ///< share of jobs that are parallel on a power of two
  double low;                       ///< log2 of the smallest parallel job
  double middle;                    ///< log2 of the capacity less this: where the second stage of sizes begins
  double first_stage;               ///< share of parallel jobs below it
  Gamma short_run, long_run;        ///< logarithms of seconds
  double short_slope, short_share;  ///< share of short ones = slope x processors + share
  Gamma gap;                        ///< logarithm of the seconds between two jobs when time is made even
  Gamma daily;                      ///< jobs over the day's half hours
};

constexpr LublinModel batch{0.2927,          0.6686,          1.2,    2,      0.875,
                            {6.57, 0.823},   {639.1, 0.0156}, -0.003, 0.6986, {6.0415 * 1.0519, 0.8531},
                            {6.1271, 5.2740}};
constexpr LublinModel all{0.244,           0.576,       0.8,     2.5,  0.86,
                          {4.2, 0.94},     {312, 0.03}, -0.0054, 0.78, {10.2303 * 1.0225, 0.4871},
                          {8.1737, 3.9631}};
constexpr double longest_run = 12, longest_gap = 13;  ///< logarithms; longer draws are drawn again

constexpr std::string_view paper = "Lublin and Feitelson, JPDC 63(11), 2003";
constexpr std::array<GeneratedPreset, 2> presets{{
    {"batch", "batch jobs", paper, 10'000, 128, {}},
    {"all", "batch and interactive jobs together", paper, 10'000, 128, {}},
}};

/// The share of a gamma distribution below x. Source: the series of DLMF 8.11.4; good to 1e-12 for x / scale < 100.
double gamma_below(double x, Gamma gamma) {
  const double at = x / gamma.scale;
  double term = 1 / gamma.shape, sum = term;
  for (double k = gamma.shape + 1; term > sum * 1e-15; ++k) sum += term *= at / k;
  return sum * std::exp(gamma.shape * std::log(at) - at - std::lgamma(gamma.shape));
}

/// Jobs in each half hour of the day, 1 on average. The model's day runs from 5:30 to 5:30.
std::vector<double> day_rates(Gamma daily) {
  constexpr std::size_t halves = 48, first = 11;
  std::vector<double> rates(halves);
  double sum = 0;
  for (std::size_t i = first; i < first + halves; ++i) {
    const auto half = static_cast<double>(i);
    rates[(i - 1) % halves] = gamma_below(half + 0.5, daily) - gamma_below(half - 0.5, daily);
    sum += rates[(i - 1) % halves];
  }
  for (double& rate : rates) rate *= halves / sum;
  return rates;
}

struct RigidJob {
  double submit = 0;  ///< seconds, when time is made even
  std::int64_t processors = 1, run = 1;
};

class LublinJobs {
 public:
  LublinJobs(const LublinModel& model, const Order& order)
      : model_{model},
        order_{order},
        high_{std::log2(static_cast<double>(order.capacity))},
        sizes_{order.seed, "lublin.size"},
        runs_{order.seed, "lublin.run"},
        gaps_{order.seed, "lublin.gap"} {}

  std::vector<RigidJob> draw() {
    std::vector<RigidJob> jobs(order_.jobs);
    double now = 0;
    for (auto& job : jobs) {
      now += std::exp(below(longest_gap, [this] { return draw_gamma(gaps_, model_.gap); }));
      job = {now, processors(), 1};
      const auto logarithm = below(longest_run, [this, &job] { return run_logarithm(job.processors); });
      job.run = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::exp(logarithm)));
    }
    return jobs;
  }

 private:
  static double draw_gamma(Rng& rng, Gamma gamma) { return gamma_draw(rng, gamma.shape, gamma.scale); }

  template <class Draw>
  static double below(double limit, Draw draw) {
    for (;;)
      if (const double value = draw(); value <= limit) return value;
  }

  std::int64_t processors() {
    const double which = sizes_.uniform();
    if (which < model_.serial) return 1;
    const double middle = std::max(model_.low, high_ - model_.middle);
    const bool small = sizes_.uniform() < model_.first_stage;
    const double from = small ? model_.low : middle, to = small ? middle : high_;
    double size = from + sizes_.uniform() * (to - from);
    if (which < model_.serial + model_.power_of_two) size = std::floor(size + 0.5);
    return std::clamp<std::int64_t>(std::llround(std::exp2(size)), 1, order_.capacity);
  }

  double run_logarithm(std::int64_t processors) {
    const double is_short = model_.short_slope * static_cast<double>(processors) + model_.short_share;
    return draw_gamma(runs_, runs_.uniform() < is_short ? model_.short_run : model_.long_run);
  }

  const LublinModel& model_;
  const Order& order_;
  double high_;  ///< log2 of the largest job
  Rng sizes_, runs_, gaps_;
};

/// Even seconds to a second of the model's own: stretches all gaps alike, so that the days keep their shape.
double stretch(const std::vector<RigidJob>& jobs, const Order& order) {
  if (!order.load || jobs.size() < 2) return 1;
  double area = 0;
  for (const auto& job : jobs) area += static_cast<double>(job.processors * job.run);
  const double span = jobs.back().submit - jobs.front().submit;
  return area / (static_cast<double>(order.capacity) * *order.load * span);
}

}  // namespace

std::span<const GeneratedPreset> lublin_presets() { return presets; }

void generate_lublin(const Order& order, std::ostream& out) {
  const LublinModel& model = order.preset == "all" ? all : batch;
  const auto jobs = LublinJobs{model, order}.draw();
  const double factor = stretch(jobs, order);
  const BusyClock clock{day_rates(model.daily), 1800};
  CsvText text;
  text.raw("job_id,submit,duration,ntasks").end_row();
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto submit = static_cast<std::int64_t>(clock.at(jobs[i].submit * factor));
    text.integer(static_cast<std::int64_t>(i + 1)).integer(submit).integer(jobs[i].run);
    text.integer(jobs[i].processors).end_row();
  }
  out << text.view();
}

}  // namespace sluice::workloads::generators
