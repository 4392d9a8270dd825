#pragma once
// What one node can give to a job, before it is decided how much of it the job takes.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "policies/api/demand.hpp"
#include "policies/placement/cons_tres/machine.hpp"
#include "policies/placement/cons_tres/settings.hpp"

namespace sluice::cons_tres {

struct NodeSight;
struct SeenNode;

/// A node's devices of one GresDemand.
struct GresOffer {
  std::int64_t free = 0;   ///< all that fit the demand
  std::int64_t total = 0;  ///< those of them that memory and CPUs leave usable
  std::int64_t cap = 0;    ///< the job takes at most so many of them here; 0: no bound
};

struct Offer {
  std::int32_t cpus = 0;       ///< 0: the node is of no use
  std::int32_t cores = 0;      ///< behind these CPUs
  std::int32_t gpus = 0;
  std::int32_t free_cpus = 0;  ///< whatever the job needs
  std::uint8_t near = 0;       ///< free GPUs that count for the node's sort weight
  bool passed_gres = false;    ///< its sort weight is written
};

/// What is assumed about the present.
enum class Assume : std::uint8_t {
  empty,       ///< nothing runs anywhere: could it ever run?
  cores_free,  ///< as `present`, but no core is in use
  present,
};

/// CPUs of a core that the job can use. Source: slurmctld's cons_common.c.
std::int32_t cpus_of_core(const Demand& demand, const Hardware& hardware, const Settings& settings);

/// Offers of the rows of a machine to one job. The GRES part goes to `gres`, one entry a GresDemand.
/// Source: select/cons_tres job_test.c, gres_sched.c, gres_select_filter.c.
class Offers {
 public:
  Offers(const Demand& demand, const ClusterSpec& cluster, std::span<const Hardware> hardware,
         const Settings& settings);

  /// May the node be considered at all? Looks at memory in use, at whether a whole node is idle, and at GRES there are.
  bool may_be_used(const Machine::Row& row, const Amount& capacity) const;

  /// `partition_cpus`: CPUs on the node that jobs of the job's partition hold.
  Offer make(const Machine::Row& row, const Amount& capacity, Assume assume, std::int32_t partition_cpus,
             std::span<GresOffer> gres) const {
    return make(row, capacity, assume, partition_cpus, gres, nullptr, nullptr);
  }
  /// The same core by core and device by device. `sight` has the free cores, and then those that the job may have.
  Offer make(const Machine::Row& row, const Amount& capacity, Assume assume, std::int32_t partition_cpus,
             std::span<GresOffer> gres, const SeenNode& node, NodeSight& sight) const {
    return make(row, capacity, assume, partition_cpus, gres, &node, &sight);
  }

  /// Free devices, or all of them, that the demand would accept.
  static std::int64_t matching(const GresDemand& wanted, const NodeClass& node_class, const Amount& amount);

 private:
  struct Cpus {
    std::int32_t cpus = 0, cores = 0, free_cpus = 0;
  };
  Offer make(const Machine::Row& row, const Amount& capacity, Assume assume, std::int32_t partition_cpus,
             std::span<GresOffer> gres, const SeenNode* node, NodeSight* sight) const;
  Cpus free_cpus(const Hardware& hardware, std::int32_t free_cores, std::int32_t partition_cpus) const;
  Cpus free_cpus(const Hardware& hardware, std::int32_t partition_cpus, NodeSight& sight) const;
  std::optional<std::int32_t> most_cpus(std::int32_t free, std::int32_t partition_cpus) const;
  void take_cores(const Hardware& hardware, NodeSight& sight, std::vector<std::int32_t>& free, Cpus& sum) const;
  bool bound_gres(const NodeClass& node_class, const Amount& free, std::int64_t memory, const Hardware& hardware,
                  Offer& offer, std::span<GresOffer> gres, const SeenNode* node, NodeSight* sight, Assume assume) const;
  std::int32_t bound_by_memory(std::int32_t cpus, std::int64_t memory, const Hardware& hardware) const;
  std::int64_t least_memory() const;

  const Demand& demand_;
  const ClusterSpec& cluster_;
  std::span<const Hardware> hardware_;
  const Settings& settings_;
  Granularity granularity_;
};

}  // namespace sluice::cons_tres
