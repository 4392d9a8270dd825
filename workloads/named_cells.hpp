#pragma once
// The cells of the current row by what they mean, for the CSV formats with fixed columns.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workloads/csv_rows.hpp"
#include "workloads/job_sink.hpp"

namespace sluice::workloads {

/// Looks the columns up once, in any order. What cannot be read is reported to the sink as a broken row.
/// The rows must outlive it.
class NamedCells {
 public:
  /// A missing column is an error (sink.done() is then true), but for those from `optional_from` on.
  NamedCells(const CsvRows& rows, JobSink& sink, std::span<const std::string_view> names,
             std::size_t optional_from = std::string_view::npos);

  bool has(std::size_t column) const { return at_[column] != absent; }
  /// Empty for a column that is not there.
  std::string_view text(std::size_t column) const { return has(column) ? rows_.cells()[at_[column]] : no_text; }
  /// Whether the cell says something: it is there, and neither blank nor None, nan, NULL or Unknown.
  bool is_given(std::size_t column) const;
  /// nullopt when the cell is no number; then the row is broken.
  std::optional<Duration> seconds(std::size_t column) const;
  std::optional<std::int64_t> whole(std::size_t column) const;
  std::optional<double> number(std::size_t column) const;
  /// A date; seconds since 1970 of the trace's own clock.
  std::optional<Duration> date(std::size_t column) const;
  /// Reports that the cell is not what it should be.
  void complain(std::size_t column, std::string_view wanted) const;

  /// The header's other columns, separated by ", ".
  std::string unused_columns() const;
  /// The other columns of the current row as "name=value name=value"; those not given are left out.
  std::string unused_cells() const;

 private:
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);
  static constexpr std::string_view no_text{};
  bool is_named(std::string_view column) const;

  const CsvRows& rows_;
  JobSink& sink_;
  std::span<const std::string_view> names_;
  std::vector<std::size_t> at_;
};

}  // namespace sluice::workloads
