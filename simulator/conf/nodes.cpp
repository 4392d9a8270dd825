#include "simulator/conf/nodes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/gres_text.hpp"

namespace sluice::conf {
namespace {

/// Counts of hardware parts: a 0 counts as 1.
std::optional<std::int64_t> part_count(const Entry* entry) {
  const auto number = number_of(entry);
  return number ? std::optional{std::max<std::int64_t>(1, *number)} : std::nullopt;
}

void read_processors(NodeClass& out, const Record& record, Diagnostics& diags) {
  const auto* cpus_entry = record.find("CPUs", "Procs");
  const auto cpus = part_count(cpus_entry);
  const auto boards = part_count(record.find("Boards")).value_or(1);
  out.cores_per_socket = part_count(record.find("CoresPerSocket")).value_or(1);
  out.threads_per_core = part_count(record.find("ThreadsPerCore")).value_or(1);
  const auto per_socket = out.cores_per_socket * out.threads_per_core;
  if (const auto per_board = part_count(record.find("SocketsPerBoard"))) {
    out.sockets = boards * *per_board;
  } else if (const auto sockets = part_count(record.find("Sockets"))) {
    out.sockets = *sockets;
  } else {
    out.sockets = cpus && *cpus % per_socket == 0 ? *cpus / per_socket : boards;
  }
  const auto cores = out.sockets * out.cores_per_socket;
  const auto threads = out.sockets * per_socket;
  out.cpus = cpus.value_or(threads);
  if (out.cpus == out.sockets || out.cpus == cores || out.cpus == threads) return;
  warning_at(diags, cpus_entry->value_spot(),
             fmt::format("CPUs={} is not Sockets x CoresPerSocket x ThreadsPerCore = {} x {} x {}; {} counts", out.cpus,
                         out.sockets, out.cores_per_socket, out.threads_per_core, threads),
             "CPUs must be the number of sockets, cores or threads");
  out.cpus = threads;
}

std::vector<std::string> read_features(const Entry* entry) {
  std::vector<std::string> features;
  if (entry == nullptr) return features;
  for (const auto part : split(entry->value, ','))
    if (!trim(part).empty()) features.emplace_back(trim(part));
  return features;
}

/// Lists that name something for each node must name as many, or one for all.
void check_lengths(const Record& record, std::size_t nodes, Diagnostics& diags) {
  for (const auto* key : {"NodeAddr", "NodeHostname", "BcastAddr"}) {
    const auto* entry = record.own(key);
    if (entry == nullptr) continue;
    const auto names = expand_hostlist(entry->value);
    if (!names) {
      error_at(diags, entry->value_spot(names.error().position), names.error().message);
    } else if (names->size() != nodes && names->size() != 1) {
      error_at(diags, entry->value_spot(), fmt::format("{} has {} names for {} nodes", key, names->size(), nodes));
    }
  }
}

/// Nodes as read, before they are put in order.
class NodeCollector {
 public:
  NodeCollector(ClusterSpec& spec, Diagnostics& diags) : spec_{spec}, diags_{diags} {}

  void add(const Record& record, NodeClassId node_class) {
    const auto* entry = record.own("NodeName");
    if (entry == nullptr || is_reserved(*entry)) return;
    auto names = expand_hostlist(entry->value);
    if (!names) {
      error_at(diags_, entry->value_spot(names.error().position), names.error().message);
      return;
    }
    check_lengths(record, names->size(), diags_);
    const auto* state = record.find("State");
    const auto* reason = record.find("Reason");
    std::vector<std::string> twice;
    const Entry* before = nullptr;
    for (auto& name : *names) {
      const auto [known, is_new] = defined_at_.try_emplace(name, entry);
      if (is_new) {
        spec_.nodes.push_back({std::move(name), node_class, state ? node_state(state->value) : NodeState::up,
                               reason ? reason->value : std::string{},
                               state != nullptr && equal_ignoring_case(state->value, "CLOUD")});
      } else {
        twice.push_back(std::move(name));
        before = before ? before : known->second;
      }
    }
    if (!twice.empty()) report_twice(*entry, twice, *before);
  }

 private:
  bool is_reserved(const Entry& entry) {
    if (!equal_ignoring_case(entry.value, "ALL")) return false;
    error_at(diags_, entry.value_spot(), "ALL stands for every node and cannot be the name of one");
    return true;
  }

  void report_twice(const Entry& entry, const std::vector<std::string>& names, const Entry& before) {
    const auto what = names.size() == 1 ? fmt::format("node '{}' is", names.front())
                                        : fmt::format("nodes '{}' are", compress_hostlist(names));
    error_at(diags_, entry.value_spot(), fmt::format("{} defined twice", what),
             fmt::format("the first definition is at {}", place_text(before.value_spot().at)));
  }

  ClusterSpec& spec_;
  Diagnostics& diags_;
  std::unordered_map<std::string, const Entry*> defined_at_;
};

}  // namespace

NodeClass node_class(const Record& record, std::span<const std::string> gres_types, Diagnostics& diags) {
  NodeClass out;
  read_processors(out, record, diags);
  out.real_memory = Megabytes{std::max<std::int64_t>(1, number_of(record.find("RealMemory")).value_or(1))};
  const auto withheld = number_of(record.find("MemSpecLimit")).value_or(0);
  if (withheld < out.real_memory.value) {
    out.mem_spec_limit = Megabytes{withheld};
  } else {
    warning_at(
        diags, record.find("MemSpecLimit")->value_spot(),
        fmt::format("MemSpecLimit={} leaves nothing of RealMemory={} and is ignored", withheld, out.real_memory.value));
  }
  out.gres = read_gres(record.find("Gres"), gres_types, diags);
  out.features = read_features(record.find("Feature", "Features"));
  out.core_spec_count = number_of(record.find("CoreSpecCount")).value_or(0);
  if (const auto* withheld_cpus = record.find("CpuSpecList")) out.cpu_spec_list = withheld_cpus->value;
  out.tmp_disk = Megabytes{number_of(record.find("TmpDisk")).value_or(0)};
  if (const auto* weight = record.find("Weight"))
    out.weight = number_of(weight).value_or(std::int64_t{0xffffffff});  // INFINITE: after all others
  return out;
}

NodeState node_state(std::string_view text) {
  if (equal_ignoring_case(text, "DOWN")) return NodeState::down;
  if (equal_ignoring_case(text, "FUTURE")) return NodeState::future;
  for (const auto word : {"DRAIN", "FAIL", "FAILING"})
    if (equal_ignoring_case(text, word)) return NodeState::drained;
  return NodeState::up;
}

NodeClassId intern_class(std::vector<NodeClass>& classes, const NodeClass& one) {
  const auto found = std::find(classes.begin(), classes.end(), one);
  const auto index = found - classes.begin();
  if (found == classes.end()) classes.push_back(one);
  return NodeClassId{static_cast<std::uint32_t>(index)};
}

void build_nodes(ClusterSpec& spec, std::span<const Record> records, std::span<const std::string> gres_types,
                 Diagnostics& diags) {
  NodeCollector collector{spec, diags};
  for (const auto& record : records)
    collector.add(record, intern_class(spec.classes, node_class(record, gres_types, diags)));
  std::sort(spec.nodes.begin(), spec.nodes.end(),
            [](const NodeSpec& a, const NodeSpec& b) { return compare_natural(a.name, b.name) < 0; });
}

}  // namespace sluice::conf
