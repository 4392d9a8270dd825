#pragma once
// Made-up traces: ML clusters after published logs, parallel machines after Lublin and Feitelson, and plain load.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::workloads {

enum class GeneratedKind {
  ml,      ///< GPU clusters: training, sweeps, notebooks, services, evaluations and chains of these
  lublin,  ///< parallel machines: rigid jobs on processors
  stress,  ///< plain parallel jobs on one pool of processors, as many as wanted
};

/// What a preset is made for. Where a trace is asked for without saying so, these hold.
struct GeneratedPreset {
  std::string_view name;
  std::string_view meaning;
  std::string_view source;  ///< where its numbers come from
  std::size_t jobs;
  std::int64_t capacity;       ///< GPUs or processors
  std::optional<double> load;  ///< absent: jobs come at the source's own pace
};

struct GeneratedKindInfo {
  GeneratedKind kind;
  std::string_view name;
  std::string_view meaning;
  std::span<const GeneratedPreset> presets;  ///< not empty; the first is the default
};

struct GenerateOptions {
  GeneratedKind kind = GeneratedKind::ml;
  std::string_view preset{};          ///< empty: the kind's first
  std::optional<std::size_t> jobs{};  ///< absent, as below: the preset's
  std::uint64_t seed = 1;
  std::optional<std::int64_t> capacity{};  ///< >= 1; GPUs (ml) or processors
  /// > 0; asked GPU or processor time / (capacity x time between first and last submission)
  std::optional<double> load{};
};

/// The kinds with their presets, for --help.
std::span<const GeneratedKindInfo> generated_kinds();
const GeneratedKindInfo& generated_kind(GeneratedKind kind);
std::optional<GeneratedKind> generated_kind_from_name(std::string_view name);
/// nullptr when the kind has no preset of that name; the first for an empty name.
const GeneratedPreset* generated_preset(GeneratedKind kind, std::string_view name);

/// Writes a native CSV trace. The same options give the same bytes, with every compiler.
///
/// The preset must exist. Jobs are in order of submission. A job never asks for more than the capacity. A load is met
/// by the sum of all jobs, up to the last arrivals, whatever the seed. ml asks for 4 CPUs and 32 GB with each GPU and
/// keeps all jobs in memory; a task of a job array has the id ARRAY_TASK, and a later stage of a chain the dependency
/// `afterok:@ID`. stress streams its jobs, drawing them twice: about 0.3 s for a million.
void generate(const GenerateOptions& options, std::ostream& out);

}  // namespace sluice::workloads
