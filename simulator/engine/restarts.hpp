#pragma once
// How often jobs have been sent back to wait since the last one ended for good: what a run that goes round for ever is known
// by, be it that jobs preempt one another in a circle, or that a node fails under a job again and again.

#include <cstdint>
#include <map>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

/// A job that is sent back begins its work anew: by the n-th time nothing has been gained. O(log jobs) a requeue; an end costs
/// nothing unless jobs have been sent back since the one before.
class Restarts {
 public:
  /// So often a job is sent back before anybody asks whether it ever ends.
  static constexpr std::uint32_t patience = 50;

  void requeued(JobId job, Time now) {
    if (counts_.empty()) since_ = now;
    if (++counts_[job] % patience == 0) is_due_ = true;
  }
  /// A job has ended for good.
  void ended() {
    if (counts_.empty()) return;
    counts_.clear();
    is_due_ = false;
  }

  /// A job has been sent back another `patience` times since the last put_off().
  bool is_due() const { return is_due_; }
  void put_off() { is_due_ = false; }

  /// Of the first job that was sent back. Only while there is one.
  Time since() const { return since_; }
  const std::map<JobId, std::uint32_t>& counts() const { return counts_; }
  bool is_patience_over(JobId job) const {
    const auto known = counts_.find(job);
    return known != counts_.end() && known->second >= patience;
  }

  void fields(Archive& archive) { archive(counts_, since_, is_due_); }

 private:
  std::map<JobId, std::uint32_t> counts_;
  Time since_{};
  bool is_due_ = false;
};

}  // namespace sluice
