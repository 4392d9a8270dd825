#include "simulator/model/shape.hpp"

#include <algorithm>
#include <string_view>

#include "simulator/base/hostlist.hpp"

namespace sluice {
namespace {

using Error = tl::unexpected<std::string>;

constexpr const char* unavailable = "Requested node configuration is not available";

/// What the pieces of one node hold, before it is known on which class of node they lie.
struct NodePiece {
  std::int64_t cpus = 1;
  std::optional<Megabytes> memory;     ///< 0: all of the node
  std::vector<GresCount> gres;
};

std::int64_t total_gpus(const std::vector<GresCount>& list) {
  std::int64_t total = 0;
  for (const auto& gres : list) total += gres.name == "gpu" ? gres.count : 0;
  return total;
}

/// Puts `count` of a GRES on the first kinds that match, each no fuller than the node's own count.
bool add_gres(Amount& amount, const GresCount& wanted, const NodeClass& node_class) {
  std::int64_t missing = wanted.count;
  for (std::size_t k = 0; k < node_class.gres.size() && missing > 0; ++k) {
    const GresCount& kind = node_class.gres[k];
    if (kind.name != wanted.name || (!wanted.type.empty() && kind.type != wanted.type)) continue;
    const std::int64_t here = std::min(missing, kind.count - amount.gres[k]);
    amount.gres[k] += static_cast<std::int32_t>(here);
    missing -= here;
  }
  return missing == 0;
}

bool within(const Amount& a, const Amount& b) {
  if (a.cpus > b.cpus || a.memory > b.memory) return false;
  for (std::size_t k = 0; k < max_gres_kinds; ++k)
    if (a.gres[k] > b.gres[k]) return false;
  return true;
}

std::optional<Amount> amount_on(const NodePiece& piece, const NodeClass& node_class, Sharing sharing) {
  const Amount all = capacity_of(node_class);
  Amount amount;
  if (piece.cpus > all.cpus) return std::nullopt;
  amount.cpus = static_cast<std::int32_t>(piece.cpus);
  // A node without RealMemory says nothing about its memory, so none is counted.
  if (piece.memory && node_class.real_memory > Megabytes{1})
    amount.memory = piece.memory->value == 0 ? all.memory : piece.memory->value;
  for (const auto& gres : piece.gres)
    if (!add_gres(amount, gres, node_class)) return std::nullopt;
  if (!within(amount, all)) return std::nullopt;
  if (sharing == Sharing::exclusive) {
    amount.cpus = all.cpus;
    amount.gres = all.gres;
  }
  return amount;
}

TaskGroup group_of(std::int64_t units, std::int64_t max_per_node, const NodePiece& piece, const ClusterSpec& cluster,
                   Sharing sharing) {
  TaskGroup group{units, max_per_node, {}};
  for (const auto& node_class : cluster.classes) group.per_class.push_back(amount_on(piece, node_class, sharing));
  return group;
}

/// `--constraint` as far as it can be asked of one node at a time: names joined by & or by |.
tl::expected<bool, std::string> meets(const std::string& constraint, const NodeClass& node_class) {
  if (constraint.empty()) return true;
  if (constraint.find_first_of("[]()*!") != std::string::npos ||
      (constraint.find('&') != std::string::npos && constraint.find('|') != std::string::npos))
    return Error{"Invalid feature specification"};
  const bool any = constraint.find('|') != std::string::npos;
  std::string_view rest{constraint};
  bool found_any = false, found_all = true;
  while (!rest.empty()) {
    const auto cut = std::min(rest.find_first_of("&|,"), rest.size());
    const bool found = std::find(node_class.features.begin(), node_class.features.end(), rest.substr(0, cut)) !=
                       node_class.features.end();
    found_any = found_any || found;
    found_all = found_all && found;
    rest.remove_prefix(std::min(cut + 1, rest.size()));
  }
  return any ? found_any : found_all;
}

/// The nodes that a `--nodelist` or `--exclude` text names; unknown names are an error, as in Slurm.
tl::expected<NodeSet, std::string> named_nodes(const std::string& text, const ClusterSpec& cluster) {
  NodeSet set{cluster.nodes.size()};
  const auto names = expand_hostlist(text);
  if (!names) return Error{"Invalid node name specified"};
  for (const auto& name : *names) {
    const auto found = std::find_if(cluster.nodes.begin(), cluster.nodes.end(),
                                    [&](const NodeSpec& node) { return node.name == name; });
    if (found == cluster.nodes.end()) return Error{"Invalid node name specified"};
    set.insert(NodeId{static_cast<std::uint32_t>(found - cluster.nodes.begin())});
  }
  return set;
}

std::vector<std::string_view> split(std::string_view list) {
  std::vector<std::string_view> parts;
  while (!list.empty()) {
    const auto cut = std::min(list.find(','), list.size());
    if (cut > 0) parts.push_back(list.substr(0, cut));
    list.remove_prefix(std::min(cut + 1, list.size()));
  }
  return parts;
}

tl::expected<Place, std::string> place_in(PartitionId partition, const JobRequest& request,
                                          const ClusterSpec& cluster) {
  Place place{partition, NodeSet{cluster.nodes.size()}, false};
  for (const NodeId node : cluster.partitions[partition.index()].nodes) {
    if (cluster.nodes[node.index()].state != NodeState::up) continue;
    const auto meets_it = meets(request.constraint, cluster.class_of(node));
    if (!meets_it) return Error{meets_it.error()};
    if (*meets_it) place.eligible.insert(node);
  }
  if (!request.nodelist.empty()) {
    const auto listed = named_nodes(request.nodelist, cluster);
    if (!listed) return Error{listed.error()};
    place.eligible &= *listed;
  }
  if (!request.exclude.empty()) {
    const auto excluded = named_nodes(request.exclude, cluster);
    if (!excluded) return Error{excluded.error()};
    place.eligible -= *excluded;
  }
  place.everywhere = place.eligible.count() == cluster.nodes.size();
  return place;
}

/// The most GPUs that match the request on one node where it may run; 0 if there are none.
std::int64_t widest_node(const JobRequest& request, const std::vector<Place>& places, const ClusterSpec& cluster) {
  std::int64_t widest = 0;
  for (const auto& place : places)
    place.eligible.for_each([&](NodeId node) {
      std::int64_t here = 0;
      for (const auto& kind : cluster.class_of(node).gres)
        for (const auto& wanted : request.gpus)
          if (kind.name == wanted.name && (wanted.type.empty() || wanted.type == kind.type)) {
            here += kind.count;
            break;
          }
      widest = std::max(widest, here);
    });
  return widest;
}

std::int64_t most_cpus(const std::vector<Place>& places, const ClusterSpec& cluster) {
  std::int64_t most = 1;
  for (const auto& place : places)
    place.eligible.for_each([&](NodeId node) { most = std::max(most, cluster.class_of(node).cpus); });
  return most;
}

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::vector<GresCount> times(std::vector<GresCount> list, std::int64_t factor) {
  for (auto& gres : list) gres.count *= factor;
  return list;
}

/// Builds the groups of one shape. One object a request, so that its parts need not be passed around.
class Layout {
 public:
  Layout(const JobRequest& request, const ClusterSpec& cluster, Shape& shape)
      : r_{request}, cluster_{cluster}, shape_{shape}, cpus_per_task_{request.cpus_per_task.value_or(1)} {}

  void lay_out() {
    if (cluster_.is_pool) return slots();
    if (total_gpus(r_.gpus) > 0) return r_.min_nodes ? gpus_on(*r_.min_nodes) : gpus_consolidated();
    const bool by_node = r_.min_nodes || r_.ntasks_per_node || !r_.gres_per_node.empty() || r_.mem_per_node ||
                         r_.sharing == Sharing::exclusive;
    return by_node ? tasks_on(node_count()) : tasks_anywhere();
  }

 private:
  void slots() {
    const std::int64_t gpus = requested_gpus(r_);
    add(gpus > 0 ? gpus : requested_cpus(r_), no_bound, NodePiece{});
    shape_.counts_cpus_only = true;
    shape_.nodes = 1;
  }

  void tasks_anywhere() {
    const std::int64_t tasks = r_.ntasks.value_or(1);
    NodePiece piece{cpus_per_task_, std::nullopt, r_.gpus_per_task};
    set_memory(piece);
    add(tasks, no_bound, piece);
    shape_.nodes = std::max<std::int64_t>(1, ceil_div(tasks * cpus_per_task_, most_cpus(shape_.places, cluster_)));
    shape_.counts_cpus_only = cpus_per_task_ == 1 && !piece.memory && piece.gres.empty() &&
                              shape_.places.size() == 1 && shape_.places.front().everywhere;
  }

  /// Without --nodes: as many as --ntasks-per-node says, else the fewest that hold the tasks' CPUs.
  std::int64_t node_count() const {
    if (r_.min_nodes) return *r_.min_nodes;
    if (r_.ntasks && r_.ntasks_per_node) return ceil_div(*r_.ntasks, *r_.ntasks_per_node);
    if (r_.ntasks) return ceil_div(*r_.ntasks * cpus_per_task_, most_cpus(shape_.places, cluster_));
    return 1;
  }

  void tasks_on(std::int64_t nodes) {
    const std::int64_t tasks = r_.ntasks.value_or(nodes * r_.ntasks_per_node.value_or(1));
    spread(nodes, std::max(tasks, nodes), [&](std::int64_t share) {
      NodePiece piece{share * cpus_per_task_, r_.mem_per_node, r_.gres_per_node};
      for (const auto& gres : times(r_.gpus_per_task, share)) piece.gres.push_back(gres);
      return piece;
    });
  }

  void gpus_on(std::int64_t nodes) {
    const std::int64_t gpus = total_gpus(r_.gpus);
    spread(nodes, gpus, [&](std::int64_t share) { return gpu_piece(share, gpus, nodes); });
  }

  void gpus_consolidated() {
    const std::int64_t gpus = total_gpus(r_.gpus);
    const std::int64_t widest = std::max<std::int64_t>(1, widest_node(r_, shape_.places, cluster_));
    const std::int64_t full = gpus / widest, rest = gpus % widest, nodes = full + (rest > 0 ? 1 : 0);
    if (full > 0) add(full, 1, gpu_piece(widest, gpus, nodes));
    if (rest > 0) add(1, 1, gpu_piece(rest, gpus, nodes));
    shape_.nodes = nodes;
  }

  /// A node with `here` of the job's `gpus`: its CPUs are --cpus-per-gpu's, or its part of the tasks'.
  NodePiece gpu_piece(std::int64_t here, std::int64_t gpus, std::int64_t nodes) const {
    NodePiece piece;
    const std::int64_t cpus = r_.ntasks.value_or(nodes * r_.ntasks_per_node.value_or(1)) * cpus_per_task_;
    piece.cpus = std::max<std::int64_t>(1, r_.cpus_per_gpu ? *r_.cpus_per_gpu * here : ceil_div(cpus * here, gpus));
    piece.memory = r_.mem_per_node;
    std::int64_t left = here;
    for (auto gres : r_.gpus) {
      gres.count = std::min(left, gres.count);
      left -= gres.count;
      if (gres.count > 0) piece.gres.push_back(gres);
    }
    return piece;
  }

  /// `total` things over `nodes` nodes, as evenly as whole numbers allow, the larger shares first.
  template <class PieceOf>
  void spread(std::int64_t nodes, std::int64_t total, PieceOf piece_of) {
    const std::int64_t low = total / nodes, more = total % nodes;
    const auto one = [&](std::int64_t count, std::int64_t share) {
      NodePiece piece = piece_of(share);
      set_memory(piece);
      add(count, 1, piece);
    };
    if (more > 0) one(more, low + 1);
    if (more < nodes) one(nodes - more, low);
    shape_.nodes = nodes;
  }

  void set_memory(NodePiece& piece) const {
    if (piece.memory) return;
    if (r_.mem_per_gpu && total_gpus(piece.gres) > 0)
      piece.memory = *r_.mem_per_gpu * total_gpus(piece.gres);
    else if (r_.mem_per_cpu)
      piece.memory = *r_.mem_per_cpu * piece.cpus;
  }

  void add(std::int64_t units, std::int64_t max_per_node, const NodePiece& piece) {
    shape_.groups.push_back(group_of(units, max_per_node, piece, cluster_, r_.sharing));
    shape_.cpus += units * piece.cpus;
    shape_.gpus += units * total_gpus(piece.gres);
    for (const auto& amount : shape_.groups.back().per_class)
      if (amount) {
        shape_.memory += units * amount->memory;
        break;
      }
  }

  const JobRequest& r_;
  const ClusterSpec& cluster_;
  Shape& shape_;
  std::int64_t cpus_per_task_;
};

}  // namespace

std::vector<PartitionId> existing_partitions_of(const JobRequest& request, const ClusterSpec& cluster) {
  std::vector<PartitionId> ids;
  const auto add_first = [&](auto is_meant) {
    const auto found = std::find_if(cluster.partitions.begin(), cluster.partitions.end(),
                                    [&](const PartitionSpec& p) { return p.exists && is_meant(p); });
    if (found != cluster.partitions.end()) ids.push_back(PartitionId{static_cast<std::uint32_t>(found - cluster.partitions.begin())});
  };
  if (request.partition.empty()) {
    add_first([](const PartitionSpec& p) { return p.is_default; });
  } else {
    for (const auto name : split(request.partition)) add_first([&](const PartitionSpec& p) { return p.name == name; });
  }
  return ids;
}

tl::expected<std::vector<PartitionId>, std::string> partitions_of(const JobRequest& request,
                                                                  const ClusterSpec& cluster) {
  auto ids = existing_partitions_of(request, cluster);
  if (request.partition.empty() && ids.empty()) return Error{"No partition specified or system default partition"};
  if (!request.partition.empty() && ids.size() < split(request.partition).size()) return Error{"Invalid partition name specified"};
  return ids;
}

Amount capacity_of(const NodeClass& node_class) {
  Amount all;
  all.cpus = static_cast<std::int32_t>(node_class.cpus);
  all.memory = std::max<std::int64_t>(0, node_class.real_memory.value - node_class.mem_spec_limit.value);
  for (std::size_t k = 0; k < node_class.gres.size() && k < max_gres_kinds; ++k)
    all.gres[k] = static_cast<std::int32_t>(node_class.gres[k].count);
  return all;
}

tl::expected<Shape, std::string> resolve(const JobRequest& request, const ClusterSpec& cluster) {
  const auto partitions = partitions_of(request, cluster);
  if (!partitions) return Error{partitions.error()};
  Shape shape;
  for (const PartitionId partition : *partitions) {
    auto place = place_in(partition, request, cluster);
    if (!place) return Error{place.error()};
    shape.places.push_back(std::move(*place));
  }
  if (request.min_nodes.value_or(1) < 1 || request.ntasks.value_or(1) < 1 || request.cpus_per_task.value_or(1) < 1)
    return Error{unavailable};
  JobRequest effective = request;
  if (cluster.partitions[partitions->front().index()].always_exclusive) effective.sharing = Sharing::exclusive;
  Layout{effective, cluster, shape}.lay_out();
  for (const auto& group : shape.groups)
    if (std::none_of(group.per_class.begin(), group.per_class.end(), [](const auto& a) { return a.has_value(); }))
      return Error{unavailable};
  return shape;
}

}  // namespace sluice
