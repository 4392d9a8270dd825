#include "simulator/app/check_cluster.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/hostlist.hpp"
#include "simulator/conf/accounting_keys.hpp"
#include "simulator/conf/keys.hpp"

namespace sluice::app {
namespace {

std::string gres_text(const std::vector<GresCount>& all) {
  std::string out;
  for (const auto& item : all)
    out += fmt::format("{}{}{}{}:{}", out.empty() ? "" : ",", item.name, item.type.empty() ? "" : ":", item.type,
                       item.count);
  return out;
}

std::int64_t gpus_of(const NodeClass& hardware) {
  std::int64_t count = 0;
  for (const auto& item : hardware.gres) count += item.name == "gpu" ? item.count : 0;
  return count;
}

std::vector<NodeKind> node_kinds(const ClusterSpec& spec) {
  std::vector<NodeKind> kinds(spec.classes.size());
  std::vector<std::vector<std::string>> hosts(spec.classes.size());
  for (const auto& node : spec.nodes) {
    if (node.state == NodeState::future) continue;
    auto& kind = kinds[node.node_class.index()];
    ++kind.nodes;
    if (node.state == NodeState::up) ++kind.up;
    hosts[node.node_class.index()].push_back(node.name);
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    kinds[i].hardware = &spec.classes[i];
    kinds[i].gres = gres_text(spec.classes[i].gres);
    kinds[i].hosts = compress_hostlist(hosts[i]);
  }
  std::erase_if(kinds, [](const NodeKind& kind) { return kind.nodes == 0; });
  return kinds;
}

TresCounts tres_of(const ClusterSpec& spec) {
  TresCounts tres;
  for (const auto& node : spec.nodes) {
    if (node.state != NodeState::up) continue;
    const auto& hardware = spec.classes[node.node_class.index()];
    tres["node"] += 1;
    tres["cpu"] += hardware.cpus;
    tres["mem"] += hardware.real_memory.value - hardware.mem_spec_limit.value;
    for (const auto& item : hardware.gres) {
      tres["gres/" + item.name] += item.count;
      if (!item.type.empty()) tres["gres/" + item.name + ":" + item.type] += item.count;
    }
  }
  for (const auto& [name, count] : spec.licenses) tres["license/" + name] = count;
  return tres;
}

std::vector<PartitionFacts> partition_facts(const ClusterSpec& spec) {
  std::vector<PartitionFacts> out;
  for (const auto& partition : spec.partitions) {
    PartitionFacts facts;
    facts.spec = &partition;
    for (const auto node : partition.nodes) {
      if (spec.nodes[node.index()].state == NodeState::future) continue;
      ++facts.nodes;
      facts.cpus += spec.class_of(node).cpus;
      facts.gpus += gpus_of(spec.class_of(node));
    }
    out.push_back(facts);
  }
  return out;
}

std::string enforcement_text(const Enforcement& enforce) {
  std::string out;
  const auto add = [&](bool holds, std::string_view word) {
    if (holds) out += fmt::format("{}{}", out.empty() ? "" : ",", word);
  };
  add(enforce.associations, "associations");
  add(enforce.limits, "limits");
  add(enforce.qos, "qos");
  add(enforce.safe, "safe");
  add(enforce.wckeys, "wckeys");
  return out.empty() ? "none" : out;
}

template <class Record, class Keys>
void add_limits(std::vector<LimitFacts>& out, std::string of, const Record& record, Keys keys) {
  std::string text;
  for (const auto& key : keys)
    if (const auto value = conf::limit_text(key, record); !value.empty())
      text += fmt::format("{}{}={}", text.empty() ? "" : " ", key.name, value);
  if (!text.empty()) out.push_back({std::move(of), std::move(text)});
}

void add_accounting(ClusterFacts& facts, const AccountingSpec& accounting) {
  facts.qos = accounting.qos.size();
  facts.users = accounting.users.size();
  for (const auto& qos : accounting.qos) add_limits(facts.limits, "QOS " + qos.name, qos, conf::qos_limits());
  for (const auto& one : accounting.associations) {
    if (!one.is_user()) ++facts.accounts;
    auto of = one.is_user() ? fmt::format("user {} in account {}", one.user, one.account) : "account " + one.account;
    if (!one.partition.empty()) of += " in partition " + one.partition;
    add_limits(facts.limits, std::move(of), one, conf::association_limits());
  }
}

/// "OverSubscribe=FORCE:4" means the key before the sign.
std::string meaning_of(std::string_view text) {
  const auto name = text.substr(0, text.find('='));
  for (const auto scope : conf::all_scopes)
    if (const auto* key = conf::find_key(scope, name)) return std::string{key->meaning};
  return {};
}

}  // namespace

ClusterFacts cluster_facts(const ClusterSpec& spec) {
  ClusterFacts facts;
  facts.kinds = node_kinds(spec);
  facts.partitions = partition_facts(spec);
  facts.tres = tres_of(spec);
  facts.enforcement = enforcement_text(spec.accounting_settings.enforce);
  if (spec.accounting) add_accounting(facts, *spec.accounting);
  for (const auto& key : spec.unmodelled) facts.unmodelled.push_back({key, meaning_of(key)});
  return facts;
}

}  // namespace sluice::app
