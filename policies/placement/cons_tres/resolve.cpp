#include "policies/placement/cons_tres/resolve.hpp"

#include <algorithm>

#include "policies/placement/cons_tres/constraint.hpp"
#include "policies/placement/cons_tres/offer.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/shape.hpp"

namespace sluice::cons_tres {
namespace {

using Error = tl::unexpected<std::string>;

constexpr const char* unavailable = "Requested node configuration is not available";
constexpr const char* invalid_gres = "Invalid generic resource (gres) specification";
constexpr const char* invalid_node = "Invalid node name specified";
constexpr const char* invalid_memory = "Memory required by task is not available";

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

tl::expected<NodeSet, std::string> named_nodes(const std::string& text, const ClusterSpec& cluster) {
  NodeSet set{cluster.nodes.size()};
  if (text.empty()) return set;
  const auto names = expand_hostlist(text);
  if (!names) return Error{invalid_node};
  for (const auto& name : *names) {
    const auto found = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                    [&](const NodeSpec& node) { return node.name == name; });
    if (found == cluster.nodes.end()) return Error{invalid_node};
    set.insert(NodeId{static_cast<std::uint32_t>(found - cluster.nodes.begin())});
  }
  return set;
}

/// Works on one Demand step by step; the first error ends it.
class Resolver {
 public:
  Resolver(const JobRequest& request, PartitionId partition, const ClusterSpec& cluster, const Settings& settings,
           std::span<const Hardware> hardware)
      : r_{request},
        cluster_{cluster},
        partition_{cluster.partitions[partition.index()]},
        settings_{settings},
        hardware_{hardware} {
    d_.partition = partition;
  }

  tl::expected<Demand, std::string> resolve() {
    read_sharing();
    if (auto problem = read_names()) return Error{std::move(*problem)};
    count_tasks();
    if (auto problem = read_gres()) return Error{std::move(*problem)};
    set_memory();
    if (auto problem = bound_memory()) return Error{std::move(*problem)};
    count_nodes();
    count_gres_cpus();
    if (auto problem = match_nodes()) return Error{std::move(*problem)};
    return std::move(d_);
  }

 private:
  using Problem = std::optional<std::string>;

  void read_sharing() {
    const auto mode = partition_.over_subscribe.mode;
    const bool always_whole = partition_.always_exclusive || mode == OverSubscribe::Mode::exclusive || settings_.linear;
    if (r_.sharing == Sharing::exclusive || always_whole || r_.layout.core_spec)
      d_.use = NodeUse::whole;
    else if (r_.sharing == Sharing::exclusive_user)
      d_.use = NodeUse::user;
    const bool several = partition_.over_subscribe.jobs > 1;
    const bool forced = mode == OverSubscribe::Mode::force && (several || !settings_.linear);
    const bool may_ask = mode == OverSubscribe::Mode::force || (mode == OverSubscribe::Mode::yes && several);
    const bool shares = forced || (may_ask && r_.sharing == Sharing::oversubscribe);
    if (mode == OverSubscribe::Mode::exclusive || partition_.always_exclusive)
      d_.claim = Claim::nodes;
    else if (shares)
      d_.claim = Claim::shared_cores;
    d_.overcommit = r_.layout.overcommit;
    d_.contiguous = r_.layout.contiguous;
    d_.spread = r_.layout.spread;
    d_.switches = r_.layout.switches;
    d_.switch_wait = r_.layout.switch_wait;
    d_.segment = r_.layout.segment;
    d_.enforce_gres_binding = r_.layout.gres_binding == GresBinding::enforce ||
                              (settings_.binds_devices && r_.layout.gres_binding != GresBinding::disable);
  }

  Problem read_names() {
    auto required = named_nodes(r_.nodelist, cluster_);
    if (!required) return required.error();
    auto excluded = named_nodes(r_.exclude, cluster_);
    if (!excluded) return excluded.error();
    d_.required = std::move(*required);
    d_.excluded = std::move(*excluded);
    auto alternatives = read_constraint(r_.constraint, cluster_);
    if (!alternatives) return alternatives.error();
    d_.alternatives = std::move(*alternatives);
    return std::nullopt;
  }

  /// As sbatch fills in what it is not told.
  void count_tasks() {
    const auto& layout = r_.layout;
    std::int64_t least = r_.min_nodes.value_or(1), most = r_.max_nodes.value_or(0);
    const auto named = static_cast<std::int64_t>(d_.required.count());
    const bool nodes_given = r_.min_nodes.has_value() || named > 0;
    least = std::max(least, named);
    if (most > 0) most = std::max(most, least);
    std::optional<std::int64_t> tasks = r_.ntasks;
    std::int64_t implied = tasks.value_or(1);
    d_.ntasks_per_node = r_.ntasks_per_node.value_or(0);
    if (d_.ntasks_per_node > 0 && !tasks && (most == 0 || least == most)) {
      tasks = least * d_.ntasks_per_node;
      implied = *tasks;
    }
    if (nodes_given && (least == most || most == 0) && !tasks) {
      implied = least;
      for (const auto& count : {layout.sockets_per_node, layout.cores_per_socket, layout.threads_per_core})
        if (count) {
          implied *= *count;
          tasks = implied;
        }
    } else if (nodes_given && tasks) {
      if (most > 0) most = std::min(most, *tasks);
      if (*tasks < least) least = most = *tasks;
    }
    d_.ntasks = tasks.value_or(0);
    d_.cpus_per_task = r_.cpus_per_task.value_or(1);
    d_.min_cpus = layout.overcommit ? least : implied * d_.cpus_per_task;
    d_.asked_min_nodes = least;
    d_.asked_max_nodes = most;
    d_.min_cpus_per_node = std::max({layout.min_cpus.value_or(1), d_.cpus_per_task, std::int64_t{1}});
    d_.ntasks_per_socket = layout.ntasks_per_socket.value_or(0);
    d_.ntasks_per_core = layout.ntasks_per_core.value_or(settings_.one_task_per_core ? 1 : 0);
    d_.threads_per_core = layout.threads_per_core.value_or(0);
    d_.sockets_per_node = layout.sockets_per_node.value_or(0);
    d_.cores_per_socket = layout.cores_per_socket.value_or(0);
    d_.core_spec = layout.core_spec.value_or(0);
  }

  GresDemand& gres_named(const GresCount& count) {
    for (auto& known : d_.gres)
      if (known.name == count.name && known.type == count.type) return known;
    GresDemand added;
    added.name = count.name;
    added.type = count.type;
    d_.gres.push_back(added);
    return d_.gres.back();
  }

  Problem read_gres() {
    for (const auto& gres : r_.gpus) gres_named(gres).total += gres.count;
    for (const auto& gres : r_.gres_per_node) gres_named(gres).per_node += gres.count;
    for (const auto& gres : r_.layout.gpus_per_socket) gres_named(gres).per_socket += gres.count;
    for (const auto& gres : r_.gpus_per_task) gres_named(gres).per_task += gres.count;
    if (r_.layout.ntasks_per_gpu)
      if (auto problem = apply_tasks_per_gpu()) return problem;
    const auto asks_for = [this](std::string_view name) {
      return std::any_of(d_.gres.begin(), d_.gres.end(), [&](const GresDemand& gres) { return gres.name == name; });
    };
    if (asks_for("gpu") + asks_for("shard") + asks_for("mps") > 1) return invalid_gres;
    for (auto& gres : d_.gres) {
      if (!known_gres(gres)) return invalid_gres;
      if (settings_.linear && (gres.total > 0 || gres.per_socket > 0 || gres.per_task > 0))
        return "Unsupported generic resource (gres) specification";
      if (auto problem = check_gres(gres)) return problem;
    }
    add_cpus_per_gpu();
    if (d_.ntasks_per_node > 0 && !d_.overcommit && d_.ntasks > 1)
      d_.min_cpus_per_node = std::max(d_.min_cpus_per_node, d_.cpus_per_task * d_.ntasks_per_node);
    return std::nullopt;
  }

  bool known_gres(const GresDemand& gres) const {
    return std::any_of(cluster_.classes.begin(), cluster_.classes.end(), [&](const NodeClass& node_class) {
      return std::any_of(node_class.gres.begin(), node_class.gres.end(),
                         [&](const GresCount& kind) { return kind.name == gres.name; });
    }) || std::find(cluster_.gres_types.begin(), cluster_.gres_types.end(), gres.name) != cluster_.gres_types.end();
  }

  Problem apply_tasks_per_gpu() {
    const std::int64_t each = *r_.layout.ntasks_per_gpu;
    std::int64_t gpus = 0;
    for (auto& gres : d_.gres) {
      if (gres.name != "gpu") continue;
      gres.ntasks_per_gpu = each;
      gpus += gres.total > 0 ? gres.total : gres.per_node * d_.asked_min_nodes;
    }
    if (gpus > 0) {
      d_.ntasks = gpus * each;
    } else if (d_.ntasks > 0) {
      GresDemand& added = gres_named({"gpu", "", 0});
      added.total = d_.ntasks / each;
      added.ntasks_per_gpu = each;
    } else {
      return invalid_gres;
    }
    d_.min_cpus = std::max(d_.min_cpus, d_.ntasks * d_.cpus_per_task);
    return std::nullopt;
  }

  /// Counts have to agree with each other; some imply nodes or tasks.
  Problem check_gres(GresDemand& gres) {
    if (gres.total > 0 && std::max({gres.per_node, gres.per_task, gres.per_socket}) > gres.total) return invalid_gres;
    if (gres.per_node > 0 && std::max(gres.per_task, gres.per_socket) > gres.per_node) return invalid_gres;
    if (gres.per_socket > 0 && d_.sockets_per_node == 0) return invalid_gres;
    if (gres.total > 0 && gres.per_node > 0) {
      const std::int64_t nodes = gres.total / gres.per_node;
      if (gres.total % gres.per_node != 0 || nodes < d_.asked_min_nodes) return invalid_gres;
      if (d_.asked_max_nodes > 0 && nodes > d_.asked_max_nodes) return invalid_gres;
      d_.asked_min_nodes = d_.asked_max_nodes = nodes;
    }
    if (gres.per_task > 0) {
      if (gres.total > 0) {
        const std::int64_t tasks = gres.total / gres.per_task;
        if (gres.total % gres.per_task != 0 || (d_.ntasks > 0 && d_.ntasks != tasks)) return invalid_gres;
        d_.ntasks = tasks;
      } else {
        if (d_.ntasks == 0 && d_.asked_min_nodes == d_.asked_max_nodes && !r_.cpus_per_task)
          d_.ntasks = d_.asked_min_nodes;
        if (d_.ntasks == 0) return invalid_gres;
        gres.total = d_.ntasks * gres.per_task;
      }
      if (gres.per_node > 0) {
        if (gres.per_node % gres.per_task != 0) return invalid_gres;
        const std::int64_t tasks = gres.per_node / gres.per_task;
        if (d_.ntasks_per_node > 0 && d_.ntasks_per_node != tasks) return invalid_gres;
        d_.ntasks_per_node = tasks;
      }
    }
    if (gres.total > 0) {
      if (gres.total < d_.asked_min_nodes) return invalid_gres;
      if (d_.asked_max_nodes > gres.total) d_.asked_max_nodes = gres.total;
    }
    return std::nullopt;
  }

  void add_cpus_per_gpu() {
    const auto of_partition = partition_.defaults.cpus_per_gpu;
    const std::int64_t by_default =
        r_.cpus_per_task ? 0 : of_partition.value_or(cluster_.job_defaults.cpus_per_gpu.value_or(0));
    for (auto& gres : d_.gres) {
      if (gres.name != "gpu") continue;
      if (r_.cpus_per_gpu) gres.cpus_per_gpu = *r_.cpus_per_gpu;
      gres.default_cpus_per_gpu = by_default;
      const std::int64_t each = gres.cpus_per_gpu > 0 ? gres.cpus_per_gpu : by_default;
      if (gres.per_task > 0) d_.cpus_per_task = std::max(d_.cpus_per_task, each * gres.per_task);
    }
    if (r_.cpus_per_gpu)
      d_.min_cpus_per_node = std::max(d_.min_cpus_per_node, d_.cpus_per_task);
  }

  /// --mem, --mem-per-cpu; else what is the default per GPU, per node or per CPU, of the partition before the
  /// cluster's; else all of each node.
  void set_memory() {
    std::int64_t per_gpu = 0;
    if (r_.mem_per_gpu)
      per_gpu = r_.mem_per_gpu->value;
    else if (partition_.defaults.mem_per_gpu)
      per_gpu = partition_.defaults.mem_per_gpu->value;
    else if (cluster_.job_defaults.mem_per_gpu)
      per_gpu = cluster_.job_defaults.mem_per_gpu->value;
    bool any_gpu = false;
    for (auto& gres : d_.gres)
      if (gres.name == "gpu") {
        gres.memory_per_gpu = per_gpu;
        any_gpu = true;
      }
    using Unit = MemoryDemand::Unit;
    if (r_.mem_per_node)
      d_.memory = {Unit::per_node, r_.mem_per_node->value};
    else if (r_.mem_per_cpu)
      d_.memory = r_.mem_per_cpu->value > 0 ? MemoryDemand{Unit::per_cpu, r_.mem_per_cpu->value} : MemoryDemand{};
    else if (any_gpu && per_gpu > 0)
      d_.memory = {Unit::per_gpu, per_gpu};
    else if (!set_default_memory(partition_.defaults))
      set_default_memory(cluster_.job_defaults);
  }

  bool set_default_memory(const JobDefaults& defaults) {
    using Unit = MemoryDemand::Unit;
    if (defaults.mem_per_node)
      d_.memory = {Unit::per_node, defaults.mem_per_node->value};
    else if (defaults.mem_per_cpu && defaults.mem_per_cpu->value > 0)
      d_.memory = {Unit::per_cpu, defaults.mem_per_cpu->value};
    return defaults.mem_per_node || defaults.mem_per_cpu;
  }

  /// Beyond MaxMemPerCPU a task, or a node, gets more CPUs; beyond MaxMemPerNode the job is refused.
  Problem bound_memory() {
    const JobDefaults& own = partition_.defaults;
    const bool is_own = own.max_mem_per_cpu || own.max_mem_per_node;
    const JobDefaults& limits = is_own ? own : cluster_.job_defaults;
    using Unit = MemoryDemand::Unit;
    if (d_.memory.unit == Unit::per_gpu) return std::nullopt;
    if (limits.max_mem_per_node && limits.max_mem_per_node->value > 0) {
      std::int64_t per_node = d_.memory.amount;
      if (d_.memory.unit == Unit::per_cpu) per_node *= least_cpus_of_node();
      if (per_node == 0 && !partition_.nodes.empty())
        per_node = hardware_[cluster_.nodes[partition_.nodes.front().index()].node_class.index()].memory;
      if (per_node > limits.max_mem_per_node->value) return invalid_memory;
    } else if (limits.max_mem_per_cpu && limits.max_mem_per_cpu->value > 0) {
      spread_over_cpus(limits.max_mem_per_cpu->value);
    }
    return std::nullopt;
  }

  std::int64_t least_cpus_of_node() const {
    std::int64_t tasks = std::max<std::int64_t>(1, d_.ntasks_per_node);
    if (d_.ntasks > 0 && d_.asked_max_nodes > 0) tasks = std::max(tasks, ceil_div(d_.ntasks, d_.asked_max_nodes));
    return std::max(tasks * d_.cpus_per_task, d_.min_cpus_per_node);
  }

  void spread_over_cpus(std::int64_t most) {
    using Unit = MemoryDemand::Unit;
    if (d_.memory.unit == Unit::per_cpu) {
      if (d_.memory.amount <= most) return;
      const std::int64_t factor = ceil_div(d_.memory.amount, most);
      d_.cpus_per_task *= factor;
      d_.memory.amount = ceil_div(d_.memory.amount, factor);
      if (d_.ntasks > 0) d_.min_cpus = d_.ntasks * d_.cpus_per_task;
      d_.min_cpus_per_node = std::max(d_.min_cpus_per_node, d_.cpus_per_task);
      return;
    }
    std::int64_t amount = d_.memory.amount;
    if (amount == 0 && !partition_.nodes.empty())
      amount = hardware_[cluster_.nodes[partition_.nodes.front().index()].node_class.index()].memory;
    d_.min_cpus_per_node = std::max(d_.min_cpus_per_node, ceil_div(amount, most));
    if (d_.ntasks_per_node > 0)
      d_.cpus_per_task = std::max(d_.cpus_per_task, ceil_div(d_.min_cpus_per_node, d_.ntasks_per_node));
  }

  void count_nodes() {
    if (d_.spread && d_.asked_max_nodes == 0 && d_.ntasks > 0)
      d_.asked_max_nodes = std::min(static_cast<std::int64_t>(cluster_.nodes.size()), d_.ntasks);
    d_.nodes.min = std::max(d_.asked_min_nodes, partition_.min_nodes);
    const std::int64_t of_partition = partition_.max_nodes.value_or(NodeCounts::no_max);
    d_.nodes.max = d_.asked_max_nodes == 0 ? of_partition : std::min(d_.asked_max_nodes, of_partition);
    d_.nodes.max = std::min(d_.nodes.max, NodeCounts::no_max);
    d_.nodes.wanted = d_.asked_max_nodes > 0 && !r_.layout.use_min_nodes ? d_.nodes.max : d_.nodes.min;
  }

  void count_gres_cpus() {
    std::int64_t total = 0, per_node = 0, per_socket = 0, per_task = 0, each = 0;
    for (const auto& gres : d_.gres) {
      if (gres.name != "gpu") continue;
      total += gres.total;
      per_node += gres.per_node;
      per_socket += gres.per_socket;
      per_task += gres.per_task;
      if (each == 0) each = gres.cpus_per_gpu > 0 ? gres.cpus_per_gpu : gres.default_cpus_per_gpu;
    }
    if (each == 0) return;
    const std::int64_t sockets = std::max<std::int64_t>(1, d_.sockets_per_node);
    std::int64_t here = 1, all = 0;
    if (per_node > 0)
      here = per_node;
    else if (per_socket > 0)
      here = per_socket * sockets;
    else if (per_task > 0)
      here = per_task * d_.ntasks_per_node;
    if (total > 0)
      all = total;
    else if (per_node > 0)
      all = per_node * d_.asked_min_nodes;
    else if (per_socket > 0)
      all = per_socket * d_.asked_min_nodes * sockets;
    else
      all = per_task * std::max<std::int64_t>(1, d_.ntasks_per_node) * d_.asked_min_nodes;
    d_.gres_cpus_per_node = each * here;
    d_.gres_cpus_of_job = each * all;
  }

  bool class_suits(const NodeClass& node_class, const Hardware& hardware) const {
    const std::int64_t memory =
        d_.memory.unit == MemoryDemand::Unit::per_gpu ? 0 : d_.memory.amount;
    return d_.min_cpus_per_node <= node_class.cpus && memory <= node_class.real_memory.value &&
           r_.layout.tmp.value_or(Megabytes{0}) <= node_class.tmp_disk && d_.sockets_per_node <= hardware.sockets &&
           d_.cores_per_socket <= hardware.cores_per_socket && d_.threads_per_core <= node_class.threads_per_core;
  }

  bool has_gres(const NodeClass& node_class) const {
    const Amount all = capacity_of(node_class);
    return std::all_of(d_.gres.begin(), d_.gres.end(), [&](const GresDemand& gres) {
      return Offers::matching(gres, node_class, all) >= std::max({gres.per_node, gres.per_task, std::int64_t{1}});
    });
  }

  Problem match_nodes() {
    std::vector<bool> suits, gives;
    for (std::size_t c = 0; c < cluster_.classes.size(); ++c) {
      suits.push_back(class_suits(cluster_.classes[c], hardware_[c]));
      gives.push_back(has_gres(cluster_.classes[c]));
    }
    d_.matching = NodeSet{cluster_.nodes.size()};
    d_.eligible = NodeSet{cluster_.nodes.size()};
    NodeSet featured{cluster_.nodes.size()};
    for (const auto& alternative : d_.alternatives) featured |= alternative.nodes;
    for (const NodeId node : partition_.nodes) {
      const std::size_t c = cluster_.nodes[node.index()].node_class.index();
      if (!suits[c] || !featured.contains(node)) continue;
      d_.matching.insert(node);
      if (gives[c]) d_.eligible.insert(node);
    }
    d_.eligible -= d_.excluded;
    if (d_.has_required() && d_.required.count_common(d_.eligible) != d_.required.count()) return unavailable;
    if (d_.eligible.count() == 0) return unavailable;
    return std::nullopt;
  }

  const JobRequest& r_;
  const ClusterSpec& cluster_;
  const PartitionSpec& partition_;
  const Settings& settings_;
  std::span<const Hardware> hardware_;
  Demand d_;
};

}  // namespace

tl::expected<Demand, std::string> resolve_demand(const JobRequest& request, PartitionId partition,
                                                 const ClusterSpec& cluster, const Settings& settings,
                                                 std::span<const Hardware> hardware) {
  return Resolver{request, partition, cluster, settings, hardware}.resolve();
}

}  // namespace sluice::cons_tres
