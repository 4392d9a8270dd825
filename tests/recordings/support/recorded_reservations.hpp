#pragma once
// The reservations of a recorded slurmctld, and which nodes answer.

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "simulator/engine/reservation_book.hpp"
#include "tests/recordings/support/replay.hpp"

namespace sluice::recordings {

/// Made by the recorded commands. Which nodes a reservation gets in exchange for others is as recorded, as is when a
/// node answers (nodes.csv); where nothing is recorded of it, a node answers at once.
class RecordedReservations final : public ReservationWorld {
 public:
  explicit RecordedReservations(const RecordedState& state);

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
  ReservationBook book_;
  LicensePool pool_;
  NodeSet up_, available_;
  Second now_{};
  std::size_t next_note_ = 0;
};

}  // namespace sluice::recordings
