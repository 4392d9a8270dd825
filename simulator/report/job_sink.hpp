#pragma once
// Remembers of each job what the tables of results need, and no more: a million jobs must be cheap to watch.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/names.hpp"
#include "simulator/base/units.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/report/node_text.hpp"

namespace sluice::report {

/// Where a job stood when the simulation was over.
enum class Fate : std::uint8_t { unsubmitted, pending, running, ended, rejected };

/// One job as the events told it. 64 bytes. Read it through JobRows.
struct JobRecord {
  Time start{};                 ///< of the last start; meaningful if `started`
  Time end{};                   ///< meaningful if fate == ended
  std::uint64_t text = 0;       ///< where its node text begins
  std::int64_t memory = 0;      ///< MB, sum over the nodes
  std::uint32_t text_size = 0;
  std::uint32_t cpus = 0, nodes = 0, gpus = 0;
  NameId rejection;             ///< row of the sink's messages
  Fate fate = Fate::unsubmitted;
  EndState end_state = EndState::completed;
  bool started = false;
  bool lost_batch_host = false; ///< it failed as its script was killed
  std::uint32_t earlier = 0;    ///< row of the sink's earlier runs, the last of them first; 0: none
  PartitionId partition;        ///< in which it ran; meaningful if `started`
  friend void fields(Archive& archive, JobRecord& record) { all_fields<15>(archive, record); }
};
static_assert(sizeof(JobRecord) <= 64);

/// A run after which the job was requeued or went on with fewer nodes, or an end without a run. `record` is as of then, and leads to the one before it.
struct EarlierRun {
  JobRecord record;
  ClosedRun run;
  Duration suspended{};
  friend void fields(Archive& archive, EarlierRun& run) { all_fields<3>(archive, run); }
};

/// What a run has been suspended for so far.
struct Suspension {
  Duration before{};          ///< up to the last time it was resumed
  std::optional<Time> since;  ///< it is now
  Duration until(Time end) const { return before + (since ? end - *since : Duration{}); }
  friend void fields(Archive& archive, Suspension& s) { all_fields<2>(archive, s); }
};

/// Watches a run. Costs 64 bytes a job and, but for a pool, about 20 bytes of text for each that has started.
///
/// Of a job that starts again (requeued) every run is remembered. The nodes are written down at the start,
/// so that a job still running at the end has them too, and again at the end if the totals have changed meanwhile.
class JobSink final : public Observer {
 public:
  /// `jobs` is a hint: how many there will be.
  explicit JobSink(const ClusterSpec& cluster, std::size_t jobs = 0);

  void job_submitted(JobId job, Time) override;
  void job_rejected(JobId job, Time, std::string_view message) override;
  void job_configured(JobId job, Time now) override;
  void job_started(JobId job, Time start, const Allocation& allocation) override;
  void job_ended(JobId job, Time end, EndState state, const Allocation& allocation) override;
  void job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) override;
  void job_requeued(JobId job, Time end, const ClosedRun& run, const Allocation& allocation) override;
  void ended_job_requeued(JobId job, Time, const ClosedRun& run) override;
  void job_dropped(JobId job, Time end, EndState state) override;
  void job_suspended(JobId job, Time now) override;
  void job_resumed(JobId job, Time now) override;
  void reason_changed(JobId job, Time, Reason) override;
  void reason_described(JobId job, Time, std::string_view text) override;

  /// What is known of a job; one that was never heard of is unsubmitted.
  const JobRecord& record(JobId job) const { return job.index() < records_.size() ? records_[job.index()] : unknown_; }
  /// The runs before the one of this record, the first one first.
  std::vector<const EarlierRun*> earlier(const JobRecord& record) const;
  /// Whether it tells of a run that went on with fewer nodes, since its start.
  bool is_resized(const JobRecord& record) const {
    return record.earlier != 0 && earlier_[record.earlier].run.state == EndState::resizing;
  }
  /// The CSV fields nodelist,cpus_per_node,gpu_idx,mem_per_node; "" when the job never started or has no nodes.
  std::string_view node_text(const JobRecord& record) const {
    return std::string_view{texts_}.substr(record.text, record.text_size);
  }
  /// Why a rejected job was refused, in Slurm's words; "" for others.
  std::string_view rejection(const JobRecord& record) const { return messages_.text(record.rejection); }

  /// What squeue shows in place of the word of a pending job's Reason; "" where that is the word.
  std::string_view reason_text(JobId job) const;
  /// Of the last run; of one that goes on, up to `now`.
  Duration suspended(JobId job, Time now) const;

  void fields(Archive& archive) { archive(records_, earlier_, texts_, messages_, reason_texts_, suspensions_); }

 private:
  JobRecord& at(JobId job);
  void hold(JobRecord& record, const Allocation& allocation);

  NodeText node_text_;
  std::vector<JobRecord> records_;
  std::deque<EarlierRun> earlier_{1};
  std::string texts_;
  Names messages_;
  std::map<JobId, std::string> reason_texts_;    ///< of jobs that wait
  std::map<JobId, Suspension> suspensions_;      ///< of jobs whose last run was suspended
  JobRecord unknown_;
};

}  // namespace sluice::report
