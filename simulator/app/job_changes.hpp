#pragma once
// `scontrol update jobid=...`, field by field: texts become requests and descriptions of the workload.

#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/app/command_complaints.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/conf/commands.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/job_links.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::app {

/// Finds the jobs that a name means; none after a complaint.
using FindJobs = std::function<std::vector<JobId>(std::string_view name)>;

/// Follows what commands, in order of time, make of jobs' requests and options. New ones are added to the workload, before
/// a simulation is made of it. A command that slurmctld will refuse, as the job runs by then, is taken for done here.
/// Source: slurmctld's job_mgr.c (_update_job); scontrol(1) SPECIFICATIONS FOR UPDATE COMMAND, JOBS.
class JobChanges {
 public:
  /// The workload outlives it.
  explicit JobChanges(Workload& workload) : workload_{workload} {}

  /// Jobs submitted by then that have the first of a pair have the second from then on.
  void rename(const std::vector<std::pair<RequestId, RequestId>>& named, Time at);
  /// Adds what the field says to the update of its jobs at `at`.
  void change(const conf::TypedPair& field, UpdateJobs& update, Time at, CommandComplaints& complaints, const FindJobs& find);
  /// Puts a text into the request of each of the jobs.
  template <class Change>
  void change_requests(UpdateJobs& update, Change change) {
    for (const JobId job : update.jobs) {
      JobRequest request = workload_.request(request_of(job));
      if (!change(request)) return;
      keep(update.requests, job, workload_.intern(request));
      requests_[job] = workload_.intern(request);
    }
  }

 private:
  template <class Change>
  void change_extras(UpdateJobs& update, Change change);
  RequestId request_of(JobId job) const;
  const JobExtras& extras_of(JobId job) const;
  std::optional<Time> moment(const conf::TypedPair& field, Time at, CommandComplaints& complaints) const;
  void read_dependency(const conf::TypedPair& field, UpdateJobs& update, CommandComplaints& complaints, const FindJobs& find) const;
  static void keep(std::vector<NewRequest>& all, JobId job, RequestId request);

  Workload& workload_;
  std::map<JobId, RequestId> requests_;       ///< of jobs that commands have changed
  std::map<JobId, std::uint32_t> extras_;
  std::vector<std::pair<Time, std::map<RequestId, RequestId>>> renames_;
};

}  // namespace sluice::app
