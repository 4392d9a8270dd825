#pragma once
// Whom to stop? The question a preemption policy answers; which of these and how many is the select plugin's affair.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_settings.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice {

/// A job as preemption sees it, in one partition: the one it runs in, or may run in.
struct PreemptParty {
  PartitionId partition;
  std::optional<QosId> qos;
  double priority = 0;
};

/// A pure function of its arguments.
class Preemption {
 public:
  virtual ~Preemption() = default;
  /// Whether a job may stop another one; how long that one has run is not looked at. If it may, so may a job that differs
  /// only in a higher priority, and so may be a victim that differs only in a lower one.
  virtual bool may_preempt(const PreemptParty& job, const PreemptParty& victim) const = 0;
  /// What becomes of a victim. off: nobody may stop it.
  virtual PreemptMode::Action action(const PreemptParty& victim) const = 0;
  /// Victims of the lowest rank go first, of equal rank those with the fewest nodes.
  virtual std::int64_t rank(const PreemptParty& victim) const = 0;
  /// GraceTime: how long a victim goes on after it was told.
  virtual Duration grace(const PreemptParty& victim) const = 0;
  /// PreemptExemptTime: how long a victim is left alone after its start.
  virtual Duration exempt(const PreemptParty& victim) const = 0;
};

/// A preemption policy in the catalogue, chosen by PreemptType=`name`. It refers to the cluster, which outlives it.
struct PreemptionEntry {
  std::string_view name;
  std::string_view meaning;
  std::unique_ptr<Preemption> (*make)(const ClusterSpec&);
};

}  // namespace sluice
