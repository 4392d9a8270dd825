#include "simulator/conf/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>
#include <vector>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

constexpr std::int64_t largest(Type type) {
  switch (type) {
    case Type::number16: return std::numeric_limits<std::uint16_t>::max();
    case Type::number32: return std::numeric_limits<std::uint32_t>::max();
    default: return std::numeric_limits<std::int64_t>::max();
  }
}

/// strtoul with base 0, of all of the text.
std::optional<std::int64_t> read_any_base(std::string_view text) {
  int base = 10;
  if (text.size() > 2 && text[0] == '0' && lower(text[1]) == 'x') {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  std::int64_t number = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool refuse(const Key& key, const Entry& entry, std::string_view wanted, std::string hint, Diagnostics& diags) {
  error_at(diags, entry.value_spot(), fmt::format("{} wants {}, got '{}'", key.name, wanted, entry.value),
           std::move(hint));
  return false;
}

bool check_number(const Key& key, const Entry& entry, Diagnostics& diags) {
  if (parse_number(entry.value, key.type)) return true;
  const auto hint = key.type == Type::number64 ? std::string{"write a whole number or UNLIMITED"}
                                               : fmt::format("write 0 to {} or UNLIMITED", largest(key.type));
  const auto unit = key.form.empty() ? std::string{} : fmt::format(" ({})", key.form);
  return refuse(key, entry, "a whole number" + unit, hint, diags);
}

bool check_choice(const Key& key, const Entry& entry, Diagnostics& diags) {
  const auto words = split(key.form, '|');
  const auto same = [&](std::string_view word) { return equal_ignoring_case(word, entry.value); };
  if (std::any_of(words.begin(), words.end(), same)) return true;
  return refuse(key, entry, fmt::format("one of {}", fmt::join(words, ", ")), did_you_mean(entry.value, words), diags);
}

bool check_hostlist(const Entry& entry, Diagnostics& diags) {
  const auto names = split_hostlist(entry.value);
  if (names) return true;
  error_at(diags, entry.value_spot(names.error().position), names.error().message,
           "a list of hosts looks like n[001-128,200],login1");
  return false;
}

}  // namespace

std::optional<Number> parse_number(std::string_view text, Type type) {
  if (equal_ignoring_case(text, "UNLIMITED") || equal_ignoring_case(text, "INFINITE")) return Number{};
  std::int64_t factor = 1;
  if (type != Type::number16 && text.size() > 1 && lower(text.back()) == 'k') {
    factor = 1024;
    text.remove_suffix(1);
  }
  const auto number = read_any_base(text);
  if (!number || *number > largest(type) / factor) return std::nullopt;
  return Number{*number * factor};
}

std::optional<bool> parse_boolean(std::string_view text) {
  for (const auto word : {"YES", "UP", "TRUE", "1"})
    if (equal_ignoring_case(text, word)) return true;
  for (const auto word : {"NO", "DOWN", "FALSE", "0"})
    if (equal_ignoring_case(text, word)) return false;
  return std::nullopt;
}

bool check_value(const Key& key, const Entry& entry, Diagnostics& diags) {
  switch (key.type) {
    case Type::number16:
    case Type::number32:
    case Type::number64: return check_number(key, entry, diags);
    case Type::boolean: return parse_boolean(entry.value) || refuse(key, entry, "YES or NO", {}, diags);
    case Type::minutes:
    case Type::time:
      return parse_time(entry.value) ||
             refuse(key, entry, "a time", "write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED", diags);
    case Type::choice: return check_choice(key, entry, diags);
    case Type::hostlist: return check_hostlist(entry, diags);
    case Type::gres:
    case Type::text: return true;
  }
  return true;
}

}  // namespace sluice::conf
