#include "tests/recordings/support/recorded_shares.hpp"

#include <charconv>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"

namespace sluice::recordings {
namespace {

const Duration recordings_zero = *parse_civil("2026-01-05T08:00:00");

std::optional<Seconds> moment_of(std::string_view text) {
  const auto civil = parse_civil(text);
  if (!civil) return std::nullopt;
  return std::chrono::floor<Seconds>(*civil - recordings_zero);
}

std::string_view value_of(std::string_view line, std::string_view key) {
  const auto at = line.find(key);
  if (at == std::string_view::npos) return {};
  const auto rest = line.substr(at + key.size());
  return rest.substr(0, rest.find_first_of(" ;"));
}

std::int64_t number_in(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// "0-3,7" -> each number.
template <class Visit>
void for_each_index(std::string_view ranges, Visit visit) {
  for (const auto part : split(ranges, ',')) {
    if (part.empty()) continue;
    const auto dash = part.find('-');
    const std::int64_t low = number_in(part);
    const std::int64_t high = dash == std::string_view::npos ? low : number_in(part.substr(dash + 1));
    for (std::int64_t i = low; i <= high; ++i) visit(i);
  }
}

/// "gpu:a100:2(IDX:0-1)" -> 0b11. Of several kinds all indices.
std::uint64_t devices_in(std::string_view gres) {
  std::uint64_t devices = 0;
  for (auto at = gres.find("(IDX:"); at != std::string_view::npos; at = gres.find("(IDX:", at + 1)) {
    const auto list = gres.substr(at + 5, gres.find(')', at) - at - 5);
    for_each_index(list, [&](std::int64_t i) { devices |= std::uint64_t{1} << i; });
  }
  return devices;
}

/// All "Nodes=n[03-04] CPU_IDs=0-31 Mem=32000 GRES=..." of a line.
RecordedShares shares_in(std::string_view line) {
  RecordedShares shares;
  for (auto at = line.find("Nodes="); at != std::string_view::npos; at = line.find("Nodes=", at + 1)) {
    if (at == 0 || line[at - 1] != ' ') continue;  // NumNodes=
    const auto part = line.substr(at);
    if (part.find("CPU_IDs=") == std::string_view::npos) break;
    RecordedShare share;
    for_each_index(value_of(part, "CPU_IDs="), [&](std::int64_t) { ++share.cpus; });
    share.memory = number_in(value_of(part, "Mem="));
    const auto gres = value_of(part.substr(0, part.find("Nodes=", 1)), "GRES=");
    if (!gres.empty()) share.devices = devices_in(gres);
    const auto names = expand_hostlist(value_of(part, "Nodes="));
    if (!names) continue;
    for (const auto& name : *names) {
      share.node = name;
      shares.push_back(share);
    }
  }
  return shares;
}

}  // namespace

std::map<std::pair<std::string, Seconds>, RecordedShares> read_recorded_shares(const std::filesystem::path& run) {
  std::map<std::pair<std::string, Seconds>, RecordedShares> all;
  if (const auto file = find_file(run, "scontrol_jobs.txt"))
    for (const auto& line : read_lines(*file)) {
      const auto start = moment_of(value_of(line, " StartTime="));
      if (auto shares = shares_in(line); start && !shares.empty())
        all[{std::string{value_of(line, "JobId=")}, *start}] = std::move(shares);
    }
  if (const auto file = find_file(run, "alloc.snap"))
    for (const auto& line : read_lines(*file)) {
      const auto words = split(line, ' ');
      if (words.size() < 4 || line.starts_with('#')) continue;
      const auto start = moment_of(words[2]);
      if (auto shares = shares_in(line); start && !shares.empty()) all[{std::string{words[0]}, *start}] = std::move(shares);
    }
  return all;
}

}  // namespace sluice::recordings
