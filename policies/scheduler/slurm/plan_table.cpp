#include "policies/scheduler/slurm/plan_table.hpp"

#include <algorithm>
#include <utility>

namespace sluice::scheduler::slurm {
namespace {

/// Whether every node of a and b is also in c and d.
bool is_covered(const NodeSet& a, const NodeSet& b, const NodeSet& c, const NodeSet& d) {
  return is_common_within(a.words(), b.words(), c.words(), d.words());
}

bool contains_all(const NodeSet& whole, const NodeSet& part) { return is_covered(part, part, whole, whole); }

}  // namespace

std::uint32_t PlanTable::spare_row() {
  if (spare_.empty()) {
    sets_.emplace_back();
    return static_cast<std::uint32_t>(sets_.size() - 1);
  }
  const std::uint32_t row = spare_.back();
  spare_.pop_back();
  return row;
}

void PlanTable::reset(Second begin, Second end, const NodeSet& nodes) {
  for (const Slot& slot : slots_) spare_.push_back(slot.nodes);
  slots_.clear();
  const std::uint32_t row = spare_row();
  sets_[row] = nodes;
  slots_.push_back({begin, end, row, {}});
  made_ = 1;
}

void PlanTable::track_licenses(std::vector<std::int64_t> free) { slots_.front().licenses = std::move(free); }

bool PlanTable::Slot::has(const LicenseUse& wanted) const {
  return licenses.empty() || std::all_of(wanted.begin(), wanted.end(), [this](const auto& one) {
           return licenses[one.first] >= one.second;
         });
}

std::optional<PlanTable::Second> PlanTable::lacks_licenses(Second from, Second to, const LicenseUse& wanted) const {
  std::optional<Second> end;
  if (wanted.empty()) return end;
  for (const Slot& slot : slots_)
    if (slot.end > from && slot.begin <= to && !slot.has(wanted)) end = slot.end;
  return end;
}

PlanTable::Restriction PlanTable::restrict_to(Second from, Second to, const NodeSet& partition,
                                              NodeSet& candidates) const {
  Restriction found{std::nullopt, Second::max()};
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.end <= from) continue;
    if (!found.retry && i + 1 < slots_.size() && !is_covered(partition, free(slots_[i + 1]), candidates, free(slot)))
      found.retry = slot.end;
    if (slot.begin > to) {
      found.until = std::min(found.until, slot.begin - (to - from));
      break;
    }
    found.until = std::min(found.until, slot.end);
    candidates &= free(slot);
  }
  return found;
}

bool PlanTable::overlaps(Second from, Second to, const NodeSet& nodes, const LicenseUse& licenses) const {
  for (const Slot& slot : slots_)
    if (slot.end > from && slot.begin < to && (!contains_all(free(slot), nodes) || !slot.has(licenses))) return true;
  return false;
}

std::optional<PlanTable::Second> PlanTable::first_conflict(const NodeSet& nodes) const {
  for (std::size_t i = 1; i < slots_.size(); ++i)
    if (!contains_all(free(slots_[i]), nodes)) return slots_[i].begin;
  return std::nullopt;
}

void PlanTable::cut(std::size_t slot, Second at) {
  Slot later = slots_[slot];
  later.begin = at;
  later.nodes = spare_row();
  sets_[later.nodes] = sets_[slots_[slot].nodes];
  slots_[slot].end = at;
  slots_.insert(slots_.begin() + static_cast<std::ptrdiff_t>(slot) + 1, later);
  ++made_;
}

/// A promise from the table's begin on leaves an empty slot before it.
std::size_t PlanTable::slot_from(Second from) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].end < from) continue;
    if (slots_[i].end > from) cut(i, from);
    return i + 1;
  }
  return slots_.size();
}

void PlanTable::end_at(std::size_t first, Second to) {
  for (std::size_t i = first; i < slots_.size() && slots_[i].end != to; ++i)
    if (to < slots_[i].end) return cut(i, to);
}

void PlanTable::promise(Second from, Second to, const NodeSet& nodes, const LicenseUse& licenses) {
  from = std::max(from, begin());
  if (from >= to) return;
  const std::size_t first = slot_from(from);
  end_at(first, to);
  for (Slot& slot : slots_) {
    if (slot.begin < from || slot.end > to) continue;
    sets_[slot.nodes] -= nodes;
    if (!slot.licenses.empty())
      for (const auto& [row, count] : licenses) slot.licenses[row] -= count;
  }
  merge_one_pair();
}

void PlanTable::merge_one_pair() {
  for (std::size_t i = 1; i < slots_.size(); ++i) {
    if (free(slots_[i]) != free(slots_[i - 1]) || slots_[i].licenses != slots_[i - 1].licenses) continue;
    slots_[i - 1].end = slots_[i].end;
    spare_.push_back(slots_[i].nodes);
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

}  // namespace sluice::scheduler::slurm
