#pragma once
// Running jobs that hold fewer nodes than they started with.

#include <map>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

/// Their limits and their work count from their start; what they hold they hold since the last change only. O(log jobs) each.
class Resizes {
 public:
  /// Since when the job, which started at `start`, holds what it does.
  Time since(JobId job, Time start) const {
    const auto found = of_.find(job);
    return found == of_.end() ? start : found->second.since;
  }
  /// Of the time in which it held nodes without working, `idle` in all: what is not counted yet.
  Duration uncounted(JobId job, Duration idle) const {
    const auto found = of_.find(job);
    return found == of_.end() ? idle : idle - found->second.counted;
  }
  /// It gives back nodes at `now`; of its idle time `counted` more is.
  void changed(JobId job, Time now, Duration counted) {
    Stretch& stretch = of_[job];
    stretch.since = now;
    stretch.counted += counted;
  }
  /// Its run is over.
  void forget(JobId job) {
    if (!of_.empty()) of_.erase(job);
  }

  void fields(Archive& archive) { archive(of_); }

 private:
  struct Stretch {
    Time since{};
    Duration counted{};
    friend void fields(Archive& archive, Stretch& stretch) { all_fields<2>(archive, stretch); }
  };
  std::map<JobId, Stretch> of_;
};

}  // namespace sluice
