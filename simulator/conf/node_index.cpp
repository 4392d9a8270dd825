#include "simulator/conf/node_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

constexpr std::size_t most_suggested_from = 4096;  // keeps a wrong list of a huge cluster from taking minutes

std::string without_digits(std::string_view name) {
  std::string out{name};
  std::erase_if(out, is_digit);
  return out;
}

/// Another number is no misspelling: for n9 in a cluster of n[1-4] there is nothing to suggest.
std::string suggest_node(std::string_view name, const std::vector<NodeSpec>& nodes) {
  if (nodes.size() > most_suggested_from) return {};
  const auto letters = without_digits(name);
  std::vector<std::string_view> names;
  for (const auto& node : nodes)
    if (without_digits(node.name) != letters) names.push_back(node.name);
  return did_you_mean(name, names);
}

}  // namespace

void NodeIndex::append_item(std::vector<NodeId>& out, const Entry& entry, std::string_view item, std::size_t position,
                            Diagnostics& diags) const {
  const auto names = expand_hostlist(item);
  if (!names) {
    error_at(diags, entry.value_spot(position + names.error().position), names.error().message);
    return;
  }
  std::size_t unknown = 0;
  std::string_view first;
  for (const auto& name : *names) {
    if (const auto node = find(name)) {
      out.push_back(*node);
    } else if (unknown++ == 0) {
      first = name;
    }
  }
  if (unknown == 0 || known_ == Known::some) return;
  const auto others = unknown > 1 ? fmt::format(" and {} more of '{}'", unknown - 1, item) : std::string{};
  const auto spot = entry.value_spot(position);
  if (unknown == 1) {
    error_at(diags, spot, fmt::format("no NodeName line defines node '{}'", first), suggest_node(first, nodes_));
  } else {
    error_at(diags, spot, fmt::format("no NodeName line defines node '{}'{}", first, others));
  }
}

std::vector<NodeId> NodeIndex::read(const Entry& entry, Diagnostics& diags) const {
  std::vector<NodeId> out;
  if (const auto items = split_hostlist(entry.value))
    for (const auto& item : *items) append_item(out, entry, item.text, item.position, diags);
  sort_unique(out);
  return out;
}

void sort_unique(std::vector<NodeId>& nodes) {
  std::sort(nodes.begin(), nodes.end());
  nodes.erase(std::unique(nodes.begin(), nodes.end()), nodes.end());
}

}  // namespace sluice::conf
