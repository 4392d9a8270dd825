#include "policies/scheduler/slurm/answer_memo.hpp"

namespace sluice::scheduler::slurm {

void AnswerMemo::clear() {
  by_hash_.resize(places);
  used_ = 0;
  ++epoch_;
}

void AnswerMemo::follow(std::optional<std::uint64_t> version) {
  if (version && version_ == version) return;
  version_ = version;
  clear();
}

std::uint64_t AnswerMemo::hash(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates) {
  return candidates.hash(reinterpret_cast<std::uintptr_t>(demand) + static_cast<std::uint64_t>(horizon));
}

AnswerMemo::Place& AnswerMemo::place_of(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates) {
  const std::uint64_t wanted = asked_;
  for (std::size_t p = wanted % places;; p = (p + 1) % places) {
    Place& place = by_hash_[p];
    if (place.epoch != epoch_) {
      place.hash = wanted;
      return place;
    }
    if (place.hash != wanted) continue;
    const Entry& entry = entries_[place.entry];
    if (entry.demand == demand && entry.horizon == horizon && entry.candidates == candidates) return place;
  }
}

std::optional<AnswerMemo::Answer> AnswerMemo::find(const Demand* demand, Controller::Horizon horizon,
                                                   const NodeSet& candidates, Second now) {
  if (!version_) return std::nullopt;
  asked_ = hash(demand, horizon, candidates);
  if (used_ == 0) return std::nullopt;
  const Place& place = place_of(demand, horizon, candidates);
  if (place.epoch != epoch_) return std::nullopt;
  const Entry& entry = entries_[place.entry];
  if (entry.is_now) return Answer{now, &entry.chosen, entry.cpus};
  if (entry.start && *entry.start <= now) return std::nullopt;
  return Answer{entry.start, &entry.chosen, entry.cpus};
}

/// What a run beyond its limit is expected to do a second from now is not for long.
void AnswerMemo::keep(const Demand* demand, Controller::Horizon horizon, const NodeSet& candidates, Second now,
                      const Answer& answer) {
  const bool is_now = answer.start && *answer.start <= now;
  if (!version_ || (answer.start && !is_now && *answer.start <= now + Second{1})) return;
  if (used_ == most) clear();
  Place& place = place_of(demand, horizon, candidates);
  if (place.epoch != epoch_) {
    place.epoch = epoch_;
    place.entry = static_cast<std::uint32_t>(used_++);
    if (place.entry == entries_.size()) entries_.emplace_back();
  }
  Entry& entry = entries_[place.entry];
  entry.demand = demand;
  entry.horizon = horizon;
  entry.is_now = is_now;
  entry.start = answer.start;
  entry.candidates = candidates;
  entry.cpus = answer.cpus;
  if (answer.start) entry.chosen = *answer.chosen;
}

}  // namespace sluice::scheduler::slurm
