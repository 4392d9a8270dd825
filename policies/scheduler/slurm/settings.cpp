#include "policies/scheduler/slurm/settings.hpp"

#include <algorithm>

namespace sluice::scheduler::slurm {
namespace {

std::chrono::seconds seconds_of(const Options& options, std::string_view name) {
  return std::chrono::seconds{options.count(name)};
}

/// slurmctld sees no need to sort then. Source: slurmctld's job_scheduler.c.
bool keeps_list_order(const ClusterSpec& cluster) {
  const auto& partitions = cluster.partitions;
  const bool one_tier = std::all_of(partitions.begin(), partitions.end(), [&](const PartitionSpec& one) {
    return one.priority_tier == partitions.front().priority_tier;
  });
  return one_tier && cluster.scheduler.name == "sched/builtin" && cluster.priority.name == "priority/basic";
}

HetPriority het_priority(std::string_view name) {
  if (name == "min") return HetPriority::least;
  if (name == "max") return HetPriority::greatest;
  return name == "avg" ? HetPriority::mean : HetPriority::own;
}

}  // namespace

Settings read_settings(const Options& options, const ClusterSpec& cluster) {
  Settings settings;
  const auto complete_wait = std::chrono::floor<std::chrono::seconds>(cluster.times.complete_wait);

  MainSettings& main = settings.main;
  main.queue_depth = options.count("default_queue_depth");
  main.partition_depth = options.count("partition_job_depth");
  main.max_starts = options.count("sched_max_job_start");
  main.min_age_reserve = seconds_of(options, "bf_min_age_reserve");
  main.min_priority_reserve = options.count("bf_min_prio_reserve");
  main.complete_wait = complete_wait;
  main.reduce_completing_frag = options.flag("reduce_completing_frag");
  main.assoc_limit_stop = options.flag("assoc_limit_stop");
  main.in_list_order = keeps_list_order(cluster);
  main.het_priority = het_priority(options.choice("bf_hetjob_prio"));
  main.cost = cluster.controller.decision_cost;
  main.max_time = seconds_of(options, "max_sched_time");
  main.licenses_stop = options.flag("bf_licenses");

  BackfillSettings& backfill = settings.backfill;
  backfill.window = std::chrono::minutes{options.count("bf_window")};
  backfill.resolution = seconds_of(options, "bf_resolution");
  backfill.max_tests = options.count("bf_max_job_test");
  backfill.max_starts = options.count("bf_max_job_start");
  backfill.max_of_partition = options.count("bf_max_job_part");
  backfill.max_of_association = options.count("bf_max_job_assoc");
  backfill.max_of_user = backfill.max_of_association != 0 ? 0 : options.count("bf_max_job_user");
  backfill.max_of_user_in_partition = options.count("bf_max_job_user_part");
  backfill.max_array_plans = options.count("bf_max_job_array_resv");
  backfill.planned_of_partition = options.count("bf_job_part_count_reserve");
  backfill.min_age_reserve = main.min_age_reserve;
  backfill.min_priority_reserve = main.min_priority_reserve;
  const std::int64_t table_size = options.count("bf_node_space_size");
  backfill.table_size = table_size != 0 ? table_size : backfill.max_tests;
  backfill.one_plan_per_job = options.flag("bf_one_resv_per_job");
  backfill.licenses = options.flag("bf_licenses");
  backfill.whole_nodes_close = cluster.select.name != "select/linear";
  backfill.running_jobs_reserve = options.flag("bf_running_job_reserve") || backfill.licenses;
  backfill.cost = main.cost;
  backfill.max_time = seconds_of(options, "bf_max_time");
  const auto micro = [&](std::string_view name) {
    return std::chrono::floor<Duration>(std::chrono::microseconds{options.count(name)});
  };
  backfill.yield_interval = micro("bf_yield_interval");
  backfill.yield_sleep = micro("bf_yield_sleep");
  backfill.het_priority = main.het_priority;
  backfill.het_immediate = options.flag("bf_hetjob_immediate");
  backfill.assoc_limit_stop = main.assoc_limit_stop;

  ClockSettings& clock = settings.clock;
  clock.full_pass = seconds_of(options, "sched_interval");
  if (clock.full_pass->count() < 0) clock.full_pass.reset();
  clock.batch_delay = seconds_of(options, "batch_sched_delay");
  clock.min_gap = std::chrono::floor<Duration>(std::chrono::microseconds{options.count("sched_min_interval")});
  clock.cycle = seconds_of(options, "bf_interval");
  if (clock.cycle->count() < 0) clock.cycle.reset();
  clock.complete_wait = complete_wait;
  clock.defer = options.flag("defer");
  return settings;
}

}  // namespace sluice::scheduler::slurm
