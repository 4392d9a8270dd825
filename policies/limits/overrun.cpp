// What ends a running job: GrpTRESMins, GrpWall and MaxTRESMinsPerJob that have run out.

#include <cmath>

#include "policies/limits/limit_table.hpp"

namespace sluice::limits {

/// One minute is added to what the job itself has used, so that a limit that is just met counts as run out. Nodes are
/// left out of MaxTRESMinsPerJob. Source: acct_policy.c, acct_policy_job_time_out.
std::optional<Reason> overrun(const Scope& scope, const Question& q, Claims& claims) {
  const auto used = [&scope](TresId id) {
    return id.index() < scope.usage.tres.size() ? static_cast<std::int64_t>(std::floor(scope.usage.tres[id.index()] / 60))
                                                : 0;
  };
  if (const auto no = first_failing(
          scope, q, claims, LimitKind::grp_tres_mins, scope.limits->grp_tres_mins,
          [&](TresId id, std::int64_t limit) { return q.count(id) > 0 && used(id) >= limit; }))
    return no;
  if (const auto no = fails_one(scope, claims, LimitKind::grp_wall, scope.limits->grp_wall,
                                [&](std::chrono::minutes limit) {
                                  return static_cast<std::int64_t>(std::floor(scope.usage.wall / 60)) >= limit.count();
                                }))
    return no;
  return first_failing(scope, q, claims, LimitKind::max_tres_mins_per_job, scope.limits->max_tres_mins,
                       [&](TresId id, std::int64_t limit) {
                         if (id == accounting::TresTable::node || q.count(id) == 0) return false;
                         return q.count(id) * q.has_run.count() + 1 > limit;
                       });
}

}  // namespace sluice::limits
