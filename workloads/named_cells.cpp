#include "workloads/named_cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/civil_time.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {

NamedCells::NamedCells(const CsvRows& rows, JobSink& sink, std::span<const std::string_view> names)
    : rows_{rows}, sink_{sink}, names_{names}, at_(names.size()) {
  for (std::size_t i = 0; i < names.size() && !sink.done(); ++i) {
    if (const auto column = find_column(rows.header(), names[i]))
      at_[i] = *column;
    else
      sink.reject(rows.header_place(rows.header().size()), {fmt::format("there is no column '{}'", names[i]), {}},
                  rows.source_line(rows.header().size()));
  }
}

std::optional<Duration> NamedCells::seconds(std::size_t column) const {
  const auto value = parse_seconds(text(column));
  if (!value) complain(column, "a number of seconds");
  return value;
}

std::optional<std::int64_t> NamedCells::whole(std::size_t column) const {
  const auto value = parse_whole(text(column));
  if (!value) complain(column, "a whole number");
  return value;
}

std::optional<Duration> NamedCells::date(std::size_t column) const {
  const auto value = parse_civil(text(column));
  if (!value) complain(column, "a date such as 2020-09-01 12:00:00");
  return value;
}

void NamedCells::complain(std::size_t column, std::string_view wanted) const {
  sink_.broken(rows_.place(at_[column]),
               {fmt::format("{} should be {}, got '{}'", names_[column], wanted, text(column)), {}},
               rows_.source_line(at_[column]));
}

std::string NamedCells::unused_columns() const {
  std::string out;
  for (const auto& name : rows_.header())
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace sluice::workloads
