// Tables of jobs, `sacct -P` and CSV, without their names.

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/csv_text.hpp"
#include "simulator/base/text.hpp"
#include "workloads/anonymise_text.hpp"
#include "workloads/line_source.hpp"
#include "workloads/sacct_rows.hpp"
#include "workloads/text_bytes.hpp"

namespace sluice::workloads {
namespace {

enum class CellKind {
  kept,
  user,
  account,
  group,
  job,
  hosts,
  hosts_of_tres,
  cluster,
  path,
  text,
  command,
  wckey,
  reservation,
  mail,
  state,
  uid,
  gid
};

struct ColumnKind {
  std::string_view name;  ///< in lower case, without dashes and underscores
  CellKind kind;
};
constexpr ColumnKind columns[] = {
    {"user", CellKind::user},
    {"account", CellKind::account},
    {"group", CellKind::group},
    {"uid", CellKind::uid},
    {"gid", CellKind::gid},
    {"jobname", CellKind::job},
    {"name", CellKind::job},
    {"nodelist", CellKind::hosts},
    {"exclude", CellKind::hosts},
    {"cluster", CellKind::cluster},
    {"workdir", CellKind::path},
    {"chdir", CellKind::path},
    {"output", CellKind::path},
    {"error", CellKind::path},
    {"input", CellKind::path},
    {"stdin", CellKind::path},
    {"stdout", CellKind::path},
    {"stderr", CellKind::path},
    {"container", CellKind::path},
    {"comment", CellKind::text},
    {"descr", CellKind::text},
    {"description", CellKind::text},
    {"org", CellKind::text},
    {"organization", CellKind::text},
    {"parentname", CellKind::account},
    {"defaultaccount", CellKind::account},
    {"defacct", CellKind::account},
    {"admincomment", CellKind::text},
    {"systemcomment", CellKind::text},
    {"extra", CellKind::text},
    {"wrap", CellKind::text},
    {"submitline", CellKind::command},
    {"wckey", CellKind::wckey},
    {"reservation", CellKind::reservation},
    {"mailuser", CellKind::mail},
    {"state", CellKind::state},
    {"modules", CellKind::text},
    {"steps", CellKind::text},
    {"earlierexits", CellKind::kept},
    {"failednode", CellKind::hosts},
    {"mcslabel", CellKind::text},
    {"restartcnt", CellKind::kept},
};

/// What a table is of decides what its Name is.
enum class TableKind { jobs, qos };

CellKind kind_of_column(std::string_view header, TableKind table) {
  std::string name = to_lower(header);
  std::erase_if(name, [](char c) { return c == '-' || c == '_' || is_space(c); });
  if (table == TableKind::qos && name == "name") return CellKind::kept;
  for (const auto& known : columns)
    if (known.name == name) return known.kind;
  if (name.ends_with("node") && name.starts_with("tres")) return CellKind::hosts_of_tres;
  return name.ends_with("node") ? CellKind::hosts : CellKind::kept;
}

bool is_step_name(std::string_view name) {
  for (const std::string_view word : {"batch", "extern", "interactive", "allocation"})
    if (name == word) return true;
  return false;
}

/// "cpu=n1,energy=n2" of TRESUsageInMaxNode.
std::string hosts_of_tres(std::string_view cell, Pseudonyms& names) {
  std::string out;
  for (const auto item : split(cell, ',')) {
    const auto equals = item.find('=');
    if (!out.empty()) out += ',';
    out += equals == std::string_view::npos
               ? std::string{item}
               : std::string{item.substr(0, equals + 1)} + names.hosts(item.substr(equals + 1));
  }
  return out;
}

std::string state(std::string_view cell, Pseudonyms& names) {
  constexpr std::string_view by = "CANCELLED by ";
  return cell.starts_with(by) ? std::string{by} + names.of(NameKind::uid, cell.substr(by.size())) : std::string{cell};
}

std::string treated(CellKind kind, std::string_view cell, Pseudonyms& names) {
  switch (kind) {
    case CellKind::kept: return std::string{cell};
    case CellKind::user: return names.of(NameKind::user, cell);
    case CellKind::account: return names.of(NameKind::account, cell);
    case CellKind::group: return names.of(NameKind::group, cell);
    case CellKind::job: return is_step_name(cell) ? std::string{cell} : names.of(NameKind::job, cell);
    case CellKind::hosts: return names.hosts(cell);
    case CellKind::hosts_of_tres: return hosts_of_tres(cell, names);
    case CellKind::cluster: return names.of(NameKind::cluster, cell);
    case CellKind::path: return names.of(NameKind::path, cell);
    case CellKind::text: return names.of(NameKind::text, cell);
    case CellKind::command: return anonymise_command(cell, names);
    case CellKind::wckey: return names.of(NameKind::wckey, cell);
    case CellKind::reservation: return names.of(NameKind::reservation, cell);
    case CellKind::mail: return names.of(NameKind::mail, cell);
    case CellKind::state: return state(cell, names);
    case CellKind::uid: return names.of(NameKind::uid, cell);
    case CellKind::gid: return names.of(NameKind::gid, cell);
  }
  return {};
}

/// One CSV row off the front of a text. RFC 4180.
std::vector<std::string> take_csv_row(std::string_view& text) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size() && (quoted || text[at] != '\n'); ++at) {
    const char c = text[at];
    if (c == '"' && quoted && at + 1 < text.size() && text[at + 1] == '"')
      cells.back() += text[++at];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r' || quoted)
      cells.back() += c;
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  return cells;
}

std::string joined(const std::vector<std::string>& cells, char separator) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += separator;
    row += separator == ',' ? csv_field(cells[i]) : cells[i];
  }
  return row;
}

/// Replaces the names in the rows of one table.
class Table {
 public:
  Table(std::span<const std::string> header, char separator) : separator_{separator} {
    const auto has = [&](std::string_view name) {
      return std::any_of(header.begin(), header.end(), [&](const auto& one) { return equal_ignoring_case(one, name); });
    };
    const auto table = has("Name") && has("Priority") && !has("JobID") ? TableKind::qos : TableKind::jobs;
    for (const auto& name : header) kinds_.push_back(kind_of_column(name, table));
  }

  std::string row(std::vector<std::string> cells, Pseudonyms& names) const {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = treated(kinds_[i], cells[i], names);
    return joined(cells, separator_);
  }

 private:
  char separator_;
  std::vector<CellKind> kinds_;
};

std::string anonymise_bars(std::string_view text, Pseudonyms& names, std::size_t& lost) {
  LineSource lines{"table", bytes_of(text)};
  SacctRows rows{lines};
  const Table table{rows.header(), '|'};
  const std::string_view end = rows.header_line().ends_with('|') ? "|\n" : "\n";
  std::string out = joined({rows.header().begin(), rows.header().end()}, '|').append(end);
  while (rows.next()) {
    if (rows.complaint()) {
      ++lost;
      continue;
    }
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < rows.header().size(); ++i) cells.emplace_back(rows.cell(i));
    out += table.row(std::move(cells), names).append(end);
  }
  return out;
}

std::string anonymise_csv(std::string_view text, Pseudonyms& names, std::size_t& lost) {
  const auto header = take_csv_row(text);
  const Table table{header, ','};
  std::string out = joined(header, ',') + '\n';
  while (!text.empty()) {
    auto cells = take_csv_row(text);
    if (cells.size() == header.size())
      out += table.row(std::move(cells), names) + '\n';
    else if (cells.size() > 1 || !cells.front().empty())
      ++lost;
  }
  return out;
}

}  // namespace

std::string anonymise_table(std::string_view text, char separator, Pseudonyms& names, std::size_t& lost) {
  return separator == '|' ? anonymise_bars(text, names, lost) : anonymise_csv(text, names, lost);
}

}  // namespace sluice::workloads
