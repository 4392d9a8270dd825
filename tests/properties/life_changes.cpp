// What operators of a life change in partitions, nodes and what jobs ask for.

#include <algorithm>
#include <iterator>

#include "simulator/conf/nodes.hpp"
#include "tests/properties/life_parts.hpp"

namespace sluice::test {
namespace {

template <class T>
std::optional<T> perhaps(T value, Draws& draws) {
  return draws.one_in(2) ? std::optional<T>{value} : std::nullopt;
}

AccessList some_access(std::vector<std::string> names, Draws& draws) {
  AccessList list;
  if (draws.one_in(3)) list.allow = std::move(names);
  else if (draws.one_in(3)) list.deny = std::move(names);
  return list;
}

std::vector<NodeId> some_nodes(const ClusterSpec& cluster, Draws& draws) {
  std::vector<NodeId> nodes;
  for (std::uint32_t n = 0; n < cluster.nodes.size(); ++n)
    if (!draws.one_in(3)) nodes.push_back(NodeId{n});
  return nodes;
}

void preempt_otherwise(const ClusterSpec& cluster, PartitionSpec& to, Draws& draws) {
  using Action = PreemptMode::Action;
  constexpr Action actions[] = {Action::off, Action::cancel, Action::requeue};
  if (cluster.preempt.type == "preempt/none") return;
  to.preempt_mode = PreemptMode{actions[draws.below(3)], cluster.preempt.mode.gang, false};
}

/// The fields of a partition that operators set, a row each.
using ChangeField = void (*)(const ClusterSpec&, PartitionSpec&, Draws&);
constexpr ChangeField partition_fields[] = {
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.state = static_cast<PartitionState>(draws.below(4)); },
    [](const ClusterSpec&, PartitionSpec& to, Draws&) { to.state = PartitionState::up; },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.max_time = perhaps<Duration>(std::chrono::minutes{1 + below(draws, 15)}, draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.default_time = perhaps<Duration>(std::chrono::minutes{1 + below(draws, 5)}, draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.max_nodes = perhaps<std::int64_t>(1 + below(draws, 3), draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.min_nodes = below(draws, 2); },
    [](const ClusterSpec& cluster, PartitionSpec& to, Draws& draws) { to.nodes = some_nodes(cluster, draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.priority_tier = 1 + below(draws, 3); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.priority_job_factor = below(draws, 5); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.qos_access = some_access({draws.one_of("low", "high")}, draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.accounts = some_access({draws.one_of("lab", "others")}, draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.max_cpus_per_node = perhaps<std::int64_t>(1 + below(draws, 3), draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.grace_time = seconds(30 * below(draws, 3)); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.over_time_limit = perhaps<Duration>(std::chrono::minutes{below(draws, 3)}, draws); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.least_loaded_nodes = draws.one_in(2); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.exclusive_user = draws.one_in(2); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.requires_reservation = draws.one_in(2); },
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) { to.root_only = draws.one_in(2); },
    preempt_otherwise,
    [](const ClusterSpec&, PartitionSpec& to, Draws& draws) {
      using Mode = OverSubscribe::Mode;
      constexpr Mode modes[] = {Mode::no, Mode::force, Mode::yes, Mode::exclusive};
      to.over_subscribe = {modes[draws.below(4)], 2 + draws.below(2)};
      to.always_exclusive = to.over_subscribe.mode == Mode::exclusive;
    },
};

Command some_change_of_partition(const ClusterSpec& cluster, std::vector<PartitionSpec>& now, Draws& draws) {
  const PartitionId id{draws.below(now.size())};
  PartitionSpec& own = now[id.index()];
  if (own.exists && !own.is_default && draws.one_in(8)) {
    own.exists = false;
    return DeletePartition{id};
  }
  own.exists = true;
  for (int n = 1 + below(draws, 3); n > 0; --n) partition_fields[draws.below(std::size(partition_fields))](cluster, own, draws);
  return ChangePartition{id, own};
}

Command some_change_of_node(ClusterSpec& cluster, std::vector<NodeClassId>& classes, Draws& draws) {
  const NodeId node{draws.below(cluster.nodes.size())};
  NodeClass next = cluster.classes[classes[node.index()].index()];
  if (draws.one_in(2)) next.weight = 1 + below(draws, 3);
  if (draws.one_in(2)) next.features = draws.one_in(2) ? std::vector<std::string>{} : std::vector<std::string>{"fast"};
  classes[node.index()] = conf::intern_class(cluster.classes, next);
  return ChangeNodes{{{node, classes[node.index()]}}};
}

Command some_change_of_job(Case& what, Time at, Draws& draws) {
  Workload& workload = what.workload;
  const JobId job{draws.below(workload.jobs.size())};
  UpdateJobs update;
  update.jobs = {job};
  JobRequest request = workload.request(workload.jobs[job.index()].request);
  JobExtras extras = workload.extras[workload.jobs[job.index()].extras];
  bool asks_otherwise = true, is_otherwise = false;
  switch (draws.below(8)) {
    case 0: request.min_nodes = request.max_nodes = 1 + below(draws, static_cast<int>(std::clamp<std::int64_t>(request.ntasks.value_or(2), 1, 2))); break;
    case 1: request.constraint = draws.one_of("", "fast"); break;
    case 2: request.exclude = draws.one_of("", what.cluster.nodes[draws.below(what.cluster.nodes.size())].name.c_str()); break;
    case 3: request.partition = draws.one_of("late", "late,all", "all"); break;
    default: asks_otherwise = false;
  }
  if (draws.one_in(4)) is_otherwise = true, extras.licenses = draws.one_of("", "matlab", "ansys:2");
  if (draws.one_in(4)) is_otherwise = true, extras.requeue = draws.one_in(2);
  if (draws.one_in(6)) update.longer = std::chrono::minutes{below(draws, 7) - 3};
  if (draws.one_in(8)) update.end = at + seconds(30 + below(draws, 600));
  if (draws.one_in(6)) update.dependency = NewDependency{};
  if (asks_otherwise) update.requests.push_back({job, workload.intern(request)});
  if (is_otherwise) {
    update.extras.push_back({job, static_cast<std::uint32_t>(workload.extras.size())});
    workload.extras.push_back(std::move(extras));
  }
  return update;
}

TopJobs some_first_jobs(const Workload& workload, Draws& draws) {
  TopJobs top;
  for (int n = 1 + below(draws, 3); n > 0; --n) top.jobs.push_back(JobId{draws.below(workload.jobs.size())});
  return top;
}

/// `partitions` and `classes` as they are then.
Command some_change(Case& what, Time at, std::vector<PartitionSpec>& partitions, std::vector<NodeClassId>& classes, Draws& draws) {
  switch (draws.below(5)) {
    case 0:
    case 1: return some_change_of_partition(what.cluster, partitions, draws);
    case 2: return some_change_of_node(what.cluster, classes, draws);
    case 3: return some_first_jobs(what.workload, draws);
    default: return some_change_of_job(what, at, draws);
  }
}

}  // namespace

void change_cluster(SlurmLife& life, Draws& draws) {
  if (!draws.one_in(3)) return;
  ClusterSpec& cluster = life.what.cluster;
  PartitionSpec late = cluster.partitions.front();
  late.name = "late";
  late.is_default = late.exists = false;
  cluster.partitions.push_back(late);
  std::vector<PartitionSpec> partitions = cluster.partitions;
  std::vector<NodeClassId> classes;
  for (const NodeSpec& node : cluster.nodes) classes.push_back(node.node_class);
  std::vector<Time> moments;
  for (int n = 1 + below(draws, 15); n > 0; --n) moments.emplace_back(seconds(below(draws, span_of_commands_s)));
  std::sort(moments.begin(), moments.end());  // a change says all that a partition is from then on
  for (const Time at : moments) {
    life.commands.push_back({at, some_change(life.what, at, partitions, classes, draws)});
  }
  std::stable_sort(life.commands.begin(), life.commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

}  // namespace sluice::test
