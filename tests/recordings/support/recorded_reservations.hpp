#pragma once
// The reservations of a recorded slurmctld, and which nodes answer.

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "simulator/engine/reservation_book.hpp"
#include "simulator/model/cluster.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// Made by the recorded commands. Which nodes a reservation gets in exchange for others is as recorded, as is when a
/// node answers (nodes.csv); where nothing is recorded of it, a node answers at once.
class RecordedReservations final : public ReservationWorld {
 public:
  explicit RecordedReservations(const RecordedState& state);

  /// Where cores are told apart: the nodes, and what each running job holds.
  void know_cores(const Cluster& cluster, std::function<const Allocation*(std::size_t job)> held) {
    cluster_ = &cluster;
    held_ = std::move(held);
  }
  const CoreMap* cores() const override { return cluster_ == nullptr ? nullptr : cluster_->core_map(); }

  void see(const Event& event);
  ReservationBook& book() { return book_; }
  const ReservationBook& book() const { return book_; }
  /// Numbers of those that a submitted job asks for.
  std::vector<std::uint32_t> asked_by(std::size_t job) const;
  const NodeSet* nodes_first(std::optional<std::uint32_t> reservation) const;
  const LicensePool& licenses() const { return pool_; }

  Second now() const override { return now_; }
  NodeSet up() const override { return up_; }
  /// Those that the loops may use.
  NodeSet available() const override { return available_; }
  NodeSet idle() const override;
  std::vector<Run> runs() const override;
  Jobs jobs_of(std::uint32_t) const override { return {}; }

 private:
  void change(const conf::UpdateNodes& command);
  void change(const conf::ChangeReservation& command, Time at);
  void see_notes(Time until);

  const RecordedState& state_;
  const Cluster* cluster_ = nullptr;
  std::function<const Allocation*(std::size_t)> held_;
  ReservationBook book_;
  LicensePool pool_;
  NodeSet up_, available_, failing_;
  Second now_{};
  std::size_t next_note_ = 0;
};

}  // namespace sluice::recordings
