#include "simulator/app/live_start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/cluster.hpp"
#include "workloads/append.hpp"

namespace sluice::app {
namespace {

using workloads::LiveRun;
using workloads::LiveState;

/// What a job takes of one of its nodes.
struct Part {
  NodeId node;
  std::int64_t told_cpus = 0;  ///< by the text; 0: nothing
  Amount take;
  std::string_view name;
};

/// A running job on its way to its nodes.
struct Laid {
  const LiveRun* run = nullptr;
  JobId job;
  PartitionId partition;
  std::vector<Part> parts;  ///< ascending
  bool is_told() const { return run->cpus_by_node.size() == parts.size(); }
};

/// `total` in equal shares, the first ones one more, each at most what its part has room for; the rest goes to those with
/// room left. What found no place is returned.
template <class Room, class Give>
std::int64_t spread(std::int64_t total, std::size_t parts, Room room, Give give) {
  std::vector<std::int64_t> given(parts, 0);
  const auto n = static_cast<std::int64_t>(parts);
  for (std::size_t i = 0; i < parts; ++i)
    given[i] = std::min(room(i), total / n + (static_cast<std::int64_t>(i) < total % n ? 1 : 0));
  std::int64_t left = total - std::accumulate(given.begin(), given.end(), std::int64_t{0});
  for (std::size_t i = 0; i < parts && left > 0; ++i) {
    const std::int64_t more = std::min(left, room(i) - given[i]);
    given[i] += more;
    left -= more;
  }
  for (std::size_t i = 0; i < parts; ++i) give(i, given[i]);
  return left;
}

/// Finds what of which node each running job has, when the text tells only sums. What jobs can only have in one way is
/// given first; where a later one finds too little, earlier ones move CPUs to others of their nodes. So a text that can
/// be is never refused. O(jobs x nodes of them), and more where nodes are full and shared.
class Layout {
 public:
  Layout(const ClusterSpec& cluster, Diagnostics& diags) : spec_{cluster}, cluster_{cluster}, diags_{diags} {
    for (std::uint32_t n = 0; n < cluster.nodes.size(); ++n) {
      nodes_.emplace(cluster.nodes[n].name, NodeId{n});
      free_cpus_.push_back(cluster_.capacity(cluster.nodes[n].node_class).cpus);
    }
    on_node_.resize(cluster.nodes.size());
  }

  /// False after an error.
  bool add(const LiveRun& run, JobId job, std::string_view partition_name) {
    Laid laid{&run, job, {}, {}};
    const auto partition = find_partition(run, partition_name);
    if (!partition || !find_parts(laid)) return false;
    laid.partition = *partition;
    const auto& members = spec_.partitions[partition->index()].nodes;
    for (const Part& part : laid.parts)
      if (std::find(members.begin(), members.end(), part.node) == members.end())
        return complain(run.at, run, fmt::format("job {} runs on {}, which is not in partition {}", run.job, part.name, partition_name),
                        "give the slurm.conf that the cluster runs with");
    jobs_.push_back(std::move(laid));
    return true;
  }

  /// The allocations of all that were added, in that order; fewer after an error.
  std::vector<std::pair<JobId, Allocation>> lay_out() {
    std::vector<std::size_t> order(jobs_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return std::pair{!jobs_[a].is_told(), jobs_[a].parts.size()} < std::pair{!jobs_[b].is_told(), jobs_[b].parts.size()};
    });
    bool fits = true;
    for (const std::size_t job : order) fits = share_cpus(job) && fits;
    std::vector<std::pair<JobId, Allocation>> all;
    for (std::size_t job = 0; job < jobs_.size() && fits; ++job)
      if (auto where = allocate(jobs_[job])) all.emplace_back(jobs_[job].job, std::move(*where));
    return all;
  }

 private:
  bool complain(const Location& at, const LiveRun& run, std::string what, std::string hint = {}) {
    diags_.error(at, std::move(what), std::move(hint), run.line);
    return false;
  }

  std::optional<PartitionId> find_partition(const LiveRun& run, std::string_view names) {
    const std::string_view name = names.substr(0, names.find(','));
    std::vector<std::string_view> known;
    for (std::uint32_t p = 0; p < spec_.partitions.size(); ++p) {
      if (spec_.partitions[p].name == name || (name.empty() && spec_.partitions[p].is_default)) return PartitionId{p};
      known.push_back(spec_.partitions[p].name);
    }
    complain({run.at.file, run.at.line, 1}, run, fmt::format("job {} runs in partition '{}', which the cluster does not have", run.job, name),
             did_you_mean(name, known));
    return std::nullopt;
  }

  bool find_parts(Laid& laid) {
    const LiveRun& run = *laid.run;
    const auto names = expand_hostlist(run.nodes);
    if (!names) return complain({run.at.file, run.at.line, run.at.column + names.error().position}, run, names.error().message);
    for (std::size_t i = 0; i < names->size(); ++i) {
      const auto found = nodes_.find((*names)[i]);
      if (found == nodes_.end()) {
        std::vector<std::string_view> known;
        for (const auto& node : spec_.nodes) known.push_back(node.name);
        return complain(run.at, run, fmt::format("job {} runs on {}, which the cluster does not have", run.job, (*names)[i]),
                        did_you_mean((*names)[i], known));
      }
      if (!cluster_.is_open(found->second))
        return complain(run.at, run, fmt::format("job {} runs on {}, which slurm.conf says is out of service", run.job, (*names)[i]),
                        "take the State= from its NodeName line, and drain it by --events");
      laid.parts.push_back({found->second, i < run.cpus_by_node.size() ? run.cpus_by_node[i] : 0, {}, found->first});
    }
    std::sort(laid.parts.begin(), laid.parts.end(), [](const Part& a, const Part& b) { return a.node < b.node; });
    return !laid.parts.empty();
  }

  void give_cpus(std::size_t job, std::size_t part, std::int64_t cpus) {
    Part& to = jobs_[job].parts[part];
    to.take.cpus += static_cast<std::int32_t>(cpus);
    free_cpus_[to.node.index()] -= cpus;
  }

  bool share_cpus(std::size_t job) {
    Laid& laid = jobs_[job];
    const auto free = [&](std::size_t i) { return std::max<std::int64_t>(0, free_cpus_[laid.parts[i].node.index()]); };
    std::int64_t left = 0;
    if (laid.is_told()) {
      for (std::size_t i = 0; i < laid.parts.size(); ++i) left += std::max<std::int64_t>(0, laid.parts[i].told_cpus - free(i));
      for (std::size_t i = 0; i < laid.parts.size(); ++i) give_cpus(job, i, laid.parts[i].told_cpus);
    } else {
      left = spread(laid.run->cpus, laid.parts.size(), free, [&](std::size_t i, std::int64_t cpus) { give_cpus(job, i, cpus); });
    }
    for (std::size_t i = 0; i < laid.parts.size(); ++i) on_node_[laid.parts[i].node.index()].emplace_back(job, i);
    while (left > 0 && !laid.is_told() && make_room(job)) --left;
    if (left == 0) return true;
    std::int64_t all = 0;
    for (const Part& part : laid.parts) all += cluster_.capacity(spec_.nodes[part.node.index()].node_class).cpus;
    const std::int64_t others = all - (laid.run->cpus - left);
    return complain(laid.run->cpus_at, *laid.run,
                    fmt::format("job {} has {} CPUs on {}, which has {}{}", laid.run->job, laid.run->cpus, laid.run->nodes, all,
                                others > 0 ? fmt::format(", of which others of this file have {}", others) : ""),
                    "give the slurm.conf that the cluster runs with");
  }

  /// Gives the job one CPU more: others move one from node to node until one of its nodes has it. False: they cannot.
  bool make_room(std::size_t job) {
    struct Step {
      std::size_t job = 0, from = 0, to = 0;  ///< parts of that job
      std::optional<std::size_t> before;
    };
    std::vector<Step> steps;
    std::vector<bool> seen(free_cpus_.size(), false);
    std::vector<std::pair<NodeId, std::optional<std::size_t>>> nodes;  ///< reached, and by which step
    for (const Part& part : jobs_[job].parts) nodes.emplace_back(part.node, std::nullopt), seen[part.node.index()] = true;
    for (std::size_t at = 0; at < nodes.size(); ++at) {
      const auto [node, by] = nodes[at];
      if (free_cpus_[node.index()] > 0) {
        std::optional<std::size_t> step = by;
        NodeId last = node;
        for (; step; step = steps[*step].before) {
          const Step& s = steps[*step];
          give_cpus(s.job, s.to, 1);
          give_cpus(s.job, s.from, -1);
          last = jobs_[s.job].parts[s.from].node;
        }
        for (std::size_t i = 0; i < jobs_[job].parts.size(); ++i)
          if (jobs_[job].parts[i].node == last) give_cpus(job, i, 1);
        return true;
      }
      for (const auto& [other, part] : on_node_[node.index()]) {
        if (other == job || jobs_[other].is_told() || jobs_[other].parts[part].take.cpus < 2) continue;
        for (std::size_t to = 0; to < jobs_[other].parts.size(); ++to) {
          const NodeId next = jobs_[other].parts[to].node;
          if (seen[next.index()]) continue;
          seen[next.index()] = true;
          steps.push_back({other, part, to, by});
          nodes.emplace_back(next, steps.size() - 1);
        }
      }
    }
    return false;
  }

  const Amount& free_of(const Part& part) const { return cluster_.bucket(cluster_.bucket_of(part.node)).free; }

  /// Of the kinds that will do on a node, the one with the most free.
  std::optional<std::size_t> kind_of(const LiveRun& run, const Part& part) const {
    const auto& kinds = spec_.class_of(part.node).gres;
    std::optional<std::size_t> found;
    for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k) {
      if (kinds[k].name != "gpu" || (!run.gpu_type.empty() && kinds[k].type != run.gpu_type)) continue;
      if (!found || free_of(part).gres[k] > free_of(part).gres[*found]) found = k;
    }
    return found;
  }

  bool share_gpus(Laid& laid) {
    const LiveRun& run = *laid.run;
    if (run.gpus == 0) return true;
    const auto room = [&](std::size_t i) -> std::int64_t {
      const auto kind = kind_of(run, laid.parts[i]);
      return kind ? free_of(laid.parts[i]).gres[*kind] : 0;
    };
    const auto left = spread(run.gpus, laid.parts.size(), room, [&](std::size_t i, std::int64_t count) {
      if (count > 0) laid.parts[i].take.gres[*kind_of(run, laid.parts[i])] = static_cast<std::int32_t>(count);
    });
    return left == 0 || complain(run.at, run, fmt::format("job {} has {} GPUs{} on {}, where {} are free", run.job, run.gpus,
                                                          run.gpu_type.empty() ? "" : fmt::format(" ({})", run.gpu_type), run.nodes,
                                                          run.gpus - left),
                                 "give the gres.conf that the cluster runs with");
  }

  /// Memory as far as it goes: it may not be a consumable resource there.
  std::optional<Allocation> allocate(Laid& laid) {
    if (!share_gpus(laid)) return std::nullopt;
    spread(laid.run->memory, laid.parts.size(), [&](std::size_t i) { return free_of(laid.parts[i]).memory; },
           [&](std::size_t i, std::int64_t mb) { laid.parts[i].take.memory = mb; });
    Allocation where;
    where.partition = laid.partition;
    for (const Part& part : laid.parts)
      append_node(where, spec_, part.node, part.take, cluster_.choose_devices(part.node, part.take));
    Allocation copy = where;
    cluster_.allocate(std::move(copy));
    return where;
  }

  const ClusterSpec& spec_;
  Cluster cluster_;
  Diagnostics& diags_;
  std::unordered_map<std::string_view, NodeId> nodes_;
  std::vector<std::int64_t> free_cpus_;  ///< by node
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> on_node_;  ///< jobs that have a part there, and which
  std::vector<Laid> jobs_;
};

/// How far the trace's jobs must move to count from the state's zero: by their dates, if both have dates or both count
/// seconds; none is submitted before `now`.
Duration distance(const LiveState& state, const Workload& trace, Duration now) {
  const auto of_trace = trace.time_base.calendar_origin();
  if (of_trace.has_value() != state.workload.time_base.is_calendar) return now;
  return std::max(now, of_trace.value_or(Duration{}) + trace.time_base.zero - state.workload.time_base.zero);
}

}  // namespace

std::optional<LiveStart> begin_with(LiveState state, std::optional<Workload> trace, const ClusterSpec& cluster,
                                    Diagnostics& diags) {
  const std::size_t before = diags.errors();
  LiveStart begin;
  const Duration now = state.now - state.workload.time_base.zero;
  if (trace) {
    auto& assumptions = state.workload.report.assumptions;
    assumptions.insert(assumptions.end(), trace->report.assumptions.begin(), trace->report.assumptions.end());
    const std::size_t first = state.workload.jobs.size();
    const Duration moved = distance(state, *trace, now);
    workloads::append_jobs(state.workload, std::move(*trace), moved);
    for (std::size_t row = first; row < state.workload.jobs.size(); ++row)
      begin.asked.emplace_back(state.workload.job_id(JobId{static_cast<std::uint32_t>(row)}));
  }
  begin.workload = std::move(state.workload);
  begin.workload.finish();  // the first submission is still the state's: the zero stays
  begin.now = Time{now};
  std::unordered_map<std::string_view, JobId> jobs;
  for (std::uint32_t i = 0; i < begin.workload.jobs.size(); ++i) jobs.emplace(begin.workload.job_id(JobId{i}), JobId{i});
  Layout layout{cluster, diags};
  std::unordered_map<JobId, const LiveRun*> run_of;
  for (const LiveRun& run : state.running) {
    const JobId job = jobs.at(run.job);
    run_of[job] = &run;
    layout.add(run, job, begin.workload.request(begin.workload.jobs[job.index()].request).partition);
  }
  for (auto& [job, where] : layout.lay_out()) {
    const LiveRun& run = *run_of.at(job);
    begin.commands.push_back({Time{run.start - begin.workload.time_base.zero}, StartJob{job, std::move(where)}});
    if (run.is_suspended) begin.commands.push_back({begin.now, SuspendJobs{{job}}});
  }
  if (diags.errors() > before) return std::nullopt;
  std::stable_sort(begin.commands.begin(), begin.commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return begin;
}

}  // namespace sluice::app
