#include "workloads/generate.hpp"

#include <array>

#include "simulator/base/check.hpp"
#include "workloads/generate_ml.hpp"
#include "workloads/generate_stress.hpp"

namespace sluice::workloads {
namespace {

constexpr std::array<GeneratedKindInfo, 2> kinds{{
    {"ml", "users of a small GPU cluster over days and nights", {GeneratedKind::ml, 5'000, 1, 32, 0.85}},
    {"stress", "plain parallel jobs on one pool, to measure speed", {GeneratedKind::stress, 1'000'000, 1, 1024, 0.85}},
}};

}  // namespace

std::span<const GeneratedKindInfo> generated_kinds() { return kinds; }

std::optional<GeneratedKind> generated_kind_from_name(std::string_view name) {
  for (const auto& kind : kinds)
    if (kind.name == name) return kind.defaults.kind;
  return std::nullopt;
}

void generate(const GenerateOptions& options, std::ostream& out) {
  SLUICE_CHECK(options.capacity >= 1 && options.load > 0, "capacity {} or load {}", options.capacity, options.load);
  switch (options.kind) {
    case GeneratedKind::ml: return generate_ml(options, out);
    case GeneratedKind::stress: return generate_stress(options, out);
  }
}

}  // namespace sluice::workloads
