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
class NamedCells {
 public:
  /// A missing column is an error (sink.done() is then true).
  NamedCells(const CsvRows& rows, JobSink& sink, std::span<const std::string_view> names);

  std::string_view text(std::size_t column) const { return rows_.cells()[at_[column]]; }
  /// nullopt when the cell is no number; then the row is broken.
  std::optional<Duration> seconds(std::size_t column) const;
  std::optional<std::int64_t> whole(std::size_t column) const;
  /// A date; seconds since 1970 of the trace's own clock.
  std::optional<Duration> date(std::size_t column) const;
  /// Reports that the cell is not what it should be.
  void complain(std::size_t column, std::string_view wanted) const;

  /// The header's other columns, separated by ", ".
  std::string unused_columns() const;

 private:
  const CsvRows& rows_;
  JobSink& sink_;
  std::span<const std::string_view> names_;
  std::vector<std::size_t> at_;
};

}  // namespace sluice::workloads
