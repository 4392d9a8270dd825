#pragma once
// What jobs' --licenses mean, and how many licences running jobs hold.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/archive.hpp"
#include "simulator/engine/license_pool.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice {

/// Where a cluster has no licences at all, jobs may ask for any, and none is counted.
class JobLicenses {
 public:
  static constexpr std::string_view invalid = "Invalid license specification";

  JobLicenses(const ClusterSpec& cluster, const Workload& workload) : pool_{cluster.licenses} {
    if (cluster.licenses.empty()) return;
    for (std::uint32_t row = 0; row < workload.extras.size(); ++row)
      if (!workload.extras[row].licenses.empty()) wanted_[row] = parse_licenses(workload.extras[row].licenses);
  }

  const LicensePool& pool() const { return pool_; }
  bool are_wanted(const JobSpec& job) const { return wanted_.contains(job.extras); }
  /// Null: none, or not to be read.
  const Licenses* of(const JobSpec& job) const {
    const auto known = wanted_.find(job.extras);
    return known == wanted_.end() || !known->second ? nullptr : &*known->second;
  }
  /// slurmctld's message for a job that asks for licences there are not, or in no form that it knows.
  std::optional<std::string> refusal(const JobSpec& job) const {
    const auto known = wanted_.find(job.extras);
    if (known == wanted_.end() || (known->second && pool_.exist(*known->second))) return std::nullopt;
    return std::string{invalid};
  }
  /// Running jobs hold too many of them; reservations are not looked at.
  bool are_short(const JobSpec& job) const {
    const Licenses* wanted = of(job);
    return wanted != nullptr && !pool_.can_give(*wanted, [](std::string_view) { return 0; });
  }

  void started(const JobSpec& job) {
    if (const Licenses* wanted = of(job)) pool_.take(*wanted);
  }
  void stopped(const JobSpec& job) {
    if (const Licenses* wanted = of(job)) pool_.give_back(*wanted);
  }

  /// What --licenses of jobs mean is read again.
  void fields(Archive& archive) { archive(pool_); }

 private:
  LicensePool pool_;
  std::map<std::uint32_t, std::optional<Licenses>> wanted_;  ///< by row of the extras; absent: not to be read
};

}  // namespace sluice
