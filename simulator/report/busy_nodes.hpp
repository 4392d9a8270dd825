#pragma once
// For how long how many nodes had at least one job: with shared nodes the jobs' own sums cannot tell.

#include <cstdint>
#include <map>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/units.hpp"
#include "simulator/engine/observer.hpp"

namespace sluice::report {

/// Sums over time the nodes that jobs hold, running or suspended, from their start to their end: what can be made of the rows
/// of jobs.csv. Nodes that boot for a job are not its own until it has begun. O(nodes of the job) for each start and end.
class BusyNodes final : public Observer {
 public:
  void job_started(JobId, Time now, const Allocation& allocation) override { hold(allocation.runs, now); }
  void job_configuring(JobId job, Time now, const Allocation& allocation) override;
  void job_configured(JobId job, Time now) override;
  void job_shrunk(JobId job, Time now, const ClosedRun&, const Allocation& before, const Allocation& kept) override;
  void job_ended(JobId job, Time end, EndState, const Allocation& allocation) override;
  void job_dropped(JobId, Time end, EndState) override { until_last_end_ = so_far(end); }
  /// Node-milliseconds from the start of the simulation to the last end of a job; 0 when none has ended.
  std::int64_t node_ms() const { return until_last_end_; }

  void fields(Archive& archive) { archive(nodes_, booting_, since_, used_, sum_, until_last_end_); }

 private:
  struct Node {
    std::uint32_t jobs = 0;
    Time since{};  ///< it has had jobs or, if there are none, has had none
    friend void fields(Archive& archive, Node& node) { all_fields<2>(archive, node); }
  };
  struct Booting {
    Time start{};
    std::vector<NodeRun> runs;
    friend void fields(Archive& archive, Booting& booting) { all_fields<2>(archive, booting); }
  };
  void hold(const std::vector<NodeRun>& runs, Time now);
  void give_back(const std::vector<NodeRun>& runs, Time now);
  void count_since(const Booting& ended, Time now);
  std::int64_t so_far(Time now) const { return sum_ + used_ * (now - since_).count(); }
  void change(std::int64_t nodes, Time now);

  std::vector<Node> nodes_;
  std::map<JobId, Booting> booting_;
  Time since_{};
  std::int64_t used_ = 0, sum_ = 0, until_last_end_ = 0;
};

}  // namespace sluice::report
