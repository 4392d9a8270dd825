#include "simulator/conf/entry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

constexpr std::size_t quoted_length = 40;  // of text shown in a message

bool is_key_char(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '.'; }

/// Walks over one logical line.
class Cursor {
 public:
  Cursor(const std::shared_ptr<const LogicalLine>& line, std::size_t begin)
      : line_{line}, text_{line->text()}, at_{begin} {}

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool done() const { return at_ >= text_.size(); }

  /// The next pair; nothing when it was reported instead.
  std::optional<Entry> read(Diagnostics& diags) {
    Entry entry;
    entry.line = line_;
    entry.key_begin = at_;
    while (!done() && is_key_char(text_[at_])) ++at_;
    entry.key = text_.substr(entry.key_begin, at_ - entry.key_begin);
    skip_space();
    const bool has_operator = at_ + 1 < text_.size() && text_[at_ + 1] == '=' && is_operator(text_[at_]);
    if (has_operator) ++at_;
    if (entry.key.empty() || done() || text_[at_] != '=') return refuse_text(entry.key_begin, diags);
    ++at_;
    skip_space();
    if (done()) {
      error_at(diags, entry.key_spot(), fmt::format("{} has no value", entry.key),
               fmt::format("write {}=\"\" for an empty one, or remove the key", entry.key));
      return std::nullopt;
    }
    return read_value(std::move(entry), diags);
  }

 private:
  static bool is_operator(char c) { return c == '+' || c == '-' || c == '*' || c == '/'; }
  static bool has_space(std::string_view text) { return std::any_of(text.begin(), text.end(), is_space); }

  std::optional<Entry> read_value(Entry entry, Diagnostics& diags) {
    if (text_[at_] == '"') {
      const auto close = text_.find('"', at_ + 1);
      if (close != std::string_view::npos && (close + 1 == text_.size() || is_space(text_[close + 1]))) {
        entry.value_begin = at_ + 1;
        entry.value = text_.substr(at_ + 1, close - at_ - 1);
        at_ = close + 1;
        return entry;
      }
      // Slurm takes the quote for the first letter of a word; nobody means that.
      if (close == std::string_view::npos || has_space(text_.substr(at_, close - at_))) {
        error_at(diags, line_->spot(at_), fmt::format("the quote that opens {}'s value is never closed", entry.key));
        return std::nullopt;
      }
    }
    entry.value_begin = at_;
    while (!done() && !is_space(text_[at_])) ++at_;
    entry.value = text_.substr(entry.value_begin, at_ - entry.value_begin);
    return entry;
  }

  std::optional<Entry> refuse_text(std::size_t begin, Diagnostics& diags) {
    auto rest = std::string{trim(text_.substr(begin))};
    if (rest.size() > quoted_length) rest = rest.substr(0, quoted_length) + "...";
    const bool is_template = text_.find("{{") != std::string_view::npos || text_.find("{%") != std::string_view::npos;
    error_at(diags, line_->spot(begin), fmt::format("cannot make sense of '{}'", rest),
             is_template ? "this is a template: give the file that is made from it" : "write Key=Value");
    return std::nullopt;
  }

  const std::shared_ptr<const LogicalLine>& line_;
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void error_at(Diagnostics& diags, const Spot& spot, std::string message, std::string hint) {
  diags.error(spot.at, std::move(message), std::move(hint), spot.line);
}

void warning_at(Diagnostics& diags, const Spot& spot, std::string message, std::string hint) {
  diags.warning(spot.at, std::move(message), std::move(hint), spot.line);
}

std::string place_text(const Location& at) {
  return at.line == 0 ? at.file : fmt::format("{}:{}:{}", at.file, at.line, at.column);
}

std::vector<Entry> read_entries(const std::shared_ptr<const LogicalLine>& line, std::size_t begin, Diagnostics& diags) {
  std::vector<Entry> entries;
  Cursor cursor{line, begin};
  for (cursor.skip_space(); !cursor.done(); cursor.skip_space()) {
    auto entry = cursor.read(diags);
    if (!entry) break;
    entries.push_back(std::move(*entry));
  }
  return entries;
}

}  // namespace sluice::conf
