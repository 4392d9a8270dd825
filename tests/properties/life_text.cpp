// Lives as text, a line a setting, job and command.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tests/properties/slurm_draws.hpp"

namespace sluice::test {
namespace {

std::string ids(const std::vector<JobId>& jobs) {
  std::string text;
  for (const JobId job : jobs) text += fmt::format(" {}", job.value);
  return text;
}

std::string text_of(const Command& command) {
  struct Text {
    std::string operator()(const HoldJobs& c) const { return fmt::format("hold{}", ids(c.jobs)); }
    std::string operator()(const ReleaseJobs& c) const { return fmt::format("release{}", ids(c.jobs)); }
    std::string operator()(const RequeueJobs& c) const { return fmt::format("{}{}", c.hold == Hold::none ? "requeue" : "requeuehold", ids(c.jobs)); }
    std::string operator()(const SuspendJobs& c) const { return fmt::format("suspend{}", ids(c.jobs)); }
    std::string operator()(const ResumeJobs& c) const { return fmt::format("resume{}", ids(c.jobs)); }
    std::string operator()(const UpdateJobs& c) const {
      return fmt::format("update{} limit={} priority={} qos={} requests={} begin={}", ids(c.jobs),
                         c.limit ? to_seconds(*c.limit) : 0, c.priority.value_or(7777), c.qos ? c.qos->value : 7777,
                         c.requests.size(), c.begin ? to_seconds(*c.begin - Time{}) : 0);
    }
    std::string operator()(const ThrottleArray& c) const { return fmt::format("throttle {} {}", c.array.value, c.limit.value_or(0)); }
    std::string operator()(const CancelJobs& c) const {
      return fmt::format("scancel{} name={} partition={} state={}", c.jobs ? ids(*c.jobs) : "", c.name.value_or("-"),
                         c.partition ? c.partition->value : 7777, c.state ? static_cast<int>(*c.state) : 7777);
    }
    std::string operator()(const UpdateNodes& c) const {
      return fmt::format("update node {} state={}", c.nodes.front().value, static_cast<int>(c.state));
    }
    std::string operator()(const KillNode& c) const { return fmt::format("node-kill {}", c.node.value); }
    std::string operator()(const StartNode& c) const { return fmt::format("node-start {}", c.node.value); }
    std::string operator()(const UpdatePartition& c) const {
      return fmt::format("update partition {} state={}", c.partition.value, static_cast<int>(c.state));
    }
    std::string operator()(const CreateReservation& c) const { return fmt::format("create reservation {}", what(c.request)); }
    std::string operator()(const UpdateReservation& c) const { return fmt::format("update reservation {}", what(c.request)); }
    std::string operator()(const DeleteReservation& c) const { return fmt::format("delete reservation {}", c.name); }
    std::string operator()(const StartJob& c) const { return fmt::format("start {}", c.job.value); }
    std::string operator()(const PreemptJob& c) const { return fmt::format("preempt {}", c.job.value); }
    std::string operator()(const ChangePartition& c) const {
      return fmt::format("change partition {} state {} nodes {} MaxTime {} nodes {}-{} tier {} share {}", c.partition.value,
                         static_cast<int>(c.as.state), c.as.nodes.size(), c.as.max_time ? to_seconds(*c.as.max_time) : 0,
                         c.as.min_nodes, c.as.max_nodes.value_or(0), c.as.priority_tier, static_cast<int>(c.as.over_subscribe.mode));
    }
    std::string operator()(const DeletePartition& c) const { return fmt::format("delete partition {}", c.partition.value); }
    std::string operator()(const ChangeNodes& c) const { return fmt::format("change {} nodes", c.nodes.size()); }
    std::string operator()(const TopJobs& c) const { return fmt::format("top{}", ids(c.jobs)); }
    std::string operator()(const SwitchPower& c) const {
      return fmt::format("switch power of node {} to={}", c.nodes.front().value, static_cast<int>(c.to));
    }

    static std::string what(const ReservationRequest& r) {
      return fmt::format("{} start={} length={} nodes={} count={} cores={} delay={}", r.name, r.start ? to_seconds(*r.start - Time{}) : 0,
                         r.duration && r.duration->length ? r.duration->length->count() : 0, r.nodes ? r.nodes->count() : 0,
                         fmt::join(r.node_counts, ","), fmt::join(r.core_counts, ","), r.max_start_delay ? r.max_start_delay->count() : 0);
    }
  };
  return std::visit(Text{}, command);
}

}  // namespace

std::string text_of(const SlurmLife& life) {
  const Workload& workload = life.what.workload;
  const ClusterSpec& cluster = life.what.cluster;
  std::string text = fmt::format("{}\n", fmt::join(life.settings, "\n"));
  for (const NodeSpec& node : cluster.nodes) text += fmt::format("node {} class {}\n", node.name, node.node_class.value);
  for (const PartitionSpec& one : cluster.partitions)
    text += fmt::format("partition {} tier {} share {}:{} grace {} groups {}\n", one.name, one.priority_tier,
                        static_cast<int>(one.over_subscribe.mode), one.over_subscribe.jobs, to_seconds(one.grace_time),
                        fmt::join(one.groups.allow.value_or(std::vector<std::string>{}), ","));
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const JobSpec& job = workload.jobs[i];
    const JobRequest& r = workload.request(job.request);
    const JobExtras& e = workload.extras[job.extras];
    text += fmt::format("job {} at {} runs {} limit {} user {} qos {} | N{} n{} c{} gpus {} sharing {} -p '{}' -C '{}' prefer '{}' -w '{}' | "
                        "array {}_{}%{} dep '{}' begin {} hold {} het '{}' lic '{}' resv '{}' "
                        "exit {} before {} no-kill {} borrows {} time-min {} contiguous {}\n",
                        i, to_seconds(job.submit - Time{}), to_seconds(job.duration), job.limit ? to_seconds(*job.limit) : 0,
                        workload.users.text(job.user), workload.qos.text(job.qos), r.min_nodes.value_or(0), r.ntasks.value_or(0),
                        r.cpus_per_task.value_or(0), requested_gpus(r), static_cast<int>(r.sharing), r.partition, r.constraint,
                        r.layout.prefer, r.nodelist, e.array, e.array_task.value_or(0), e.array_limit.value_or(0), e.dependency,
                        e.begin ? to_seconds(*e.begin) : 0, e.hold, e.het_group, e.licenses, e.reservation,
                        job.exit_code, fmt::join(e.earlier_exits, ","), e.no_kill, e.borrow_warning ? to_seconds(*e.borrow_warning) : -1,
                        e.time_min ? to_seconds(*e.time_min) : 0, r.layout.contiguous);
  }
  for (const TimedCommand& one : life.commands) text += fmt::format("{} {}\n", to_seconds(one.at - Time{}), text_of(one.what));
  return text;
}

}  // namespace sluice::test
