#pragma once
// The nodes as they will be when the first of the running jobs have ended: what will-run tests look at.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "policies/api/selection.hpp"
#include "policies/placement/cons_tres/machine.hpp"

namespace sluice::cons_tres {

/// Jobs end in the order of the list. All of the first so many are taken to be gone, also those that have no node that
/// a test asks about, since these change nothing for it; so the states are the same for all tests between two starts or
/// ends, and are kept from one to the next. A state costs the copy of the one before it and O(nodes of the jobs) more.
class Futures {
 public:
  /// The cluster must not change until the next call. Equal versions: cluster and list are as they were.
  void look_at(const Cluster& cluster, std::span<const RunningJob> running, std::optional<std::uint64_t> version);

  /// What of some nodes becomes free when a job ends.
  struct Freed {
    std::int64_t nodes = 0, cpus = 0;
  };
  Freed freed(std::size_t job, const NodeSet& nodes) const;

  /// Makes `machine` show the nodes without the first `ended` jobs, until the next call.
  void show(std::size_t ended, PartitionId partition, Machine& machine);

 private:
  struct Part {
    std::uint32_t first = 0, count = 0;
    std::int32_t cpus = 0;  ///< of each node
  };
  struct State {
    std::size_t ended = 0;
    std::vector<std::uint32_t> row_of;     ///< by node
    std::vector<NodeSet> nodes;            ///< by place
    std::vector<std::uint32_t> place_of;   ///< by row: in `nodes`
    std::vector<std::uint32_t> rows;       ///< by place
    bool has_layers = true;
  };
  static constexpr std::size_t most_states = 64;
  static constexpr std::uint32_t no_place = ~std::uint32_t{0};

  void open_present(State& state);
  State& state_before(std::size_t ended);
  void end_job(State& state, std::size_t job);
  static void move(State& state, std::uint32_t first, std::uint32_t count, std::uint32_t from, std::uint32_t to);
  std::uint32_t row_for(const Machine::Row& row);

  const Cluster* cluster_ = nullptr;
  std::span<const RunningJob> running_;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> version_;  ///< of the caller, of the cluster
  std::vector<Part> parts_;
  std::vector<std::uint32_t> parts_from_;  ///< by job; one more at the end
  std::vector<Machine::Row> more_rows_;
  std::unordered_map<Machine::Row, std::uint32_t, NodeOfferHash> row_by_state_;
  std::vector<State> states_;              ///< memory is kept
  std::vector<std::uint32_t> order_;       ///< of those in use, by `ended`
  std::vector<Layer> shown_;
};

}  // namespace sluice::cons_tres
