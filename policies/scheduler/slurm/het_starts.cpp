#include "policies/scheduler/slurm/het_starts.hpp"

#include <algorithm>

namespace sluice::scheduler::slurm {

void HetStarts::found(std::uint32_t group, const Component& component) {
  auto& known = groups_[group];
  const auto same = std::find_if(known.begin(), known.end(),
                                 [&](const Component& one) { return one.job == component.job; });
  if (same == known.end())
    known.push_back(component);
  else if (component.start < same->start)
    *same = component;
}

bool HetStarts::would_deadlock(std::uint32_t group, PartitionId partition, Second start) {
  const auto find = [](std::vector<Promise>& list, std::uint32_t number) {
    return std::find_if(list.begin(), list.end(), [&](const Promise& one) { return one.group == number; });
  };
  auto& here = promises_[partition];
  auto own = find(here, group);
  if (own == here.end())
    here.push_back({group, start});
  else
    own->start = std::max(own->start, start);
  std::stable_sort(here.begin(), here.end(), [](const Promise& a, const Promise& b) { return a.start > b.start; });
  own = find(here, group);
  for (auto& [other_partition, there] : promises_) {
    if (other_partition == partition || find(there, group) == there.end()) continue;
    for (auto later = here.begin(); later != own; ++later)
      if (const auto its = find(there, later->group); its != there.end() && its->start < own->start) return true;
  }
  return false;
}

HetStarts::Second HetStarts::others(std::uint32_t group, JobId job) const {
  Second latest{};
  if (const auto found = groups_.find(group); found != groups_.end())
    for (const Component& one : found->second)
      if (one.job != job) latest = std::max(latest, one.start);
  return latest;
}

HetStarts::Second HetStarts::all(std::uint32_t group) const {
  Second latest{};
  for (const Component& one : groups_.at(group)) latest = std::max(latest, one.start);
  return latest;
}

bool HetStarts::knows(std::uint32_t group, JobId job) const {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return false;
  const auto& known = found->second;
  return std::any_of(known.begin(), known.end(), [&](const Component& one) { return one.job == job; });
}

std::vector<std::uint32_t> HetStarts::groups() const {
  std::vector<std::uint32_t> all;
  for (const auto& [number, group] : groups_) all.push_back(number);
  return all;
}

}  // namespace sluice::scheduler::slurm
