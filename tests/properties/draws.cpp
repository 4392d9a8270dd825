#include "tests/properties/draws.hpp"

#include <algorithm>
#include <cstdlib>
#include <ostream>

namespace sluice::test {
namespace {

// Before RapidCheck looks, and only if the caller has not said otherwise.
[[maybe_unused]] const int fixed_seed = setenv("RC_PARAMS", "seed=20261123 max_success=300", 0);

constexpr const char* orders[] = {"priority/basic", "priority/sjf", "priority/largest", "priority/smallest"};
constexpr const char* placements[] = {"select/first_fit", "select/best_fit", "select/pack_gpu"};
constexpr const char* event_orders[] = {"batch", "each", "arrivals_first"};

void add_nodes(ClusterSpec& cluster, NodeClass what, const std::string& prefix, int count) {
  what.cores_per_socket = what.cpus;
  cluster.classes.push_back(what);
  const NodeClassId row{static_cast<std::uint32_t>(cluster.classes.size() - 1)};
  for (int i = 1; i <= count; ++i) cluster.nodes.push_back({prefix + std::to_string(i), row, NodeState::up, {}});
}

void add_partition(ClusterSpec& cluster, const std::string& name, std::uint32_t first, std::uint32_t last) {
  PartitionSpec partition;
  partition.name = name;
  partition.is_default = cluster.partitions.empty();
  for (std::uint32_t n = first; n < last; ++n) partition.nodes.push_back(NodeId{n});
  cluster.partitions.push_back(partition);
}

ClusterSpec equal_nodes(int nodes, int cpus) {
  ClusterSpec cluster;
  NodeClass what;
  what.cpus = cpus;
  add_nodes(cluster, what, "n", nodes);
  add_partition(cluster, "all", 0, static_cast<std::uint32_t>(nodes));
  return cluster;
}

/// `nodes` of each of three classes.
ClusterSpec mixed_nodes(int nodes) {
  ClusterSpec cluster;
  NodeClass plain, small, large;
  plain.cpus = 4;
  plain.real_memory = Megabytes{100};
  small.cpus = 4;
  small.real_memory = Megabytes{150};
  small.gres = {{"gpu", "a", 2}};
  large.cpus = 8;
  large.real_memory = Megabytes{200};
  large.gres = {{"gpu", "a", 1}, {"gpu", "b", 3}};
  add_nodes(cluster, plain, "c", nodes);
  add_nodes(cluster, small, "g", nodes);
  add_nodes(cluster, large, "h", nodes);
  const auto n = static_cast<std::uint32_t>(nodes);
  add_partition(cluster, "all", 0, 3 * n);
  add_partition(cluster, "gpu", n, 3 * n);
  add_partition(cluster, "short", 0, 2 * n);
  cluster.partitions[2].max_time = seconds(12);
  return cluster;
}

JobRequest request_on_equal(const JobDraw& job, int nodes, int cpus) {
  JobRequest r;
  switch (job.kind % 4) {
    case 0: r.min_nodes = 1 + job.size % nodes; break;
    case 1: r.ntasks = 1 + job.size % (nodes * cpus); break;
    case 2:
      r.ntasks = 1 + job.size % nodes;
      r.cpus_per_task = 1 + job.size % cpus;
      break;
    default: r.min_nodes = 1 + job.size % nodes; r.sharing = Sharing::exclusive;
  }
  return r;
}

JobRequest request_on_mixed(const JobDraw& job, int nodes) {
  JobRequest r;
  const int n = 1 + job.size % 4;
  switch (job.kind % 10) {
    case 0: r.ntasks = 1 + job.size % (8 * nodes); break;
    case 1: r.min_nodes = n; break;
    case 2: r.gpus = {{"gpu", "", 1 + job.size % 7}}; break;
    case 3: r.gpus = {{"gpu", "b", n}}; break;
    case 4:
      r.min_nodes = 1 + job.size % 2;
      r.gres_per_node = {{"gpu", "", n}};
      break;
    case 5:
      r.ntasks = n;
      r.mem_per_cpu = Megabytes{10 * n};
      break;
    case 6:
      r.min_nodes = n;
      r.sharing = Sharing::exclusive;
      break;
    case 7:
      r.partition = "gpu,all";
      r.ntasks = n;
      r.cpus_per_task = n;
      break;
    case 8:
      r.partition = "short";
      r.min_nodes = n;
      break;
    default: r.min_nodes = 1 + job.size % 3; r.gpus = {{"gpu", "", *r.min_nodes + job.size % 3}};
  }
  return r;
}

JobRequest request_of(const JobDraw& job, const CaseDraw& draw) {
  if (draw.cluster == ClusterKind::equal_nodes) return request_on_equal(job, draw.nodes, draw.cpus);
  if (draw.cluster == ClusterKind::mixed_nodes) return request_on_mixed(job, draw.nodes);
  JobRequest r;
  r.ntasks = 1 + job.size % draw.nodes;
  return r;
}

ClusterSpec cluster_of(const CaseDraw& draw) {
  if (draw.cluster == ClusterKind::equal_nodes) return equal_nodes(draw.nodes, draw.cpus);
  if (draw.cluster == ClusterKind::mixed_nodes) return mixed_nodes(draw.nodes);
  return make_pool(draw.nodes);
}

bool enough(const Amount& free, const Amount& piece) {
  bool fine = free.cpus >= piece.cpus && free.memory >= piece.memory;
  for (std::size_t k = 0; k < max_gres_kinds; ++k) fine = fine && free.gres[k] >= piece.gres[k];
  return fine;
}

std::int64_t pieces_on(Amount free, const Amount& piece, std::int64_t bound) {
  std::int64_t pieces = 0;
  for (; pieces < bound && enough(free, piece); ++pieces) free = combine(free, Sign::minus, piece);
  return pieces;
}

/// Distinct nodes for the pieces of several groups, by augmenting paths.
class Matching {
 public:
  Matching(const Shape& shape, const Place& place, const std::vector<Amount>& free, const ClusterSpec& cluster)
      : place_{place}, free_{free}, cluster_{cluster}, holder_(free.size(), -1) {
    for (const TaskGroup& group : shape.groups)
      for (std::int64_t i = 0; i < group.units; ++i) pieces_.push_back(&group);
  }
  bool complete() {
    for (std::size_t piece = 0; piece < pieces_.size(); ++piece) {
      std::vector<bool> seen(free_.size(), false);
      if (!find_node(static_cast<int>(piece), seen)) return false;
    }
    return true;
  }

 private:
  bool find_node(int piece, std::vector<bool>& seen) {
    for (std::uint32_t n = 0; n < free_.size(); ++n) {
      const auto& amount = pieces_[static_cast<std::size_t>(piece)]->per_class[cluster_.nodes[n].node_class.index()];
      if (seen[n] || !amount || !place_.eligible.contains(NodeId{n}) || !enough(free_[n], *amount)) continue;
      seen[n] = true;
      if (holder_[n] < 0 || find_node(holder_[n], seen)) {
        holder_[n] = piece;
        return true;
      }
    }
    return false;
  }

  const Place& place_;
  const std::vector<Amount>& free_;
  const ClusterSpec& cluster_;
  std::vector<int> holder_;
  std::vector<const TaskGroup*> pieces_;
};

bool fits_in(const Shape& shape, const Place& place, const std::vector<Amount>& free, const ClusterSpec& cluster) {
  if (shape.groups.size() > 1) return Matching{shape, place, free, cluster}.complete();
  const TaskGroup& group = shape.groups.front();
  std::int64_t pieces = 0;
  for (std::uint32_t n = 0; n < free.size(); ++n) {
    const auto& piece = group.per_class[cluster.nodes[n].node_class.index()];
    if (piece && place.eligible.contains(NodeId{n}))
      pieces += pieces_on(free[n], *piece, std::min(group.max_per_node, group.units));
  }
  return pieces >= group.units;
}

}  // namespace

Duration seconds(int s) { return std::chrono::seconds{s}; }
int whole_seconds(Time t) { return static_cast<int>(floor_seconds(t).count()); }

std::vector<int> start_seconds(const Run& done) {
  std::vector<int> starts;
  for (const Entry& job : done.jobs) starts.push_back(job.held.runs.empty() ? -1 : whole_seconds(job.start));
  return starts;
}

std::ostream& operator<<(std::ostream& out, const PolicyNames& names) { return out << names.text(); }

std::ostream& operator<<(std::ostream& out, const CaseDraw& draw) {
  const Case what = build(draw);
  out << (draw.cluster == ClusterKind::pool          ? "pool "
          : draw.cluster == ClusterKind::equal_nodes ? "equal "
                                                     : "mixed ")
      << draw.nodes << " of " << draw.cpus << " CPUs; " << draw.policies.text() << '\n';
  for (std::size_t i = 0; i < what.workload.jobs.size(); ++i) {
    const JobSpec& job = what.workload.jobs[i];
    const JobRequest& r = what.workload.request(job.request);
    out << "  job " << i << " at " << whole_seconds(job.submit) << " runs " << to_seconds(job.duration) << " limit "
        << (job.limit ? to_seconds(*job.limit) : -1) << ": kind " << draw.jobs[i].kind << ", nodes "
        << r.min_nodes.value_or(0) << ", tasks " << r.ntasks.value_or(0) << " x " << r.cpus_per_task.value_or(1)
        << " CPUs, " << requested_gpus(r) << " GPUs, partition '" << r.partition << "'\n";
  }
  return out;
}

Case build(const CaseDraw& draw) {
  Case what{cluster_of(draw), {}, draw.policies};
  Time now{};
  for (std::size_t i = 0; i < draw.jobs.size(); ++i) {
    const JobDraw& job = draw.jobs[i];
    now += seconds(job.gap);
    JobSpec spec;
    spec.submit = now;
    spec.duration = seconds(job.length);
    if (job.limit > 0) spec.limit = seconds(std::max(1, job.length + (job.limit % 3 - 1) * job.limit));
    spec.request = what.workload.intern(request_of(job, draw));
    spec.user = what.workload.users.intern("u" + std::to_string(job.kind % 3));
    what.workload.jobs.push_back(spec);
    what.workload.add_id(std::to_string(i));
  }
  return what;
}

const std::vector<PolicyNames>& all_schedulers() {
  static const auto all = [] {
    std::vector<PolicyNames> list;
    for (const std::string events : event_orders) {
      list.push_back({"sched/fcfs", "fcfs_events=" + events});
      list.push_back({"sched/conservative", "conservative_events=" + events});
      for (const std::string variant : {"textbook", "fast", "cq", "sjbf", "easy++"})
        list.push_back({"sched/easy", "easy_variant=" + variant + ",easy_events=" + events});
    }
    return list;
  }();
  return all;
}

rc::Gen<ClusterKind> any_cluster() {
  return rc::gen::element(ClusterKind::pool, ClusterKind::equal_nodes, ClusterKind::mixed_nodes);
}

rc::Gen<JobDraw> any_job() {
  using namespace rc::gen;
  return rc::gen::build<JobDraw>(set(&JobDraw::gap, element(0, 0, 0, 1, 2, 5)), set(&JobDraw::kind, inRange(0, 20)),
                                 set(&JobDraw::size, inRange(0, 40)), set(&JobDraw::length, inRange(1, 20)),
                                 set(&JobDraw::limit, inRange(0, 12)));
}

rc::Gen<PolicyNames> any_policies() {
  using namespace rc::gen;
  return map(tuple(elementOf(all_schedulers()), element<std::string>(orders[0], orders[1], orders[2], orders[3]),
                   element<std::string>(placements[0], placements[1], placements[2])),
             [](std::tuple<PolicyNames, std::string, std::string> drawn) {
               auto [names, order, placement] = std::move(drawn);
               names.order = order;
               names.placement = placement;
               return names;
             });
}

rc::Gen<PolicyNames> easy_policies(std::vector<std::string> variants) {
  return rc::gen::map(rc::gen::tuple(any_policies(), rc::gen::elementOf(variants),
                                     rc::gen::element<std::string>(event_orders[0], event_orders[1], event_orders[2])),
                      [](std::tuple<PolicyNames, std::string, std::string> drawn) {
                        auto [names, variant, events] = std::move(drawn);
                        names.scheduler = "sched/easy";
                        names.options = "easy_variant=" + variant + ",easy_events=" + events;
                        return names;
                      });
}

rc::Gen<CaseDraw> any_case(rc::Gen<ClusterKind> cluster, rc::Gen<PolicyNames> policies) {
  using namespace rc::gen;
  return rc::gen::build<CaseDraw>(set(&CaseDraw::cluster, std::move(cluster)), set(&CaseDraw::nodes, inRange(1, 6)),
                                  set(&CaseDraw::cpus, inRange(1, 5)),
                                  set(&CaseDraw::jobs, container<std::vector<JobDraw>>(any_job())),
                                  set(&CaseDraw::policies, std::move(policies)));
}

Run run(const Case& what, Memo memo, std::vector<Observer*> others) {
  Books books{what.workload, what.cluster};
  others.push_back(&books);
  Simulation simulation{what.workload, what.cluster, make_policies(what.policies), std::move(others), memo};
  Run done;
  done.fingerprint = simulation.run().fingerprint;
  done.jobs = books.jobs();
  done.complaints = books.complaints();
  return done;
}

bool fits(const Shape& shape, const std::vector<Amount>& free, const ClusterSpec& cluster) {
  return std::any_of(shape.places.begin(), shape.places.end(),
                     [&](const Place& place) { return fits_in(shape, place, free, cluster); });
}

}  // namespace sluice::test
