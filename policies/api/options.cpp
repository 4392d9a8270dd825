#include "policies/api/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "simulator/base/check.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice {
namespace {

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool within_bounds(std::string_view range, double value) {
  const auto dots = range.find("..");
  if (dots == std::string_view::npos) return true;
  const auto low = number_in<double>(range.substr(0, dots)), high = number_in<double>(range.substr(dots + 2));
  return (!low || value >= *low) && (!high || value <= *high);
}

bool is_valid(const Option& option, std::string_view value) {
  if (option.unit == "choice") {
    const auto choices = split(option.range, '|');
    return std::find(choices.begin(), choices.end(), value) != choices.end();
  }
  if (option.unit == "flag") return value.empty();
  if (option.unit == "time") {
    const auto time = parse_time(value);
    return time && time->length;
  }
  if (option.unit == "count") {
    const auto count = number_in<std::int64_t>(value);
    return count && within_bounds(option.range, static_cast<double>(*count));
  }
  const auto number = number_in<double>(value);
  return number && within_bounds(option.range, *number);
}

std::string expectation(const Option& option) {
  if (option.unit == "choice") return fmt::format("one of {}", fmt::join(split(option.range, '|'), ", "));
  if (option.unit == "flag") return "no value";
  const std::string_view article = option.unit == "time" ? "a time" : option.unit == "count" ? "a whole number" : "a number";
  return option.range.empty() ? std::string{article} : fmt::format("{} in {}", article, option.range);
}

}  // namespace

const std::string& Options::value(std::string_view name) const {
  const auto found = values_.find(name);
  SLUICE_CHECK(found != values_.end(), "a policy asks for the option '{}' that its table lacks", name);
  return found->second;
}

std::string_view Options::choice(std::string_view name) const { return value(name); }
bool Options::flag(std::string_view name) const { return value(name) == "on"; }
double Options::number(std::string_view name) const { return number_in<double>(value(name)).value_or(0); }
std::int64_t Options::count(std::string_view name) const { return number_in<std::int64_t>(value(name)).value_or(0); }
Duration Options::time(std::string_view name) const {
  const auto time = parse_time(value(name));
  SLUICE_CHECK(time && time->length, "the option '{}' is no time", name);
  return *time->length;
}

std::optional<Duration> Options::optional_time(std::string_view name) const {
  return value(name).empty() ? std::nullopt : std::optional{time(name)};
}
std::string_view Options::text(std::string_view name) const { return value(name); }

std::vector<std::string_view> split_parameters(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0, depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')' && depth > 0) --depth;
    if (c != ',' || depth > 0) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

namespace {

/// One `name=value` and where it stands.
struct Part {
  std::string_view name, value;
  bool has_value = false;
  Location name_at, value_at;
};

Part read_part(std::string_view text, std::size_t offset, const Location& at) {
  const auto place = [&](std::string_view piece) {
    Location here = at;
    if (here.column > 0) here.column += offset + static_cast<std::size_t>(piece.data() - text.data());
    return here;
  };
  Part part;
  const auto equals = text.find('=');
  part.has_value = equals != std::string_view::npos;
  part.name = trim(text.substr(0, equals));
  part.value = part.has_value ? trim(text.substr(equals + 1)) : std::string_view{};
  part.name_at = place(part.name);
  part.value_at = part.has_value ? place(part.value) : part.name_at;
  return part;
}

void report_unknown(const Part& part, std::span<const Option> table, std::string_view policy,
                    std::string_view source_line, Diagnostics& diags) {
  std::vector<std::string_view> known;
  for (const Option& option : table) known.push_back(option.name);
  std::string hint = did_you_mean(part.name, known);
  if (hint.empty())
    hint = known.empty() ? fmt::format("{} takes no options", policy) : fmt::format("its options are {}", fmt::join(known, ", "));
  diags.error(part.name_at, fmt::format("{} has no option '{}'", policy, part.name), hint, source_line);
}

}  // namespace

std::optional<Options> parse_options(std::string_view text, std::span<const Option> table, std::string_view policy,
                                     const ClusterSpec& cluster, const Location& at, std::string_view source_line,
                                     Diagnostics& diags) {
  Options options;
  for (const Option& option : table)
    options.values_.emplace(option.name, option.unit == "flag" ? "" : std::string{option.default_value});
  const std::size_t errors_before = diags.errors();
  for (const std::string_view piece : split_parameters(text)) {
    if (trim(piece).empty()) continue;
    const Part part = read_part(piece, static_cast<std::size_t>(piece.data() - text.data()), at);
    const auto option = std::find_if(table.begin(), table.end(), [&](const Option& o) { return equal_ignoring_case(o.name, part.name); });
    if (option == table.end()) {
      report_unknown(part, table, policy, source_line, diags);
    } else if (option->check != nullptr) {
      option->check(part.value, cluster, {part.value_at, source_line}, diags);
      options.values_.find(option->name)->second = part.value;
    } else if (!is_valid(*option, part.value)) {
      diags.error(part.value_at, fmt::format("{} wants {}, got '{}'", part.name, expectation(*option), part.value),
                  std::string{option->meaning}, source_line);
    } else {
      options.values_.find(option->name)->second = option->unit == "flag" ? "on" : std::string{part.value};
    }
  }
  if (diags.errors() > errors_before) return std::nullopt;
  return options;
}

}  // namespace sluice
