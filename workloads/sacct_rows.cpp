#include "workloads/sacct_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <utility>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/text.hpp"

namespace sluice::workloads {
namespace {

constexpr std::size_t most_bars = 4000;   ///< in the texts of one row
constexpr std::size_t most_lines = 2000;  ///< of one row
constexpr std::size_t most_lines_tried = 50;  ///< for a row that is whole without them
constexpr std::size_t cost_of_odd_command = 100'000;

bool only_has(std::string_view text, std::string_view characters) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_digit(c) || characters.find(c) != std::string_view::npos; });
}

bool is_word(std::string_view text) { return text.find('\n') == std::string_view::npos; }
bool is_number(std::string_view text) { return only_has(text, ".KMGTPEkmgtpenc?"); }
bool is_code(std::string_view text) { return only_has(text, ":"); }
bool is_job_id(std::string_view text) {
  return !text.empty() && is_digit(text.front()) && text.find(' ') == std::string_view::npos;
}
bool is_moment(std::string_view text) {
  return text == "Unknown" || text == "None" || text == "N/A" || only_has(text, "-T:. ");
}
bool is_length(std::string_view text) {
  return only_has(text, "-:.") || text == "UNLIMITED" || text == "Partition_Limit" || text == "INVALID";
}
bool is_state(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(),
                     text.begin() + static_cast<std::ptrdiff_t>(std::min(text.find_first_of(" +"), text.size())),
                     [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}
bool is_tres(std::string_view text) { return text.empty() || text.find('=') != std::string_view::npos; }
bool is_any(std::string_view) { return true; }

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](auto one) { return equal_ignoring_case(name, one); });
}

using Accepts = bool (*)(std::string_view);

Accepts content_of(std::string_view name) {
  if (is_one_of(name, {"JobID", "JobIDRaw"})) return is_job_id;
  if (is_one_of(name, {"Submit", "Eligible", "Start", "End"})) return is_moment;
  if (is_one_of(name, {"Elapsed", "Timelimit", "TimelimitRaw", "Suspended", "Reserved", "ResvCPU", "Planned",
                       "PlannedCPU", "CPUTime", "TotalCPU", "UserCPU", "SystemCPU", "AveCPU", "MinCPU"}))
    return is_length;
  if (is_one_of(name, {"ElapsedRaw", "CPUTimeRAW", "AllocCPUS", "NCPUS",      "ReqCPUS",       "AllocNodes",
                       "NNodes",     "ReqNodes",   "NTasks",    "Priority",   "UID",           "GID",
                       "AssocID",    "DBIndex",    "QOSRAW",    "ReqMem",     "MaxRSS",        "MaxVMSize",
                       "AveRSS",     "AveVMSize",  "WCKeyID",   "ResvCPURAW", "PlannedCPURAW", "Restarts"}))
    return is_number;
  if (is_one_of(name, {"ExitCode", "DerivedExitCode"})) return is_code;
  if (equal_ignoring_case(name, "State")) return is_state;
  if (is_one_of(name, {"AllocTRES", "ReqTRES"}) || to_lower(name).starts_with("tresusage")) return is_tres;
  return is_word;
}

/// Columns of text that users may break into lines.
bool may_hold_lines(std::string_view name) {
  return is_one_of(name, {"SubmitLine", "JobName", "Comment", "AdminComment", "SystemComment", "Extra"});
}

bool begins_with_client(std::string_view text) {
  const auto word = text.substr(0, text.find_first_of(" \n"));
  return text.empty() || word.ends_with("sbatch") || word.ends_with("srun") || word.ends_with("salloc");
}

/// How unlikely a bar is in a column; 0 for never.
std::size_t cost_of_bar(std::string_view name) {
  constexpr std::array<std::string_view, 14> free_texts{"SubmitLine",   "Constraints",   "JobName", "Comment",  "Extra",
                                                        "AdminComment", "SystemComment", "WorkDir", "StdErr",   "StdIn",
                                                        "StdOut",       "Licenses",      "WCKey",   "Container"};
  for (std::size_t i = 0; i < free_texts.size(); ++i)
    if (equal_ignoring_case(name, free_texts[i])) return i + 1;
  return 0;
}

}  // namespace

SacctRows::SacctRows(LineSource& lines) : lines_{lines} {
  if (!take_line()) return;
  header_line_ = record_;
  for (const auto name : sluice::split(header_line_, '|')) header_.emplace_back(trim(name));
  ends_with_bar_ = header_.size() > 1 && header_.back().empty();
  if (ends_with_bar_) header_.pop_back();
  for (const auto& name : header_) {
    const auto cost = cost_of_bar(name);
    kinds_.push_back({cost > 0 ? is_any : content_of(name), cost, may_hold_lines(name),
                      equal_ignoring_case(name, "SubmitLine")});
  }
}

std::optional<std::size_t> SacctRows::column(std::string_view name) const {
  for (std::size_t i = 0; i < header_.size(); ++i)
    if (equal_ignoring_case(header_[i], name)) return i;
  return std::nullopt;
}

bool SacctRows::next() {
  complaint_.reset();
  do {
    if (!take_line()) return false;
  } while (trim(record_).empty());
  std::size_t lines = 1;
  bool whole = split(record_);
  for (; !whole && lines < most_lines && peek() && !split(ahead_); ++lines) {
    record_ += '\n' + ahead_;
    has_ahead_ = false;
    whole = split(record_);
  }
  if (whole && lines == 1 && !has_sound_cells()) look_for_the_rest();
  const std::size_t whole_size = record_.size();
  for (; whole && kinds_.back().holds_lines && lines < most_lines && peek() && !split(ahead_); ++lines) {
    record_ += '\n' + ahead_;
    has_ahead_ = false;
  }
  if (whole && split(std::string_view{record_}.substr(0, whole_size))) {
    const auto last = offset_of(cells_.size() - 1);
    if (record_.size() > whole_size) cells_.back() = std::string_view{record_}.substr(last);
    return true;
  }
  const auto first_line = std::string_view{record_}.substr(0, record_.find('\n'));
  complaint_ = Complaint{
      fmt::format("the row has {} cells, the header has {}",
                  std::count(first_line.begin(), first_line.end(), '|') + (ends_with_bar_ ? 0 : 1), header_.size()),
      "the row may have been cut off; --skip-bad-rows leaves it out"};
  cells_.clear();
  return true;
}

bool SacctRows::take_line() {
  if (!peek()) return false;
  std::swap(record_, ahead_);
  record_line_ = ahead_line_;
  has_ahead_ = false;
  return true;
}

bool SacctRows::peek() {
  if (has_ahead_) return true;
  if (!put_back_.empty()) {
    ahead_ = std::move(put_back_.back().text);
    ahead_line_ = put_back_.back().number;
    put_back_.pop_back();
    return has_ahead_ = true;
  }
  if (!lines_.next()) return false;
  ahead_ = lines_.text();
  ahead_line_ = lines_.line();
  return has_ahead_ = true;
}

/// A command line with a bar and a line end may look like a row with an odd cell: with the lines that follow, if they
/// are no rows themselves, it may be one without.
void SacctRows::look_for_the_rest() {
  std::vector<Line> taken;
  std::string longer = record_;
  while (taken.size() < most_lines_tried && peek() && !split(ahead_)) {
    taken.push_back({ahead_, ahead_line_});
    has_ahead_ = false;
    longer += '\n' + taken.back().text;
    if (!split(longer) || !has_sound_cells()) continue;
    record_ = std::move(longer);
    return;
  }
  if (has_ahead_) put_back_.push_back({ahead_, ahead_line_});
  has_ahead_ = false;
  std::move(taken.rbegin(), taken.rend(), std::back_inserter(put_back_));
}

bool SacctRows::has_sound_cells() const {
  for (std::size_t c = 0; c < kinds_.size(); ++c)
    if (!kinds_[c].accepts(cells_[c])) return false;
  return true;
}

/// Cuts a record into cells. False when it cannot be a whole row.
bool SacctRows::split(std::string_view record) {
  if (ends_with_bar_ && record.ends_with('|')) record.remove_suffix(1);
  pieces_ = sluice::split(record, '|');
  if (pieces_.size() < header_.size() || pieces_.size() - header_.size() > most_bars) return false;
  return fit(pieces_.size() - header_.size());
}

/// Gives `extra` more pieces than columns to columns of free text, in the cheapest way in which every column holds
/// what it may. best[c][e]: the cost of columns c and on, when those before them have taken e of the extra pieces.
bool SacctRows::fit(std::size_t extra) {
  constexpr auto never = std::numeric_limits<std::size_t>::max();
  if (extra == 0) {
    cells_ = pieces_;
    return has_key_cells();
  }
  const std::size_t columns = header_.size(), row = extra + 1;
  std::vector<std::size_t> best((columns + 1) * row, never), width(columns * row, 0);
  best[columns * row + extra] = 0;
  for (std::size_t c = columns; c-- > 0;) {
    const ColumnKind& kind = kinds_[c];
    for (std::size_t taken = 0; taken <= extra; ++taken) {
      if (!kind.accepts(pieces_[c + taken])) continue;
      const std::size_t most = kind.bar_cost > 0 ? extra - taken : 0;
      const std::size_t begin = kind.is_command && !begins_with_client(pieces_[c + taken]) ? cost_of_odd_command : 0;
      for (std::size_t more = 0; more <= most; ++more) {
        const auto rest = best[(c + 1) * row + taken + more];
        const auto cost = rest == never ? never : rest + begin + more * kind.bar_cost;
        if (cost >= best[c * row + taken]) continue;
        best[c * row + taken] = cost;
        width[c * row + taken] = more;
      }
    }
  }
  if (best[0] == never) return false;
  std::vector<std::size_t> widths;
  for (std::size_t c = 0, taken = 0; c < columns; taken += widths.back(), ++c) widths.push_back(width[c * row + taken]);
  join(widths);
  return true;
}

/// With as many bars as there should be, odd forms of numbers and times are the reader's affair.
bool SacctRows::has_key_cells() const {
  for (std::size_t c = 0; c < kinds_.size(); ++c)
    if ((kinds_[c].accepts == is_job_id || kinds_[c].accepts == is_state) && !kinds_[c].accepts(cells_[c]))
      return false;
  return true;
}

void SacctRows::join(std::span<const std::size_t> widths) {
  cells_.clear();
  std::size_t piece = 0;
  for (const auto more : widths) {
    const auto& first = pieces_[piece];
    const auto& last = pieces_[piece + more];
    cells_.push_back({first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())});
    piece += more + 1;
  }
}

std::size_t SacctRows::offset_of(std::size_t column) const {
  return column < cells_.size() ? static_cast<std::size_t>(cells_[column].data() - record_.data()) : 0;
}

Location SacctRows::place(std::size_t column) const {
  const auto before = std::string_view{record_}.substr(0, offset_of(column));
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const auto start = before.rfind('\n');
  return {lines_.name(), record_line_ + line, before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1};
}

std::string_view SacctRows::source_line(std::size_t column) const {
  constexpr std::size_t shown_behind = 120;
  const std::string_view whole{record_};
  const auto offset = offset_of(column);
  const auto before = whole.substr(0, offset).rfind('\n');
  const auto start = before == std::string_view::npos ? 0 : before + 1;
  return whole.substr(start, std::min({whole.find('\n', offset), whole.size(), offset + shown_behind}) - start);
}

}  // namespace sluice::workloads
