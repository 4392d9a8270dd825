#include "tests/recordings/support/text_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/text.hpp"
#include "workloads/byte_source.hpp"
#include "workloads/line_source.hpp"

namespace sluice::recordings {

std::filesystem::path folder_named(const std::string& text) {
  const auto folder = std::filesystem::absolute(text).lexically_normal();
  return folder.has_filename() ? folder : folder.parent_path();
}

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  Diagnostics diags;
  auto bytes = workloads::open_bytes(file, diags);
  if (!bytes) throw BadRecording{diags.text()};
  workloads::LineSource source{file.string(), std::move(bytes)};
  std::vector<std::string> lines;
  while (source.next()) lines.emplace_back(source.text());
  if (!source.failure().empty()) throw BadRecording{fmt::format("{}: {}", file.string(), source.failure())};
  return lines;
}

std::optional<std::filesystem::path> find_file(const std::filesystem::path& folder, std::string_view name) {
  for (const std::string_view ending : {"", ".gz"})
    if (auto path = folder / fmt::format("{}{}", name, ending); std::filesystem::exists(path)) return path;
  return std::nullopt;
}

Cells csv_cells(std::string_view line) {
  Cells result(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"')
      result.back() += line[++i];
    else if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      result.emplace_back();
    else
      result.back() += c;
  }
  return result;
}

Cells cells(std::string_view line, char separator) {
  if (separator == ',') return csv_cells(line);
  const auto parts = split(line, separator);
  return {parts.begin(), parts.end()};
}

Table::Table(const std::filesystem::path& file, char separator) {
  for (const auto& line : read_lines(file)) {
    if (line.empty()) continue;
    if (header_.empty())
      header_ = cells(line, separator);
    else
      rows_.push_back(cells(line, separator));
  }
}

const std::string& Table::at(std::size_t row, std::string_view column) const {
  static const std::string none;
  const auto found = std::find(header_.begin(), header_.end(), column);
  const auto index = static_cast<std::size_t>(found - header_.begin());
  return found != header_.end() && index < rows_[row].size() ? rows_[row][index] : none;
}

Time parse_moment(std::string_view text) {
  return Time{std::chrono::milliseconds{std::llround(std::strtod(std::string{text}.c_str(), nullptr) * 1000)}};
}

Time parse_decision_moment(std::string_view text) {
  const auto point = std::min(text.find('.'), text.size());
  const auto second = std::strtoll(std::string{text.substr(0, point)}.c_str(), nullptr, 10);
  return parse_moment(text.substr(point)) + std::chrono::seconds{second};
}

}  // namespace sluice::recordings
