#include "simulator/base/hostlist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>
#include <utility>

#include "simulator/base/check.hpp"
#include "simulator/base/text.hpp"

namespace sluice {
namespace {

constexpr std::size_t max_digits = 18;  // what surely fits in 64 bits

template <class T>
using Result = tl::expected<T, HostlistError>;

auto fail(std::size_t position, std::string message) {
  return tl::make_unexpected(HostlistError{position, std::move(message)});
}

/// Appends `number` with at least `width` digits.
void append_number(std::string& out, std::uint64_t number, std::int32_t width) {
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  const auto length = static_cast<std::int32_t>(end - digits);
  if (length < width) out.append(static_cast<std::size_t>(width - length), '0');
  out.append(digits, static_cast<std::size_t>(length));
}

struct Range {
  std::uint64_t low = 0, high = 0;
  std::int32_t width = 0;
};

Result<std::uint64_t> read_number(std::string_view text, std::size_t position) {
  if (text.empty()) return fail(position, "a number is missing");
  if (!std::all_of(text.begin(), text.end(), is_digit))
    return fail(position, fmt::format("'{}' is not a number", text));
  if (text.size() > max_digits) return fail(position, fmt::format("'{}' has more than {} digits", text, max_digits));
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<Range> read_range(std::string_view text, std::size_t position) {
  const auto dash = text.find('-');
  const auto low_text = text.substr(0, dash);
  const auto low = read_number(low_text, position);
  if (!low) return tl::make_unexpected(low.error());
  Range range{*low, *low, static_cast<std::int32_t>(low_text.size())};
  if (dash == std::string_view::npos) return range;
  const auto high = read_number(text.substr(dash + 1), position + dash + 1);
  if (!high) return tl::make_unexpected(high.error());
  range.high = *high;
  if (range.low > range.high) return fail(position, fmt::format("the range '{}' runs backwards", text));
  if (range.high - range.low >= max_hostlist_range)
    return fail(position, fmt::format("the range '{}' holds more than {} names", text, max_hostlist_range));
  return range;
}

/// The ranges between brackets; `position` is that of the text after '['.
Result<std::vector<Range>> read_ranges(std::string_view text, std::size_t position) {
  std::vector<Range> ranges;
  for (const auto part : split(text, ',')) {
    const auto range = read_range(part, position);
    if (!range) return tl::make_unexpected(range.error());
    ranges.push_back(*range);
    position += part.size() + 1;
  }
  return ranges;
}

/// Every name so far followed by every number of the ranges.
std::vector<std::string> cross(const std::vector<std::string>& names, const std::vector<Range>& ranges) {
  std::vector<std::string> out;
  for (const auto& name : names)
    for (const auto& range : ranges)
      for (auto number = range.low; number <= range.high; ++number)
        append_number(out.emplace_back(name), number, range.width);
  return out;
}

std::size_t count_of(const std::vector<Range>& ranges) {
  std::size_t count = 0;
  for (const auto& range : ranges) count += static_cast<std::size_t>(range.high - range.low) + 1;
  return count;
}

Result<std::vector<std::string>> expand_item(HostlistItem item) {
  std::vector<std::string> names{{}};
  std::size_t at = 0;
  while (at < item.text.size()) {
    const auto open = item.text.find('[', at);
    const auto literal = item.text.substr(at, open - at);
    if (open == std::string_view::npos && at > 0)
      return fail(item.position + at, fmt::format("'{}' stands after the last ']'", literal));
    for (auto& name : names) name += literal;
    if (open == std::string_view::npos) break;
    const auto close = item.text.find(']', open);
    const auto ranges = read_ranges(item.text.substr(open + 1, close - open - 1), item.position + open + 1);
    if (!ranges) return tl::make_unexpected(ranges.error());
    if (names.size() * count_of(*ranges) > max_hostlist_names)
      return fail(item.position, fmt::format("'{}' makes more than {} names", item.text, max_hostlist_names));
    names = cross(names, *ranges);
    at = close + 1;
  }
  return names;
}

/// The trailing digits of a name, as many as fit in a number.
std::string_view trailing_digits(std::string_view name) {
  std::size_t count = 0;
  while (count < name.size() && count < max_digits && is_digit(name[name.size() - 1 - count])) ++count;
  // A name of digits only keeps a prefix, as a hostlist cannot begin with a bracket.
  if (count == name.size()) return {};
  return name.substr(name.size() - count);
}

std::int32_t digits_of(std::uint64_t number) {
  std::int32_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

}  // namespace

tl::expected<std::vector<HostlistItem>, HostlistError> split_hostlist(std::string_view text) {
  std::vector<HostlistItem> items;
  std::size_t begin = 0;
  std::size_t open = std::string_view::npos;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : ',';
    const bool inside = open != std::string_view::npos;
    if (i == text.size() && inside) return fail(open, "'[' is never closed");
    if (c == '[' && inside) return fail(i, "'[' inside brackets");
    if (c == ']' && !inside) return fail(i, "']' without '['");
    if (c == '[') open = i;
    if (c == ']') open = std::string_view::npos;
    if (inside || (c != ',' && !is_space(c))) continue;
    if (i > begin) items.push_back({begin, text.substr(begin, i - begin)});
    begin = i + 1;
  }
  return items;
}

tl::expected<std::vector<std::string>, HostlistError> expand_hostlist(std::string_view text) {
  const auto items = split_hostlist(text);
  if (!items) return tl::make_unexpected(items.error());
  std::vector<std::string> names;
  for (const auto& item : *items) {
    auto more = expand_item(item);
    if (!more) return tl::make_unexpected(more.error());
    if (names.size() + more->size() > max_hostlist_names)
      return fail(item.position, fmt::format("the list makes more than {} names", max_hostlist_names));
    std::move(more->begin(), more->end(), std::back_inserter(names));
  }
  return names;
}

std::strong_ordering compare_natural(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) <=> static_cast<unsigned char>(b[j]);
      ++i, ++j;
      continue;
    }
    // Without leading zeros the longer number is the greater one; equal lengths compare as text.
    while (i < a.size() && a[i] == '0') ++i;
    while (j < b.size() && b[j] == '0') ++j;
    const auto a_begin = i, b_begin = j;
    while (i < a.size() && is_digit(a[i])) ++i;
    while (j < b.size() && is_digit(b[j])) ++j;
    const auto a_number = a.substr(a_begin, i - a_begin), b_number = b.substr(b_begin, j - b_begin);
    if (a_number.size() != b_number.size()) return a_number.size() <=> b_number.size();
    if (const auto order = a_number.compare(b_number); order != 0) return order <=> 0;
  }
  if (i < a.size() || j < b.size()) return (a.size() - i) <=> (b.size() - j);
  return a.compare(b) <=> 0;
}

std::string compress_hostlist(std::span<const std::string> names) {
  struct Run {
    std::uint32_t first, count;
  };
  std::string out;
  NodeNames{names}.append_runs(out, std::vector<Run>{{0, static_cast<std::uint32_t>(names.size())}});
  return out;
}

NodeNames::NodeNames(std::span<const std::string> names) : names_(names.size()) {
  std::unordered_map<std::string, std::uint32_t> prefix_ids;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto digits = trailing_digits(names[i]);
    auto prefix = names[i].substr(0, names[i].size() - digits.size());
    const auto [entry, is_new] = prefix_ids.try_emplace(prefix, static_cast<std::uint32_t>(prefixes_.size()));
    if (is_new) prefixes_.push_back(std::move(prefix));
    names_[i].prefix = entry->second;
    names_[i].width = static_cast<std::int32_t>(digits.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), names_[i].number);
  }
  // From the back: a name that its successor continues shares the successor's end. n9 is continued by n10, n09 by n10,
  // but not n9 by n010: the successor must be what counting on with this width would print.
  for (std::size_t i = names_.size(); i-- > 0;) {
    names_[i].piece_end = static_cast<std::uint32_t>(i + 1);
    if (i + 1 == names_.size()) continue;
    const auto& next = names_[i + 1];
    const bool continues = names_[i].width > 0 && next.width > 0 && next.prefix == names_[i].prefix &&
                           next.number == names_[i].number + 1 &&
                           next.width == std::max(names_[i].width, digits_of(next.number));
    if (continues) names_[i].piece_end = next.piece_end;
  }
}

void NodeNames::append_name(std::string& out, std::uint32_t index) const {
  const auto& name = names_[index];
  out += prefixes_[name.prefix];
  if (name.width > 0) append_number(out, name.number, name.width);
}

void NodeNames::Writer::add(std::uint32_t first, std::uint32_t count) {
  SLUICE_CHECK(std::uint64_t{first} + count <= names_.size(), "nodes {}+{} of {}", first, count, names_.size());
  const auto end = first + count;
  while (first < end) {
    const auto stop = std::min(end, names_.names_[first].piece_end);
    if (end_ > begin_ && first == end_ && names_.names_[begin_].piece_end > first) {
      end_ = stop;  // goes on where the last run stopped
    } else {
      write_piece();
      begin_ = first;
      end_ = stop;
    }
    first = stop;
  }
}

void NodeNames::Writer::write_piece() {
  if (begin_ == end_) return;
  const auto& low = names_.names_[begin_];
  const auto& high = names_.names_[end_ - 1];
  if (any_ && numbered_ && low.width > 0 && low.prefix == prefix_) {
    if (!bracket_) out_.insert(number_at_, 1, '[');
    bracket_ = true;
    out_ += ',';
  } else {
    if (bracket_) out_ += ']';
    if (any_) out_ += ',';
    out_ += names_.prefixes_[low.prefix];
    number_at_ = out_.size();
    bracket_ = end_ - begin_ > 1;
    if (bracket_) out_ += '[';
    prefix_ = low.prefix;
    numbered_ = low.width > 0;
    any_ = true;
  }
  if (low.width > 0) append_number(out_, low.number, low.width);
  if (end_ - begin_ > 1) {
    out_ += '-';
    append_number(out_, high.number, high.width);
  }
}

void NodeNames::Writer::finish() {
  write_piece();
  begin_ = end_;
  if (bracket_) out_ += ']';
  bracket_ = false;
}

}  // namespace sluice
