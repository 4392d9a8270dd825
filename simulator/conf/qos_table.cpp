#include "simulator/conf/qos_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "simulator/base/text.hpp"
#include "simulator/conf/accounting_keys.hpp"
#include "simulator/conf/sacctmgr_text.hpp"

namespace sluice::conf {
namespace {

/// The cells of a line, each as a value without a key.
std::vector<Entry> cells_of(const std::shared_ptr<const LogicalLine>& line) {
  std::vector<Entry> cells;
  std::size_t begin = 0;
  for (const auto part : split(line->text(), '|')) {
    cells.push_back({{}, std::string{trim(part)}, begin, begin, line});
    begin += part.size() + 1;
  }
  return cells;
}

class TableReader {
 public:
  TableReader(const std::shared_ptr<const LogicalLine>& header, Diagnostics& diags) : diags_{diags} {
    QosSpec probe;
    for (auto& cell : cells_of(header)) {
      Diagnostics ignored;
      Assignment given{{cell.value, "", cell.key_begin, cell.value_begin, cell.line}};
      if (!cell.value.empty() && !set_qos_key(probe, given, ignored)) {
        warning_at(diags, cell.value_spot(), fmt::format("no QOS has a column '{}'; it is ignored", cell.value));
        cell.value.clear();
      }
      columns_.push_back(std::move(cell.value));
    }
  }

  void read(const std::shared_ptr<const LogicalLine>& line, std::vector<QosSpec>& out) {
    const auto cells = cells_of(line);
    if (cells.size() < columns_.size() || cells.size() > columns_.size() + 1) {
      error_at(diags_, line->spot(0), fmt::format("{} cells under {} columns", cells.size(), columns_.size()));
      return;
    }
    QosSpec qos;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (equal_ignoring_case(columns_[i], "Name")) qos.name = to_lower(cells[i].value);
      if (columns_[i].empty() || cells[i].value.empty()) continue;
      auto entry = cells[i];
      entry.key = columns_[i];
      set_qos_key(qos, {std::move(entry)}, diags_);
    }
    const auto same = [&](const QosSpec& one) { return one.name == qos.name; };
    if (qos.name.empty()) {
      error_at(diags_, line->spot(0), "a QOS without a name");
    } else if (!can_be_qos_name(qos.name)) {
      report_bad_qos_name(line->spot(0), qos.name, diags_);
    } else if (std::any_of(out.begin(), out.end(), same)) {
      error_at(diags_, line->spot(0), fmt::format("QOS '{}' is defined twice", qos.name));
    } else {
      out.push_back(std::move(qos));
    }
  }

 private:
  Diagnostics& diags_;
  std::vector<std::string> columns_;
};

}  // namespace

std::vector<QosSpec> read_qos_table(const std::shared_ptr<const SourceText>& source, Diagnostics& diags) {
  std::vector<QosSpec> out;
  const auto lines = plain_lines(source);
  if (lines.empty()) return out;
  TableReader reader{lines.front(), diags};
  for (std::size_t i = 1; i < lines.size(); ++i) reader.read(lines[i], out);
  return out;
}

}  // namespace sluice::conf
