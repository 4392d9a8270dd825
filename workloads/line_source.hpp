#pragma once
// A text as lines, streamed through one large block: the file is never held as a whole.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "workloads/byte_source.hpp"

namespace sluice::workloads {

/// Walks over lines. A line ends with LF or CR LF, the last one also with the end of the text; a byte-order mark at
/// the front is dropped. Views are valid until the next call of next() or extend().
class LineSource {
 public:
  LineSource(std::string name, std::unique_ptr<ByteSource> bytes);

  /// Moves on to the next line. False at the end, and when reading failed (then failure() says why).
  bool next();
  /// Adds the next line to the current one, with the LF between them: a quoted cell may hold line ends.
  /// False at the end.
  bool extend();

  /// For texts whose lines mean nothing, as JSON on a single line: as next(), but what is longer than a block comes in
  /// parts, and a CR stays. ends_line() says whether text() is the last part of its line.
  bool next_part();
  bool ends_line() const { return ends_line_; }

  std::string_view text() const { return {buffer_.data() + begin_, text_end_ - begin_}; }
  /// Number of the first line of text(), from 1.
  std::size_t line() const { return line_; }
  /// Name of the input, for diagnostics.
  const std::string& name() const { return name_; }
  /// The first block of the text. Only before the first next().
  std::string_view head() const { return {buffer_.data() + next_, end_ - next_}; }
  /// Empty, or why reading stopped before the end.
  const std::string& failure() const { return failure_; }

  /// The place of a byte of text(), which may lie on a later line than its first.
  Location place(std::size_t offset) const;
  /// The one line that holds a byte of text(), its far end cut off when it is very long.
  std::string_view line_around(std::size_t offset) const;

 private:
  bool find_line_end(std::size_t from);
  bool fill();

  std::string name_;
  std::unique_ptr<ByteSource> bytes_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, text_end_ = 0;  ///< the current text
  std::size_t next_ = 0;                  ///< where the next line begins
  std::size_t end_ = 0;                   ///< where the bytes that were read end
  std::size_t line_ = 0, lines_ = 0;      ///< number of text()'s first line, and of its last
  bool at_end_ = false;
  bool ends_line_ = true;
  std::string failure_;
};

}  // namespace sluice::workloads
