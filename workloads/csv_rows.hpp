#pragma once
// CSV (RFC 4180) as rows of cells, without copying the cells.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"

namespace sluice::workloads {

/// Walks over the rows of a CSV text. The first row is the header; blank lines are passed over. Cells may be quoted,
/// then they may hold commas, line ends and "" for a quote. Blanks around a cell are not part of it.
/// Cells are valid until the next call of next().
class CsvRows {
 public:
  /// Reads the header. Without one (an empty text) header() is empty; one that is no CSV is rejected.
  CsvRows(LineSource& lines, JobSink& sink);
  /// For tables that are published without a header line: `names` are its columns. A first line that begins with the
  /// first of them is a header all the same.
  CsvRows(LineSource& lines, JobSink& sink, std::span<const std::string_view> names);

  std::span<const std::string> header() const { return header_; }
  /// Place and line of a header cell. Only before the first next().
  Location header_place(std::size_t column) const { return place(column); }

  /// Moves on to the next row. False at the end.
  bool next();
  std::span<const std::string_view> cells() const { return cells_; }
  /// What is wrong with the row as a whole: a quote never closed, a wrong number of cells. Then cells() is of no use.
  const std::optional<Complaint>& complaint() const { return complaint_; }
  /// The cell that complaint() is about, or one beyond the last.
  std::size_t suspect() const;

  /// Where a cell of the current row is; a column beyond the last is the end of the row.
  Location place(std::size_t column) const { return lines_.place(offset_of(column)); }
  std::string_view source_line(std::size_t column) const { return lines_.line_around(offset_of(column)); }

 private:
  void read_header(JobSink& sink);
  bool read_record();
  void split_plain(std::string_view text);
  void split_quoted();
  std::size_t take_quoted_cell(std::string_view text, std::size_t at);
  std::size_t offset_of(std::size_t column) const;

  LineSource& lines_;
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;
  std::vector<std::size_t> offsets_;   ///< where each cell begins in the record
  std::vector<std::string> unquoted_;  ///< texts of the quoted cells of the current row
  std::optional<Complaint> complaint_;
  bool miscounted_ = false;
};

/// The position of a column by name; nullopt when there is none.
std::optional<std::size_t> find_column(std::span<const std::string> header, std::string_view name);
/// Whether the header has all of these columns.
bool has_columns(std::span<const std::string> header, std::span<const std::string_view> names);

/// The first line of a text as header cells, for detection.
std::vector<std::string> header_cells(std::string_view head);

/// Gives each row's cells to `each`, until the end or until the sink has had enough; broken rows go to the sink.
template <class Each>
void for_each_row(CsvRows& rows, JobSink& sink, Each each) {
  while (!sink.done() && rows.next()) {
    sink.begin_row();
    if (rows.complaint())
      sink.broken(rows.place(rows.suspect()), *rows.complaint(), rows.source_line(rows.suspect()));
    else
      each(rows.cells());
  }
}

}  // namespace sluice::workloads
