#pragma once
// What an expression can ask about a job, its user, its account, its partition and its QOS: one row a field.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policies/api/priority.hpp"
#include "policies/priority/expression/kind.hpp"

namespace sluice::priority {

/// Whether a field of a waiting job can differ from one priority pass to the next.
enum class Change : bool { never, with_time };

/// Who knows a field.
enum class Source : std::uint8_t { job, accounting };

/// What fields are read with.
struct Scene {
  const ClusterSpec& cluster;
  Time now{};
};

struct Field {
  std::string_view name;
  Kind kind = Kind::number;
  std::string_view unit;
  Change change = Change::never;
  std::string_view meaning;
  double (*read)(const PendingJob&, const Scene&);
  /// Of names: what there is, by row. Empty for a cluster that does not tell (no accounting data).
  std::vector<std::string_view> (*names)(const ClusterSpec&) = nullptr;
  Source source = Source::job;
};

/// In the order in which they are shown.
std::span<const Field> fields();
/// nullptr: there is none of this name.
const Field* find_field(std::string_view name);
/// The same as words, for the listing of policies.
std::span<const Word> field_words();

}  // namespace sluice::priority
