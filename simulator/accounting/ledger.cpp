#include "simulator/accounting/ledger.hpp"

#include "simulator/base/check.hpp"

namespace sluice::accounting {

Ledger::Ledger(const AssociationTree& tree, std::size_t qos, std::size_t tres, std::size_t nodes)
    : tree_{&tree}, tres_count_{tres}, node_count_{nodes}, associations_(tree.size()), qos_(qos) {}

const Counters& Ledger::of(QosId id, UserId user) const {
  const auto found = qos_[id.index()].by_user.find(user);
  return found == qos_[id.index()].by_user.end() ? none_ : found->second;
}

const Counters& Ledger::of(QosId id, AssociationId account) const {
  const auto found = qos_[id.index()].by_account.find(account);
  return found == qos_[id.index()].by_account.end() ? none_ : found->second;
}

template <class Change>
void Ledger::for_each_group(const Party& party, Change change) {
  for (AssociationId id = party.association;; id = tree_->parent(id)) {
    change(associations_[id.index()]);
    if (id == AssociationTree::root) break;
  }
  const auto in_qos = [&](QosId id) {
    Qos& qos = qos_[id.index()];
    change(qos.all);
    change(qos.by_user[party.user]);
    change(qos.by_account[party.account]);
  };
  if (party.qos) in_qos(*party.qos);
  if (party.partition_qos && party.partition_qos != party.qos) in_qos(*party.partition_qos);
}

void Ledger::submit(const Party& party, std::int64_t tasks) {
  for_each_group(party, [&](Counters& group) { group.submitted += tasks; });
}

void Ledger::unsubmit(const Party& party, std::int64_t tasks) {
  for_each_group(party, [&](Counters& group) {
    group.submitted -= tasks;
    SLUICE_CHECK(group.submitted >= 0, "more jobs left a group than were submitted");
  });
}

void Ledger::accrue(const Party& party, std::int64_t change) {
  for_each_group(party, [&](Counters& group) { group.accruing += change; });
}

void Ledger::hold(Counters& group, std::span<const std::int64_t> tres, std::span<const NodeRun> nodes,
                  int sign) const {
  if (group.tres.empty()) group.tres.assign(tres_count_, 0);
  if (group.jobs_on.empty()) group.jobs_on.assign(node_count_, 0);
  group.running += sign;
  for (std::size_t i = 0; i < tres.size(); ++i) group.tres[i] += sign * tres[i];
  for (const NodeRun& run : nodes)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      SLUICE_CHECK(sign > 0 || group.jobs_on[n] > 0, "a job ends on a node where its group has none");
      if (sign > 0 && group.jobs_on[n]++ == 0) ++group.nodes;
      if (sign < 0 && --group.jobs_on[n] == 0) --group.nodes;
    }
}

void Ledger::start(const Party& party, std::span<const std::int64_t> tres, std::span<const NodeRun> nodes) {
  for_each_group(party, [&](Counters& group) { hold(group, tres, nodes, 1); });
}

void Ledger::end(const Party& party, std::span<const std::int64_t> tres, std::span<const NodeRun> nodes) {
  for_each_group(party, [&](Counters& group) { hold(group, tres, nodes, -1); });
}

std::int64_t Ledger::new_nodes(const Counters& group, std::span<const NodeRun> nodes) {
  std::int64_t count = 0;
  for (const NodeRun& run : nodes)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n)
      count += group.jobs_on.empty() || group.jobs_on[n] == 0 ? 1 : 0;
  return count;
}

}  // namespace sluice::accounting
