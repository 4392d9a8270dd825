#include "simulator/conf/line.hpp"

#include <algorithm>

#include "simulator/base/check.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

std::size_t backslashes_before(std::string_view text, std::size_t end) {
  std::size_t count = 0;
  while (count < end && text[end - 1 - count] == '\\') ++count;
  return count;
}

std::string_view without_comment(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '#' && backslashes_before(text, i) % 2 == 0) return text.substr(0, i);
  return text;
}

/// A physical line without its comment and the backslash that continues it.
struct Part {
  std::string_view text;
  bool goes_on = false;
};

Part read_part(std::string_view line) {
  const auto text = without_comment(line);
  auto end = text.size();
  while (end > 0 && is_space(text[end - 1])) --end;
  if (backslashes_before(text, end) % 2 == 0) return {text, false};
  return {text.substr(0, end - 1), true};
}

/// Appends `text`, which begins at column 1 of physical line `number`, with its escapes undone.
void append_unescaped(LogicalLine& line, std::size_t number, std::string_view text) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '\\' || (text[i + 1] != '#' && text[i + 1] != '\\')) continue;
    line.append(number, begin + 1, text.substr(begin, i - begin));
    begin = ++i;  // what was escaped begins the next piece, one column on
  }
  line.append(number, begin + 1, text.substr(begin));
}

}  // namespace

void LogicalLine::append(std::size_t line, std::size_t column, std::string_view bytes) {
  pieces_.push_back({text_.size(), line, column});
  text_ += bytes;
}

Spot LogicalLine::spot(std::size_t offset) const {
  SLUICE_CHECK(!pieces_.empty() && offset <= text_.size(), "offset {} of a line of {}", offset, text_.size());
  const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                                      [](std::size_t at, const Piece& piece) { return at < piece.begin; });
  const auto& piece = *(after - 1);
  const auto line = source_->line(std::max<std::size_t>(1, piece.line));
  return {{source_->name, piece.line, piece.column + (offset - piece.begin)}, line};
}

std::vector<std::shared_ptr<const LogicalLine>> logical_lines(const std::shared_ptr<const SourceText>& source) {
  std::vector<std::shared_ptr<const LogicalLine>> out;
  for (std::size_t i = 0; i < source->lines.size(); ++i) {
    auto line = std::make_shared<LogicalLine>(source);
    auto part = read_part(source->lines[i]);
    append_unescaped(*line, i + 1, part.text);
    while (part.goes_on && i + 1 < source->lines.size()) {
      part = read_part(source->lines[++i]);
      append_unescaped(*line, i + 1, part.text);
    }
    if (!trim(line->text()).empty()) out.push_back(std::move(line));
  }
  return out;
}

std::shared_ptr<const LogicalLine> loose_line(std::string name, std::string_view text) {
  auto source = std::make_shared<SourceText>();
  source->name = std::move(name);
  source->lines.emplace_back(text);
  auto line = std::make_shared<LogicalLine>(std::move(source));
  line->append(0, 1, text);
  return line;
}

}  // namespace sluice::conf
