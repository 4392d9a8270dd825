#pragma once
// A catalogue of policies: a value that says which names mean which policies. An outside program adds its own.

#include <span>
#include <string_view>
#include <vector>

#include "policies/api/controller.hpp"
#include "policies/api/limits.hpp"
#include "policies/api/placement.hpp"
#include "policies/api/preemption.hpp"
#include "policies/api/priority.hpp"
#include "policies/api/scheduler.hpp"
#include "policies/api/selection.hpp"

namespace sluice {

/// Entries refer to static storage and are kept by pointer. A later entry of the same name replaces the earlier one.
class Policies {
 public:
  void add(const SchedulerEntry& entry) { put(schedulers_, entry); }
  void add(const LoopsEntry& entry) { put(loops_, entry); }
  void add(const PriorityEntry& entry) { put(priorities_, entry); }
  void add(const PlacementEntry& entry) { put(placements_, entry); }
  void add(const LimitsEntry& entry) { put(limits_, entry); }
  void add(const PreemptionEntry& entry) { put(preemptions_, entry); }
  void add(const SelectionEntry& entry) { put(selections_, entry); }

  std::span<const SchedulerEntry* const> schedulers() const { return schedulers_; }
  std::span<const LoopsEntry* const> loops() const { return loops_; }
  std::span<const PriorityEntry* const> priorities() const { return priorities_; }
  std::span<const PlacementEntry* const> placements() const { return placements_; }
  std::span<const LimitsEntry* const> limits() const { return limits_; }
  std::span<const PreemptionEntry* const> preemptions() const { return preemptions_; }
  std::span<const SelectionEntry* const> selections() const { return selections_; }

 private:
  template <class Entry>
  static void put(std::vector<const Entry*>& list, const Entry& entry) {
    for (auto& known : list)
      if (known->name == entry.name) {
        known = &entry;
        return;
      }
    list.push_back(&entry);
  }

  std::vector<const SchedulerEntry*> schedulers_;
  std::vector<const LoopsEntry*> loops_;
  std::vector<const PriorityEntry*> priorities_;
  std::vector<const PlacementEntry*> placements_;
  std::vector<const LimitsEntry*> limits_;
  std::vector<const PreemptionEntry*> preemptions_;
  std::vector<const SelectionEntry*> selections_;
};

}  // namespace sluice
