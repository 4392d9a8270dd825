#include "simulator/report/verify_text.hpp"

#include <charconv>

namespace sluice::report::verify {
namespace {

/// Cuts at commas outside brackets.
std::vector<std::string_view> split_outside_brackets(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    depth += c == '[' ? 1 : 0;
    depth -= c == ']' ? 1 : 0;
    if (c != ',' || (depth > 0 && i < text.size())) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

struct Range {
  std::int64_t first = 0, last = 0;
  std::size_t width = 0;
};

std::optional<Range> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto first_text = text.substr(0, dash);
  const auto first = parse_integer(first_text);
  const auto last = dash == std::string_view::npos ? first : parse_integer(text.substr(dash + 1));
  if (!first || !last || *first < 0 || *last < *first || *last - *first > 10'000'000) return std::nullopt;
  return Range{*first, *last, first_text.size()};
}

bool append_item(std::vector<std::string>& names, std::string_view item) {
  const auto open = item.find('[');
  if (open == std::string_view::npos) {
    names.emplace_back(item);
    return !item.empty();
  }
  const auto close = item.find(']', open);
  if (close == std::string_view::npos) return false;
  for (const auto part : split_outside_brackets(item.substr(open + 1, close - open - 1))) {
    const auto range = parse_range(part);
    if (!range) return false;
    for (auto n = range->first; n <= range->last; ++n) {
      const auto digits = std::to_string(n);
      auto& name = names.emplace_back(item.substr(0, open));
      if (digits.size() < range->width) name.append(range->width - digits.size(), '0');
      name += digits;
      name += item.substr(close + 1);
    }
  }
  return true;
}

}  // namespace

bool take_record(std::string_view& text, std::vector<std::string>& fields) {
  fields.assign(1, {});
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') fields.back() += c;
      else if (i + 1 < text.size() && text[i + 1] == '"') fields.back() += text[++i];
      else quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      break;
    } else {
      fields.back() += c;
    }
  }
  text.remove_prefix(i < text.size() ? i + 1 : i);
  return !quoted;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_milli(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative) text.remove_prefix(1);
  const auto point = text.find('.');
  const auto whole = parse_integer(text.substr(0, point));
  std::string decimals{point == std::string_view::npos ? std::string_view{} : text.substr(point + 1)};
  if (!whole || *whole < 0 || decimals.size() > 3 || (point != std::string_view::npos && decimals.empty()))
    return std::nullopt;
  decimals.resize(3, '0');
  const auto part = parse_integer(decimals);
  if (!part || *part < 0) return std::nullopt;
  const auto value = *whole * 1000 + *part;
  return negative ? -value : value;
}

std::optional<std::vector<std::string>> parse_nodes(std::string_view text) {
  std::vector<std::string> names;
  for (const auto item : split_outside_brackets(text))
    if (!append_item(names, item)) return std::nullopt;
  return names;
}

std::optional<std::vector<std::pair<std::string, std::int64_t>>> parse_repeats(std::string_view text) {
  std::vector<std::pair<std::string, std::int64_t>> out;
  for (const auto item : split_outside_brackets(text)) {
    const auto open = item.find("(x");
    if (open == std::string_view::npos) {
      out.emplace_back(item, 1);
      continue;
    }
    if (item.back() != ')') return std::nullopt;
    const auto count = parse_integer(item.substr(open + 2, item.size() - open - 3));
    if (!count || *count < 1) return std::nullopt;
    out.emplace_back(item.substr(0, open), *count);
  }
  return out;
}

std::optional<std::uint64_t> parse_devices(std::string_view text) {
  if (text == "-") return 0;
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  std::uint64_t bits = 0;
  for (const auto part : split_outside_brackets(text)) {
    const auto range = parse_range(part);
    if (!range || range->last > 63) return std::nullopt;
    for (auto i = range->first; i <= range->last; ++i) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

}  // namespace sluice::report::verify
