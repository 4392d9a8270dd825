#pragma once
// A text file read whole, for readers that report with line and column.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"

namespace sluice {

/// Lines of a text, without their ends; `name` is what diagnostics call it. CR, LF and CR LF end a line, the last line
/// may lack an end.
struct SourceText {
  std::string name;
  std::vector<std::string> lines;

  /// The text of a line (from 1), or "" when there is no such line.
  std::string_view line(std::size_t number) const {
    return number >= 1 && number <= lines.size() ? std::string_view{lines[number - 1]} : std::string_view{};
  }
};

/// Cuts a text into lines.
SourceText make_source(std::string name, std::string_view text);

/// Reads a file; its name in diagnostics is the path as given. A file that cannot be read is reported at `wanted_at`
/// (where it was asked for; an empty location: at the file itself) with that place's line, and gives nullopt.
std::optional<SourceText> read_source(const std::filesystem::path& path, Diagnostics& diags,
                                      const Location& wanted_at = {}, std::string_view wanted_line = {});

}  // namespace sluice
