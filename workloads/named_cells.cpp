#include "workloads/named_cells.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/civil_time.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {

namespace {

bool says_something(std::string_view text) {
  return !text.empty() && text != "None" && text != "nan" && text != "NaN" && text != "NULL" && text != "Unknown";
}

}  // namespace

NamedCells::NamedCells(const CsvRows& rows, JobSink& sink, std::span<const std::string_view> names,
                       std::size_t optional_from)
    : rows_{rows}, sink_{sink}, names_{names}, at_(names.size(), absent) {
  for (std::size_t i = 0; i < names.size() && !sink.done(); ++i) {
    if (const auto column = find_column(rows.header(), names[i]))
      at_[i] = *column;
    else if (i < optional_from)
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

bool NamedCells::is_given(std::size_t column) const { return says_something(text(column)); }

std::optional<double> NamedCells::number(std::size_t column) const {
  const auto value = parse_number(text(column));
  if (!value) complain(column, "a number");
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
    if (!is_named(name)) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string NamedCells::unused_cells() const {
  std::string out;
  for (std::size_t i = 0; i < rows_.header().size(); ++i)
    if (!is_named(rows_.header()[i]) && says_something(rows_.cells()[i]))
      out += fmt::format("{}{}={}", out.empty() ? "" : " ", rows_.header()[i], rows_.cells()[i]);
  return out;
}

bool NamedCells::is_named(std::string_view column) const {
  return std::find(names_.begin(), names_.end(), column) != names_.end();
}

}  // namespace sluice::workloads
