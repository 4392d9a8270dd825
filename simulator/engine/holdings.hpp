#pragma once
// What the jobs of each user and account hold and wait for, for orders that ask.

#include <array>
#include <vector>

#include "policies/api/priority.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice {

/// Users and accounts are those of the workload; jobs without a user have one in common. All calls are O(1).
class HoldingsTable {
 public:
  explicit HoldingsTable(const Workload& workload)
      : by_user_(workload.users.size()), by_account_(workload.accounts.size()) {}

  const Holdings& of_user(const JobSpec& job) const { return by_user_[job.user.index()]; }
  const Holdings& of_account(const JobSpec& job) const { return by_account_[job.account.index()]; }

  /// A job of theirs waits (+), or does so no longer (-).
  void wait(const JobSpec& job, Sign sign) {
    for (Holdings* one : both(job)) one->pending += static_cast<int>(sign);
  }
  enum class Job : std::uint8_t { comes_or_goes, stays };
  /// A job of theirs runs on this (+), or does so no longer (-); or it runs on with less.
  void hold(const JobSpec& job, const Allocation& what, Sign sign, Job itself = Job::comes_or_goes) {
    const int s = static_cast<int>(sign);
    for (Holdings* one : both(job)) {
      if (itself == Job::comes_or_goes) one->jobs += s;
      one->cpus += s * what.cpus;
      one->gpus += s * what.gpus;
      one->memory += s * what.memory;
    }
  }

  void fields(Archive& archive) { archive(by_user_, by_account_); }

 private:
  std::array<Holdings*, 2> both(const JobSpec& job) {
    return {&by_user_[job.user.index()], &by_account_[job.account.index()]};
  }

  std::vector<Holdings> by_user_, by_account_;
};

}  // namespace sluice
