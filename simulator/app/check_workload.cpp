#include "simulator/app/check_workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "simulator/base/civil_time.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/shape.hpp"

namespace sluice::app {
namespace {

/// What one request comes to on this cluster.
struct Need {
  std::string refusal;  ///< empty: it can run
  double cpus = 0, memory = 0, gpus = 0;
  std::string gpu_type;  ///< the only type it may run on, if there is just one
  std::int64_t nodes = 0;
  std::vector<PartitionId> partitions;
};

std::int64_t gpus_in(const Amount& amount, const NodeClass& hardware) {
  std::int64_t count = 0;
  for (std::size_t k = 0; k < hardware.gres.size() && k < max_gres_kinds; ++k)
    count += hardware.gres[k].name == "gpu" ? amount.gres[k] : 0;
  return count;
}

/// Eligible nodes of each class.
std::vector<std::int64_t> eligible_nodes(const Place& place, const ClusterSpec& cluster) {
  std::vector<std::int64_t> count(cluster.classes.size());
  place.eligible.for_each([&](NodeId node) { ++count[cluster.nodes[node.index()].node_class.index()]; });
  return count;
}

/// Whether the idle nodes hold the shape. Groups after the first want nodes of their own, and fit wherever an earlier
/// one does.
bool fits_idle(const Shape& shape, const std::vector<std::int64_t>& nodes, const ClusterSpec& cluster) {
  std::int64_t before = 0;
  for (const auto& group : shape.groups) {
    std::int64_t room = 0;
    for (std::size_t c = 0; c < nodes.size(); ++c) {
      if (nodes[c] == 0 || !group.per_class[c]) continue;
      const auto bound = std::min(group.max_per_node, group.units + before);
      room += nodes[c] * pieces_in(capacity_of(cluster.classes[c]), *group.per_class[c], bound);
    }
    before += group.units;
    if (room < before) return false;
  }
  return true;
}

/// Adds what the request takes on the smallest of the nodes that may hold it, and notes the GPU types it may meet.
void add_amounts(Need& need, const Shape& shape, const std::vector<std::int64_t>& nodes, const ClusterSpec& cluster) {
  std::set<std::string> types;
  for (const auto& group : shape.groups) {
    std::optional<std::size_t> smallest;
    for (std::size_t c = 0; c < nodes.size(); ++c) {
      if (nodes[c] == 0 || !group.per_class[c]) continue;
      if (!smallest || group.per_class[c]->cpus < group.per_class[*smallest]->cpus) smallest = c;
      for (std::size_t k = 0; k < cluster.classes[c].gres.size() && k < max_gres_kinds; ++k)
        if (cluster.classes[c].gres[k].name == "gpu" && group.per_class[c]->gres[k] > 0)
          types.insert(cluster.classes[c].gres[k].type);
    }
    if (!smallest) continue;
    const auto& amount = *group.per_class[*smallest];
    const auto units = static_cast<double>(group.units);
    need.cpus += units * static_cast<double>(amount.cpus);
    need.memory += units * static_cast<double>(amount.memory);
    need.gpus += units * static_cast<double>(gpus_in(amount, cluster.classes[*smallest]));
  }
  if (types.size() == 1) need.gpu_type = *types.begin();
}

Need need_of(const JobRequest& request, const ClusterSpec& cluster) {
  Need need;
  const auto shape = resolve(request, cluster);
  if (!shape) {
    need.refusal = shape.error();
    return need;
  }
  need.nodes = shape->nodes;
  std::vector<std::int64_t> all(cluster.classes.size());
  bool fits = false;
  for (const auto& place : shape->places) {
    const auto nodes = eligible_nodes(place, cluster);
    if (!fits_idle(*shape, nodes, cluster)) continue;
    fits = true;
    need.partitions.push_back(place.partition);
    for (std::size_t c = 0; c < all.size(); ++c) all[c] += nodes[c];
  }
  if (fits)
    add_amounts(need, *shape, all, cluster);
  else
    need.refusal = "Requested node configuration is not available";
  return need;
}

/// Why the job never starts although its request fits; "" when it may.
std::string blocked(const JobSpec& job, const Need& need, const ClusterSpec& cluster) {
  std::string why;
  for (const auto id : need.partitions) {
    const auto& partition = cluster.partitions[id.index()];
    if (partition.state == PartitionState::down)
      why = fmt::format("partition {} is DOWN", partition.name);
    else if (partition.state == PartitionState::drain || partition.state == PartitionState::inactive)
      why = fmt::format("partition {} takes no jobs", partition.name);
    else if (job.limit && partition.max_time && *job.limit > *partition.max_time)
      why = fmt::format("the time limit is beyond MaxTime of partition {}", partition.name);
    else if (partition.max_nodes && need.nodes > *partition.max_nodes)
      why = fmt::format("more nodes than MaxNodes of partition {}", partition.name);
    else
      return {};
  }
  return why;
}

double hours_of(const JobSpec& job, const Need& need, const ClusterSpec& cluster) {
  auto length = job.duration;
  if (job.limit) {
    length = std::min(length, *job.limit);
  } else if (!need.partitions.empty()) {
    const auto& most = cluster.partitions[need.partitions.front().index()].max_time;
    if (most) length = std::min(length, *most);
  }
  return to_seconds(length) / 3600;
}

/// Unit-hours by resource, in the order in which they are listed.
class Demand {
 public:
  explicit Demand(const ClusterSpec& cluster) : cluster_{cluster} {
    std::vector<NodeId> all;
    for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i) all.push_back(NodeId{i});
    add_rows("", all);
    for (const auto& hardware : cluster.classes)
      for (const auto& item : hardware.gres)
        if (item.name == "gpu" && !item.type.empty() && find("gpu:" + item.type) == nullptr)
          rows_.push_back({"gpu:" + item.type, 0, gpus_on(all, &item.type), 0});
    if (cluster.partitions.size() < 2) return;
    for (const auto& partition : cluster.partitions) add_rows(" in partition " + partition.name, partition.nodes);
  }

  void add(const Need& need, double hours) {
    add_to("", need, hours);
    if (!need.gpu_type.empty()) add_hours("gpu:" + need.gpu_type, need.gpus * hours);
    if (need.partitions.size() == 1)
      add_to(" in partition " + cluster_.partitions[need.partitions.front().index()].name, need, hours);
  }

  /// Rows that something is asked of. `hours` is the time over which it is.
  std::vector<OfferedLoad> rows(double hours) const {
    std::vector<OfferedLoad> out;
    for (auto row : rows_) {
      if (row.demand <= 0 || row.capacity <= 0 || hours <= 0) continue;
      row.load = row.demand / (static_cast<double>(row.capacity) * hours);
      out.push_back(std::move(row));
    }
    return out;
  }

 private:
  bool is_up(NodeId node) const { return cluster_.nodes[node.index()].state == NodeState::up; }

  std::int64_t gpus_on(const std::vector<NodeId>& nodes, const std::string* type) const {
    std::int64_t count = 0;
    for (const auto node : nodes)
      for (const auto& item : cluster_.class_of(node).gres)
        if (is_up(node) && item.name == "gpu" && (type == nullptr || item.type == *type)) count += item.count;
    return count;
  }

  void add_rows(const std::string& where, const std::vector<NodeId>& nodes) {
    std::int64_t cpus = 0, memory = 0;
    for (const auto node : nodes)
      if (is_up(node)) {
        cpus += cluster_.class_of(node).cpus;
        memory += capacity_of(cluster_.class_of(node)).memory;
      }
    rows_.push_back({"cpu" + where, 0, cpus, 0});
    rows_.push_back({"mem" + where, 0, memory, 0});
    rows_.push_back({"gpu" + where, 0, gpus_on(nodes, nullptr), 0});
  }

  void add_to(const std::string& where, const Need& need, double hours) {
    add_hours("cpu" + where, need.cpus * hours);
    add_hours("mem" + where, need.memory * hours);
    add_hours("gpu" + where, need.gpus * hours);
  }

  void add_hours(std::string_view resource, double hours) {
    if (auto* row = find(resource)) row->demand += hours;
  }

  OfferedLoad* find(std::string_view resource) {
    const auto found =
        std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.resource == resource; });
    return found != rows_.end() ? &*found : nullptr;
  }

  const ClusterSpec& cluster_;
  std::vector<OfferedLoad> rows_;
};

void count_impossible(std::vector<ImpossibleJobs>& out, const std::string& why, std::string_view id) {
  auto known = std::find_if(out.begin(), out.end(), [&](const auto& one) { return one.why == why; });
  if (known == out.end()) known = out.insert(out.end(), {why, 0, std::string{id}});
  ++known->jobs;
}

/// Jobs are in order of submission.
void count_ties(WorkloadFacts& facts, const Workload& workload) {
  for (std::size_t i = 0; i < workload.jobs.size();) {
    std::size_t end = i + 1;
    while (end < workload.jobs.size() && workload.jobs[end].submit == workload.jobs[i].submit) ++end;
    const auto group = end - i;
    if (group > 1) facts.tied_jobs += group;
    facts.largest_tie = std::max(facts.largest_tie, group);
    i = end;
  }
}

std::size_t count_unknown_users(const Workload& workload, const ClusterSpec& cluster) {
  if (!cluster.accounting) return 0;
  std::set<std::string, std::less<>> users;
  for (const auto& user : cluster.accounting->users) users.insert(user.name);
  std::vector<bool> known(workload.users.size());
  for (std::uint32_t i = 0; i < known.size(); ++i) known[i] = users.count(workload.users.text(NameId{i})) > 0;
  return static_cast<std::size_t>(std::count_if(workload.jobs.begin(), workload.jobs.end(),
                                                [&](const JobSpec& job) { return !known[job.user.index()]; }));
}

std::string clock_text(const TimeBase& base, Duration span) {
  if (const auto origin = base.calendar_origin()) {
    const auto begin = *origin + base.zero;
    return fmt::format("dates of the trace's own clock, {} to {}; no time zone is applied", format_civil(begin),
                       format_civil(begin + span));
  }
  return "seconds of the trace's own clock; no calendar is known, so days and hours of the day mean nothing";
}

}  // namespace

WorkloadFacts workload_facts(const Workload& workload, const ClusterSpec& cluster) {
  WorkloadFacts facts;
  facts.jobs = workload.jobs.size();
  facts.requests = workload.requests().size();
  if (!workload.jobs.empty()) facts.span = workload.jobs.back().submit - workload.jobs.front().submit;
  std::vector<Need> needs;
  for (const auto& request : workload.requests()) needs.push_back(need_of(request, cluster));
  std::vector<double> hours(needs.size());
  std::size_t possible = 0;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const auto& job = workload.jobs[i];
    const auto& need = needs[job.request.index()];
    if (!job.limit) ++facts.without_limit;
    const auto why = need.refusal.empty() ? blocked(job, need, cluster) : need.refusal;
    if (!why.empty()) {
      count_impossible(facts.impossible, why, workload.job_id(JobId{i}));
      continue;
    }
    hours[job.request.index()] += hours_of(job, need, cluster);
    ++possible;
  }
  const double submitted_hours = to_seconds(facts.span) / 3600;
  facts.is_burst = submitted_hours * static_cast<double>(possible) < std::accumulate(hours.begin(), hours.end(), 0.0);
  Demand demand{cluster};
  for (std::size_t i = 0; i < needs.size(); ++i) demand.add(needs[i], hours[i]);
  facts.loads = demand.rows(submitted_hours);
  count_ties(facts, workload);
  facts.unknown_users = count_unknown_users(workload, cluster);
  facts.clock = clock_text(workload.time_base, facts.span);
  return facts;
}

}  // namespace sluice::app
