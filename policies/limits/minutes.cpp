// TRES-minutes: GrpTRESMins, GrpTRESRunMins and MaxTRESMinsPerJob.

#include <cmath>

#include "policies/limits/limit_table.hpp"

namespace sluice::limits {
namespace {

std::int64_t used_minutes(const Scope& scope, TresId id) {
  if (scope.uses_nothing || id.index() >= scope.usage.tres.size()) return 0;
  return static_cast<std::int64_t>(std::floor(scope.usage.tres[id.index()] / 60));
}

/// What running jobs may still use: the floor of the group's sum.
std::int64_t running_minutes(const Scope& scope, TresId id) {
  if (scope.uses_nothing || id.index() >= scope.usage.run_seconds.size()) return 0;
  return scope.usage.run_seconds[id.index()] / 60;
}

}  // namespace

std::optional<Reason> grp_tres_minutes(const Scope& scope, const Question& q, Claims& claims) {
  return first_failing(scope, q, claims, LimitKind::grp_tres_mins, scope.limits->grp_tres_mins,
                       [&](TresId id, std::int64_t limit) {
                         if (q.count(id) <= 0) return false;
                         const std::int64_t used = used_minutes(scope, id);
                         if (used >= limit) return true;
                         const auto need = q.minutes(id);
                         if (!q.safe || !need) return false;
                         return *need > limit || *need + running_minutes(scope, id) > limit - used;
                       });
}

std::optional<Reason> grp_tres_run_minutes(const Scope& scope, const Question& q, Claims& claims) {
  return first_failing(scope, q, claims, LimitKind::grp_tres_run_mins, scope.limits->grp_tres_run_mins,
                       [&](TresId id, std::int64_t limit) {
                         const auto need = q.minutes(id);
                         return need && (*need > limit || *need + running_minutes(scope, id) > limit);
                       });
}

std::optional<Reason> max_tres_minutes(const Scope& scope, const Question& q, Claims& claims) {
  if (scope.kind == Scope::Kind::account_above) return std::nullopt;
  return first_failing(scope, q, claims, LimitKind::max_tres_mins_per_job, scope.limits->max_tres_mins,
                       [&](TresId id, std::int64_t limit) {
                         const auto need = q.minutes(id);
                         return need && *need > limit;
                       });
}

}  // namespace sluice::limits
