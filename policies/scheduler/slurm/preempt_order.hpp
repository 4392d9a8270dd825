#pragma once
// Who goes before whom in a queue because it could stop the other.

#include <cstdint>
#include <optional>
#include <vector>

#include "policies/api/preemption.hpp"

namespace sluice::scheduler::slurm {

/// Jobs of one partition and QOS are of one kind; what two jobs may do to each other depends on their kinds, and on their
/// priorities where the policy looks at those. Kinds are numbered as they are met. Answers are looked up: a policy is asked
/// once for each two kinds.
class PreemptOrder {
 public:
  explicit PreemptOrder(const Preemption& policy) : policy_{&policy} {}

  /// A job of that party. Cost: the number of kinds.
  std::uint32_t kind(const PreemptParty& party);
  std::size_t kinds() const { return kinds_.size(); }

  struct Member {
    std::uint32_t kind = 0;
    double priority = 0;
  };
  bool may_preempt(const Member& job, const Member& victim) const {
    const Relation relation = relations_[job.kind][victim.kind];
    return relation == Relation::by_priority ? asked(job, victim) : relation == Relation::always;
  }
  /// Whether a job of the first kind that may stop one of the second has the higher priority.
  bool needs_priority(std::uint32_t kind, std::uint32_t victim) const {
    return relations_[kind][victim] == Relation::by_priority && !asked({kind, 0}, {victim, 0});
  }
  /// Whether a job of the first kind may ever stop one of the second.
  bool may_ever_preempt(std::uint32_t kind, std::uint32_t victim) const {
    return relations_[kind][victim] != Relation::never;
  }

 private:
  enum class Relation : std::uint8_t { never, by_priority, always };
  struct Kind {
    PartitionId partition;
    std::optional<QosId> qos;
    bool operator==(const Kind&) const = default;
  };

  PreemptParty party(const Member& member) const {
    return {kinds_[member.kind].partition, kinds_[member.kind].qos, member.priority};
  }
  bool asked(const Member& job, const Member& victim) const { return policy_->may_preempt(party(job), party(victim)); }
  Relation find_relation(std::uint32_t kind, std::uint32_t victim) const;

  const Preemption* policy_;
  std::vector<Kind> kinds_;
  std::vector<std::vector<Relation>> relations_;
};

}  // namespace sluice::scheduler::slurm
