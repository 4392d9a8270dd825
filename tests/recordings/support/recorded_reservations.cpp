#include "tests/recordings/support/recorded_reservations.hpp"

#include <fmt/format.h>

#include "simulator/app/reservation_commands.hpp"
#include "simulator/base/text.hpp"
#include "tests/recordings/support/recorded_allocation.hpp"

namespace sluice::recordings {

RecordedReservations::RecordedReservations(const RecordedState& state)
    : state_{state}, book_{state.inputs->cluster, Seconds{}, std::nullopt}, pool_{state.inputs->cluster.licenses},
      up_{state.inputs->cluster.nodes.size()}, available_{state.inputs->cluster.nodes.size()}, failing_{state.inputs->cluster.nodes.size()} {
  const ClusterSpec& cluster = state.inputs->cluster;
  for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i)
    if (cluster.nodes[i].state == NodeState::up) up_.insert(NodeId{i});
  available_ = up_;
}

void RecordedReservations::see(const Event& event) {
  see_notes(event.at);
  now_ = floor_seconds(event.at);
  const auto* acted = std::get_if<OperatorActed>(&event.what);
  if (acted == nullptr) return;
  if (const auto* nodes = std::get_if<conf::UpdateNodes>(&acted->command)) change(*nodes);
  if (const auto* one = std::get_if<conf::ChangeReservation>(&acted->command)) change(*one, event.at);
  if (const auto* one = std::get_if<conf::DeleteReservation>(&acted->command)) static_cast<void>(book_.remove(one->name, *this));
}

/// A node that comes back is of use when it has answered.
void RecordedReservations::change(const conf::UpdateNodes& command) {
  if (!command.state) return;
  const NodeSet nodes = node_set(state_.inputs->cluster, command.nodes);
  const bool is_down = *command.state == "down";
  if (is_down || *command.state == "drain" || *command.state == "fail") {
    available_ -= nodes;
    if (is_down) up_ -= nodes;
    if (*command.state == "fail") failing_ |= nodes;
    return;
  }
  up_ |= nodes;
  const bool has_failed = nodes.count_common(failing_) > 0;  // such nodes have answered all the while
  failing_ -= nodes;
  const bool is_silent = !has_failed && *command.state == "resume" && !state_.recording->notes.empty();
  if (!is_silent) available_ |= nodes;
}

void RecordedReservations::change(const conf::ChangeReservation& command, Time at) {
  const app::RefuseWord refuse = [](std::string_view word, const std::string& message, const std::string&) {
    throw BadRecording{fmt::format("{}: {}", word, message)};
  };
  const auto request = app::read_reservation(command, state_.inputs->cluster, {}, at, refuse);
  const bool is_new = command.kind == conf::ChangeReservation::Kind::create;
  const auto done = is_new ? book_.create(request, *this) : book_.update(request, *this);
  if (!done) throw BadRecording{fmt::format("reservation {}: {}", command.name, done.error())};
}

void RecordedReservations::see_notes(Time until) {
  const auto& notes = state_.recording->notes;
  for (; next_note_ < notes.size() && notes[next_note_].at <= until; ++next_note_) {
    const NodeNote& note = notes[next_note_];
    const NodeSet nodes = node_set(state_.inputs->cluster, note.nodes);
    switch (note.what) {
      case NodeNote::What::silent: available_ -= nodes; break;
      case NodeNote::What::down:
        available_ -= nodes;
        up_ -= nodes;
        break;
      case NodeNote::What::answers: {
        NodeSet back = nodes;
        back &= up_;
        available_ |= back;
        break;
      }
      case NodeNote::What::reserved: book_.set_nodes(note.name, nodes); break;
    }
  }
}

std::vector<std::uint32_t> RecordedReservations::asked_by(std::size_t job) const {
  std::vector<std::uint32_t> numbers;
  const Submission* asked = state_.jobs[job].submission;
  if (asked == nullptr || asked->reservation.empty()) return numbers;
  for (const auto name : split(asked->reservation, ','))
    if (const Reservation* known = book_.find(name)) numbers.push_back(known->number);
  return numbers;
}

const NodeSet* RecordedReservations::nodes_first(std::optional<std::uint32_t> reservation) const {
  const Reservation* in = reservation ? book_.find(*reservation) : nullptr;
  return in != nullptr && in->has(ReservationFlag::flex) ? &in->nodes : nullptr;
}

NodeSet RecordedReservations::idle() const {
  NodeSet nodes = available_;
  for (const Run& run : runs()) nodes -= run.nodes;
  return nodes;
}

std::vector<ReservationWorld::Run> RecordedReservations::runs() const {
  constexpr Second unlimited = std::chrono::hours{24 * 365};
  std::vector<Run> runs;
  for (std::size_t index = 0; index < state_.jobs.size(); ++index) {
    const RecordedJob& job = state_.jobs[index];
    if (job.phase != JobPhase::running) continue;
    const auto& run = job.runs[job.run];
    const bool is_own = job.submission != nullptr && !job.submission->reservation.empty();
    const Reservation* in = is_own ? book_.find(job.submission->reservation) : nullptr;
    runs.push_back({node_set(state_.inputs->cluster, run.nodes), run.start + run.limit.value_or(unlimited),
                    in == nullptr ? std::nullopt : std::optional{in->number}, held_ ? held_(index) : nullptr});
  }
  return runs;
}

}  // namespace sluice::recordings
