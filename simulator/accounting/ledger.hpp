#pragma once
// What is in use and queued right now, counted where limits look: by association, by QOS, and within a QOS by user and
// by account.

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/allocation.hpp"

namespace sluice::accounting {

using UserId = Id<struct LedgerUserTag>;  ///< users by name, over all their associations

/// On whose account a job runs.
struct Party {
  AssociationId association;
  UserId user;
  AssociationId account;                   ///< the account's own association
  std::optional<QosId> qos, partition_qos;
  bool operator==(const Party&) const = default;
  friend void fields(Archive& archive, Party& party) { all_fields<5>(archive, party); }
};

/// One counted group. `tres` is by TresId and empty while nothing runs; node is not in it: nodes are counted apart, each
/// once however many jobs of the group share it.
struct Counters {
  std::int64_t running = 0;    ///< jobs
  std::int64_t submitted = 0;  ///< pending and running, each array task
  std::int64_t accruing = 0;   ///< pending jobs that gain age
  TresRow tres;
  std::int64_t nodes = 0;                ///< distinct ones
  std::vector<std::uint16_t> jobs_on;    ///< by node; empty until a job runs
  friend void fields(Archive& archive, Counters& counters) { all_fields<6>(archive, counters); }
};

/// Counters go up and down along the association and all its accounts, the job's QOS and, where it is another, the
/// partition's QOS. Each change is O(depth x (TRES + nodes of the job)).
/// Source: acct_policy.c, _adjust_limit_usage.
class Ledger {
 public:
  /// The tree must outlive this. `nodes`: of the cluster.
  Ledger(const AssociationTree& tree, std::size_t qos, std::size_t tres, std::size_t nodes);

  const Counters& of(AssociationId id) const { return associations_[id.index()]; }
  const Counters& of(QosId id) const { return qos_[id.index()].all; }
  const Counters& of(QosId id, UserId user) const;
  const Counters& of(QosId id, AssociationId account) const;

  void submit(const Party& party, std::int64_t tasks);
  void unsubmit(const Party& party, std::int64_t tasks);
  /// `tres` by TresId as allocated; `nodes` are its runs.
  void start(const Party& party, std::span<const std::int64_t> tres, std::span<const NodeRun> nodes);
  void end(const Party& party, std::span<const std::int64_t> tres, std::span<const NodeRun> nodes);
  void accrue(const Party& party, std::int64_t change);

  /// How many of these nodes no job of the group is on.
  static std::int64_t new_nodes(const Counters& group, std::span<const NodeRun> nodes);

  void fields(Archive& archive) { archive(associations_, qos_); }

 private:
  struct Qos {
    Counters all;
    std::unordered_map<UserId, Counters> by_user;
    std::unordered_map<AssociationId, Counters> by_account;
    friend void fields(Archive& archive, Qos& qos) { all_fields<3>(archive, qos); }
  };

  template <class Change>
  void for_each_group(const Party& party, Change change);
  void hold(Counters& group, std::span<const std::int64_t> tres, std::span<const NodeRun> nodes, int sign) const;

  const AssociationTree* tree_;
  std::size_t tres_count_, node_count_;
  std::vector<Counters> associations_;
  std::vector<Qos> qos_;
  Counters none_;
};

}  // namespace sluice::accounting
