#include "policies/priority/multifactor.hpp"

#include <algorithm>
#include <limits>

#include "policies/priority/factors/age.hpp"
#include "policies/priority/factors/tres.hpp"
#include "simulator/base/check.hpp"

namespace sluice::priority {
namespace {

std::uint32_t to_priority(double sum) {
  constexpr double most = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp(sum, 1.0, most));
}

}  // namespace

Multifactor::Multifactor(const PrioritySettings& settings, const MultifactorScale& scale,
                         const accounting::TresTable& tres)
    : settings_{settings}, scale_{scale}, max_age_{std::chrono::floor<std::chrono::seconds>(settings.max_age)} {
  for (const auto& [name, weight] : settings.weight_tres)
    if (const auto id = tres.find(name); id && weight != 0) tres_weights_.push_back({*id, weight});
  std::sort(tres_weights_.begin(), tres_weights_.end(),
            [](const TresWeight& a, const TresWeight& b) { return a.id < b.id; });
}

void Multifactor::compute(std::span<const MultifactorJob> jobs, std::chrono::seconds now,
                          std::span<MultifactorTerms> out) const {
  SLUICE_CHECK(jobs.size() == out.size(), "{} jobs but room for {} priorities", jobs.size(), out.size());
  std::transform(jobs.begin(), jobs.end(), out.begin(), [&](const MultifactorJob& job) { return compute(job, now); });
}

MultifactorTerms Multifactor::compute(const MultifactorJob& job, std::chrono::seconds now) const {
  const PrioritySettings& set = settings_;
  MultifactorTerms terms;
  if (set.weight_age != 0) terms.age = age_factor(job.accruing_since, now, max_age_);
  if (set.weight_assoc != 0)
    terms.association = rank_factor(job.association_priority, scale_.largest_association_priority,
                                    normalise(set.flags.no_normal_assoc));
  if (set.weight_fairshare != 0) terms.fair_share = job.fair_share;
  if (set.weight_job_size != 0)
    terms.job_size =
        job_size_factor(job.size, scale_.cluster, job.limit, {set.favor_small, set.flags.small_relative_to_time});
  if (set.weight_partition != 0)
    terms.partition =
        partition_factor(job.partition_job_factor, scale_.largest_job_factor, normalise(set.flags.no_normal_part));
  if (set.weight_qos != 0)
    terms.qos = rank_factor(job.qos_priority, scale_.largest_qos_priority, normalise(set.flags.no_normal_qos));
  for (const TresWeight& weight : tres_weights_) terms.tres += tres_term(job, weight).weighted;

  double sum = terms.age * static_cast<double>(set.weight_age);
  sum += terms.association * static_cast<double>(set.weight_assoc);
  sum += terms.fair_share * static_cast<double>(set.weight_fairshare);
  sum += terms.job_size * static_cast<double>(set.weight_job_size);
  sum += terms.partition * static_cast<double>(set.weight_partition);
  sum += terms.qos * static_cast<double>(set.weight_qos);
  sum += terms.tres;
  sum += static_cast<double>(job.site);
  sum -= static_cast<double>(job.nice);
  terms.priority = to_priority(sum);
  return terms;
}

Multifactor::TresTerm Multifactor::tres_term(const MultifactorJob& job, const TresWeight& weight) const {
  if (job.tres.empty()) return {weight.id, 0, 0};
  const double factor = tres_factor(job.tres[weight.id.index()], job.tres_of_partition[weight.id.index()],
                                    normalise(settings_.flags.no_normal_tres));
  return {weight.id, factor, factor * weight.weight};
}

std::vector<Multifactor::TresTerm> Multifactor::tres_terms(const MultifactorJob& job) const {
  std::vector<TresTerm> terms;
  terms.reserve(tres_weights_.size());
  for (const TresWeight& weight : tres_weights_) terms.push_back(tres_term(job, weight));
  return terms;
}

}  // namespace sluice::priority
