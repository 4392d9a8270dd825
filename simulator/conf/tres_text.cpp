#include "simulator/conf/tres_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "simulator/base/size.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

constexpr std::string_view plain_names[] = {"cpu", "mem", "energy", "node", "billing", "fs/disk", "vmem", "pages"};
constexpr std::string_view families[] = {"gres/", "license/", "bb/"};

/// `name=value` and where each begins.
struct Item {
  std::string name;  ///< in lower case
  std::string_view value;
  std::size_t name_begin = 0, value_begin = 0;
};

std::string name_hint(std::string_view name) {
  const auto hint = did_you_mean(name, plain_names);
  return hint.empty()
             ? "known are cpu, mem, node, billing, energy, fs/disk, vmem, pages, gres/NAME[:TYPE], license/NAME"
             : hint;
}

/// The items of a list; parts without a `=` are reported.
std::vector<Item> items_of(const Entry& entry, Diagnostics& diags) {
  std::vector<Item> out;
  const std::string_view text = entry.value;
  std::size_t begin = 0;
  for (const auto part : split(text, ',')) {
    const auto at = begin;
    begin += part.size() + 1;
    if (trim(part).empty()) continue;
    const auto equals = part.find('=');
    if (equals == std::string_view::npos) {
      error_at(diags, entry.value_spot(at), fmt::format("{} wants name=count, got '{}'", entry.key, part),
               "e.g. cpu=16,mem=64G,gres/gpu=2");
      continue;
    }
    out.push_back({to_lower(trim(part.substr(0, equals))), trim(part.substr(equals + 1)), at, at + equals + 1});
  }
  return out;
}

std::optional<std::int64_t> read_count(const Item& item) {
  if (item.name != "mem") return parse_count(item.value);
  const auto memory = parse_memory(item.value);
  return memory ? std::optional{memory->value} : std::nullopt;
}

/// A number and what a suffix after it divides it by.
std::optional<double> read_weight(std::string_view text, bool is_memory) {
  const std::string copy{text};
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  if (end == copy.c_str() || !std::isfinite(number)) return std::nullopt;
  const std::string_view suffix{end};
  if (suffix.empty()) return number;
  const auto power = std::string_view{"kmgtp"}.find(lower(suffix.front()));
  if (suffix.size() > 1 || power == std::string_view::npos) return std::nullopt;
  const int exponent = static_cast<int>(power) + 1 - (is_memory ? 2 : 0);
  return std::ldexp(number, -10 * exponent);
}

}  // namespace

bool is_tres_name(std::string_view name) {
  if (std::find(std::begin(plain_names), std::end(plain_names), name) != std::end(plain_names)) return true;
  constexpr std::string_view never = "|'\"`#";  // no GRES, licence or buffer is called so
  return name.find_first_of(never) == std::string_view::npos &&
         std::any_of(std::begin(families), std::end(families),
                     [&](std::string_view family) { return name.starts_with(family) && name.size() > family.size(); });
}

void read_tres_counts(TresCounts& counts, const Entry& entry, Diagnostics& diags) {
  for (const auto& item : items_of(entry, diags)) {
    const auto count = read_count(item);
    if (!is_tres_name(item.name)) {
      error_at(diags, entry.value_spot(item.name_begin), fmt::format("'{}' is no TRES", item.name),
               name_hint(item.name));
    } else if (item.value == "-1") {
      counts.erase(item.name);
    } else if (!count) {
      error_at(diags, entry.value_spot(item.value_begin),
               fmt::format("{} wants a count, got '{}'", item.name, item.value),
               "write a whole number, K, M, G, T or P after it if wanted, or -1 for no limit");
    } else {
      counts[item.name] = *count;
    }
  }
}

TresWeights read_tres_weights(const Entry& entry, Diagnostics& diags) {
  TresWeights weights;
  for (const auto& item : items_of(entry, diags)) {
    const auto weight = read_weight(item.value, item.name == "mem");
    if (!weight) {
      error_at(diags, entry.value_spot(item.value_begin),
               fmt::format("{} wants a weight, got '{}'", item.name, item.value), "e.g. cpu=1.0,mem=0.25G,gres/gpu=16");
    } else if (!is_tres_name(item.name)) {
      warning_at(diags, entry.value_spot(item.name_begin),
                 fmt::format("'{}' is no TRES; its weight is ignored", item.name), name_hint(item.name));
    } else {
      weights[item.name] = *weight;
    }
  }
  return weights;
}

std::string tres_text(const TresCounts& counts) {
  std::string out;
  for (const auto& [name, count] : counts) out += fmt::format("{}{}={}", out.empty() ? "" : ",", name, count);
  return out;
}

std::string tres_text(const TresWeights& weights) {
  std::string out;
  for (const auto& [name, weight] : weights) out += fmt::format("{}{}={}", out.empty() ? "" : ",", name, weight);
  return out;
}

std::vector<std::string> read_names(std::string_view text) {
  std::vector<std::string> names;
  for (const auto part : split(text, ',')) {
    if (trim(part).empty()) continue;
    names.emplace_back(trim(part));
    for (char& c : names.back())
      if (c == '"' || c == '\'') c = '`';
  }
  return names;
}

std::vector<std::string> read_lower_names(std::string_view text) { return read_names(to_lower(text)); }

std::string names_text(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ",")); }

}  // namespace sluice::conf
