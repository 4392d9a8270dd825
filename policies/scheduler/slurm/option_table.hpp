#pragma once
// SchedulerParameters of sched/backfill and sched/builtin: those of 22.05 that are acted on, and those that need no model
// because a decision takes no time here. Of the others it is said that they have no effect. Source: slurm.conf(5).

#include "policies/api/options.hpp"

namespace sluice::scheduler::slurm {

inline constexpr Option option_table[] = {
    // When the main loop runs, and how far it looks.
    {"default_queue_depth", "count", "100", "0..2147483647", "records that a pass looks at which an event started"},
    {"partition_job_depth", "count", "0", "0..2147483647", "records of one partition that a pass looks at; 0: all"},
    {"sched_interval", "count", "60", "-1..2147483647", "seconds between passes over the whole queue; -1: no passes"},
    {"sched_min_interval", "count", "2", "0..2147483647", "microseconds between two passes at least"},
    {"batch_sched_delay", "count", "3", "0..2147483647", "seconds in which submissions are gathered for one pass"},
    {"sched_max_job_start", "count", "0", "0..2147483647", "jobs that one pass starts; 0: no bound"},
    {"max_sched_time", "count", "2", "1..2147483647", "seconds a pass may take, where decisions cost time (SluiceDecisionCost)"},
    {"build_queue_timeout", "count", "2000000", "1..2147483647", "likewise"},
    {"max_rpc_cnt", "count", "0", "0..1000", "load of the controller: there is none here"},
    {"defer", "flag", "", "", "no attempt at submission or at a job's end: all passes are the loop's"},
    {"defer_batch", "flag", "", "", "the same for batch jobs (23.02)"},
    {"assoc_limit_stop", "flag", "", "", "a job that a limit stops keeps its partition from those behind it"},
    {"reduce_completing_frag", "flag", "", "", "CompleteWait holds up only partitions with completing nodes"},

    // What a backfill cycle looks at and plans.
    {"bf_interval", "count", "30", "-1..10800", "seconds from the end of a cycle to the next; -1: no cycles"},
    {"bf_max_time", "count", "30", "1..3600", "seconds a cycle may take, likewise"},
    {"bf_window", "count", "1440", "1..43200", "minutes that are planned ahead"},
    {"bf_resolution", "count", "60", "1..3600", "seconds of a step of the plan"},
    {"bf_max_job_test", "count", "500", "1..1000000", "jobs whose start a cycle looks for"},
    {"bf_max_job_start", "count", "0", "0..10000", "jobs that one cycle starts; 0: no bound"},
    {"bf_max_job_part", "count", "0", "0..1000000", "jobs of one partition that a cycle looks at; 0: all"},
    {"bf_max_job_user", "count", "0", "0..1000000", "jobs of one user; 0: all"},
    {"bf_max_job_assoc", "count", "0", "0..1000000", "jobs of one association; 0: all. Takes the place of bf_max_job_user"},
    {"bf_max_job_user_part", "count", "0", "0..1000000", "jobs of one user in one partition; 0: all"},
    {"bf_max_job_array_resv", "count", "20", "0..1000", "tasks of one array that are planned"},
    {"bf_job_part_count_reserve", "count", "0", "0..100000", "only so many jobs of a partition are planned; 0: all"},
    {"bf_min_age_reserve", "count", "0", "0..2592000", "seconds a job has been eligible before nodes are kept for it"},
    {"bf_min_prio_reserve", "count", "0", "0..4294967295", "priority from which nodes are kept for a job"},
    {"bf_one_resv_per_job", "flag", "", "", "a job in several partitions is planned in one"},
    {"bf_continue", "flag", "", "", "a cycle goes on after a pause: there are none here"},
    {"bf_yield_interval", "count", "2000000", "1..10000000", "microseconds of a cycle to a pause, where decisions cost time"},
    {"bf_yield_sleep", "count", "500000", "1..10000000", "microseconds of a pause"},
    {"bf_yield_rpc_cnt", "count", "10", "0..1000000", "load of the controller: there is none here"},
    {"bf_window_linear", "count", "0", "0..2147483647", "seconds by which the search for a start widens; 0: it doubles"},
    {"bf_busy_nodes", "flag", "", "", "plan on nodes that are in use rather than on idle ones"},
    {"bf_hetjob_prio", "choice", "none", "none|min|avg|max", "whose priority the parts of a heterogeneous job have"},
    {"bf_hetjob_immediate", "flag", "", "", "start a heterogeneous job as soon as its last part can"},
    {"bf_node_space_size", "count", "0", "0..2000000", "steps in the plan; 0: as bf_max_job_test"},
    {"bf_running_job_reserve", "flag", "", "", "running jobs on whole nodes are part of the plan"},
    {"bf_licenses", "flag", "", "", "licences are part of the plan"},

    // Read by others: selection, preemption, submission.
    {"preempt_reorder_count", "count", "1", "1..2147483647", "attempts to preempt fewer jobs"},
    {"preempt_strict_order", "flag", "", "", "jobs are preempted in their order as far as possible"},
    {"preempt_youngest_first", "flag", "", "", "the job that started last is preempted first"},
    {"correspond_after_task_cnt", "count", "10", "1..2147483647", "tasks of an array under aftercorr that are looked at at once"},
    {"max_switch_wait", "count", "300", "0..2147483647", "seconds a job may wait for its --switches at most"},
    {"max_depend_depth", "count", "10", "0..1000000", "steps of dependencies that are searched for a circle"},
    {"pack_serial_at_end", "flag", "", "", "jobs of one CPU go to the last nodes"},
    {"permit_job_expansion", "flag", "", "", "jobs do not grow here"},
    {"disable_job_shrink", "flag", "", "", "jobs do not shrink here"},
    {"enable_user_top", "flag", "", "", "users may use scontrol top"},
    {"ignore_prefer_validation", "flag", "", "", "--prefer is not checked at submission"},
    {"Ignore_NUMA", "flag", "", "", "NUMA nodes are not modelled"},
    {"nohold_on_prolog_fail", "flag", "", "", "prologs do not fail here"},
    {"salloc_wait_nodes", "flag", "", "", "concerns clients"},
    {"sbatch_wait_nodes", "flag", "", "", "concerns clients"},
};

}  // namespace sluice::scheduler::slurm
