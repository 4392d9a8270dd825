#pragma once
// What the jobs of a workload have to do with one another: which are tasks of one array, who waits for whom, and who
// may not run beside whom (--dependency=singleton). Names resolved to ids, nothing that changes.

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/dependency.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice {

using ArrayId = Id<struct ArrayTag>;
using NamesakesId = Id<struct NamesakesTag>;

/// A job array. Its limit may be changed while it runs; this is the one it was submitted with.
struct TaskArray {
  std::string id;                     ///< as the workload calls it
  std::optional<std::int64_t> limit;  ///< so many tasks at once
  std::vector<JobId> tasks;           ///< by task index, ascending
  std::int64_t last_index = 0;
};

/// One thing a job waits for.
struct Condition {
  enum class Of : std::uint8_t {
    job,
    array,      ///< all of its tasks
    namesakes,  ///< singleton
    nobody,     ///< a job that the workload does not have: Slurm takes it for one of long ago
  };
  DependencyType type = DependencyType::afterany;
  Of of = Of::nobody;
  std::uint32_t row = 0;  ///< JobId, ArrayId or NamesakesId
  Duration delay{};       ///< of after: so long after the start
  friend void fields(Archive& archive, Condition& condition) { all_fields<4>(archive, condition); }
};

/// A condition seen from what it waits for.
struct Dependent {
  JobId job;
  std::uint32_t condition = 0;  ///< its place among the conditions of that job
};

/// Empty for a workload without arrays and dependencies, at no cost. Else O(jobs + conditions).
///
/// A dependency names jobs by the trace's ids, `ID` or `ID_TASK`; the whole text counts first, so that an id may hold
/// a bar of its own. It may name a job that is submitted later. aftercorr of an array's task is that task of the other
/// array.
class JobLinks {
 public:
  JobLinks() = default;
  explicit JobLinks(const Workload& workload);

  bool empty() const { return arrays_.empty() && conditions_.empty(); }

  const std::vector<TaskArray>& arrays() const { return arrays_; }
  std::optional<ArrayId> array_of(JobId job) const { return row<ArrayId>(array_of_, job); }

  /// What the job waits for: all of it, or with Join::any one of it.
  std::span<const Condition> conditions(JobId job) const;
  Dependency::Join join(JobId job) const;
  /// Where the job's conditions begin among those of all jobs.
  std::size_t first_condition(JobId job) const { return first_condition_[job.index()]; }
  std::size_t condition_count() const { return conditions_.size(); }

  std::span<const Dependent> dependents_of(JobId job) const { return of_jobs_.of(job.index()); }
  std::span<const Dependent> dependents_of(ArrayId array) const { return of_arrays_.of(array.index()); }

  /// Jobs of one user and name, when some of them is a singleton.
  std::optional<NamesakesId> namesakes_of(JobId job) const { return row<NamesakesId>(namesakes_of_, job); }
  std::size_t namesakes() const { return namesakes_; }

  /// A part of a dependency that names no job of the workload.
  struct Unknown {
    JobId job;
    std::string id;
  };
  const std::vector<Unknown>& unknown() const { return unknown_; }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  class Builder;

  /// Lists of dependents, one after the other.
  struct Lists {
    std::vector<std::uint32_t> first;  ///< one more than there are lists; empty: no list has anything
    std::vector<Dependent> all;
    std::span<const Dependent> of(std::size_t list) const {
      if (first.empty()) return {};
      return std::span{all}.subspan(first[list], first[list + 1] - first[list]);
    }
  };

  template <class Row>
  static std::optional<Row> row(const std::vector<std::uint32_t>& rows, JobId job) {
    if (rows.empty() || rows[job.index()] == none) return std::nullopt;
    return Row{rows[job.index()]};
  }

  std::vector<TaskArray> arrays_;
  std::vector<std::uint32_t> array_of_, namesakes_of_;  ///< by job; empty when there are none
  std::vector<Condition> conditions_;                   ///< of all jobs, one after the other
  std::vector<std::uint32_t> first_condition_;          ///< by job, and one more
  std::vector<bool> any_is_enough_;
  Lists of_jobs_, of_arrays_;
  std::size_t namesakes_ = 0;
  std::vector<Unknown> unknown_;
};

}  // namespace sluice
