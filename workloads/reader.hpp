#pragma once
// Job traces: any supported format becomes one Workload.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

class LineSource;
class JobSink;
struct Transform;

/// One way to write down jobs. To add a format: one file with its `recognises` and `read`, one line in formats.cpp.
struct Format {
  std::string_view name;     ///< for --format
  std::string_view meaning;  ///< one line for --help
  /// Whether the first block of a text looks like this format.
  bool (*recognises)(std::string_view head);
  /// Reads all lines into the sink, until the end or until the sink has had enough.
  void (*read)(LineSource& lines, JobSink& sink);
};

/// All formats, in the order in which detection asks them.
std::span<const Format> formats();

/// How long a job runs of which nobody says it, as with batch scripts.
struct RunTimeModel {
  double share_of_limit = 1;                       ///< > 0; of the job's time limit
  Duration without_limit = std::chrono::hours{1};  ///< > 0; where it has none
};

/// `from` and `to` keep the jobs with from <= submit < to. Each is seconds in the trace's own time base, or a date
/// (2020-09-01, 2020-09-01T00:00:00) if the trace's calendar is known; empty: no bound.
struct ReadOptions {
  std::string format{};  ///< empty: told by the content
  std::string from{}, to{};
  std::size_t skip_bad_rows = 0;  ///< this many broken rows are left out with a warning; one more is an error
  /// Of the dates in a sacct dump: UTC, an offset as +02:00, or an IANA name; empty: local time, left as it is.
  std::string timezone{};
  RunTimeModel run_times{};
  /// Steps that keep a job or not (see choosing_steps): what they leave out takes no memory. Must outlive the reading.
  std::span<const Transform> choose{};
  /// Told of each file that is read beside the trace itself: the scripts of a list, a table that belongs to it.
  std::function<void(const std::filesystem::path&)> on_file{};
};

/// The jobs of a trace, sorted by submission, the first one at the simulation's zero.
///
/// A folder is read as batch scripts. A file may be gzip or zstd. It is streamed: memory goes with the jobs kept, not
/// with the file. nullopt iff an error was reported: no such file, an unknown format or column, a broken row,
/// compressed data cut short, no job left. Rows that no simulator could run (run time 0, no processors) are counted by
/// cause in `report.skipped`, and what had to be assumed is said in `report.assumptions`.
std::optional<Workload> read_workload(const std::filesystem::path& file, const ReadOptions& options,
                                      Diagnostics& diags);

}  // namespace sluice::workloads
