#include "workloads/csv_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "simulator/base/text.hpp"

namespace sluice::workloads {
namespace {

constexpr std::size_t longest_quoted_record = std::size_t{1} << 16U;
constexpr auto unclosed = "a quote is never closed";
constexpr auto quote_hint = "write \"\" for a quote inside a quoted cell";

std::size_t count_quotes(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '"'));
}

}  // namespace

CsvRows::CsvRows(LineSource& lines, JobSink& sink) : lines_{lines} { read_header(sink); }

CsvRows::CsvRows(LineSource& lines, JobSink& sink, std::span<const std::string_view> names) : lines_{lines} {
  if (lines.head().starts_with(names.front()))
    read_header(sink);
  else
    header_.assign(names.begin(), names.end());
}

void CsvRows::read_header(JobSink& sink) {
  if (!read_record()) return;
  if (complaint_) sink.reject(place(suspect()), *complaint_, source_line(suspect()));
  header_.assign(cells_.begin(), cells_.end());
}

bool CsvRows::next() {
  if (!read_record()) return false;
  miscounted_ = !complaint_ && cells_.size() != header_.size();
  if (miscounted_)
    complaint_ = Complaint{fmt::format("the row has {} cells, the header has {}", cells_.size(), header_.size()), {}};
  return true;
}

bool CsvRows::read_record() {
  complaint_.reset();
  do {
    if (!lines_.next()) return false;
  } while (lines_.text().empty());
  cells_.clear();
  offsets_.clear();
  if (std::memchr(lines_.text().data(), '"', lines_.text().size()) == nullptr)
    split_plain(lines_.text());
  else
    split_quoted();
  return true;
}

void CsvRows::split_plain(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (const char* start = text.data();;) {
    const char* const comma = std::find(start, end, ',');
    const char* stop = comma;
    while (start < stop && is_space(*start)) ++start;
    while (start < stop && is_space(stop[-1])) --stop;
    cells_.emplace_back(start, static_cast<std::size_t>(stop - start));
    offsets_.push_back(static_cast<std::size_t>(start - text.data()));
    if (comma == end) return;
    start = comma + 1;
  }
}

void CsvRows::split_quoted() {
  std::size_t seen = 0, quotes = 0;
  for (;;) {  // a record ends where its quotes are even in number
    quotes += count_quotes(lines_.text().substr(seen));
    seen = lines_.text().size();
    if (quotes % 2 == 0) break;
    if (seen > longest_quoted_record || !lines_.extend()) {
      complaint_ = Complaint{unclosed, quote_hint};
      offsets_.push_back(lines_.text().find('"'));
      return;
    }
  }
  const auto text = lines_.text();
  unquoted_.clear();
  unquoted_.reserve(quotes);  // views into them must stay
  for (std::size_t at = 0; at <= text.size() && !complaint_;) {
    while (at < text.size() && text[at] != ',' && is_space(text[at])) ++at;
    offsets_.push_back(at);
    if (at < text.size() && text[at] == '"') {
      at = take_quoted_cell(text, at) + 1;
    } else {
      const auto comma = std::min(text.find(',', at), text.size());
      cells_.push_back(trim(text.substr(at, comma - at)));
      at = comma + 1;
    }
  }
}

/// The cell whose opening quote is at `at`; returns where the comma behind it is, or the end of the text.
std::size_t CsvRows::take_quoted_cell(std::string_view text, std::size_t at) {
  std::string cell;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"')) break;
    if (text[at] == '"') ++at;
    cell += text[at];
  }
  if (at == text.size()) {  // an odd quote elsewhere made the number even
    complaint_ = Complaint{unclosed, quote_hint};
    return at;
  }
  const auto comma = std::min(text.find(',', at), text.size());
  if (!trim(text.substr(at + 1, comma - at - 1)).empty()) {
    offsets_.back() = at + 1;
    complaint_ = Complaint{"text after a closing quote", quote_hint};
  }
  cells_.push_back(unquoted_.emplace_back(std::move(cell)));
  return comma;
}

std::size_t CsvRows::suspect() const {
  return miscounted_ ? std::min(cells_.size(), header_.size()) : offsets_.size() - 1;
}

std::size_t CsvRows::offset_of(std::size_t column) const {
  return column < offsets_.size() ? offsets_[column] : lines_.text().size();
}

std::optional<std::size_t> find_column(std::span<const std::string> header, std::string_view name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header.begin());
}

bool has_columns(std::span<const std::string> header, std::span<const std::string_view> names) {
  return std::all_of(names.begin(), names.end(), [&](auto name) { return find_column(header, name).has_value(); });
}

std::vector<std::string> header_cells(std::string_view head) {
  std::vector<std::string> names;
  const auto start = head.find_first_not_of("\r\n");
  if (start == std::string_view::npos) return names;
  head.remove_prefix(start);
  for (auto cell : split(head.substr(0, head.find('\n')), ',')) {
    cell = trim(cell);
    if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
    names.emplace_back(cell);
  }
  return names;
}

}  // namespace sluice::workloads
