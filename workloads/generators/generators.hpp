#pragma once
// The kinds of generate(), each with its presets.

#include <iosfwd>
#include <span>

#include "workloads/generate.hpp"

namespace sluice::workloads::generators {

/// What to make, with nothing left open but the pace: without a load, jobs come as fast as in the preset's source.
struct Order {
  std::string_view preset;
  std::size_t jobs = 0;
  std::uint64_t seed = 1;
  std::int64_t capacity = 1;
  std::optional<double> load;
};

std::span<const GeneratedPreset> ml_presets();
std::span<const GeneratedPreset> lublin_presets();
std::span<const GeneratedPreset> stress_presets();

void generate_ml(const Order& order, std::ostream& out);
void generate_lublin(const Order& order, std::ostream& out);
void generate_stress(const Order& order, std::ostream& out);

}  // namespace sluice::workloads::generators
