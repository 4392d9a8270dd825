#pragma once
// The reservations and licences of a running simulation: which jobs use which.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/selection.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/apply.hpp"
#include "simulator/engine/job_licenses.hpp"
#include "simulator/engine/reservation_book.hpp"
#include "simulator/engine/state.hpp"

namespace sluice {

/// The book, seen from the live state. Costs nothing as long as no reservation was ever made and no job wants licences.
class LiveReservations final : public ReservationWorld {
 public:
  /// `running` and `available` are the controller's own, and outlive it as everything else.
  LiveReservations(State& state, Apply& apply, const ClusterSpec& cluster, const Workload& workload, Second clock_zero,
                   const std::vector<RunningJob>& running, const NodeSet& available);

  const ReservationBook& book() const { return book_; }
  const LicensePool& licenses() const { return licenses_.pool(); }
  /// Decisions are taken at this moment of the clock from here on.
  void begin(Time now) { at_ = now; }

  /// Nodes of reservations that are on at a moment: all, and those for maintenance.
  NodeSet reserved_nodes(Time at) const { return book_.reserved_nodes(floor_seconds(at) + clock_zero_); }
  NodeSet maintenance_nodes(Time at) const { return book_.maintenance_nodes(floor_seconds(at) + clock_zero_); }

  // --- Operators. An error is slurmctld's message.
  std::optional<std::string> create(const ReservationRequest& request);
  std::optional<std::string> update(const ReservationRequest& request);
  std::optional<std::string> remove(std::string_view name);
  void exchange_nodes();
  /// slurmctld's looks of every 5 and 30 s; the former: whether a reservation has begun.
  bool notice() { return book_.notice(now()); }
  /// Ends jobs that are longer than ResvOverRun beyond the end of their reservation, and takes out those that are over.
  void look();

  // --- Jobs
  /// slurmctld's message if the job is refused for what it names; else its reservations are known from now on.
  std::optional<std::string> refusal(JobId job);
  /// What it may have now of the nodes, for the test of a submission. nullopt: the test is left out, as its reservation
  /// has not begun; nothing is known against it.
  std::optional<NodeSet> nodes_at_submission(JobId job);
  void describe(JobId job, WaitingJob& record) const;
  /// Pending jobs that have lost a reservation since, and wait on.
  std::vector<JobId> take_changed() { return std::exchange(changed_, {}); }
  /// Whether one for maintenance is gone since.
  bool take_end_of_maintenance() { return std::exchange(maintenance_is_over_, false); }
  /// Could it start now in the reservation it is tried in?
  ReservationTest::Finding test_now(const WaitingJob& job);
  ReservationTest test(const WaitingJob& job, const Demand& demand, PartitionId partition, const NodeSet& partition_nodes,
                       Second when, std::chrono::minutes limit, ReservationBook::Moves moves);
  /// Nodes of the reservation it is tried in, if that is FLEX: those are taken first.
  const NodeSet* nodes_first(const WaitingJob& job) const;
  /// --signal=R: how long before its end the job is warned; nullopt: it does not use nodes of others' reservations.
  std::optional<Second> warning_of(JobId job) const;
  /// Nodes of the reservation it is tried in, if that has a MaxStartDelay: jobs with --signal=R go from them for it.
  const NodeSet* lent_nodes(const WaitingJob& job) const;
  bool licenses_short(const WaitingJob& job, std::chrono::minutes limit);
  const Licenses* licenses_of(JobId job) const;
  /// For the plan of bf_licenses: by the place of each among the cluster's.
  LicensePlan license_plan() const;
  LicenseUse licenses_wanted(const WaitingJob& job) const;
  /// Reservations that draw in jobs of this job's user.
  std::vector<std::uint32_t> magnetic_for(JobId job) const;

  void started(JobId job, std::optional<std::uint32_t> reservation);
  void stopped(JobId job);

  Second now() const override { return floor_seconds(at_) + clock_zero_; }
  NodeSet up() const override;
  NodeSet available() const override { return available_; }
  NodeSet idle() const override;
  std::vector<Run> runs() const override;
  const CoreMap* cores() const override { return state_.cluster.core_map(); }
  Jobs jobs_of(std::uint32_t reservation) const override;

  void fields(Archive& archive) { archive(book_, licenses_, at_, uses_, maintenance_is_over_); }

 private:
  struct Use {
    std::vector<std::uint32_t> asked;       ///< in the order in which it names them
    std::optional<std::uint32_t> runs_in;
    friend void fields(Archive& archive, Use& use) { all_fields<2>(archive, use); }
  };
  bool admits(const Reservation& reservation, JobId job) const;
  void forget(const Reservation& gone);
  LicenseUse by_place(const Licenses& licenses) const;
  NodeSet nodes_of(const RunningJob& run) const;

  State& state_;
  Apply& apply_;
  const ClusterSpec& cluster_;
  const Workload& workload_;
  Second clock_zero_{};
  const std::vector<RunningJob>& running_;
  const NodeSet& available_;
  ReservationBook book_;
  JobLicenses licenses_;
  Time at_{};
  std::vector<JobId> changed_;
  bool maintenance_is_over_ = false;
  std::map<JobId, Use> uses_;  ///< of jobs that have to do with a reservation
};

}  // namespace sluice
