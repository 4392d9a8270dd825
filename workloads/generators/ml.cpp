#include <algorithm>
#include <array>
#include <vector>

#include "workloads/generators/generators.hpp"
#include "workloads/generators/ml_demo.hpp"
#include "workloads/generators/ml_from_preset.hpp"

namespace sluice::workloads::generators {
namespace {

const std::array<const MlPreset*, 5> published{&venus, &philly, &pai, &itp, &acme};

}  // namespace

std::span<const GeneratedPreset> ml_presets() {
  static const std::vector<GeneratedPreset> presets = [] {
    std::vector<GeneratedPreset> list{demo};
    for (const auto* preset : published) list.push_back(preset->info);
    return list;
  }();
  return presets;
}

void generate_ml(const Order& order, std::ostream& out) {
  for (const auto* preset : published)
    if (preset->info.name == order.preset)
      return write_ml_jobs(draw_from_preset(*preset, order), preset_users(*preset), out);
  write_ml_jobs(draw_demo(order), demo_users(), out);
}

}  // namespace sluice::workloads::generators
