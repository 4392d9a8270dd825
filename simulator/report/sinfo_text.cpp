#include "simulator/report/sinfo_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <vector>

#include "simulator/base/hostlist.hpp"

namespace sluice::report {
namespace {

enum class Base { idle, mixed, allocated };

Base base_of(const NodeView& node, std::int64_t cpus) {
  if (node.used_cpus <= 0) return Base::idle;
  return node.used_cpus < cpus ? Base::mixed : Base::allocated;
}

std::string_view drained_word(const NodeView& node, Base base) {
  const bool is_busy = node.completing || base != Base::idle;
  if (node.maintenance) return is_busy ? "draining$" : "drained$";
  if (node.silent) return is_busy ? "draining*" : "drained*";
  return is_busy ? "draining" : "drained";
}

/// The sign behind the state of a node whose power changes; 0: none. Source: sinfo(1) NODE STATE CODES.
char power_sign(const NodeView& node) {
  if (node.powering_down) return '%';
  if (node.powering_up) return '#';
  if (node.powered_down) return '~';
  return node.power_down_asked ? '!' : '\0';
}

std::string_view word_with_power(Base base, char sign) {
  constexpr std::array<std::array<std::string_view, 4>, 3> words{{{"idle%", "idle#", "idle~", "idle!"},
                                                                  {"mixed%", "mixed#", "mixed~", "mixed!"},
                                                                  {"allocated%", "allocated#", "allocated~", "allocated!"}}};
  return words[static_cast<std::size_t>(base)][std::string_view{"%#~!"}.find(sign)];
}

/// CPUs that jobs have, that are free, that nobody can have, all.
struct CpuCounts {
  std::int64_t allocated = 0, idle = 0, other = 0, total = 0;
};

struct Row {
  std::string_view state;
  std::int64_t memory = 0;
  std::string gres;
  CpuCounts cpus;
  std::vector<std::string> nodes;
};

std::string gres_text(const NodeClass& node_class) {
  std::string text;
  for (const GresCount& one : node_class.gres)
    fmt::format_to(std::back_inserter(text), "{}{}{}{}:{}", text.empty() ? "" : ",", one.name, one.type.empty() ? "" : ":",
                   one.type, one.count);
  return text.empty() ? "(null)" : text;
}

void add(Row& row, const NodeView& node, const NodeSpec& spec, std::int64_t cpus) {
  const bool is_lost = node.down || node.drained || node.failing;
  const std::int64_t used = std::min(node.used_cpus, cpus);
  row.cpus.allocated += used;
  (is_lost ? row.cpus.other : row.cpus.idle) += cpus - used;
  row.cpus.total += cpus;
  row.nodes.push_back(spec.name);
}

}  // namespace

std::string_view node_state_word(const NodeView& node, std::int64_t cpus) {
  const Base base = base_of(node, cpus);
  if (node.maintenance && !node.drained && !node.down && base == Base::idle) return node.silent ? "maint*" : "maint";
  if (node.drained) return drained_word(node, base);
  if (node.failing) return node.completing || base == Base::allocated ? "failing" : "fail";
  if (node.down) return node.maintenance ? "down$" : node.silent ? "down*" : "down";
  if (const char sign = power_sign(node); sign != '\0' && !node.completing) return word_with_power(base, sign);
  if (base == Base::allocated) {
    if (node.maintenance) return "allocated$";
    if (node.silent) return "allocated*";
    return node.completing ? "allocated+" : "allocated";
  }
  if (node.completing) return node.maintenance ? "completing$" : node.silent ? "completing*" : "completing";
  if (base == Base::idle) {
    if (node.silent) return "idle*";
    return node.reserved ? "reserved" : node.planned ? "planned" : "idle";
  }
  if (node.maintenance) return "mixed$";
  if (node.silent) return "mixed*";
  return node.planned ? "mixed-" : "mixed";
}

std::string sinfo_text(const ClusterSpec& cluster, std::span<const NodeView> nodes) {
  std::string out = "PARTITION|STATE|NODES|CPUS(A/I/O/T)|MEMORY|GRES|NODELIST\n";
  for (const PartitionSpec& partition : cluster.partitions) {
    if (!partition.exists) continue;
    std::vector<Row> rows;
    std::vector<NodeId> members{partition.nodes.begin(), partition.nodes.end()};
    std::sort(members.begin(), members.end());
    for (const NodeId id : members) {
      const NodeSpec& spec = cluster.nodes[id.index()];
      const NodeClass& node_class = cluster.class_of(id);
      const std::string_view state = node_state_word(nodes[id.index()], node_class.cpus);
      const std::string gres = gres_text(node_class);
      auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& one) {
        return one.state == state && one.memory == node_class.real_memory.value && one.gres == gres;
      });
      if (row == rows.end()) row = rows.insert(row, Row{state, node_class.real_memory.value, gres, {}, {}});
      add(*row, nodes[id.index()], spec, node_class.cpus);
    }
    for (const Row& row : rows)
      fmt::format_to(std::back_inserter(out), "{}{}|{}|{}|{}/{}/{}/{}|{}|{}|{}\n", partition.name, partition.is_default ? "*" : "",
                     row.state, row.nodes.size(), row.cpus.allocated, row.cpus.idle, row.cpus.other, row.cpus.total,
                     row.memory, row.gres, compress_hostlist(row.nodes));
  }
  return out;
}

}  // namespace sluice::report
