#include "simulator/model/accounting_limits.hpp"

#include <algorithm>

namespace sluice {

bool has_limits(const AccountingSpec& spec) {
  const auto association_limits = [](const AssociationSpec& one) {
    return one.group != GroupLimits{} || one.max != JobLimits{} || !one.max_tres_run_mins.empty() || one.max_jobs ||
           one.max_jobs_accrue || one.max_submit_jobs;
  };
  const auto qos_limits = [](const QosSpec& one) {
    return one.group != GroupLimits{} || one.max != JobLimits{} || one.per_user != ShareLimits{} ||
           one.per_account != ShareLimits{} || !one.min_tres.empty() || one.usage_threshold || one.limit_factor;
  };
  return std::any_of(spec.associations.begin(), spec.associations.end(), association_limits) ||
         std::any_of(spec.qos.begin(), spec.qos.end(), qos_limits);
}

}  // namespace sluice
