// How much at once: GrpTRES, MaxTRESPerJob, MaxTRESPerNode, MinTRESPerJob, MaxTRESPerUser and MaxTRESPerAccount.

#include "policies/limits/limit_table.hpp"

namespace sluice::limits {
namespace {

/// LimitFactor touches the TRES limits of associations only.
std::int64_t scaled(const Scope& scope, std::int64_t limit) {
  if (scope.is_qos() || scope.factor == 1) return limit;
  return static_cast<std::int64_t>(static_cast<double>(limit) * scope.factor);
}

/// Nodes are counted once, so what counts is which nodes the job would add to the group's.
bool exceeds(const accounting::Counters& group, const Question& q, TresId id, std::int64_t limit) {
  std::int64_t wanted = q.count(id);
  std::int64_t used = id.index() < group.tres.size() ? group.tres[id.index()] : 0;
  if (id == accounting::TresTable::node) {
    if (!q.nodes.empty()) wanted = accounting::Ledger::new_nodes(group, q.nodes);
    used = group.nodes;
  }
  return wanted > limit || (wanted > 0 && wanted + used > limit);
}

}  // namespace

std::optional<Reason> grp_tres(const Scope& scope, const Question& q, Claims& claims) {
  return first_failing(scope, q, claims, LimitKind::grp_tres, scope.limits->grp_tres,
                       [&](TresId id, std::int64_t limit) { return exceeds(*scope.group, q, id, scaled(scope, limit)); });
}

std::optional<Reason> max_tres(const Scope& scope, const Question& q, Claims& claims) {
  if (scope.kind == Scope::Kind::account_above) return std::nullopt;
  if (const auto no = first_failing(scope, q, claims, LimitKind::max_tres_per_job, scope.limits->max_tres,
                                    [&](TresId id, std::int64_t limit) { return q.count(id) > scaled(scope, limit); }))
    return no;
  const std::int64_t nodes = std::max<std::int64_t>(1, q.count(accounting::TresTable::node));
  return first_failing(
      scope, q, claims, LimitKind::max_tres_per_node, scope.limits->max_tres_per_node,
      [&](TresId id, std::int64_t limit) { return q.count(id) / nodes > scaled(scope, limit); });
}

std::optional<Reason> min_tres(const Scope& scope, const Question& q, Claims& claims) {
  if (!scope.is_qos()) return std::nullopt;
  return first_failing(scope, q, claims, LimitKind::min_tres, scope.limits->min_tres,
                       [&](TresId id, std::int64_t limit) { return q.count(id) < limit; });
}

std::optional<Reason> tres_per_account_and_user(const Scope& scope, const Question& q, Claims& claims) {
  if (!scope.is_qos()) return std::nullopt;
  if (const auto no = first_failing(scope, q, claims, LimitKind::max_tres_per_account, scope.limits->per_account,
                                    [&](TresId id, std::int64_t limit) { return exceeds(*scope.account, q, id, limit); }))
    return no;
  return first_failing(scope, q, claims, LimitKind::max_tres_per_user, scope.limits->per_user,
                       [&](TresId id, std::int64_t limit) { return exceeds(*scope.user, q, id, limit); });
}

}  // namespace sluice::limits
