#include "simulator/engine/gang.hpp"

#include <algorithm>

namespace sluice {

Gang::Gang(const ClusterSpec& cluster, const CoreMap& cores) {
  for (const PartitionSpec& spec : cluster.partitions) {
    Partition& added = partitions_.emplace_back();
    added.tier = spec.priority_tier;
    added.active = CoreSet{cluster.nodes.size(), cores.words()};
  }
  for (const PartitionId p : cores.order()) order_.push_back(p.index());
}

/// Who is active stays so where its tier lets it. Source: gang.c, gs_reconfig.
std::vector<Gang::Order> Gang::follow_partitions(const ClusterSpec& cluster, const CoreMap& cores) {
  order_.clear();
  for (const PartitionId p : cores.order()) order_.push_back(p.index());
  for (std::size_t p = 0; p < partitions_.size(); ++p) {
    partitions_[p].tier = cluster.partitions[p].priority_tier;
    partitions_[p].shadows.clear();
  }
  for (const std::size_t p : order_)
    for (const JobRef& job : partitions_[p].jobs)
      if (job->place != Place::idle) cast_shadow(job, partitions_[p].tier);
  Orders orders;
  update_all(orders);
  return orders;
}

/// Shadows are jobs of other partitions: by number, once all of them are there.
void Gang::fields(Archive& archive) {
  for (Partition& partition : partitions_) {
    std::uint64_t jobs = partition.jobs.size();
    archive(jobs, partition.active, partition.active_jobs);
    if (archive.is_loading()) {
      partition.jobs.clear();
      partition.shadows.clear();
    }
    for (std::uint64_t j = 0; j < jobs; ++j) {
      if (archive.is_loading()) partition.jobs.push_back(std::make_shared<Job>());
      archive(*partition.jobs[j]);
    }
  }
  for (Partition& partition : partitions_) {
    std::vector<JobId> shadows;
    for (const JobRef& shadow : partition.shadows) shadows.push_back(shadow->id);
    archive(shadows);
    if (!archive.is_loading()) continue;
    for (const JobId job : shadows) {
      partition.shadows.push_back(find(job));
      if (!partition.shadows.back()) throw ArchiveError{"a job that casts no shadow"};
    }
  }
}

Gang::JobRef Gang::find(JobId job) const {
  for (const Partition& partition : partitions_)
    for (const JobRef& one : partition.jobs)
      if (one->id == job) return one;
  return nullptr;
}

bool Gang::pauses(JobId job) const {
  const JobRef found = find(job);
  return found && found->paused;
}

void Gang::hold(JobId job) {
  if (const JobRef found = find(job)) found->held = true;
}

bool Gang::is_held(JobId job) const {
  const JobRef found = find(job);
  return found && found->held;
}

bool Gang::fits(const Partition& partition, const Job& job) const {
  return partition.active_jobs == 0 || !job.cores.overlap(partition.active);
}

void Gang::activate(Partition& partition, const Job& job) {
  if (partition.active_jobs == 0) partition.active.clear();
  job.cores.add_to(partition.active);
  ++partition.active_jobs;
}

/// It is in the way of all partitions of lower tiers.
void Gang::cast_shadow(const JobRef& job, std::int64_t tier) {
  for (Partition& partition : partitions_) {
    if (partition.tier >= tier) continue;
    auto& shadows = partition.shadows;
    if (std::find(shadows.begin(), shadows.end(), job) == shadows.end()) shadows.push_back(job);
  }
}

void Gang::clear_shadow(const JobRef& job) {
  for (Partition& partition : partitions_) std::erase(partition.shadows, job);
}

void Gang::begin_row(Partition& partition) {
  partition.active_jobs = 0;
  for (const JobRef& shadow : partition.shadows) activate(partition, *shadow);
}

/// A job below others is stopped for good where that is its partition's way.
void Gang::stop(Partition& partition, const JobRef& job, Orders& orders) {
  using Action = PreemptMode::Action;
  const bool for_good = !partition.shadows.empty() && (job->action == Action::cancel || job->action == Action::requeue);
  orders.push_back({job->id, for_good ? Order::What::preempt : Order::What::pause});
  job->paused = true;
}

/// Who is active stays so as far as higher tiers leave room; then others fill what is left.
void Gang::update(Partition& partition, Orders& orders) {
  begin_row(partition);
  for (const Place place : {Place::active, Place::filler})
    for (const JobRef& job : partition.jobs) {
      if (job->place != place) continue;
      if (fits(partition, *job)) {
        activate(partition, *job);
        cast_shadow(job, partition.tier);
        continue;
      }
      if (!job->paused) {
        stop(partition, job, orders);
        clear_shadow(job);
      }
      job->place = Place::idle;
    }
  for (const JobRef& job : partition.jobs) {
    if (job->place != Place::idle || job->held || !fits(partition, *job)) continue;
    activate(partition, *job);
    cast_shadow(job, partition.tier);
    job->place = Place::filler;
    if (!job->paused) continue;
    orders.push_back({job->id, Order::What::go_on});
    job->paused = false;
  }
}

void Gang::update_all(Orders& orders) {
  for (const std::size_t p : order_) update(partitions_[p], orders);
}

Gang::Orders Gang::started(JobId id, const Allocation& allocation, PreemptMode::Action action) {
  Orders orders;
  forget(id);
  Partition& partition = partitions_[allocation.partition.index()];
  const JobRef job = std::make_shared<Job>();
  job->id = id;
  job->cores = {allocation.runs, allocation.cores};
  job->action = action;
  partition.jobs.push_back(job);
  if (!fits(partition, *job)) {
    stop(partition, job, orders);
    return orders;
  }
  activate(partition, *job);
  job->place = Place::filler;
  cast_shadow(job, partition.tier);
  update_all(orders);
  return orders;
}

Gang::Orders Gang::ended(JobId id) {
  Orders orders;
  if (forget(id)) update_all(orders);
  return orders;
}

Gang::Orders Gang::shrunk(JobId id, const Allocation& allocation) {
  Orders orders;
  const JobRef job = find(id);
  if (!job) return orders;
  job->cores = {allocation.runs, allocation.cores};
  update_all(orders);
  return orders;
}

bool Gang::forget(JobId id) {
  const JobRef job = find(id);
  if (!job) return false;
  clear_shadow(job);
  for (Partition& partition : partitions_) std::erase(partition.jobs, job);
  return true;
}

/// Those that were active go to the end of the line; then the row is filled from its front.
void Gang::turn(Partition& partition, Orders& orders) {
  auto& jobs = partition.jobs;
  std::stable_partition(jobs.begin(), jobs.end(), [](const JobRef& job) { return job->place != Place::active; });
  for (const JobRef& job : jobs) job->place = Place::idle;
  begin_row(partition);
  for (const JobRef& job : jobs) {
    if (job->held || !fits(partition, *job)) continue;
    activate(partition, *job);
    job->place = Place::active;
  }
  for (const JobRef& job : jobs) {
    if (job->place != Place::idle || job->paused) continue;
    stop(partition, job, orders);
    clear_shadow(job);
  }
  for (const JobRef& job : jobs) {
    if (job->place != Place::active || !job->paused) continue;
    orders.push_back({job->id, Order::What::go_on});
    job->paused = false;
    cast_shadow(job, partition.tier);
  }
}

Gang::Orders Gang::slice() {
  Orders orders;
  for (const std::size_t p : order_) {
    Partition& partition = partitions_[p];
    if (partition.is_contended()) turn(partition, orders);
  }
  return orders;
}

bool Gang::has_turns() const {
  const auto waits = [](const JobRef& job) { return job->place == Place::idle && !job->held; };
  return std::any_of(partitions_.begin(), partitions_.end(), [&](const Partition& partition) {
    return partition.is_contended() &&
           std::any_of(partition.jobs.begin(), partition.jobs.end(), waits);
  });
}

}  // namespace sluice
