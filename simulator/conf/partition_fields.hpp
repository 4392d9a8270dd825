#pragma once
// What each key of a partition says: the same for a line of slurm.conf and for `scontrol update partitionname=`.

#include <cstdint>
#include <span>
#include <string_view>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/node_index.hpp"
#include "simulator/conf/partitions.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::conf {

/// What a value may speak of, and where to complain.
struct PartitionScene {
  const ClusterSpec& spec;
  const NodeIndex& index;
  const NodeSets& sets;
  Diagnostics& diags;
};

struct PartitionField {
  std::string_view key;      ///< one of partition_keys()
  /// Sets what a value of the key's type says. A bad value is reported and sets nothing.
  void (*set)(PartitionSpec& out, const Entry& entry, const PartitionScene& scene);
  std::string_view old_key{};  ///< an older name of the same
  enum class Lines : std::uint8_t { own_and_default, own } lines = Lines::own_and_default;  ///< of slurm.conf
};

/// In the order in which they are read. PartitionName, and Default's meaning for other partitions, are the reader's.
std::span<const PartitionField> partition_fields();

/// The field of a key in any letter case, under either name; nullptr: there is none.
const PartitionField* find_partition_field(std::string_view key);

}  // namespace sluice::conf
