#pragma once
// Made-up traces: a small ML cluster to try things on, and a long stream of plain jobs to measure speed with.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::workloads {

enum class GeneratedKind {
  ml,      ///< users of a GPU cluster over days and nights: sweeps, failures, cautious time limits
  stress,  ///< plain parallel jobs on one pool of processors, as many as wanted
};

struct GenerateOptions {
  GeneratedKind kind = GeneratedKind::ml;
  std::size_t jobs = 5'000;
  std::uint64_t seed = 1;
  std::int64_t capacity = 32;  ///< >= 1; GPUs (ml, in nodes of 8) or processors (stress)
  double load = 0.85;  ///< > 0; asked GPU or processor time / (capacity x time between first and last submission)
};

struct GeneratedKindInfo {
  std::string_view name;
  std::string_view meaning;
  GenerateOptions defaults;
};

/// The kinds with their names and defaults, for --help.
std::span<const GeneratedKindInfo> generated_kinds();
std::optional<GeneratedKind> generated_kind_from_name(std::string_view name);

/// Writes a native CSV trace. The same options give the same bytes.
///
/// Jobs are in order of submission. A job never asks for more than `capacity`. The load is met by the sum of all jobs,
/// so it is exact up to rounding, whatever the seed. ml needs nodes with min(capacity, 8) GPUs and 4 CPUs and 32 GB per
/// GPU, and keeps all jobs in memory; stress streams them, drawing them twice: about 0.3 s for a million.
void generate(const GenerateOptions& options, std::ostream& out);

}  // namespace sluice::workloads
