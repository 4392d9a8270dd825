// How long: GrpWall and MaxWall.

#include <cmath>

#include "policies/limits/limit_table.hpp"

namespace sluice::limits {

std::optional<Reason> wall_of_group(const Scope& scope, const Question& q, Claims& claims) {
  return fails_one(scope, claims, LimitKind::grp_wall, scope.limits->grp_wall, [&](std::chrono::minutes limit) {
    const auto used = scope.uses_nothing ? 0 : static_cast<std::int64_t>(std::floor(scope.usage.wall / 60));
    return used >= limit.count() || (q.safe && q.limit && used + q.limit->count() > limit.count());
  });
}

std::optional<Reason> wall_of_job(const Scope& scope, const Question& q, Claims& claims) {
  if (scope.kind == Scope::Kind::account_above) return std::nullopt;
  return fails_one(scope, claims, LimitKind::max_wall, scope.limits->max_wall,
                   [&](std::chrono::minutes limit) { return q.limit && *q.limit > limit; });
}

}  // namespace sluice::limits
