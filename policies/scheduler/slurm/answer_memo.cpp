#include "policies/scheduler/slurm/answer_memo.hpp"

namespace sluice::scheduler::slurm {

void AnswerMemo::follow(std::optional<std::uint64_t> version) {
  if (version && version_ == version) return;
  version_ = version;
  used_ = 0;
  by_hash_.clear();
}

std::uint64_t AnswerMemo::hash(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates) {
  std::uint64_t value = reinterpret_cast<std::uintptr_t>(demand) ^ static_cast<std::uint64_t>(horizon);
  for (const std::uint64_t word : candidates.words()) {
    value = (value ^ word) * 0x9e3779b97f4a7c15ULL;
    value ^= value >> 29;
  }
  return value;
}

std::optional<AnswerMemo::Answer> AnswerMemo::find(const Demand* demand, Controller::Horizon horizon,
                                                   const NodeSet& candidates, Second now) const {
  if (!version_ || used_ == 0) return std::nullopt;
  const auto [first, last] = by_hash_.equal_range(hash(demand, horizon, candidates));
  for (auto it = first; it != last; ++it) {
    const Entry& entry = entries_[it->second];
    if (entry.demand != demand || entry.horizon != horizon || entry.candidates != candidates) continue;
    return Answer{entry.is_now ? std::optional{now} : entry.start, &entry.chosen};
  }
  return std::nullopt;
}

void AnswerMemo::keep(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates, Second now,
                      std::optional<Second> start, const NodeSet& chosen) {
  if (!version_) return;
  if (used_ == most) {
    used_ = 0;
    by_hash_.clear();
  }
  if (used_ == entries_.size()) entries_.emplace_back();
  Entry& entry = entries_[used_];
  entry.demand = demand;
  entry.horizon = horizon;
  entry.is_now = start && *start <= now;
  entry.start = start;
  entry.candidates = candidates;
  if (start) entry.chosen = chosen;
  by_hash_.emplace(hash(demand, horizon, candidates), static_cast<std::uint32_t>(used_));
  ++used_;
}

}  // namespace sluice::scheduler::slurm
