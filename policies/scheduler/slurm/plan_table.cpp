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

/// Has the slot behind it nodes that it has not?
bool PlanTable::gains(std::size_t slot) const {
  Finding& known = slots_[slot].gains;
  if (known == Finding::unknown)
    known = contains_all(free(slots_[slot]), free(slots_[slot + 1])) ? Finding::no : Finding::yes;
  return known == Finding::yes;
}

/// Has it nodes that the slot behind it has not?
bool PlanTable::loses(std::size_t slot) const {
  Finding& known = slots_[slot].loses;
  if (known == Finding::unknown)
    known = contains_all(free(slots_[slot + 1]), free(slots_[slot])) ? Finding::no : Finding::yes;
  return known == Finding::yes;
}

/// The same nodes have been taken from the slots first, ..., end-1: where a slot had nothing more than a neighbour of
/// these, that is still so, and where it had, and the neighbour alone has lost nodes, too.
void PlanTable::forget_findings(std::size_t first, std::size_t end) {
  const auto forget = [](Finding& known, Finding what) {
    if (known == what) known = Finding::unknown;
  };
  for (std::size_t slot = first; slot + 1 < end; ++slot) {
    forget(slots_[slot].gains, Finding::yes);
    forget(slots_[slot].loses, Finding::yes);
  }
  if (first == end) return;
  if (first > 0) {
    forget(slots_[first - 1].gains, Finding::yes);
    forget(slots_[first - 1].loses, Finding::no);
  }
  forget(slots_[end - 1].gains, Finding::no);
  forget(slots_[end - 1].loses, Finding::yes);
}

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
  slots_.push_back({begin, end, row, {}, {}, {}});
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
  bool is_first = true;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    if (slot.end <= from) continue;
    const bool is_last = i + 1 == slots_.size();
    if (!found.retry && !is_last && gains(i) && !is_covered(partition, free(slots_[i + 1]), free(slot), free(slot)))
      found.retry = slot.end;
    if (slot.begin > to) {
      found.until = std::min(found.until, slot.begin - (to - from));
      break;
    }
    found.until = std::min(found.until, slot.end);
    if (is_first || loses(i - 1)) candidates &= free(slot);
    is_first = false;
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
  slots_[slot].gains = slots_[slot].loses = Finding::no;
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
  std::size_t begin_of_change = slots_.size(), end_of_change = 0;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (slot.begin < from || slot.end > to) continue;
    begin_of_change = std::min(begin_of_change, i);
    end_of_change = i + 1;
    sets_[slot.nodes] -= nodes;
    if (!slot.licenses.empty())
      for (const auto& [row, count] : licenses) slot.licenses[row] -= count;
  }
  if (end_of_change > 0) forget_findings(begin_of_change, end_of_change);
  merge_one_pair();
}

void PlanTable::merge_one_pair() {
  for (std::size_t i = 1; i < slots_.size(); ++i) {
    if (gains(i - 1) || loses(i - 1) || slots_[i].licenses != slots_[i - 1].licenses) continue;
    slots_[i - 1].end = slots_[i].end;
    slots_[i - 1].gains = slots_[i].gains;
    slots_[i - 1].loses = slots_[i].loses;
    spare_.push_back(slots_[i].nodes);
    slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

}  // namespace sluice::scheduler::slurm
