#pragma once
// The jobs of a finished run as rows of results: what the trace said and what the events told, side by side.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job.hpp"
#include "simulator/report/job_sink.hpp"

namespace sluice::report {

/// One job, or one run of a job that was requeued, or the part of a run until it went on with fewer nodes. Times count from the simulation's zero.
struct JobRow {
  JobId id;
  const JobSpec* spec = nullptr;
  const JobRecord* record = nullptr;
  Time submit{};                 ///< a requeue is a new submission
  RequestId request;
  std::uint32_t restarts = 0;    ///< runs of the job before this one
  bool is_resized = false;       ///< the row before is of the same run
  std::optional<Time> eligible;  ///< absent when it never became so
  std::optional<Time> start;     ///< of the last start
  std::optional<Time> end;
  Duration suspended{};          ///< of a run that is over

  /// From eligible to start; absent before the start. A job that started without a moment of eligibility waited
  /// since its submission.
  std::optional<Duration> wait() const {
    if (!start) return std::nullopt;
    return *start - eligible.value_or(submit);
  }
  /// From start to end; absent when either is.
  std::optional<Duration> run() const { return start && end ? std::optional{*end - *start} : std::nullopt; }
};

/// Runs shorter than this count as this long in the bounded slowdown.
inline constexpr Duration slowdown_floor = std::chrono::seconds{10};

/// max(1, (wait + run) / max(run, floor)) in millionths, rounded to nearest: whole numbers, so that sums are exact.
/// Source: Feitelson et al., "Theory and Practice in Parallel Job Scheduling", JSSPP 1997.
std::int64_t bounded_slowdown_micro(Duration wait, Duration run);

/// "COMPLETED", "RUNNING", "PENDING", "REJECTED", ...
std::string_view state_text(const JobRecord& record);

/// A view of one run's jobs in order of submission. What it is made of must outlive it.
class JobRows {
 public:
  JobRows(const ClusterSpec& cluster, const JobTable& jobs, const JobSink& sink)
      : cluster_{&cluster}, jobs_{&jobs}, sink_{&sink} {}

  std::size_t size() const { return jobs_->size(); }
  /// The job, as of its last run.
  JobRow operator[](std::size_t index) const;
  /// The runs before that, and the parts of the last one before it, the first one first.
  std::vector<JobRow> earlier(const JobRow& row) const;
  /// How long the last run has been, with its parts; absent before its end.
  std::optional<Duration> whole_run(const JobRow& row, const std::vector<JobRow>& earlier) const;

  const ClusterSpec& cluster() const { return *cluster_; }
  const Workload& workload() const { return *jobs_->workload; }
  const Job& job(JobId id) const { return jobs_->job(id); }
  const JobSink& sink() const { return *sink_; }
  /// The last pending Reason, or why the job was refused.
  std::string_view reason(const JobRow& row) const;
  /// What a request's partition means here: itself, or the default partition's name ("" when there is none).
  std::string_view partition(RequestId request) const;
  /// That of the partitions it asks for in which it ran; before it does, all of them.
  std::string_view partition(const JobRow& row) const;
  bool chose_partition(const JobRow& row) const;

 private:
  const ClusterSpec* cluster_;
  const JobTable* jobs_;
  const JobSink* sink_;
};

}  // namespace sluice::report
