#pragma once
// The output of `sacct -P` as rows of cells, although job names and command lines in it may hold bars and line ends.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/complaint.hpp"
#include "workloads/line_source.hpp"

namespace sluice::workloads {

/// Walks over the rows; the first line is the header, blank lines are passed over. sacct quotes nothing, so a row with
/// more bars than its header is fitted: the columns of numbers, times and states must hold such, and what is left over
/// goes to those that may hold any text. A row that goes on in the next lines is joined, unless the next line is a
/// whole row by itself. Cells are valid until the next call of next().
class SacctRows {
 public:
  explicit SacctRows(LineSource& lines);

  std::span<const std::string> header() const { return header_; }
  std::string_view header_line() const { return header_line_; }
  /// The column of a name, whatever its case.
  std::optional<std::size_t> column(std::string_view name) const;

  /// Moves on to the next row. False at the end.
  bool next();
  std::string_view cell(std::size_t column) const { return cells_[column]; }
  /// What is wrong with the row as a whole; then it has no cells.
  const std::optional<Complaint>& complaint() const { return complaint_; }

  /// Where a cell of the row is; for a row without cells, where it begins.
  Location place(std::size_t column) const;
  std::string_view source_line(std::size_t column) const;

 private:
  struct ColumnKind {
    bool (*accepts)(std::string_view text) = nullptr;
    std::size_t bar_cost = 0;  ///< 0: never holds bars
    bool holds_lines = false;  ///< as the last column: what follows and is no row belongs to it
    bool is_command = false;   ///< hardly ever begins with anything but a client of Slurm
  };

  struct Line {
    std::string text;
    std::size_t number = 0;
  };

  bool take_line();
  bool peek();
  void look_for_the_rest();
  bool has_sound_cells() const;
  bool split(std::string_view record);
  bool fit(std::size_t extra);
  bool has_key_cells() const;
  void join(std::span<const std::size_t> widths);
  std::size_t offset_of(std::size_t column) const;

  LineSource& lines_;
  std::string header_line_;
  std::vector<std::string> header_;
  std::vector<ColumnKind> kinds_;
  bool ends_with_bar_ = false;  ///< sacct -p: each line has one more bar

  std::string record_, ahead_;
  std::size_t record_line_ = 0, ahead_line_ = 0;
  bool has_ahead_ = false;
  std::vector<Line> put_back_;  ///< the next one last
  std::vector<std::string_view> pieces_, cells_;
  std::optional<Complaint> complaint_;
};

}  // namespace sluice::workloads
