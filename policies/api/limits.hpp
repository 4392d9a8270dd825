#pragma once
// May it queue, and may it start now? The question a limit policy answers.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "simulator/accounting/ledger.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster_settings.hpp"
#include "simulator/model/reason.hpp"

namespace sluice {

/// A job as limits see it.
struct LimitedJob {
  accounting::Party party;
  std::int64_t tasks = 1;                       ///< of its array that are asked about at submission
  /// By TresId: what it asks for (at submission), or what it would get (before a start). `node` is how many nodes.
  std::span<const std::int64_t> tres;
  std::span<const NodeRun> nodes;               ///< which it would get; empty at submission
  std::optional<std::chrono::minutes> limit;    ///< its own, else what its partition gives; absent: none
};

/// What limits are and what counts against them, live. All of it outlives the policy.
struct LimitsContext {
  const AccountingSpec& spec;
  const accounting::AssociationTree& tree;
  const accounting::TresTable& tres;
  const accounting::Usage& usage;
  const accounting::Ledger& ledger;
  Enforcement enforce;
};

/// Reads the books, changes nothing.
class LimitPolicy {
 public:
  virtual ~LimitPolicy() = default;
  /// At submission: nullopt, or the limit for which the job is refused.
  virtual std::optional<Reason> may_queue(const LimitedJob& job) const = 0;
  /// Before nodes are looked for. Uses neither `tres` nor `nodes`.
  virtual std::optional<Reason> may_be_considered(const LimitedJob& job) const = 0;
  /// With the nodes chosen, before the start (or the plan).
  virtual std::optional<Reason> may_start(const LimitedJob& job) const = 0;
  /// Of a running job, every 30 seconds: nullopt, or the limit that has run out and so ends it. `tres` is what it holds.
  virtual std::optional<Reason> must_end(const LimitedJob&, std::chrono::seconds /*has_run*/) const {
    return std::nullopt;
  }
  /// The time limit of a job that was submitted without one, and to a partition without DefaultTime; absent: that which
  /// the partition has.
  virtual std::optional<std::chrono::minutes> time_limit(const accounting::Party&) const { return std::nullopt; }
  /// The priority below which the job gets no reservation and blocks nobody; absent: none.
  virtual std::optional<std::int64_t> priority_threshold(const accounting::Party&) const { return std::nullopt; }
};

/// A limit policy in the catalogue. The last one added is in force wherever AccountingStorageEnforce asks for limits.
struct LimitsEntry {
  std::string_view name;
  std::string_view meaning;
  std::unique_ptr<LimitPolicy> (*make)(const LimitsContext&);
};

}  // namespace sluice
