// An even stream of plain parallel jobs: nothing to learn from, a lot to chew on.

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <ostream>
#include <string>
#include <vector>

#include "simulator/base/csv_text.hpp"
#include "workloads/generators/draws.hpp"
#include "workloads/generators/generators.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr double default_load = 0.85;
constexpr std::array<GeneratedPreset, 1> presets{{
    {"steady", "an even stream of rigid jobs", "made up", 1'000'000, 1024, default_load},
}};

constexpr std::size_t user_count = 200, account_count = 20;
constexpr std::array<double, 9> size_weights{30, 14, 12, 12, 10, 9, 7, 4, 2};  // 1, 2, 4, ... 256 processors
constexpr std::array<std::int64_t, 8> limits_minutes{10, 30, 60, 120, 240, 480, 1440, 2880};

struct StressJob {
  std::int64_t size = 1;
  std::int64_t run = 1;    ///< seconds
  std::int64_t limit = 1;  ///< minutes
  double area() const { return static_cast<double>(size * run); }
};

/// The jobs of one seed, one after the other; made again, it gives the same ones.
class StressJobs {
 public:
  explicit StressJobs(const Order& order)
      : capacity_{order.capacity},
        sizes_{order.seed, "stress.size"},
        runs_{order.seed, "stress.run"},
        limits_{order.seed, "stress.limit"} {}

  StressJob next() {
    StressJob job;
    job.size = std::int64_t{1} << size_choice_.draw(sizes_);
    while (job.size > capacity_) job.size /= 2;
    const double run = lognormal(runs_, 600, 1.5, 1, 2 * 86'400);
    job.run = std::llround(run);
    const double slack = limits_.uniform() < 0.02 ? 0.5 : 1.05 + limits_.exponential(1.5);  // 2 % guess too low
    job.limit = from_menu(limits_minutes, run * slack / 60);
    return job;
  }

 private:
  std::int64_t capacity_;
  Rng sizes_, runs_, limits_;
  WeightedChoice size_choice_{size_weights};
};

std::vector<std::string> user_cells() {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < user_count; ++i)
    cells.push_back(fmt::format("user{},account{}", i + 1, i % account_count + 1));
  return cells;
}

/// Seconds between submissions that make the whole trace meet the load.
double mean_gap(const Order& order) {
  StressJobs jobs{order};
  double area = 0;
  for (std::size_t i = 0; i < order.jobs; ++i) area += jobs.next().area();
  return area /
         (static_cast<double>(order.jobs) * static_cast<double>(order.capacity) * order.load.value_or(default_load));
}

}  // namespace

std::span<const GeneratedPreset> stress_presets() { return presets; }

void generate_stress(const Order& order, std::ostream& out) {
  constexpr std::size_t flush_at = 1 << 18;
  const auto users = user_cells();
  const WeightedChoice user_choice{zipf_weights(user_count, 1.2)};
  Rng who{order.seed, "stress.user"}, gaps{order.seed, "stress.gap"};
  const double gap = mean_gap(order);
  StressJobs jobs{order};
  CsvText text;
  text.raw("job_id,user,account,submit,duration,ntasks,time").end_row();
  double now = 0;
  for (std::size_t i = 0; i < order.jobs; ++i) {
    const StressJob job = jobs.next();
    text.integer(static_cast<std::int64_t>(i + 1)).raw(users[user_choice.draw(who)]).integer(std::llround(now));
    text.integer(job.run).integer(job.size).integer(job.limit).end_row();
    now += gaps.exponential(gap);
    if (text.size() < flush_at) continue;
    out << text.view();
    text.clear();
  }
  out << text.view();
}

}  // namespace sluice::workloads::generators
