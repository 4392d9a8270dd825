#include "policies/limits/limits.hpp"

#include <algorithm>
#include <array>

namespace sluice::limits {
namespace {

/// Runs the families over the scopes, all families of a scope before the next scope.
template <std::size_t N>
std::optional<Reason> walk(const std::vector<Scope>& scopes, const std::array<Family, N>& families, const Question& q) {
  Claims claims;
  for (const Scope& scope : scopes)
    for (const Family family : families)
      if (const auto reason = family(scope, q, claims)) return reason;
  return std::nullopt;
}

constexpr std::array<Family, 1> at_submission{submitted_jobs};
constexpr std::array<Family, 4> before_nodes{grp_jobs, wall_of_group, running_jobs, wall_of_job};
constexpr std::array<Family, 7> with_nodes{grp_tres_minutes, grp_tres,  grp_tres_run_minutes,     max_tres_minutes,
                                           max_tres,         min_tres, tres_per_account_and_user};

}  // namespace

Limits::Limits(const LimitsContext& context) : books_{context} {
  const AccountingSpec& spec = books_.spec;
  for (std::uint32_t i = 0; i < spec.associations.size(); ++i)
    associations_.push_back(table_of(spec.associations[i], effective(spec, AssociationId{i}), books_.tres));
  for (const QosSpec& qos : spec.qos) qos_.push_back(table_of(qos, books_.tres));
}

/// The partition's QOS before the job's, unless the job's says OverPartQOS; then the association and the accounts above.
std::vector<Scope> Limits::scopes_of(const LimitedJob& job) const {
  std::vector<Scope> scopes;
  const auto& [association, user, account, qos, partition_qos] = job.party;
  double factor = 1;
  const bool free_of_charge = qos && books_.spec.qos[qos->index()].usage_factor == 0;
  const auto add_qos = [&](QosId id) {
    Scope scope;
    scope.limits = &qos_[id.index()];
    scope.group = &books_.ledger.of(id);
    scope.user = &books_.ledger.of(id, user);
    scope.account = &books_.ledger.of(id, account);
    scope.usage = books_.usage.of(id);
    scope.uses_nothing = free_of_charge;
    scopes.push_back(scope);
    const auto limit_factor = books_.spec.qos[id.index()].limit_factor;
    if (factor == 1 && limit_factor) factor = *limit_factor;
  };
  const bool job_first = qos && books_.spec.qos[qos->index()].flags.over_part_qos;
  if (job_first) add_qos(*qos);
  if (partition_qos && partition_qos != (job_first ? qos : std::nullopt)) add_qos(*partition_qos);
  if (qos && !job_first && qos != partition_qos) add_qos(*qos);
  for (AssociationId id = association;; id = books_.tree.parent(id)) {
    Scope scope;
    scope.kind = id == association ? Scope::Kind::own_association : Scope::Kind::account_above;
    scope.limits = &associations_[id.index()];
    scope.group = &books_.ledger.of(id);
    scope.usage = books_.usage.of(id);
    scope.factor = factor;
    scope.uses_nothing = free_of_charge;
    scopes.push_back(scope);
    if (id == accounting::AssociationTree::root) break;
  }
  return scopes;
}

Question Limits::question(const LimitedJob& job) const {
  Question q{job.tres, job.nodes, job.tasks, job.limit, books_.enforce.safe, &books_.tres, {}};
  if (job.party.qos && q.limit) {
    const QosSpec& qos = books_.spec.qos[job.party.qos->index()];
    if (qos.flags.usage_factor_safe)
      q.limit = std::chrono::minutes{static_cast<std::int64_t>(static_cast<double>(q.limit->count()) * qos.usage_factor)};
  }
  return q;
}

/// A job without QOS, or with one that says DenyOnLimit, is refused for what it alone asks for.
bool Limits::is_strict(const LimitedJob& job) const {
  const auto denies = [&](const std::optional<QosId>& id) {
    return id && books_.spec.qos[id->index()].flags.deny_on_limit;
  };
  if (!job.party.qos && !job.party.partition_qos) return true;
  return denies(job.party.qos) || denies(job.party.partition_qos);
}

std::optional<Reason> Limits::may_queue(const LimitedJob& job) const {
  if (!books_.enforce.limits) return std::nullopt;
  auto scopes = scopes_of(job);
  const Question q = question(job);
  if (const auto reason = walk(scopes, at_submission, q)) return reason;
  if (!is_strict(job)) return std::nullopt;
  // Against the request alone: as if nothing were used.
  static const accounting::Counters nothing;
  for (Scope& scope : scopes) {
    scope.group = scope.user = scope.account = &nothing;
    scope.usage = {};
  }
  if (const auto reason = walk(scopes, std::array<Family, 2>{wall_of_group, wall_of_job}, q)) return reason;
  return walk(scopes, with_nodes, q);
}

std::optional<Reason> Limits::may_be_considered(const LimitedJob& job) const {
  if (!books_.enforce.limits) return std::nullopt;
  return walk(scopes_of(job), before_nodes, question(job));
}

std::optional<Reason> Limits::may_start(const LimitedJob& job) const {
  if (!books_.enforce.limits) return std::nullopt;
  return walk(scopes_of(job), with_nodes, question(job));
}

/// Only without AccountingStorageEnforce=safe, which starts no job that could come to that. Limits of the root account
/// end nobody.
std::optional<Reason> Limits::must_end(const LimitedJob& job, std::chrono::seconds has_run) const {
  if (!books_.enforce.limits || books_.enforce.safe) return std::nullopt;
  auto scopes = scopes_of(job);
  if (scopes.back().kind == Scope::Kind::account_above) scopes.pop_back();
  Question q = question(job);
  q.has_run = std::chrono::floor<std::chrono::minutes>(has_run);
  return walk(scopes, std::array<Family, 1>{overrun}, q);
}

/// The least of MaxWall and GrpWall, each as far as no QOS before it has claimed it.
std::optional<std::chrono::minutes> Limits::time_limit(const accounting::Party& party) const {
  if (!books_.enforce.limits) return std::nullopt;
  LimitedJob job;
  job.party = party;
  std::optional<std::chrono::minutes> least;
  Claims claims;
  for (const Scope& scope : scopes_of(job)) {
    const auto take = [&](LimitKind kind, const std::optional<std::chrono::minutes>& limit) {
      if (!limit || claims.has(kind)) return;
      claims.add(kind);
      least = least ? std::min(*least, *limit) : *limit;
    };
    take(LimitKind::max_wall, scope.limits->max_wall);
    take(LimitKind::grp_wall, scope.limits->grp_wall);
  }
  return least;
}

/// The first QOS that has one, else the association's. 0 is none.
std::optional<std::int64_t> Limits::priority_threshold(const accounting::Party& party) const {
  if (!books_.enforce.limits) return std::nullopt;
  LimitedJob job;
  job.party = party;
  for (const Scope& scope : scopes_of(job))
    if (scope.kind != Scope::Kind::account_above && scope.limits->min_prio_threshold.value_or(0) != 0)
      return scope.limits->min_prio_threshold;
  return std::nullopt;
}

constinit const LimitsEntry slurm{
    "limits/slurm", "limits of QOS and associations, as slurmctld tests them",
    [](const LimitsContext& context) -> std::unique_ptr<LimitPolicy> { return std::make_unique<Limits>(context); }};

}  // namespace sluice::limits
