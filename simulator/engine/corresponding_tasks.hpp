#pragma once
// Which tasks of arrays under aftercorr slurmctld looks at: not all of them at once.

#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice {

/// Under aftercorr each task has a dependency of its own, for which it splits off its array. slurmctld keeps so many split
/// tasks pending; those behind them wait, whatever has become of the tasks that they wait for, until one of these starts or
/// ends. Costs nothing where no array is under aftercorr. Source: slurm.conf(5) SchedulerParameters correspond_after_task_cnt;
/// recordings.
class CorrespondingTasks {
 public:
  /// `most` absent: all tasks are looked at.
  CorrespondingTasks(const JobLinks& links, const JobTable& jobs, std::optional<std::size_t> most);

  /// Of jobs that are no such task: true.
  bool is_split(JobId job) const;
  /// It is pending no more: it has started, or ended without. Adds those that are looked at from now on. To be told after its
  /// state has changed.
  void left(JobId job, std::vector<JobId>& split);
  /// It is pending again.
  void returned(JobId job);

  void fields(Archive& archive) { archive(windows_); }

 private:
  struct Window {
    std::uint32_t array = 0;
    std::size_t end = 0;      ///< tasks before this one are split
    std::size_t pending = 0;  ///< of those
    friend void fields(Archive& archive, Window& window) { all_fields<3>(archive, window); }
  };
  struct Place {
    std::size_t window = 0, task = 0;
    bool is_any = false;
  };
  const Place* place(JobId job) const;
  void widen(Window& window, std::vector<JobId>* split);

  const JobLinks& links_;
  const JobTable& jobs_;
  std::size_t most_ = 0;
  std::vector<Window> windows_;
  std::vector<Place> places_;  ///< by job; empty when there are no such arrays
};

}  // namespace sluice
