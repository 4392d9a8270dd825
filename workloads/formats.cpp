#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/byte_source.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/reader.hpp"
#include "workloads/sbatch_workload.hpp"

namespace sluice::workloads {
namespace {

/// Detection asks from the top: the particular before the general.
constexpr Format table[] = {
    {"sacct", "what `sacct -P -o ALL` prints", recognises_sacct, read_sacct},
    {"sbatch", "a batch script; a folder of them needs no name", recognises_sbatch, read_sbatch},
    {"sbatch-list", "a list of batch scripts, one a line, with KEY=VALUE behind", recognises_script_list,
     read_script_list},
    {"ub-events", "events of the University at Buffalo's Slurm simulator", recognises_ub_events, read_ub_events},
    {"swf", "Standard Workload Format of the Parallel Workloads Archive", recognises_swf, read_swf},
    {"itp", "Microsoft ITP GPU clusters, 2021 (ElasticFlow)", recognises_itp, read_itp},
    {"pai", "Alibaba PAI, 2020 (task table with the job table beside it, or GPU tasks only)", recognises_pai, read_pai},
    {"gaia", "GAIA's resampling of PAI jobs (arrival_time and length in hours, cpus)", recognises_gaia, read_gaia},
    {"philly-json", "Microsoft Philly, 2017: cluster_job_log", recognises_philly_json, read_philly_json},
    {"philly", "Microsoft Philly, 2017, as CSV of Pollux and Sia", recognises_philly_csv, read_philly_csv},
    {"openb", "Alibaba's GPU-sharing pods, 2023 (openb_pod_list)", recognises_openb, read_openb},
    {"dlrm", "Alibaba's DLRM inference instances, 2025", recognises_dlrm, read_dlrm},
    {"spot", "Alibaba's spot-GPU jobs, 2026 (job_info_df)", recognises_spot, read_spot},
    {"acme", "Acme of the Shanghai AI Lab, 2023: Seren and Kalos", recognises_acme, read_acme},
    {"eagle", "NREL Eagle's Slurm jobs", recognises_eagle, read_eagle},
    {"muri", "Muri's job lists (milliseconds)", recognises_muri, read_muri},
    {"tiresias", "Tiresias's and ElasticFlow's job lists", recognises_tiresias, read_tiresias},
    {"gavel", "Gavel's and Shockwave's job lists (tab-separated)", recognises_gavel, read_gavel},
    {"sia", "Sia's and Pollux's workloads", recognises_sia, read_sia},
    {"batsim", "Batsim's JSON workloads", recognises_batsim, read_batsim},
    {"azure-llm", "Azure LLM inference requests, 2023", recognises_azure_llm, read_azure_llm},
    {"helios", "SenseTime Helios GPU clusters, 2020 (full log, or GPU jobs only)", recognises_helios, read_helios},
    {"csv", "Sluice's own: a header of sbatch's long options, plus submit and duration", recognises_csv, read_csv},
};

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const auto& format : table) names.push_back(format.name);
  return names;
}

const Format* named_format(std::string_view name, Diagnostics& diags) {
  for (const auto& format : table)
    if (equal_ignoring_case(format.name, name)) return &format;
  const auto names = format_names();
  auto hint = did_you_mean(name, names);
  if (hint.empty()) hint = fmt::format("formats: {}", fmt::join(names, ", "));
  diags.error({}, fmt::format("unknown trace format '{}'", name), std::move(hint));
  return nullptr;
}

const Format* detect_format(const LineSource& lines, Diagnostics& diags) {
  for (const auto& format : table)
    if (format.recognises(lines.head())) return &format;
  diags.error({lines.name()}, "the format of this trace cannot be told from its first lines",
              fmt::format("name it with --format: {}", fmt::join(format_names(), ", ")));
  return nullptr;
}

/// Growing by and by would move all jobs many times. A row is rarely shorter than 32 bytes; memory that is not touched
/// costs nothing, but has a limit.
void make_room(Workload& workload, const std::filesystem::path& file) {
  constexpr std::uintmax_t shortest_row = 32, most_jobs = 1U << 22U;
  std::error_code none;  // a pipe has no size
  const auto size = std::filesystem::file_size(file, none);
  if (!none) workload.jobs.reserve(static_cast<std::size_t>(std::min(size / shortest_row, most_jobs)));
}

/// A folder has no text of its own.
class NoBytes final : public ByteSource {
 public:
  std::size_t read(std::span<char>) override { return 0; }
};

std::optional<Workload> read_folder(const std::filesystem::path& folder, const ReadOptions& options,
                                    Diagnostics& diags) {
  if (!options.format.empty() && !equal_ignoring_case(options.format, "sbatch"))
    return diags.error({folder.string()}, fmt::format("a folder cannot be of the format '{}'", options.format),
                       "a folder is read as batch scripts"),
           std::nullopt;
  JobSink sink{options, diags};
  sink.workload().format = "sbatch";
  read_script_folder(folder, sink);
  return sink.finish(LineSource{folder.string(), std::make_unique<NoBytes>()});
}

}  // namespace

std::span<const Format> formats() { return table; }

std::optional<Workload> read_workload(const std::filesystem::path& file, const ReadOptions& options,
                                      Diagnostics& diags) {
  const Format* format = nullptr;
  if (!options.format.empty() && (format = named_format(options.format, diags)) == nullptr) return std::nullopt;
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return read_folder(file, options, diags);
  auto bytes = open_bytes(file, diags);
  if (bytes == nullptr) return std::nullopt;
  LineSource lines{file.string(), std::move(bytes)};
  JobSink sink{options, diags};
  if (lines.failure().empty()) {
    if (trim(lines.head().substr(0, 64)).empty())
      return diags.error({lines.name()}, "the trace is empty"), std::nullopt;
    if (format == nullptr && (format = detect_format(lines, diags)) == nullptr) return std::nullopt;
    sink.workload().format = format->name;
    make_room(sink.workload(), file);
    if (!options.timezone.empty() && format->read != read_sacct)
      diags.warning({}, fmt::format("--timezone has no effect on the format {}", format->name));
    format->read(lines, sink);
  }
  return sink.finish(lines);
}

}  // namespace sluice::workloads
