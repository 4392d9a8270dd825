#include "simulator/accounting/accrual.hpp"

namespace sluice::accounting {
namespace {

/// Gathers answers: full if any limit is reached, unlimited if there was none.
class Answer {
 public:
  void ask(const std::optional<std::int64_t>& limit, std::int64_t taken) {
    if (!limit) return;
    limited_ = true;
    full_ = full_ || taken >= *limit;
  }
  AccrualLimits::Room room() const {
    if (!limited_) return AccrualLimits::Room::unlimited;
    return full_ ? AccrualLimits::Room::full : AccrualLimits::Room::free;
  }

 private:
  bool limited_ = false, full_ = false;
};

}  // namespace

AccrualLimits::AccrualLimits(const AccountingSpec& spec, const AssociationTree& tree, const Enforcement& enforced)
    : spec_{&spec}, tree_{&tree}, enforced_{enforced.limits}, own_(spec.associations.size()) {
  for (std::size_t row = 0; row < own_.size(); ++row) {
    const AssociationId id{static_cast<std::uint32_t>(row)};
    own_[row] = spec.associations[row].max_jobs_accrue;
    if (!own_[row] && row != 0) own_[row] = own_[tree.parent(id).index()];
  }
}

AccrualLimits::Room AccrualLimits::room(const Party& party, const Ledger& ledger) const {
  if (!enforced_) return Room::unlimited;
  Answer answer;
  const auto ask_qos = [&](QosId id) {
    const QosSpec& qos = spec_->qos[id.index()];
    answer.ask(qos.group.jobs_accrue, ledger.of(id).accruing);
    answer.ask(qos.per_user.jobs_accrue, ledger.of(id, party.user).accruing);
    answer.ask(qos.per_account.jobs_accrue, ledger.of(id, party.account).accruing);
  };
  if (party.qos) ask_qos(*party.qos);
  if (party.partition_qos && party.partition_qos != party.qos) ask_qos(*party.partition_qos);
  answer.ask(own_[party.association.index()], ledger.of(party.association).accruing);
  for (AssociationId id = party.association;; id = tree_->parent(id)) {
    answer.ask(spec_->associations[id.index()].group.jobs_accrue, ledger.of(id).accruing);
    if (id == AssociationTree::root) break;
  }
  return answer.room();
}

}  // namespace sluice::accounting
