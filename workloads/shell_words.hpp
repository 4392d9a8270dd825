#pragma once
// A command line cut into words.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workloads {

/// A word without its quotes, and where it stands.
struct ShellWord {
  std::string text;
  std::size_t line = 0;    ///< of a text of several lines, from 1; 0: the text is one line
  std::size_t column = 0;  ///< byte of the line, from 0
};

struct ShellWords {
  std::vector<ShellWord> words;
  std::optional<std::size_t> open_quote;  ///< column of a quote that is never closed; the words before it are good
};

/// The words from byte `from` of a line on: at white space, with quotes and backslashes as in a shell. A `#` at the
/// start of a word ends the line. Nothing is expanded. Source: sbatch's opt.c, _get_argument.
ShellWords split_shell_words(std::string_view line, std::size_t from = 0, std::size_t line_number = 0);

}  // namespace sluice::workloads
