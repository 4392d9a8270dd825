// limits: time limits replaced or invented by a model of how users estimate.
//
// Users choose from a small menu of round values, overestimate, and some jobs run right up to their limit; apart from
// these the share of the limit that is used is about uniform. Source: Mu'alem and Feitelson, IEEE TPDS 12(6), 2001 (the
// factor model, and the uniform shares); Tsafrir, Etsion and Feitelson, "Modeling User Runtime Estimates", JSSPP 2005
// (the menu and the jobs at their limit).

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr Duration unlimited = std::chrono::hours{24 * 365};  ///< what the planner takes UNLIMITED for

constexpr std::array<std::chrono::minutes, 20> menu{std::chrono::minutes{5},
                                                    15min,
                                                    30min,
                                                    1h,
                                                    2h,
                                                    3h,
                                                    4h,
                                                    6h,
                                                    8h,
                                                    12h,
                                                    18h,
                                                    24h,
                                                    36h,
                                                    48h,
                                                    72h,
                                                    96h,
                                                    120h,
                                                    168h,
                                                    336h,
                                                    720h};

/// The shortest menu value that is enough; more than the longest offered is rounded up to whole days.
Duration from_limit_menu(Duration wanted, Duration run, Duration longest) {
  wanted = std::max(std::min(wanted, longest), run);
  for (const auto value : menu)
    if (value >= wanted && value <= longest) return value;
  if (wanted <= longest) return round_up_to_minute(longest);
  return std::chrono::ceil<std::chrono::days>(run);
}

class LimitModel {
 public:
  explicit LimitModel(const TransformCall& call)
      : call_{call},
        name_{*call.arguments().text("model")},
        factor_{*call.arguments().number("factor")},
        at_limit_{*call.arguments().number("at_limit")},
        longest_{*call.arguments().length("max")},
        rng_{call.seed(), "transform.limits"} {}

  Duration draw(const JobSpec& job, const Workload& workload) {
    if (name_ == "exact") return job.duration;
    if (name_ == "unlimited") return unlimited;
    if (name_ == "partition") return of_partition(workload.request(job.request).partition);
    const double share = rng_.uniform(), fate = rng_.uniform();  // always two draws a job: models compare job by job
    const auto run = static_cast<double>(job.duration.count());
    if (name_ == "factor") return round_up_to_minute(Duration{std::llround(run * (1 + factor_ * share))});
    if (fate < at_limit_) return job.duration;
    const double wanted = std::min(run / (1 - share), 1e15);
    return from_limit_menu(Duration{std::llround(wanted)}, job.duration, longest_);
  }

  std::string text() const {
    if (name_ == "exact") return "the true run time";
    if (name_ == "unlimited") return "a year, as for UNLIMITED";
    if (name_ == "partition") return "the partition's DefaultTime, else its MaxTime, else a year";
    if (name_ == "factor")
      return fmt::format("uniform between the run time and {} times it, up to a minute (seed {})", factor_ + 1,
                         call_.seed());
    return fmt::format("a round value of which the run is a uniform share, {} % of jobs run to their limit (seed {})",
                       at_limit_ * 100, call_.seed());
  }

 private:
  Duration of_partition(std::string_view names) const {
    const auto name = split(names, ',').front();
    for (const auto& partition : call_.context.cluster->partitions) {
      if (name.empty() ? !partition.is_default : partition.name != name) continue;
      if (partition.default_time) return *partition.default_time;
      return partition.max_time.value_or(unlimited);
    }
    return unlimited;
  }

  const TransformCall& call_;
  const std::string& name_;
  double factor_, at_limit_;
  Duration longest_;
  Rng rng_;
};

}  // namespace

void limits(Workload& workload, const TransformCall& call) {
  if (*call.arguments().text("model") == "partition" && call.context.cluster == nullptr)
    return call.complain("model=partition needs a cluster, whose DefaultTime it takes",
                         "use it with `sluice run`, or choose another model");
  const bool all = *call.arguments().text("for") == "all";
  LimitModel model{call};
  std::size_t given = 0;
  for (auto& job : workload.jobs) {
    const Duration limit = model.draw(job, workload);
    if (!all && job.limit) continue;
    job.limit = limit;
    ++given;
  }
  if (given == 0) return call.state(workload, "every job has a limit already");
  call.state(workload, fmt::format("the limit of {} of {} jobs is {}", given, workload.jobs.size(), model.text()));
}

}  // namespace sluice::workloads
