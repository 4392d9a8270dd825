#include "simulator/report/explanation.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace sluice::report {
namespace {

constexpr std::size_t most_named = 4;

Duration overlap(Time a_from, Time a_to, Time b_from, Time b_to) {
  return std::max(Duration{0}, std::min(a_to, b_to) - std::max(a_from, b_from));
}

struct Resource {
  const char* name;
  std::int64_t Room::* amount;
};
constexpr std::array resources = {Resource{"GPUs", &Room::gpus}, Resource{"CPUs", &Room::cpus},
                                  Resource{"memory", &Room::memory}};

/// The greatest parts of a whole, greatest first, equal ones in their own order.
template <class Whose>
std::vector<Part<Whose>> greatest(const std::map<Whose, double>& amounts, double whole) {
  std::vector<Part<Whose>> parts;
  for (const auto& [whose, amount] : amounts) parts.push_back({whose, amount / whole});
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  if (parts.size() > most_named) parts.resize(most_named);
  return parts;
}

std::string partition_of(const JobWatch& watch, JobId job) {
  const std::string& asked = watch.workload().request(watch.workload().jobs[job.index()].request).partition;
  if (!asked.empty()) return asked;
  for (const auto& partition : watch.cluster().partitions)
    if (partition.is_default) return partition.name;
  return {};
}

/// How much of a resource was held in an interval: amount x milliseconds.
double held_in(const JobWatch& watch, const Wait& wait, std::int64_t Room::* amount) {
  double sum = 0;
  for (const Hold& hold : watch.holds())
    sum += static_cast<double>(hold.what.*amount) *
           static_cast<double>(overlap(wait.from, wait.to, hold.from, hold.to).count());
  return sum;
}

std::optional<Scarcity> scarcity_in(const JobWatch& watch, const Wait& wait) {
  const double length = static_cast<double>((wait.to - wait.from).count());
  const Resource* scarcest = nullptr;
  double most = 0;
  for (const Resource& one : resources) {
    if (watch.wanted().*one.amount == 0 || watch.capacity().*one.amount == 0) continue;
    const double held = held_in(watch, wait, one.amount) / (static_cast<double>(watch.capacity().*one.amount) * length);
    if (held <= most) continue;
    most = held;
    scarcest = &one;
  }
  if (scarcest == nullptr) return std::nullopt;
  std::map<JobId, double> by_job;
  std::map<std::string, double> by_user, by_partition;
  const Workload& workload = watch.workload();
  double whole = 0;
  for (const Hold& hold : watch.holds()) {
    const double amount = static_cast<double>(hold.what.*(scarcest->amount)) *
                          static_cast<double>(overlap(wait.from, wait.to, hold.from, hold.to).count());
    if (amount == 0) continue;
    whole += amount;
    by_job[hold.job] += amount;
    by_user[std::string{workload.users.text(workload.jobs[hold.job.index()].user)}] += amount;
    by_partition[partition_of(watch, hold.job)] += amount;
  }
  return Scarcity{scarcest->name, most, greatest(by_job, whole), greatest(by_user, whole), greatest(by_partition, whole)};
}

std::vector<std::pair<JobId, Duration>> heads_in(const JobWatch& watch, const Wait& wait) {
  std::map<JobId, Duration> sums;
  for (const Head& head : watch.heads())
    if (const Duration time = overlap(wait.from, wait.to, head.from, head.to); time > Duration{0}) sums[head.job] += time;
  std::vector<std::pair<JobId, Duration>> list{sums.begin(), sums.end()};
  std::stable_sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (list.size() > most_named) list.resize(most_named);
  return list;
}

}  // namespace

Explanation explain(const JobWatch& watch) {
  Explanation all;
  all.watch = &watch;
  std::map<Reason, Duration> sums;
  for (const Stretch& stretch : watch.stretches()) {
    if (!stretch.waits_for) continue;
    Wait wait{stretch.from, stretch.to, *stretch.waits_for, stretch.text, std::nullopt, {}};
    const bool is_queued = wait.reason == Reason::priority || wait.reason == Reason::resources;
    if (is_queued) wait.scarcity = scarcity_in(watch, wait);
    if (wait.reason == Reason::priority) wait.behind = heads_in(watch, wait);
    sums[wait.reason] += wait.to - wait.from;
    all.waited += wait.to - wait.from;
    all.waits.push_back(std::move(wait));
  }
  all.by_reason.assign(sums.begin(), sums.end());
  std::stable_sort(all.by_reason.begin(), all.by_reason.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return all;
}

}  // namespace sluice::report
