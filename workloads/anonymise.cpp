#include "workloads/anonymise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulator/base/text.hpp"
#include "workloads/anonymise_text.hpp"

namespace sluice::workloads {
namespace {

enum class FileKind { conf, dump, commands, bars, csv };

/// The first line that says something.
std::string_view first_line(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trim(text.substr(0, end));
    if (!line.empty() && line.front() != '#') return line;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

/// `Key=Value`, with or without blanks round the sign. Not an option of a command, nor an assignment within one.
bool is_pair(std::string_view line) {
  const auto key = trim(line.substr(0, line.find('=')));
  return key.size() < line.size() && !key.empty() &&
         std::all_of(key.begin(), key.end(), [](char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); });
}

std::optional<FileKind> kind_of(std::string_view text) {
  if (text.starts_with("#!")) return std::nullopt;
  const auto line = first_line(text);
  if (line.starts_with("Cluster - ") || line.starts_with("Parent - ")) return FileKind::dump;
  if (is_sacctmgr_command(line)) return FileKind::commands;
  if (is_pair(line) || to_lower(line).starts_with("include ")) return FileKind::conf;
  if (line.find('=') != std::string_view::npos || line.find(';') != std::string_view::npos) return std::nullopt;
  if (line.find('|') != std::string_view::npos) return FileKind::bars;
  if (line.find(',') != std::string_view::npos) return FileKind::csv;
  return std::nullopt;
}

std::string anonymised(std::string_view text, FileKind kind, Pseudonyms& names, std::size_t& lost) {
  switch (kind) {
    case FileKind::conf: return anonymise_conf(text, names);
    case FileKind::dump: return anonymise_dump(text, names);
    case FileKind::commands: return anonymise_commands(text, names);
    case FileKind::bars: return anonymise_table(text, '|', names, lost);
    case FileKind::csv: return anonymise_table(text, ',', names, lost);
  }
  return {};
}

}  // namespace

bool can_anonymise(std::string_view text) { return kind_of(text).has_value(); }

std::optional<std::vector<NamedText>> anonymise(const std::vector<NamedText>& files, Pseudonyms& names,
                                                Diagnostics& diags) {
  std::vector<FileKind> kinds;
  for (const auto& file : files) {
    const auto kind = kind_of(file.text);
    if (!kind)
      diags.error({file.name}, "is no configuration, accounting dump or table of jobs",
                  "known are slurm.conf and its relatives, sacctmgr dump and commands, sacct -P, and CSV with a header; "
                  "other traces can be converted to CSV first");
    kinds.push_back(kind.value_or(FileKind::conf));
  }
  if (!diags.ok()) return std::nullopt;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < files.size(); ++i) anonymised(files[i].text, kinds[i], names, lost);
  names.settle();
  std::vector<NamedText> out;
  for (std::size_t i = 0; i < files.size(); ++i) {
    lost = 0;
    out.push_back({files[i].name, anonymised(files[i].text, kinds[i], names, lost)});
    if (lost > 0) diags.warning({files[i].name}, fmt::format("{} rows could not be understood and are left out", lost));
  }
  return out;
}

}  // namespace sluice::workloads
