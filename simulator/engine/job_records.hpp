#pragma once
// How many job records slurmctld has in memory, which MaxJobCount limits.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice {

/// Every job counts, every task and every component of one, from its submission until slurmctld forgets it: at the first look
/// (every minute, or every MinJobAge if that is less than a minute, but 10 s at least) that finds it over for MinJobAge.
/// O(1) a submission and an end. Left out: the record of an array that has no tasks of its own any more, and stays until the
/// last of them is forgotten.
/// Source: job_mgr.c, job_allocate() and purge_old_job(); controller.c.
class JobRecords {
 public:
  explicit JobRecords(const ClusterSpec& cluster)
      : most_{cluster.job_settings.max_job_count}, age_{cluster.times.min_job_age}, uptime_{cluster.controller.uptime} {}

  void submitted(std::int64_t together) { known_ += together; }
  /// One of these is refused after all.
  void refused() { --known_; }
  /// Times come in order.
  void ended(JobId job, Time now) { over_.push_back({Time{floor_seconds(now)}, job}); }
  /// A job that had ended waits again.
  void waits_again(JobId job) {
    std::erase_if(over_, [&](const Over& one) { return one.job == job; });
  }
  /// Whether so many more are too many.
  bool has_no_room_for(std::int64_t more, Time now) {
    forget(now);
    return known_ + more >= most_;
  }
  std::int64_t most() const { return most_; }

  void fields(Archive& archive) { archive(known_, over_); }

 private:
  struct Over {
    Time end{};
    JobId job;
    friend void fields(Archive& archive, Over& over) { all_fields<2>(archive, over); }
  };

  void forget(Time now) {
    if (age_ == Duration{}) return;
    constexpr Duration period = std::chrono::minutes{1}, shortest = std::chrono::seconds{10};
    const Duration between = age_ < period ? std::max<Duration>(shortest, age_) : period;
    const Time look = now - (now - Time{} + uptime_) % between;
    for (; !over_.empty() && over_.front().end + age_ <= look; over_.pop_front()) --known_;
  }

  std::int64_t most_;
  Duration age_, uptime_;
  std::int64_t known_ = 0;
  std::deque<Over> over_;  ///< not yet forgotten
};

}  // namespace sluice
