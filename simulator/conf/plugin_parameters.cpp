#include "simulator/conf/plugin_parameters.hpp"

#include <array>

namespace sluice::conf {
namespace {

constexpr std::array scheduler_names = std::to_array<std::string_view>({
    "allow_zero_lic", "assoc_limit_stop", "batch_sched_delay", "bb_array_stage_cnt", "bf_allow_magnetic_slot",
    "bf_busy_nodes", "bf_continue", "bf_hetjob_immediate", "bf_hetjob_prio", "bf_interval", "bf_job_part_count_reserve",
    "bf_licenses", "bf_max_job_array_resv", "bf_max_job_assoc", "bf_max_job_part", "bf_max_job_start",
    "bf_max_job_test", "bf_max_job_user", "bf_max_job_user_part", "bf_max_time", "bf_min_age_reserve",
    "bf_min_prio_reserve", "bf_node_space_size", "bf_one_resv_per_job", "bf_resolution", "bf_running_job_reserve",
    "bf_topopt_enable", "bf_topopt_iterations", "bf_window", "bf_window_linear", "bf_yield_interval",
    "bf_yield_rpc_cnt", "bf_yield_sleep", "build_queue_timeout", "correspond_after_task_cnt", "default_queue_depth",
    "defer", "defer_batch", "delay_boot", "disable_job_shrink", "disable_hetjob_steps", "enable_hetjob_steps",
    "enable_job_state_cache", "enable_user_top", "extra_constraints", "hetjob_prio", "ignore_constraint_validation",
    "Ignore_NUMA", "ignore_prefer_validation", "max_array_tasks", "max_depend_depth", "max_rpc_cnt", "max_sched_time",
    "max_script_size", "max_submit_line_size", "max_switch_wait", "no_backup_scheduling", "nohold_on_prolog_fail",
    "pack_serial_at_end", "partition_job_depth", "permit_job_expansion", "preempt_reorder_count",
    "preempt_strict_order", "preempt_youngest_first", "reduce_completing_frag", "requeue_delay",
    "requeue_on_resume_failure", "requeue_setup_env_fail", "salloc_wait_nodes", "sbatch_wait_nodes", "sched_interval",
    "sched_max_job_start", "sched_min_interval", "spec_cores_first", "step_retry_count", "step_retry_time",
    "time_min_as_soft_limit", "whole_hetjob", "whole_pack",
});

constexpr std::array select_names = std::to_array<std::string_view>({
    "CR_CPU", "CR_CPU_Memory", "CR_Core", "CR_Core_Memory", "CR_Socket", "CR_Socket_Memory", "CR_Memory", "CR_LLN",
    "CR_ONE_TASK_PER_CORE", "CR_CORE_DEFAULT_DIST_BLOCK", "CR_Pack_Nodes", "CR_ALLOCATE_FULL_SOCKET",
    "OTHER_CONS_RES", "OTHER_CONS_TRES", "MULTIPLE_SHARING_GRES_PJ", "ENFORCE_BINDING_GRES",
    "ONE_TASK_PER_SHARING_GRES", "LL_SHARED_GRES",
});

}  // namespace

std::span<const std::string_view> scheduler_parameters() { return scheduler_names; }
std::span<const std::string_view> select_parameters() { return select_names; }

}  // namespace sluice::conf
