#include "simulator/conf/sacctmgr_text.hpp"

#include <fmt/format.h>

#include <tuple>
#include <utility>

#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

constexpr bool is_quote(char c) { return c == '\'' || c == '"'; }

struct Span {
  std::size_t begin = 0, end = 0;
};

/// Whether the text up to a colon ends in `gres/NAME`, so that the colon belongs to a type.
bool ends_in_gres(std::string_view text) {
  const auto begin = text.find_last_of(",='\"") + 1;  // npos + 1 is 0
  return to_lower(text.substr(begin)).starts_with("gres/");
}

/// The parts of a line between separators that stand outside quotes. A quote that is never closed is reported.
template <class IsSeparator>
std::vector<Span> cut(const LogicalLine& line, IsSeparator is_separator, Diagnostics& diags) {
  const std::string_view text = line.text();
  std::vector<Span> out;
  std::size_t begin = 0, opened = 0;
  char open = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && is_quote(text[i]) && (open == 0 || open == text[i])) {
      open = open == 0 ? text[i] : '\0';
      opened = i;
    }
    if (i < text.size() && (open != 0 || !is_separator(i))) continue;
    if (i > begin) out.push_back({begin, i});
    begin = i + 1;
  }
  if (open != 0) error_at(diags, line.spot(opened), "the quote is never closed");
  return out;
}

/// The text without its quotes, and where the first byte of what remains stood. A quote inside others becomes a `, as
/// sacctmgr makes it. Source: strip_quotes() in common.c.
std::pair<std::string, std::size_t> unquoted(std::string_view text, std::size_t begin) {
  std::string out;
  const std::size_t first = !text.empty() && is_quote(text.front()) ? begin + 1 : begin;
  char open = 0;
  for (const char c : text) {
    const bool opens = open == 0 && is_quote(c), closes = open != 0 && c == open;
    if (opens) open = c;
    if (closes) open = 0;
    if (!opens && !closes) out += is_quote(c) ? '`' : c;
  }
  return {std::move(out), first};
}

/// `key=value`, `key+=value` or `key-=value`; without a `=` the key stays empty.
Assignment assignment_at(const std::shared_ptr<const LogicalLine>& line, Span span) {
  Assignment out;
  const auto text = std::string_view{line->text()}.substr(span.begin, span.end - span.begin);
  const auto equals = text.find('=');
  const bool has_key = equals != std::string_view::npos && equals > 0 && !is_quote(text.front());
  out.entry.line = line;
  out.entry.key_begin = span.begin;
  if (!has_key) {
    std::tie(out.entry.value, out.entry.value_begin) = unquoted(text, span.begin);
    return out;
  }
  auto key = text.substr(0, equals);
  if (key.size() > 1 && (key.back() == '+' || key.back() == '-')) {
    out.op = key.back() == '+' ? Operator::add : Operator::remove;
    key.remove_suffix(1);
  }
  out.entry.key = trim(key);
  std::tie(out.entry.value, out.entry.value_begin) = unquoted(text.substr(equals + 1), span.begin + equals + 1);
  return out;
}

}  // namespace

std::vector<std::shared_ptr<const LogicalLine>> plain_lines(const std::shared_ptr<const SourceText>& source) {
  std::vector<std::shared_ptr<const LogicalLine>> out;
  for (std::size_t i = 0; i < source->lines.size(); ++i) {
    const auto text = trim(source->lines[i]);
    if (text.empty() || text.front() == '#') continue;
    auto line = std::make_shared<LogicalLine>(source);
    line->append(i + 1, 1, source->lines[i]);
    out.push_back(std::move(line));
  }
  return out;
}

std::optional<DumpLine> read_dump_line(const std::shared_ptr<const LogicalLine>& line, Diagnostics& diags) {
  const std::string_view text = line->text();
  const auto before = diags.errors();
  const auto spans =
      cut(*line, [&](std::size_t i) { return text[i] == ':' && !ends_in_gres(text.substr(0, i)); }, diags);
  if (diags.errors() > before) return std::nullopt;
  if (spans.empty()) {
    error_at(diags, line->spot(0), fmt::format("cannot make sense of '{}'", trim(text).substr(0, 40)));
    return std::nullopt;
  }
  const auto head = text.substr(spans.front().begin, spans.front().end - spans.front().begin);
  const auto dash = head.find(" - ");
  DumpLine out;
  if (dash != std::string_view::npos) {
    out.title = trim(head.substr(0, dash));
    auto begin = spans.front().begin + dash + 3;
    while (begin < spans.front().end && is_space(text[begin])) ++begin;
    out.name = assignment_at(line, {begin, spans.front().end}).entry;
  }
  if (out.title.empty() || trim(out.name.value).empty()) {
    error_at(diags, line->spot(0), fmt::format("cannot make sense of '{}'", trim(head).substr(0, 40)),
             "a line of a dump looks like Account - 'name':Fairshare=1");
    return std::nullopt;
  }
  out.name.value = trim(out.name.value);
  for (std::size_t i = 1; i < spans.size(); ++i) {
    out.given.push_back(assignment_at(line, spans[i]));
    if (!out.given.back().entry.key.empty()) continue;
    error_at(diags, line->spot(spans[i].begin), fmt::format("cannot make sense of '{}'", out.given.back().entry.value),
             "write Key=Value between colons");
    return std::nullopt;
  }
  return out;
}

std::vector<Word> read_words(const std::shared_ptr<const LogicalLine>& line, Diagnostics& diags) {
  std::vector<Word> out;
  const std::string_view text = line->text();
  for (const auto& span : cut(*line, [&](std::size_t i) { return is_space(text[i]); }, diags))
    out.push_back({assignment_at(line, span)});
  return out;
}

}  // namespace sluice::conf
