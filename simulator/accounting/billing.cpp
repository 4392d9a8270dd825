#include "simulator/accounting/billing.hpp"

#include <algorithm>

namespace sluice::accounting {
namespace {

bool is_compared(TresKind kind, BillingRule rule) {
  const bool plain = kind == TresKind::cpu || kind == TresKind::mem || kind == TresKind::node;
  return (rule != BillingRule::sum && plain) || (rule == BillingRule::max_tres && kind == TresKind::gres);
}

}  // namespace

Billing::Billing(const TresWeights& weights, const TresTable& tres, BillingRule rule) {
  if (weights.empty()) return;
  weights_.assign(tres.size(), 0.0);
  parts_.assign(tres.size(), Part::none);
  for (const auto& [name, weight] : weights)
    if (const auto id = tres.find(name)) weights_[id->index()] = weight;
  for (std::size_t i = 0; i < tres.size(); ++i) {
    const TresKind kind = tres.kind(TresId{static_cast<std::uint32_t>(i)});
    if (kind == TresKind::energy || kind == TresKind::billing) continue;
    parts_[i] = is_compared(kind, rule) ? Part::compared : Part::added;
  }
}

double Billing::of(std::span<const std::int64_t> counts) const {
  if (weights_.empty()) return static_cast<double>(counts[TresTable::cpu.index()]);
  double sum = 0, greatest = 0;
  for (std::size_t i = 0; i < weights_.size(); ++i) {
    const double cost = static_cast<double>(counts[i]) * weights_[i];
    if (parts_[i] == Part::added) sum += cost;
    if (parts_[i] == Part::compared) greatest = std::max(greatest, cost);
  }
  return sum + greatest;
}

}  // namespace sluice::accounting
