#pragma once
// Scenario tests: a table says what users did and what must happen.
//
//   cluster nodes=4 cpus=8 gpus=2 mem=64000        n1-n4, all alike; or
//   pool 100                                        slots without node boundaries; or
//   node a[1-4] cpus=8 gpu=a100:8,v100:2 mem=64000 features=ib,ssd state=down
//   partition p nodes=a[1-2] max_time=1h max_nodes=2 state=down default exclusive qos=q
//     min_nodes=2 default_time=5m tier=2 job_factor=10 allow_accounts=a,b deny_accounts=c allow_qos=q deny_qos=r
//   conf NodeName=n[1-4] CPUs=8                     lines of slurm.conf (gres: of gres.conf, topology: of topology.conf,
//                                                   group: of what getent group prints)
//                                                   instead of all that: they also name the policies
//   policy scheduler=sched/backfill                 slurmctld's loops, with select/cons_tres
//   set AccountingStorageEnforce=limits,qos         a cluster-wide key of slurm.conf
//   sacctmgr add qos short maxwall=10               what sacctmgr takes; with such lines limits are enforced as set
//   policy scheduler=sched/easy options=easy_variant=fast order=priority/sjf placement=select/best_fit
//   policy order=priority/expr order_options=expr=-limit  blanks end a value
//   settings over_time_limit=1m requeue=no slurmd_timeout=5m return_to_service=1 kill_invalid_depend
//   clock slurmctld 0s                              limits are looked at every 30 s, once at 0s
//   at 5m scontrol hold A                           operators' commands, with the names of jobs
//
//   job submit nodes limit runs | start end state nodes        # why
//   A       0s     3   10m  10m |    0s 10m COMPLETED n[1-3]   # ...
//
// Left of the bar: job, submit, limit (--time), runs (when left alone), user, account, qos, nice, exit, outcome, cpus
// (ntasks), and every long option of sbatch by its name (tasks of an array: array-id, array-task, array-limit, a row a
// task). `-` is "not given"; times are 90s, 10m, 1h30m. Right of it: eligible, start, end, state (squeue's words, and
// REJECTED), restarts, nodes (hostlist), cpus and gpus (by node, 8+8+4), devices (a1:0-3,a2:0), partition, reason (the
// last one it waited for), message (of a rejection; the last column). `-` is "never" or "none". Defaults: cpus=1, one
// partition of all nodes, sched/easy, priority/basic, select/first_fit, runs=limit.

#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

struct ScenarioOutcome {
  bool as_told = false;                 ///< what happened is what the table says
  std::string got;                      ///< the table with what happened right of the bar; `<-` marks a difference
  std::vector<std::string> complaints;  ///< broken rules (see Books), and a memory that changed a decision
};

/// Plays the scenario twice, with the engine's memory of failures on and off. Throws std::invalid_argument for a text
/// that is not a scenario.
ScenarioOutcome play_scenario(std::string_view text);

/// Fails the test that calls it, showing both tables, unless everything happens as told.
void check_scenario(std::string_view text);

}  // namespace sluice::test
