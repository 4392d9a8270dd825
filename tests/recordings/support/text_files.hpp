#pragma once
// Files of a recording as lines and cells. What is wrong with them ends the program: a recording is no user's input.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/units.hpp"

namespace sluice::recordings {

using Cells = std::vector<std::string>;

/// Thrown when a recording lacks a file or a file is not what it should be. what() names the file.
class BadRecording : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The folder that a user names, absolute and without a slash at its end.
std::filesystem::path folder_named(const std::string& text);

/// Lines of a file, decompressed when it is gzip.
std::vector<std::string> read_lines(const std::filesystem::path& file);
/// `folder/name` or `folder/name.gz`, whichever is there.
std::optional<std::filesystem::path> find_file(const std::filesystem::path& folder, std::string_view name);

/// One line of RFC 4180 CSV.
Cells csv_cells(std::string_view line);
Cells cells(std::string_view line, char separator);

/// A table with a header line: cells by column name.
class Table {
 public:
  Table(const std::filesystem::path& file, char separator);
  std::size_t size() const { return rows_.size(); }
  /// "" when there is no such column.
  const std::string& at(std::size_t row, std::string_view column) const;

 private:
  Cells header_;
  std::vector<Cells> rows_;
};

/// "12.345" as milliseconds.
Time parse_moment(std::string_view text);
/// A time of decisions.csv: the second rounded down, then the milliseconds after it, so that "-40.110" is -39.890.
Time parse_decision_moment(std::string_view text);

}  // namespace sluice::recordings
