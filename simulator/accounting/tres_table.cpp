#include "simulator/accounting/tres_table.hpp"

#include <algorithm>

#include "simulator/base/text.hpp"

namespace sluice::accounting {
namespace {

constexpr std::string_view own_names[] = {"cpu", "mem", "energy", "node", "billing", "fs/disk", "vmem", "pages"};
constexpr TresKind own_kinds[] = {TresKind::cpu,     TresKind::mem,   TresKind::energy, TresKind::node,
                                  TresKind::billing, TresKind::other, TresKind::other,  TresKind::other};

TresKind kind_of(std::string_view name) {
  for (std::size_t i = 0; i < std::size(own_names); ++i)
    if (own_names[i] == name) return own_kinds[i];
  if (name.starts_with("gres/")) return TresKind::gres;
  return name.starts_with("license/") ? TresKind::license : TresKind::other;
}

}  // namespace

TresTable::TresTable(std::span<const std::string> names) {
  for (const auto name : own_names) add(name);
  for (const auto& name : names) add(name);
}

void TresTable::add(std::string_view name) {
  if (find(name)) return;
  names_.push_back(to_lower(name));
  kinds_.push_back(kind_of(names_.back()));
}

std::optional<TresId> TresTable::find(std::string_view name) const {
  const auto found = std::find_if(names_.begin(), names_.end(),
                                  [&](const std::string& known) { return equal_ignoring_case(known, name); });
  if (found == names_.end()) return std::nullopt;
  return TresId{static_cast<std::uint32_t>(found - names_.begin())};
}

TresRow TresTable::row(const TresCounts& counts) const {
  TresRow row(size(), 0);
  for (const auto& [name, count] : counts)
    if (const auto id = find(name)) row[id->index()] = count;
  return row;
}

}  // namespace sluice::accounting
