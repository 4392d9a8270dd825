// Tables of jobs, `sacct -P` and CSV, without their names.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/csv_text.hpp"
#include "simulator/base/text.hpp"
#include "workloads/anonymise_text.hpp"

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
    {"failednode", CellKind::hosts},
    {"mcslabel", CellKind::text},
    {"restartcnt", CellKind::kept},
};

CellKind kind_of_column(std::string_view header) {
  std::string name = to_lower(header);
  std::erase_if(name, [](char c) { return c == '-' || c == '_' || is_space(c); });
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

std::string_view peek_line(std::string_view text) {
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view take_line(std::string_view& text) {
  const auto line = peek_line(text);
  text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return line;
}

/// Rows of `sacct -P`, which escapes nothing: a command line may hold bars and line ends.
class SacctRows {
 public:
  SacctRows(std::string_view text, const std::vector<std::string>& header)
      : text_{text},
        width_{header.size()},
        constraints_{column(header, "Constraints")},
        command_{column(header, "SubmitLine")} {
    for (const std::string_view name : {"JobID", "JobIDRaw"})
      if (const auto at = column(header, name); at < width_) ids_.push_back(at);
  }

  /// The cells of the next row that makes sense; empty at the end. Counts what does not.
  std::vector<std::string> next(std::size_t& lost) {
    while (!text_.empty()) {
      std::string row{take_line(text_)};
      while (!text_.empty() && !begins_row(peek_line(text_))) row.append("\n").append(take_line(text_));
      if (trim(row).empty()) continue;
      if (auto cells = aligned(row)) return std::move(*cells);
      ++lost;
    }
    return {};
  }

 private:
  static std::size_t column(const std::vector<std::string>& header, std::string_view name) {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  }

  /// The cells of a whole row; nullopt when there are too few, or no way to see its bars puts a job id where one
  /// belongs.
  std::optional<std::vector<std::string>> aligned(std::string_view row) const {
    const auto parts = split(row, '|');
    if (parts.size() < width_) return std::nullopt;
    const std::size_t extra = parts.size() - width_;
    for (std::size_t in_constraints = 0; in_constraints <= extra; ++in_constraints) {
      auto cells = joined_cells(parts, in_constraints, extra - in_constraints);
      if (cells.size() == width_ && has_ids(cells)) return cells;
    }
    return std::nullopt;
  }
  /// Whether a line has job ids where a row has them. A row that ends later in the text begins so, too; a line of a
  /// command does not. Without such columns each line is a row.
  bool begins_row(std::string_view line) const {
    if (ids_.empty()) return true;
    const auto parts = split(line, '|');
    const auto bars = constraints_ < ids_.front() ? parts.size() : 1;
    for (std::size_t shift = 0; shift < bars; ++shift)
      if (std::all_of(ids_.begin(), ids_.end(), [&](std::size_t at) {
            return at + shift < parts.size() && !parts[at + shift].empty() && is_digit(parts[at + shift].front());
          }))
        return true;
    return false;
  }

  /// Features are OR-ed with bars, and a command line may hold any number of them.
  std::vector<std::string> joined_cells(const std::vector<std::string_view>& parts, std::size_t in_constraints,
                                        std::size_t in_command) const {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      cells.emplace_back(parts[i]);
      const std::size_t at = cells.size() - 1;
      const std::size_t more = at == constraints_ ? in_constraints : at == command_ ? in_command : 0;
      for (std::size_t bar = 0; bar < more && i + 1 < parts.size(); ++bar) cells.back().append("|").append(parts[++i]);
    }
    return cells;
  }
  bool has_ids(const std::vector<std::string>& cells) const {
    return std::all_of(ids_.begin(), ids_.end(),
                       [&](std::size_t at) { return !cells[at].empty() && is_digit(cells[at].front()); });
  }

  std::string_view text_;
  std::size_t width_, constraints_, command_;
  std::vector<std::size_t> ids_;
};

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
  return row += '\n';
}

}  // namespace

std::string anonymise_table(std::string_view text, char separator, Pseudonyms& names, std::size_t& lost) {
  std::vector<std::string> header;
  if (separator == ',')
    header = take_csv_row(text);
  else
    for (const auto cell : split(take_line(text), '|')) header.emplace_back(cell);
  std::vector<CellKind> kinds;
  for (const auto& name : header) kinds.push_back(kind_of_column(name));
  std::string out = joined(header, separator);
  const auto add = [&](std::vector<std::string> cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = treated(kinds[i], cells[i], names);
    out += joined(cells, separator);
  };
  if (separator == '|') {
    SacctRows rows{text, header};
    for (auto cells = rows.next(lost); !cells.empty(); cells = rows.next(lost)) add(std::move(cells));
    return out;
  }
  while (!text.empty()) {
    auto cells = take_csv_row(text);
    if (cells.size() == header.size())
      add(std::move(cells));
    else if (cells.size() > 1 || !cells.front().empty())
      ++lost;
  }
  return out;
}

}  // namespace sluice::workloads
