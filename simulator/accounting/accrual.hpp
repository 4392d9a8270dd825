#pragma once
// How many pending jobs may gain age at once: GrpJobsAccrue, MaxJobsAccrue and their kin.

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/ledger.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice::accounting {

/// A job to which no such limit applies gains age from its eligible time on. One to which a limit applies begins with
/// the main pass or backfill cycle that finds a free slot, jobs asked in the order of the job list, and gives the slot
/// back when it starts, ends or is held; the Ledger counts the slots taken.
/// Source: acct_policy.c, acct_policy_handle_accrue_time; compared with 22.05.8.
class AccrualLimits {
 public:
  enum class Room : std::uint8_t { unlimited, free, full };

  /// Spec and tree must outlive this. With `enforced` absent limits nothing is limited.
  AccrualLimits(const AccountingSpec& spec, const AssociationTree& tree, const Enforcement& enforced);

  /// Whether one more job of the party may begin. O(depth).
  Room room(const Party& party, const Ledger& ledger) const;

 private:
  const AccountingSpec* spec_;
  const AssociationTree* tree_;
  bool enforced_;
  std::vector<std::optional<std::int64_t>> own_;  ///< MaxJobsAccrue by association, inherited
};

}  // namespace sluice::accounting
