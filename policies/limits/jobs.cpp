// How many jobs: GrpJobs, MaxJobs and the submit limits.

#include "policies/limits/limit_table.hpp"

namespace sluice::limits {
namespace {

/// MaxJobs of an association counts only where no QOS sets it per user or per account.
bool qos_counts_jobs(const Claims& claims, LimitKind per_user, LimitKind per_account) {
  return claims.has(per_user) || claims.has(per_account);
}

}  // namespace

std::optional<Reason> submitted_jobs(const Scope& scope, const Question& q, Claims& claims) {
  const LimitTable& limits = *scope.limits;
  const auto over = [&q](const accounting::Counters* counters) {
    return [&q, counters](std::int64_t limit) { return counters->submitted + q.tasks > limit; };
  };
  if (const auto no = fails_one(scope, claims, LimitKind::grp_submit_jobs, limits.grp_submit, over(scope.group)))
    return no;
  if (scope.is_qos()) {
    const auto no = fails_one(scope, claims, LimitKind::max_submit_jobs_per_account, limits.max_submit_per_account,
                              over(scope.account));
    return no ? no : fails_one(scope, claims, LimitKind::max_submit_jobs, limits.max_submit, over(scope.user));
  }
  if (scope.kind != Scope::Kind::own_association ||
      qos_counts_jobs(claims, LimitKind::max_submit_jobs, LimitKind::max_submit_jobs_per_account))
    return std::nullopt;
  return fails_one(scope, claims, LimitKind::max_submit_jobs, limits.max_submit, over(scope.group));
}

std::optional<Reason> running_jobs(const Scope& scope, const Question&, Claims& claims) {
  const LimitTable& limits = *scope.limits;
  const auto full = [](const accounting::Counters* counters) {
    return [counters](std::int64_t limit) { return counters->running >= limit; };
  };
  if (scope.is_qos()) {
    const auto no =
        fails_one(scope, claims, LimitKind::max_jobs_per_account, limits.max_jobs_per_account, full(scope.account));
    return no ? no : fails_one(scope, claims, LimitKind::max_jobs, limits.max_jobs, full(scope.user));
  }
  if (scope.kind != Scope::Kind::own_association ||
      qos_counts_jobs(claims, LimitKind::max_jobs, LimitKind::max_jobs_per_account))
    return std::nullopt;
  return fails_one(scope, claims, LimitKind::max_jobs, limits.max_jobs, full(scope.group));
}

std::optional<Reason> grp_jobs(const Scope& scope, const Question&, Claims& claims) {
  return fails_one(scope, claims, LimitKind::grp_jobs, scope.limits->grp_jobs,
                   [&](std::int64_t limit) { return scope.group->running >= limit; });
}

}  // namespace sluice::limits
