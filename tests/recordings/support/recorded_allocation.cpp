#include "tests/recordings/support/recorded_allocation.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"

namespace sluice::recordings {
namespace {

/// What one node gives to the run.
struct Part {
  NodeId node;
  Amount amount;
  std::uint64_t devices = 0;
  std::string_view cpu_ids{};
};

/// "0-2,7" as bits; 63 is the last.
std::uint64_t index_bits(std::string_view text) {
  std::uint64_t bits = 0;
  for (const auto range : split(text, ',')) {
    const auto dash = range.find('-');
    const auto first = std::strtoull(std::string{range}.c_str(), nullptr, 10);
    const auto last =
        dash == std::string_view::npos ? first : std::strtoull(std::string{range.substr(dash + 1)}.c_str(), nullptr, 10);
    for (auto i = first; i <= last && i < 64; ++i) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

/// "gpu:a100:2(IDX:0-1)" into a part of a node of one GPU type; of "shard:2(IDX:0)" the count is not that of devices.
void add_devices(std::string_view gres, const NodeClass& node_class, Part& part) {
  const auto open = gres.find("(IDX:");
  if (open == std::string_view::npos) return;
  const auto bits = index_bits(gres.substr(open + 5, gres.find(')', open) - open - 5));
  part.devices |= bits;
  const auto count = gres.substr(0, open).substr(gres.substr(0, open).rfind(':') + 1);
  const auto units = static_cast<std::int32_t>(std::strtol(std::string{count}.c_str(), nullptr, 10));
  for (std::size_t kind = 0; kind < node_class.gres.size() && kind < max_gres_kinds; ++kind)
    if (gres.starts_with(node_class.gres[kind].name) &&
        (node_class.gres[kind].type.empty() || gres.find(node_class.gres[kind].type) != std::string_view::npos))
      part.amount.gres[kind] += node_class.gres[kind].name == "gpu" ? static_cast<std::int32_t>(std::popcount(bits)) : units;
}

/// GPUs that a node without a known count holds: by memory per GPU, by the request, else its share.
std::int64_t unknown_gpus(const RecordedJob& job, std::int64_t total, std::size_t nodes, const Part& part) {
  if (job.submission != nullptr) {
    const JobRequest& request = job.submission->request;
    if (request.mem_per_gpu && request.mem_per_gpu->value > 0) return part.amount.memory / request.mem_per_gpu->value;
    for (const auto& one : request.gres_per_node)
      if (one.name == "gpu") return one.count;
  }
  return total / static_cast<std::int64_t>(nodes);
}

void guess_devices(const RecordedJob& job, std::int64_t total, const Cluster& cluster, std::vector<Part>& parts) {
  std::int64_t left = total;
  for (Part& part : parts) {
    const NodeClass& node_class = cluster.spec().class_of(part.node);
    for (std::size_t kind = 0; kind < node_class.gres.size() && kind < max_gres_kinds; ++kind) {
      if (node_class.gres[kind].name != "gpu") continue;
      const auto count = std::min({unknown_gpus(job, total, parts.size(), part), left, node_class.gres[kind].count});
      part.amount.gres[kind] = static_cast<std::int32_t>(count);
      left -= count;
      break;
    }
    part.devices = cluster.choose_devices(part.node, part.amount);
  }
}

const HeldNodes* held_by(const Recording& recording, const std::string& job, Seconds start, bool with_gres) {
  const HeldNodes* best = nullptr;
  for (const HeldNodes& held : recording.held)
    if (held.job == job && held.has_gres == with_gres && held.start >= start - Seconds{1} &&
        held.start <= start + Seconds{1})
      best = &held;
  return best;
}

std::vector<Part> parts_of(const ClusterSpec& cluster, const HeldNodes& held) {
  std::vector<Part> parts;
  for (const HeldPart& piece : held.parts)
    node_set(cluster, piece.nodes).for_each([&](NodeId node) {
      Part part{node, {}, 0};
      part.amount.cpus = static_cast<std::int32_t>(piece.cpus);
      part.amount.memory = piece.memory;
      part.cpu_ids = piece.cpu_ids;
      if (!piece.gres.empty()) add_devices(piece.gres, cluster.class_of(node), part);
      parts.push_back(part);
    });
  return parts;
}

std::vector<Part> even_parts(const ClusterSpec& cluster, const Run& run) {
  std::vector<Part> parts;
  node_set(cluster, run.nodes).for_each([&](NodeId node) { parts.push_back({node, {}, 0}); });
  for (Part& part : parts) {
    const auto nodes = static_cast<std::int64_t>(parts.size());
    part.amount.cpus = static_cast<std::int32_t>(run.tres[accounting::TresTable::cpu.index()] / nodes);
    part.amount.memory = run.tres[accounting::TresTable::mem.index()] / nodes;
  }
  return parts;
}

/// CPU_IDs are those of whole cores; where fewer are charged (CR_CPU), only the sum is known.
bool charge(std::vector<Part>& parts, const Run& run) {
  std::int64_t held = 0;
  const std::int64_t charged = run.tres[accounting::TresTable::cpu.index()];
  for (const Part& part : parts) held += part.amount.cpus;
  if (held == charged) return true;
  if (parts.size() == 1) parts.front().amount.cpus = static_cast<std::int32_t>(charged);
  return parts.size() == 1;
}

/// A core is held where one of its CPUs is. Only clusters of at most 64 CPUs a node are recorded.
void add_cores(const std::vector<Part>& parts, const CoreMap& map, Allocation& allocation) {
  for (const Part& part : parts) {
    std::vector<std::uint64_t> cores(map.words());
    for (std::uint64_t cpus = index_bits(part.cpu_ids); cpus != 0; cpus &= cpus - 1)
      cores.front() |= std::uint64_t{1} << (std::countr_zero(cpus) / map.threads(part.node.value));
    allocation.cores.insert(allocation.cores.end(), cores.begin(), cores.end());
  }
}

}  // namespace

NodeSet node_set(const ClusterSpec& cluster, const std::string& nodes) {
  NodeSet set{cluster.nodes.size()};
  const auto names = expand_hostlist(nodes);
  if (!names) return set;
  for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i)
    if (std::find(names->begin(), names->end(), cluster.nodes[i].name) != names->end()) set.insert(NodeId{i});
  return set;
}

std::string hostlist(const ClusterSpec& cluster, const NodeSet& nodes) {
  std::vector<std::string> names;
  nodes.for_each([&](NodeId node) { names.push_back(cluster.nodes[node.index()].name); });
  return names.empty() ? "-" : compress_hostlist(names);
}

NodeSet nodes_of(const Allocation& allocation, std::size_t capacity) {
  NodeSet set{capacity};
  mark_nodes(allocation, set);
  return set;
}

RecordedAllocation recorded_allocation(const RecordedState& state, const RecordedJob& job, const Run& run,
                                       const Cluster& cluster) {
  const ClusterSpec& spec = state.inputs->cluster;
  const auto gpu = state.tres.find("gres/gpu");
  const std::int64_t gpus = gpu && !run.tres.empty() ? run.tres[gpu->index()] : 0;
  RecordedAllocation recorded;
  const HeldNodes* seen = held_by(*state.recording, job.id, run.start, true);
  const HeldNodes* held = seen != nullptr ? seen : held_by(*state.recording, job.id, run.start, false);
  recorded.knows_parts = held != nullptr;
  recorded.knows_devices = seen != nullptr;
  auto parts = held != nullptr ? parts_of(spec, *held) : even_parts(spec, run);
  recorded.knows_parts = recorded.knows_parts && charge(parts, run);
  if (seen == nullptr && gpus > 0) guess_devices(job, gpus, cluster, parts);
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.node < b.node; });
  for (const Part& part : parts)
    append_node(recorded.allocation, spec, part.node, part.amount, part.devices);
  recorded.knows_cores = cluster.core_map() != nullptr && held != nullptr;
  if (recorded.knows_cores) add_cores(parts, *cluster.core_map(), recorded.allocation);
  recorded.allocation.partition = state.find_partition(run.partition).value_or(PartitionId{});
  return recorded;
}

namespace {

/// GPUs that serve shares and have as many of them left.
std::uint64_t shared_devices(const Cluster& cluster, NodeId node, const Amount& take) {
  const auto used = cluster.shares_in_use(node);
  const NodeClassId node_class = cluster.spec().nodes[node.index()].node_class;
  std::uint64_t devices = 0;
  for (std::size_t d = 0; d < used.size(); ++d) {
    const std::size_t kind = cluster.shared_as(node, d);
    const bool fits = take.gres[kind] > 0 && used[d] + take.gres[kind] <= cluster.capacity(node_class).gres[kind];
    if (used[d] > 0 && fits) devices |= std::uint64_t{1} << d;
  }
  return devices;
}

}  // namespace

Allocation free_part(const Allocation& allocation, const Cluster& cluster) {
  const bool tells_cores_apart = cluster.core_map() != nullptr;
  Allocation part;
  part.partition = allocation.partition;
  part.claim = allocation.claim;
  std::size_t place = 0;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t i = 0; i < run.count; ++i) {
      const NodeId node{run.first + i};
      const std::size_t words = allocation.cores.empty() ? 0 : cluster.core_map()->words();
      const auto cores = allocation.cores.begin() + static_cast<std::ptrdiff_t>(words * place++);
      if (cluster.bucket_of(node) == Cluster::no_bucket) continue;
      part.cores.insert(part.cores.end(), cores, cores + static_cast<std::ptrdiff_t>(words));
      const Amount& free = cluster.bucket(cluster.bucket_of(node)).free;
      Amount take = allocation.takes[run.take];
      if (!tells_cores_apart) take.cpus = std::min(take.cpus, free.cpus);
      take.memory = std::min(take.memory, free.memory);
      for (std::size_t kind = 0; kind < max_gres_kinds; ++kind) take.gres[kind] = std::min(take.gres[kind], free.gres[kind]);
      std::uint64_t devices = run.devices & (cluster.free_devices(node) | shared_devices(cluster, node, take));
      if (devices != run.devices) devices = cluster.choose_devices(node, take);
      append_node(part, cluster.spec(), node, take, devices);
    }
  return part;
}

}  // namespace sluice::recordings
