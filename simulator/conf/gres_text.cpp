#include "simulator/conf/gres_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "simulator/base/size.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/allocation.hpp"

namespace sluice::conf {
namespace {

constexpr std::string_view form_hint = "write name:count or name:type:count";

/// One item; nullopt when it is not of that form. An empty name is not.
std::optional<GresCount> read_item(std::string_view text) {
  auto parts = split(text, ':');
  std::erase_if(parts, [](std::string_view part) { return equal_ignoring_case(part, "no_consume"); });
  if (parts.empty() || parts.size() > 3 || parts.front().empty()) return std::nullopt;
  GresCount item{std::string{parts.front()}, {}, 1};
  if (parts.size() == 1) return item;
  const auto count = parse_count(parts.back());
  if (!count && parts.size() == 3) return std::nullopt;
  if (count) item.count = *count;
  if (parts.size() == 3 || !count) item.type = parts[1];
  return item;
}

/// Some entries of a name have a type and others have none.
bool mixes_types(const std::vector<GresCount>& all, const std::string& name) {
  bool typed = false, untyped = false;
  for (const auto& item : all)
    if (item.name == name) (item.type.empty() ? untyped : typed) = true;
  return typed && untyped;
}

}  // namespace

void add_gres(std::vector<GresCount>& all, GresCount item) {
  for (auto& old : all)
    if (old.name == item.name && old.type == item.type) {
      old.count += item.count;
      return;
    }
  all.push_back(std::move(item));
}

std::vector<GresCount> read_gres(const Entry* entry, std::span<const std::string> types, Diagnostics& diags) {
  std::vector<GresCount> all;
  if (entry == nullptr || entry->value.empty()) return all;
  std::size_t at = 0;
  for (const auto text : split(entry->value, ',')) {
    const auto spot = entry->value_spot(at);
    at += text.size() + 1;
    const auto item = read_item(text);
    if (!item || item->count > std::numeric_limits<std::int32_t>::max()) {
      error_at(diags, spot, fmt::format("Gres wants a resource and its count, got '{}'", text), std::string{form_hint});
    } else if (std::find(types.begin(), types.end(), item->name) == types.end()) {
      error_at(diags, spot, fmt::format("'{}' is not in GresTypes", item->name),
               types.empty() ? fmt::format("add a line GresTypes={}", item->name)
                             : fmt::format("add it: GresTypes={},{}", fmt::join(types, ","), item->name));
    } else {
      add_gres(all, *item);
      if (mixes_types(all, item->name))
        error_at(diags, spot, fmt::format("{} stands both with and without a type", item->name),
                 "give every entry of the name a type, or none");
    }
  }
  if (all.size() > max_gres_kinds)
    error_at(diags, entry->value_spot(),
             fmt::format("{} kinds of resources, at most {} fit in a node", all.size(), max_gres_kinds));
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace sluice::conf
