#pragma once
// Dense identifiers: an index into one table, that cannot be mistaken for an index into another.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace sluice {

/// Index of a row in the table of `Tag`s. Dense: 0, 1, 2, ... in the order of creation.
template <class Tag>
struct Id {
  std::uint32_t value = 0;
  constexpr auto operator<=>(const Id&) const = default;
  constexpr std::size_t index() const { return value; }
};

using JobId = Id<struct JobTag>;              ///< row of the job table, in submission order
using NodeId = Id<struct NodeTag>;            ///< node index: Slurm's natural name order
using NodeClassId = Id<struct NodeClassTag>;  ///< nodes with equal hardware
using PartitionId = Id<struct PartitionTag>;
using ShapeId = Id<struct ShapeTag>;          ///< jobs that ask for equal resources in equal places
using RequestId = Id<struct RequestTag>;      ///< distinct sets of sbatch resource options of a workload
using NameId = Id<struct NameTag>;            ///< row of a `Names` table (users, accounts, QOS)
using TresId = Id<struct TresTag>;            ///< row of a `TresTable`

}  // namespace sluice

template <class Tag>
struct std::hash<sluice::Id<Tag>> {
  std::size_t operator()(sluice::Id<Tag> id) const noexcept { return id.value; }
};
