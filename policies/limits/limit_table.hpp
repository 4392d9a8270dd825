#pragma once
// The limits of one association or QOS by dense ids, and one place to ask about them: what the families of limits share.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "simulator/accounting/ledger.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/reason.hpp"

namespace sluice::limits {

/// TRES with a limit, by id: the order in which slurmctld tests them.
using TresLimits = std::vector<std::pair<TresId, std::int64_t>>;

/// What one association or QOS sets. Limits that it lacks are empty.
struct LimitTable {
  TresLimits grp_tres, grp_tres_mins, grp_tres_run_mins;
  TresLimits max_tres, max_tres_per_node, max_tres_mins;
  TresLimits per_user, per_account, min_tres;  ///< of QOS
  std::optional<std::int64_t> grp_jobs, grp_submit;
  std::optional<std::chrono::minutes> grp_wall, max_wall;
  std::optional<std::int64_t> max_jobs, max_submit;                          ///< of an association: own; of a QOS: per user
  std::optional<std::int64_t> max_jobs_per_account, max_submit_per_account;  ///< of QOS
  std::optional<std::int64_t> min_prio_threshold;
};

LimitTable table_of(const QosSpec& qos, const accounting::TresTable& tres);
/// `own` is the record itself (group limits), `effective` it with what it inherits (the rest).
LimitTable table_of(const AssociationSpec& own, const AssociationSpec& effective, const accounting::TresTable& tres);

/// Where a limit is looked for: a QOS, the job's association, or an account above it.
struct Scope {
  enum class Kind : std::uint8_t { qos, own_association, account_above };
  Kind kind = Kind::qos;
  const LimitTable* limits = nullptr;
  const accounting::Counters* group = nullptr;
  const accounting::Counters* user = nullptr;     ///< of a QOS: this user's in it
  const accounting::Counters* account = nullptr;  ///< of a QOS: this account's in it
  accounting::UsageView usage;
  double factor = 1;       ///< LimitFactor: multiplies the TRES limits of associations
  bool uses_nothing = false;  ///< UsageFactor of the job's QOS is 0: used and running minutes count as none

  LimitScope name() const { return kind == Kind::qos ? LimitScope::qos : LimitScope::association; }
  bool is_qos() const { return kind == Kind::qos; }
};

/// Which limits a QOS has set already: those of later QOS and of associations are not looked at then.
class Claims {
 public:
  bool has(LimitKind kind, TresId tres = {}) const {
    return tres.index() < max_tres && (bits_[static_cast<std::size_t>(kind)] >> tres.index() & 1) != 0;
  }
  void add(LimitKind kind, TresId tres = {}) {
    if (tres.index() < max_tres) bits_[static_cast<std::size_t>(kind)] |= std::uint64_t{1} << tres.index();
  }

 private:
  static constexpr std::size_t max_tres = 64;
  std::array<std::uint64_t, 17> bits_{};
};

/// One job at one moment.
struct Question {
  std::span<const std::int64_t> tres;
  std::span<const NodeRun> nodes;
  std::int64_t tasks = 1;
  std::optional<std::chrono::minutes> limit;  ///< times UsageFactor where the QOS says UsageFactorSafe
  bool safe = false;                          ///< AccountingStorageEnforce=safe
  const accounting::TresTable* table = nullptr;
  std::chrono::minutes has_run{};             ///< of a running job

  std::int64_t count(TresId id) const { return id.index() < tres.size() ? tres[id.index()] : 0; }
  /// TRES x limit, in minutes; nullopt without a limit.
  std::optional<std::int64_t> minutes(TresId id) const {
    return limit ? std::optional{count(id) * limit->count()} : std::nullopt;
  }
};

/// How a TRES is named in Reasons.
TresWord word_of(const accounting::TresTable& tres, TresId id);

/// A family tests its limits of one scope, in slurmctld's order; the first that fails is the Reason. What a QOS sets it
/// claims, whether it fails or not.
using Family = std::optional<Reason> (*)(const Scope&, const Question&, Claims&);

/// Calls `fails(id, limit)` for each TRES of `limits` that is not claimed by an earlier QOS.
template <class Fails>
std::optional<Reason> first_failing(const Scope& scope, const Question& q, Claims& claims, LimitKind kind,
                                    const TresLimits& limits, Fails fails) {
  std::optional<Reason> reason;
  for (const auto& [id, limit] : limits) {
    if (claims.has(kind, id)) continue;
    if (!reason && fails(id, limit)) reason = limit_reason(scope.name(), kind, word_of(*q.table, id));
  }
  if (scope.is_qos())
    for (const auto& [id, limit] : limits) claims.add(kind, id);
  return reason;
}

/// The same for a limit without TRES.
template <class Limit, class Fails>
std::optional<Reason> fails_one(const Scope& scope, Claims& claims, LimitKind kind, const std::optional<Limit>& limit,
                                Fails fails) {
  if (!limit || claims.has(kind)) return std::nullopt;
  if (scope.is_qos()) claims.add(kind);
  return fails(*limit) ? std::optional{limit_reason(scope.name(), kind)} : std::nullopt;
}

// The families, one a file.
std::optional<Reason> submitted_jobs(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> grp_jobs(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> running_jobs(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> wall_of_group(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> wall_of_job(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> grp_tres_minutes(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> grp_tres(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> grp_tres_run_minutes(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> max_tres_minutes(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> max_tres(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> min_tres(const Scope& scope, const Question& q, Claims& claims);
std::optional<Reason> tres_per_account_and_user(const Scope& scope, const Question& q, Claims& claims);
/// Of a running job: GrpTRESMins, GrpWall and MaxTRESMinsPerJob that have run out.
std::optional<Reason> overrun(const Scope& scope, const Question& q, Claims& claims);

}  // namespace sluice::limits
