#pragma once
// The trackable resources of a cluster in Slurm's id order, so that counts of them are a row of numbers.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/ids.hpp"
#include "simulator/model/accounting_spec.hpp"

namespace sluice::accounting {

/// One count a TRES, by TresId. Memory in MB. The empty row stands for all zero.
using TresRow = std::vector<std::int64_t>;

/// What a TRES is, as far as billing and priority treat kinds apart.
enum class TresKind : std::uint8_t { cpu, mem, energy, node, billing, gres, license, other };

/// AccountingStorageTRES, each name once. Slurm's own eight stand first: cpu, mem, energy, node, billing, fs/disk,
/// vmem, pages. Source: slurm.conf(5); compared with the id order of sshare 22.05.8.
class TresTable {
 public:
  static constexpr TresId cpu{0}, mem{1}, energy{2}, node{3}, billing{4};

  /// `names` begin with those eight, in lower case, or lack some of them (they are put in front).
  explicit TresTable(std::span<const std::string> names);

  std::size_t size() const { return names_.size(); }
  const std::string& name(TresId id) const { return names_[id.index()]; }
  TresKind kind(TresId id) const { return kinds_[id.index()]; }
  /// Case matters not. nullopt: not tracked. O(size).
  std::optional<TresId> find(std::string_view name) const;

  /// Counts by name as a row; names that are not tracked are left out.
  TresRow row(const TresCounts& counts) const;

 private:
  void add(std::string_view name);

  std::vector<std::string> names_;
  std::vector<TresKind> kinds_;
};

}  // namespace sluice::accounting
