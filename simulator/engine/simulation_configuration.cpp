// What becomes of a simulation when operators change partitions and nodes.

#include <fmt/format.h>

#include "simulator/base/check.hpp"
#include "simulator/engine/simulation.hpp"

namespace sluice {
namespace {

bool shares_cores(const Command& command) {
  using Mode = OverSubscribe::Mode;
  const auto* change = std::get_if<ChangePartition>(&command);
  if (change == nullptr) return false;
  const Mode mode = change->as.over_subscribe.mode;
  return mode == Mode::yes || mode == Mode::force;
}

}  // namespace

void Simulation::let_commands_change(ClusterSpec& cluster) {
  SLUICE_CHECK(&cluster == &state_.cluster.spec(), "commands are to change another cluster");
  changing_ = &cluster;
}

/// What only commands bring about is prepared for from the start.
void Simulation::prepare_for_changes() {
  bool any = false, shares = false;
  for (const TimedCommand& command : commands_) {
    any = any || changes_cluster(command.what);
    shares = shares || shares_cores(command.what);
  }
  SLUICE_CHECK(!any || changing_ != nullptr, "commands change a cluster that may not change");
  if (!shares || !controller_) return;
  state_.cluster.tell_cores_apart();
  if (gang_ || !state_.cluster.spec().preempt.mode.gang) return;
  gang_.emplace(state_.cluster.spec(), *state_.cluster.core_map());
  apply_.use_gang(*gang_);
}

/// Why slurmctld would not do it.
std::optional<std::string> Simulation::refuses_change(const Command& command) const {
  if (!controller_) return "partitions and nodes can be changed under Slurm's loops only";
  const auto* deletion = std::get_if<DeletePartition>(&command);
  if (deletion == nullptr) return std::nullopt;
  if (!changing_->partitions[deletion->partition.index()].exists) return "Invalid partition name specified";
  const auto& reservations = controller_->reservations().book().all();
  for (const Reservation& one : reservations)
    if (one.partition == deletion->partition) return "Partition is in use";
  return apply_.is_in_use(deletion->partition) ? std::optional{std::string{"Partition is in use"}} : std::nullopt;
}

void Simulation::change_cluster(std::uint32_t row) {
  const Command& command = commands_[row].what;
  const Time now = events_.now();
  if (auto refusal = refuses_change(command)) {
    const auto* deletion = std::get_if<DeletePartition>(&command);
    const std::string what =
        deletion != nullptr ? "delete partition " + changing_->partitions[deletion->partition.index()].name : "update";
    return operator_.note_refused(now, what, *refusal);
  }
  const auto* change = std::get_if<ChangePartition>(&command);
  if (change != nullptr) apply_.rename_requests(change->named);
  const bool ends_change = change != nullptr && change->as.over_time_limit !=
                                                    changing_->partitions[change->partition.index()].over_time_limit;
  changes_.push_back(row);
  describe_anew(command);
  follow_configuration();
  apply_.follow_tiers(now);
  if (change != nullptr) apply_.set_partition(change->partition, change->as.state, now);
  if (ends_change) apply_.change_over_time(change->partition, now);
  apply_.look_again(now);
}

void Simulation::describe_anew(const Command& command) {
  auto& partitions = changing_->partitions;
  if (const auto* change = std::get_if<ChangePartition>(&command)) {
    if (change->as.is_default)
      for (PartitionSpec& other : partitions) other.is_default = false;
    partitions[change->partition.index()] = change->as;
  } else if (const auto* deletion = std::get_if<DeletePartition>(&command)) {
    partitions[deletion->partition.index()].exists = false;
    partitions[deletion->partition.index()].is_default = false;
  } else if (const auto* nodes = std::get_if<ChangeNodes>(&command)) {
    for (const auto& [node, node_class] : nodes->nodes) state_.cluster.set_class(node, node_class, *changing_);
  }
}

/// Everything that was made of the description is made again. What is made of partitions or classes of nodes, and kept, is
/// added here.
void Simulation::follow_configuration() {
  state_.cluster.follow_partitions();
  if (state_.accounts) state_.accounts->follow_partitions();
  policies_.selection->follow_configuration();
  policies_.priority->follow_configuration();
  controller_->follow_configuration();
  if (power_) power_->follow_configuration();
}

/// A snapshot names the commands that have changed the cluster.
void Simulation::changes_fields(Archive& archive) {
  archive(changes_);
  if (!archive.is_loading() || changes_.empty()) return;
  for (const std::uint32_t row : changes_) {
    if (row >= commands_.size() || !changes_cluster(commands_[row].what)) throw ArchiveError{"a command that changes nothing"};
    describe_anew(commands_[row].what);
  }
  follow_configuration();
  apply_.follow_tiers(events_.now());
}

}  // namespace sluice
