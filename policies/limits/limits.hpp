#pragma once
// May it queue, and may it start now? Limits of QOS and associations, with slurmctld's precedence.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/limits/limit_table.hpp"
#include "simulator/accounting/ledger.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_settings.hpp"
#include "simulator/model/reason.hpp"

namespace sluice::limits {

/// A job as limits see it.
struct LimitedJob {
  accounting::Party party;
  std::int64_t tasks = 1;                       ///< of its array that are asked about at submission
  /// By TresId: what it asks for (at submission), or what it would get (before a start). `node` is how many nodes.
  std::span<const std::int64_t> tres;
  std::span<const NodeRun> nodes;               ///< which it would get; empty at submission
  std::optional<std::chrono::minutes> limit;    ///< its own, else what its partition gives; absent: none
};

/// Answers for one cluster. The tables it is made of must outlive it. Each question costs O(limits that are set along the
/// job's QOS and accounts). Source: acct_policy.c of 22.05; limits.md names the order of tests.
class Limits {
 public:
  Limits(const AccountingSpec& spec, const accounting::AssociationTree& tree, const accounting::TresTable& tres,
         const accounting::Usage& usage, const accounting::Ledger& ledger, Enforcement enforce);

  /// At submission: nullopt, or the limit for which the job is refused.
  std::optional<Reason> may_queue(const LimitedJob& job) const;
  /// Before nodes are looked for. Uses neither `tres` nor `nodes`.
  std::optional<Reason> may_be_considered(const LimitedJob& job) const;
  /// With the nodes chosen, before the start (or the plan).
  std::optional<Reason> may_start(const LimitedJob& job) const;

 private:
  std::vector<Scope> scopes_of(const LimitedJob& job) const;
  Question question(const LimitedJob& job) const;
  bool is_strict(const LimitedJob& job) const;

  const AccountingSpec* spec_;
  const accounting::AssociationTree* tree_;
  const accounting::TresTable* tres_;
  const accounting::Usage* usage_;
  const accounting::Ledger* ledger_;
  Enforcement enforce_;
  std::vector<LimitTable> associations_, qos_;
};

}  // namespace sluice::limits
