#include "workloads/generate.hpp"

#include <array>

#include "simulator/base/check.hpp"
#include "workloads/generators/generators.hpp"

namespace sluice::workloads {

std::span<const GeneratedKindInfo> generated_kinds() {
  static const std::array<GeneratedKindInfo, 3> kinds{{
      {GeneratedKind::ml, "ml", "GPU clusters: training, sweeps, notebooks, services, evaluations, chains",
       generators::ml_presets()},
      {GeneratedKind::lublin, "lublin", "parallel machines, after Lublin and Feitelson", generators::lublin_presets()},
      {GeneratedKind::stress, "stress", "plain parallel jobs on one pool, to measure speed",
       generators::stress_presets()},
  }};
  return kinds;
}

const GeneratedKindInfo& generated_kind(GeneratedKind kind) {
  for (const auto& info : generated_kinds())
    if (info.kind == kind) return info;
  SLUICE_CHECK(false, "kind {} is not in the list", static_cast<int>(kind));
  return generated_kinds().front();
}

std::optional<GeneratedKind> generated_kind_from_name(std::string_view name) {
  for (const auto& info : generated_kinds())
    if (info.name == name) return info.kind;
  return std::nullopt;
}

const GeneratedPreset* generated_preset(GeneratedKind kind, std::string_view name) {
  const auto presets = generated_kind(kind).presets;
  if (name.empty()) return &presets.front();
  for (const auto& preset : presets)
    if (preset.name == name) return &preset;
  return nullptr;
}

void generate(const GenerateOptions& options, std::ostream& out) {
  const GeneratedPreset* preset = generated_preset(options.kind, options.preset);
  SLUICE_CHECK(preset != nullptr, "no preset '{}'", options.preset);
  const generators::Order order{preset->name, options.jobs.value_or(preset->jobs), options.seed,
                                options.capacity.value_or(preset->capacity),
                                options.load ? options.load : preset->load};
  SLUICE_CHECK(order.capacity >= 1 && order.load.value_or(1) > 0, "capacity {} or load {}", order.capacity,
               order.load.value_or(1));
  switch (options.kind) {
    case GeneratedKind::ml: return generators::generate_ml(order, out);
    case GeneratedKind::lublin: return generators::generate_lublin(order, out);
    case GeneratedKind::stress: return generators::generate_stress(order, out);
  }
}

}  // namespace sluice::workloads
