#pragma once
// Logical lines: a file's lines after comments are dropped, continuations joined and escapes undone, with the place
// every byte came from.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"

namespace sluice::conf {

/// A place to point at: where, and the whole physical line there, for the caret.
struct Spot {
  Location at;
  std::string_view line;  ///< lives as long as the LogicalLine it came from
};

/// One logical line. Immutable once read; entries share it to say where they stood.
class LogicalLine {
 public:
  explicit LogicalLine(std::shared_ptr<const SourceText> source) : source_{std::move(source)} {}

  const std::string& text() const { return text_; }
  /// Where the byte at `offset` of text() was written. offset may be text().size(): just after the last byte.
  Spot spot(std::size_t offset) const;

  /// Appends what stands at [column, column + length) of a physical line. Lines and columns count from 1; line 0 is a
  /// text from outside any file (--set), which keeps its columns.
  void append(std::size_t line, std::size_t column, std::string_view bytes);

 private:
  struct Piece {
    std::size_t begin = 0;  ///< offset in text_ of its first byte
    std::size_t line = 0, column = 0;
  };

  std::shared_ptr<const SourceText> source_;
  std::string text_;
  std::vector<Piece> pieces_;
};

/// All logical lines of a file that are not blank, in order.
///
/// A `#` that no odd number of backslashes precedes begins a comment, also inside quotes. A line whose rest ends in an
/// odd number of backslashes (white space after them is tolerated) goes on in the next one. `\#` is `#`, `\\` is `\`.
/// Source: parse_config.c.
std::vector<std::shared_ptr<const LogicalLine>> logical_lines(const std::shared_ptr<const SourceText>& source);

/// A line of its own that is in no file: `text` as given, in a file called `name`.
std::shared_ptr<const LogicalLine> loose_line(std::string name, std::string_view text);

}  // namespace sluice::conf
