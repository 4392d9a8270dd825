#pragma once
// A job as the workload tells it: what was asked for, and what really happened in the trace.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/names.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/request.hpp"

namespace sluice {

/// How the job's program ends when it is left alone for `duration`.
enum class Outcome : std::uint8_t { completed, failed, cancelled, node_fail, out_of_memory };

/// Options of sbatch that only some jobs have and that are not about resources. Kept beside the jobs; texts are as
/// given. Source: sbatch(1).
struct JobExtras {
  std::string name;         ///< --job-name
  std::string comment;
  std::string array;        ///< the task's array: "ARRAY_ID" (all tasks of one submission share it)
  std::optional<std::int64_t> array_task;
  std::optional<std::int64_t> array_limit;  ///< %N: so many tasks at once
  std::string dependency;   ///< --dependency, with the trace's own job ids
  std::optional<bool> kill_on_invalid_dep;  ///< a dependency that cannot be met any more cancels the job
  std::string het_group;    ///< id of the leader of a heterogeneous job
  std::string licenses;
  std::string reservation;
  std::string kind;         ///< what the job is for: training, inference, ... as the trace calls it
  std::optional<Duration> begin;     ///< --begin, since the simulation's zero
  std::optional<Duration> deadline;  ///< --deadline, likewise
  std::optional<Duration> time_min;  ///< --time-min
  std::int64_t nice = 0;
  std::optional<std::int64_t> priority;  ///< --priority
  bool hold = false;
  std::optional<bool> requeue;
  std::vector<std::int16_t> earlier_exits;  ///< exit codes of its first runs, which RequeueExit may send back to wait
  bool no_kill = false;     ///< --no-kill: it goes on when a node of it fails
  /// --signal=R:SIG@TIME: it may use nodes of reservations that can start TIME late, as it goes that soon when told.
  std::optional<Duration> borrow_warning;
  std::vector<std::string> modules;  ///< what `module load` lines name
  std::vector<std::string> steps;    ///< programs that its srun lines start, in order
  bool operator==(const JobExtras&) const = default;
};

/// What the trace's own scheduler did with a job, since the simulation's zero.
struct RecordedRun {
  std::optional<Time> eligible, start, end;
};

/// One submitted job. 56 bytes; texts live in the tables of the Workload.
struct JobSpec {
  Time submit{};                   ///< since the simulation's zero
  Duration duration{};             ///< run time at rate 1 when not cut short; > 0
  std::optional<Duration> limit;   ///< --time; absent when the trace has none
  RequestId request;
  NameId user;
  NameId account;
  NameId qos;
  std::uint32_t extras = 0;        ///< row of the Workload's extras; row 0 is the plain job
  std::int16_t exit_code = 0;
  Outcome outcome = Outcome::completed;
  friend void fields(Archive& archive, JobSpec& spec) { all_fields<10>(archive, spec); }
};

/// What the numbers of a trace's time column mean, so that output can stay in the trace's own base.
/// A printed time is `zero_seconds + t` in seconds; with `is_calendar` it can also be printed as a date.
struct TimeBase {
  Duration zero{};           ///< the simulation's zero, in the trace's own base
  bool is_calendar = false;  ///< the trace's base is seconds since 1970-01-01T00:00:00 of its own clock
  /// Where the trace's own 0 lies on the calendar, if the format's publisher says so.
  std::optional<Duration> origin_of_base;

  /// Where the base's own 0 lies on the calendar (since 1970-01-01T00:00:00 of the trace's clock), if that is known.
  std::optional<Duration> calendar_origin() const { return is_calendar ? Duration{} : origin_of_base; }
};

/// Rows of an input that are not in the workload, and what had to be assumed about those that are.
struct LoadReport {
  std::size_t rows = 0;                     ///< data rows read
  std::size_t before_from = 0;              ///< left out by --from
  std::size_t after_to = 0;                 ///< left out by --to
  /// Unusable rows by cause, in order of first appearance, e.g. {"run time <= 0", 17286}.
  std::vector<std::pair<std::string, std::size_t>> skipped;
  /// Statements for the summary, e.g. "no job has a time limit: the limit is the true run time".
  std::vector<std::string> assumptions;
};

/// The jobs of a trace, in order of submission (ties in file order), and the tables they refer to.
class Workload {
 public:
  std::string format;            ///< "csv", "swf", ...
  TimeBase time_base;
  LoadReport report;
  Names users, accounts, qos;
  std::vector<JobSpec> jobs;     ///< jobs[i] is JobId{i}
  std::vector<JobExtras> extras{1};
  std::vector<RecordedRun> recorded;  ///< by job; empty when the trace has no history

  RequestId intern(const JobRequest& request);
  const JobRequest& request(RequestId id) const { return requests_[id.index()]; }
  const std::vector<JobRequest>& requests() const { return requests_; }

  /// The trace's own id of a job. add_id() must be called once for each job, in the order of `jobs` at that time.
  void add_id(std::string_view id);
  std::string_view job_id(JobId job) const;

  /// Keeps these jobs in this order, each a row of the present jobs; a row may be left out or come more than once.
  void select(std::span<const std::uint32_t> order);

  /// Sorts jobs (with ids and history) by submission, stable, and moves the zero to the first one.
  /// Precondition: every submit so far counts from the trace's own 0 and time_base.zero is 0.
  void finish();

 private:
  std::vector<JobRequest> requests_;
  std::unordered_multimap<std::uint64_t, RequestId> request_ids_;  ///< by hash
  std::string id_text_;                     ///< all ids one after the other
  std::vector<std::uint32_t> id_end_;       ///< end of each id in id_text_
};

}  // namespace sluice
