#pragma once
// Where the dependencies of each job stand while a simulation runs.

#include <cstdint>
#include <optional>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/engine/corresponding_tasks.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/job_links.hpp"

namespace sluice {

/// Told of what happens to jobs, after their state in the table has changed; tells whose dependencies stand otherwise
/// since then. What is met or failed once stays so, whatever becomes of the other job. A job that ended longer ago than
/// `min_job_age` when the dependent is submitted is forgotten, and holds nobody up.
///
/// All the notices about one job cost O(its dependents + those of its array). Source: test_job_dependency() of
/// slurmctld's job_scheduler.c.
class Dependencies {
 public:
  /// `most_corresponding`: see CorrespondingTasks.
  Dependencies(const JobLinks& links, const JobTable& jobs, Duration min_job_age,
               std::optional<std::size_t> most_corresponding = std::nullopt);

  enum class Standing : std::uint8_t { met, waiting, never };
  Standing standing(JobId job) const;

  void submitted(JobId job, Time now);
  void rejected(JobId job, Time now);
  void started(JobId job, Time now);
  /// Its run is over, but its nodes are COMPLETING: of those that wait for it only singletons may go.
  void completing(JobId job);
  bool is_completing(JobId job) const { return completing_.contains(job); }
  /// Whether it ran or not; its nodes are clean.
  void ended(JobId job, Time now);
  /// It waits again, after a run or after its end was told.
  enum class From : std::uint8_t { running, ended_well, ended_badly };
  void requeued(JobId job, From from, Time now);
  /// It is held in SPECIAL_EXIT, which is not ok for those that wait for that.
  void is_in_special_exit(JobId job, Time now) { tell_about(job, now); }
  /// The job waits for these jobs from now on, and for nothing else.
  void replace(JobId job, std::vector<Condition> conditions, bool any_is_enough, Time now);
  /// The moment of a wake of this job has come.
  void wake(JobId job, Time now);

  /// Jobs whose standing may have changed, in the order in which that happened, each maybe more than once.
  std::vector<JobId> take_changed() { return std::exchange(changed_, {}); }
  /// Moments at which a job wants to be woken.
  std::vector<std::pair<Time, JobId>> take_wakes() { return std::exchange(wakes_, {}); }

  void fields(Archive& archive) {
    archive(states_, counts_, arrays_, namesakes_, corresponding_, completing_, changed_, wakes_, replaced_);
  }

 private:
  enum class State : std::uint8_t { open, met, failed };
  struct Counts {
    std::uint32_t open = 0, failed = 0;
    friend void fields(Archive& archive, Counts& counts) { all_fields<2>(archive, counts); }
  };
  struct ArrayProgress {
    std::size_t unstarted = 0, unended = 0, bad = 0, rejected = 0;
    std::optional<Time> first_start;
    Time last_end{};
    friend void fields(Archive& archive, ArrayProgress& array) { all_fields<6>(archive, array); }
  };
  struct Namesakes {
    std::set<JobId> pending;
    std::size_t running = 0;
    friend void fields(Archive& archive, Namesakes& group) { all_fields<2>(archive, group); }
  };
  /// What an operator has put in place of a job's conditions.
  struct Replaced {
    std::vector<Condition> conditions;
    std::vector<State> states;
    bool any_is_enough = false;
    friend void fields(Archive& archive, Replaced& one) { all_fields<3>(archive, one); }
  };
  /// What a condition looks at, of a job or of a whole array.
  struct Parent {
    bool exists = true, ended = false, well = false, special_exit = false;
    std::optional<Time> start;  ///< or the end of one that never ran
    Time end{};
  };

  bool has_conditions(JobId job) const { return !links_.conditions(job).empty(); }
  Parent parent(const Condition& condition) const;
  State judge(JobId job, const Condition& condition, Time now);
  void update(JobId job, std::uint32_t condition, Time now);
  void tell(std::span<const Dependent> dependents, Time now);
  void tell_about(JobId job, Time now);
  void test(NamesakesId group);
  static Standing standing_of(const Replaced& own);
  void judge_replaced(Time now);
  void leave_namesakes(JobId job);
  ArrayProgress* progress(JobId job);

  const JobLinks& links_;
  const JobTable& jobs_;
  Duration min_job_age_;
  std::vector<State> states_;  ///< by condition
  std::vector<Counts> counts_;  ///< by job; empty when nobody depends on anybody
  std::vector<ArrayProgress> arrays_;
  std::vector<Namesakes> namesakes_;
  CorrespondingTasks corresponding_;
  std::set<JobId> completing_;
  std::vector<JobId> changed_;
  std::vector<std::pair<Time, JobId>> wakes_;
  std::map<JobId, Replaced> replaced_;
};

}  // namespace sluice
