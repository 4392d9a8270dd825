#pragma once
// Watches one run and writes its results: the one thing a program has to hold to get a results folder.

#include <filesystem>
#include <memory>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/report/busy_nodes.hpp"
#include "simulator/report/job_rows.hpp"
#include "simulator/report/job_sink.hpp"
#include "simulator/report/run_json.hpp"
#include "simulator/report/summary.hpp"
#include "simulator/report/timeline.hpp"
#include "simulator/report/wait_reasons.hpp"

namespace sluice::report {

/// All that can be said of a run when it is over.
struct FinishedRun {
  const JobRows& rows;
  const Summary& summary;
  const RunRecord& record;
};

/// One more file of results: an observer that can write down what it saw. One sink, one file.
class Sink : public Observer {
 public:
  /// Called once, after the last event. Throws WriteError.
  virtual void write(const FinishedRun& run, ResultsFolder& folder) = 0;
  /// What it has seen so far, saved or loaded.
  virtual void fields(Archive& archive) = 0;
};

/// Hands every event to the standard sinks and to those added.
class Recorder final : public Observer {
 public:
  /// `jobs` is a hint: how many there will be.
  explicit Recorder(const ClusterSpec& cluster, std::size_t jobs = 0,
                    TimelineDetail timeline = TimelineDetail::thinned)
      : cluster_{&cluster}, jobs_{cluster, jobs}, timeline_{timeline}, reasons_{jobs} {}

  /// To be said before the run: see WaitReasons.
  void measure(const std::optional<MeasureWindow>& window) { reasons_.measure(window); }
  void add(std::unique_ptr<Sink> sink) { more_.push_back(std::move(sink)); }

  void job_submitted(JobId job, Time now) override;
  void job_rejected(JobId job, Time now, std::string_view message) override;
  void reason_changed(JobId job, Time now, Reason reason) override;
  void reason_described(JobId job, Time now, std::string_view text) override;
  void job_suspended(JobId job, Time now) override;
  void job_resumed(JobId job, Time now) override;
  void job_configuring(JobId job, Time now, const Allocation& allocation) override;
  void job_configured(JobId job, Time now) override;
  void job_started(JobId job, Time now, const Allocation& allocation) override;
  void job_ended(JobId job, Time now, EndState state, const Allocation& allocation) override;
  void job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) override;
  void job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation& allocation) override;
  void ended_job_requeued(JobId job, Time now, const ClosedRun& run) override;
  void job_dropped(JobId job, Time now, EndState state) override;
  void settled(Time now, const LoadSample& sample) override;

  /// The jobs as rows; `jobs` is the table of the simulation that was watched and must outlive the rows.
  JobRows rows(const JobTable& jobs) const { return {*cluster_, jobs, jobs_}; }
  Summary summarize(const JobTable& jobs, const RunInfo& run) const {
    Summary summary = report::summarize(rows(jobs), busy_, run);
    summary.waited_for = reasons_.sums(run.statistics.end);
    return summary;
  }
  const JobSink& jobs() const { return jobs_; }
  const TimelineSink& timeline() const { return timeline_; }

  /// What has been seen so far, saved or loaded into a recorder with the same sinks.
  void fields(Archive& archive);

  /// jobs.csv, timeline.csv, summary.json, what was added, and run.json: all of them or none (see ResultsFolder).
  /// Throws WriteError.
  void write(const std::filesystem::path& folder, const JobTable& jobs, const Summary& summary,
             const RunRecord& record);

 private:
  const ClusterSpec* cluster_;
  JobSink jobs_;
  TimelineSink timeline_;
  BusyNodes busy_;
  WaitReasons reasons_;
  std::vector<std::unique_ptr<Sink>> more_;
};

}  // namespace sluice::report
