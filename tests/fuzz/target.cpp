#include "tests/fuzz/target.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "simulator/base/text.hpp"
#include "tests/unit/workloads/same_workload.hpp"
#include "workloads/describe.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/text_bytes.hpp"
#include "workloads/write_native_csv.hpp"
#include "workloads/write_swf.hpp"

namespace sluice::fuzz {
namespace {

bool is_file_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.size() < 64 && name.front() != '.' &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

}  // namespace

std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};  // NOLINT: bytes as text
}

void require(bool holds, std::string_view finding) {
  if (!holds) throw std::logic_error{std::string{finding}};
}

Folder::Folder(std::string_view files, std::string_view first)
    : path_{std::filesystem::temp_directory_path() / fmt::format("sluice-fuzz-{}", getpid())} {
  constexpr std::string_view mark = "=== ";
  empty();
  std::string_view name = first;
  std::string text;
  while (!files.empty()) {
    const auto end = std::min(files.find('\n'), files.size());
    const auto line = files.substr(0, end);
    const bool begins_file = line.starts_with(mark) && is_file_name(line.substr(mark.size()));
    if (begins_file) {
      write(name, text);
      name = line.substr(mark.size());
      text.clear();
    } else {
      text.append(files.substr(0, std::min(end + 1, files.size())));
    }
    files.remove_prefix(std::min(end + 1, files.size()));
  }
  write(name, text);
}

void Folder::empty() const {
  std::filesystem::create_directories(path_);
  for (const auto& entry : std::filesystem::directory_iterator{path_}) std::filesystem::remove_all(entry.path());
}

void Folder::write(std::string_view name, std::string_view text) const {
  if (!text.empty()) std::ofstream{path_ / name, std::ios::binary} << text;
}

std::optional<Workload> read_trace(std::string_view format, std::string_view text) {
  Diagnostics diags;
  workloads::ReadOptions options;
  options.skip_bad_rows = 4;
  workloads::LineSource lines{"trace", workloads::bytes_of(text)};
  workloads::JobSink sink{options, diags};
  const auto known = workloads::formats();
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.name == format; });
  require(found != known.end(), "no such format");
  static_cast<void>(found->recognises(lines.head()));
  found->read(lines, sink);
  auto workload = sink.finish(lines);
  static_cast<void>(diags.text());
  require(workload.has_value() == diags.ok(), "a workload exactly when there is no error");
  return workload;
}

void check_workload(const Workload& workload) {
  static_cast<void>(workloads::describe_text(workloads::describe(workload, {})));
  std::ostringstream swf, csv;
  static_cast<void>(workloads::write_swf(workload, swf));
  workloads::write_native_csv(workload, csv);
  const auto again = read_trace("csv", csv.str());
  require(again.has_value(), "the native CSV of a workload cannot be read:\n" + csv.str());
  const auto difference = workloads::difference(workload, *again);
  require(difference.empty(),
          fmt::format("reading the native CSV gives another workload: {}\n{}", difference, csv.str()));
}

}  // namespace sluice::fuzz
