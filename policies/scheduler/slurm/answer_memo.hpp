#pragma once
// Answers of will-run tests that need not be asked for again: jobs of equal demands are offered equal candidates many
// times in a cycle, and again in the next one if nothing has started or ended since.

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "policies/api/controller.hpp"

namespace sluice::scheduler::slurm {

/// Holds for one Controller::state_version(). Keeps its memory from one use to the next.
class AnswerMemo {
 public:
  using Second = std::chrono::seconds;

  /// Forgets all if the state is another one now. Without a version nothing is kept.
  void follow(std::optional<std::uint64_t> version);

  struct Answer {
    std::optional<Second> start;  ///< absent: never
    const NodeSet* chosen = nullptr;
    std::int64_t cpus = 0;
  };
  /// nullopt: not known.
  std::optional<Answer> find(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates, Second now);
  /// The answer to the question that find() was last asked. `answer.chosen` is copied.
  void keep(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates, Second now,
            const Answer& answer);

 private:
  struct Entry {
    const Demand* demand = nullptr;
    Controller::Horizon horizon{};
    bool is_now = false;          ///< it can start at once, whenever that is
    std::optional<Second> start;
    NodeSet candidates, chosen;
    std::int64_t cpus = 0;
  };
  struct Place {
    std::uint64_t hash = 0;
    std::uint32_t entry = 0;
    std::uint32_t epoch = 0;      ///< of another one: the place is free
  };
  static constexpr std::size_t most = 4096, places = 4 * most;
  static std::uint64_t hash(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates);
  void clear();
  /// The place of the entry of the last question, or the free one where it belongs.
  Place& place_of(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates);

  std::optional<std::uint64_t> version_;
  std::vector<Entry> entries_;
  std::size_t used_ = 0;          ///< of entries_; the others are spare memory
  std::vector<Place> by_hash_;
  std::uint32_t epoch_ = 0;
  std::uint64_t asked_ = 0;       ///< hash of the last question
};

}  // namespace sluice::scheduler::slurm
