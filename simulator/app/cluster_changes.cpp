#include "simulator/app/cluster_changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/line.hpp"
#include "simulator/conf/nodes.hpp"
#include "simulator/conf/partition_fields.hpp"
#include "simulator/conf/values.hpp"

namespace sluice::app {
namespace {

using conf::TypedPair;
using conf::TypedPairs;
using Sign = conf::TypedPair::Sign;

std::string quoted_partition(std::string_view name) { return fmt::format("partition '{}'", name); }

/// The key whose name begins so, if it is the only one; scontrol takes shortened names.
const conf::Key* find_shortened(conf::Scope scope, std::string_view typed) {
  if (const auto* key = conf::find_key(scope, typed)) return key;
  constexpr std::size_t shortest = 4;
  const conf::Key* found = nullptr;
  if (typed.size() < shortest) return nullptr;
  for (const conf::Key& key : conf::keys_of(scope)) {
    if (!equal_ignoring_case(key.name.substr(0, typed.size()), typed)) continue;
    if (found != nullptr) return nullptr;
    found = &key;
  }
  return found;
}

/// `KEY=VALUE` as slurm.conf's readers take it; complaints about it point into that text.
conf::Entry entry_of(const TypedPair& pair, std::string_view key) {
  const std::string text = fmt::format("{}={}", pair.key, pair.value);
  return {std::string{key}, pair.value, 0, pair.key.size() + 1, conf::loose_line("command", text)};
}

/// Tells an operator what slurm.conf's readers have said of an entry. False: it was an error.
bool pass_on(const Diagnostics& said, const TypedPair& pair, CommandComplaints& complaints) {
  for (const Diagnostic& one : said.all()) {
    const std::size_t column = one.at.column > 0 ? one.at.column - 1 : 0;
    const bool is_of_value = column > pair.key.size();
    const std::size_t position = is_of_value ? pair.value_position() + column - pair.key.size() - 1 : pair.position + column;
    if (one.severity == Severity::error)
      complaints.refuse(position, one.message, one.hint);
    else
      complaints.remark(position, one.message);
  }
  return said.ok();
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  for (const auto part : split(list, ','))
    if (!trim(part).empty()) words.emplace_back(trim(part));
  return words;
}

/// JobDefaults=DefCpuPerGPU=4,DefMemPerGPU=1000: each of them as a pair of its own.
TypedPairs spread_job_defaults(const TypedPairs& pairs) {
  TypedPairs out;
  for (const TypedPair& pair : pairs) {
    if (!equal_ignoring_case(pair.key, "JobDefaults")) {
      out.push_back(pair);
      continue;
    }
    std::size_t at = pair.value_position();
    for (const auto part : split(pair.value, ',')) {
      const auto equals = std::min(part.find('='), part.size());
      out.push_back({std::string{part.substr(0, equals)}, std::string{part.substr(std::min(equals + 1, part.size()))}, Sign::sets, at});
      at += part.size() + 1;
    }
  }
  return out;
}

}  // namespace

ClusterChanges::ClusterChanges(ClusterSpec& cluster, Workload& workload)
    : cluster_{cluster}, workload_{workload}, index_{cluster.nodes, conf::Known::all},
      sets_{cluster.node_sets.begin(), cluster.node_sets.end()}, partitions_{cluster.partitions} {
  for (const NodeSpec& node : cluster.nodes) classes_.push_back(node.node_class);
}

std::optional<PartitionId> ClusterChanges::find(std::string_view name) const {
  for (std::uint32_t p = 0; p < partitions_.size(); ++p)
    if (partitions_[p].exists && partitions_[p].name == name) return PartitionId{p};
  return std::nullopt;
}

std::vector<std::string_view> ClusterChanges::names() const {
  std::vector<std::string_view> names;
  for (const PartitionSpec& one : partitions_)
    if (one.exists) names.emplace_back(one.name);
  return names;
}

// -- Partitions -------------------------------------------------------------------------------------------------------

/// What slurmctld checks beyond the form of a value.
bool ClusterChanges::is_sound(const PartitionSpec& partition, const TypedPair& change,
                              CommandComplaints& complaints) const {
  if (!equal_ignoring_case(change.key, "QOS") || partition.qos.empty() || !cluster_.accounting) return true;
  const auto& known = cluster_.accounting->qos;
  if (std::any_of(known.begin(), known.end(), [&](const QosSpec& one) { return one.name == partition.qos; })) return true;
  std::vector<std::string_view> names;
  for (const QosSpec& one : known) names.emplace_back(one.name);
  complaints.refuse(change.value_position(), fmt::format("there is no QOS '{}'", change.value), did_you_mean(change.value, names));
  return false;
}

bool ClusterChanges::apply(const TypedPair& change, PartitionSpec& partition, CommandComplaints& complaints) {
  const conf::Key* key = find_shortened(conf::Scope::partition, change.key);
  const auto* field = key != nullptr ? conf::find_partition_field(key->name) : nullptr;
  if (field == nullptr) {
    complaints.refuse(change.position, fmt::format("a partition has no '{}'", change.key),
                      did_you_mean(change.key, conf::key_names(conf::Scope::partition)));
    return false;
  }
  if (change.sign != Sign::sets && key->name != "Nodes") {
    complaints.refuse(change.position, fmt::format("{} can only be set", key->name), "only Nodes takes += and -=");
    return false;
  }
  Diagnostics said;
  const conf::Entry entry = entry_of(change, key->name);
  const bool is_blank = entry.value.empty() && (key->type == conf::Type::hostlist || key->type == conf::Type::text);
  PartitionSpec next = partition;
  if (is_blank || conf::check_value(*key, entry, said)) field->set(next, entry, {cluster_, index_, sets_, said});
  if (!pass_on(said, change, complaints) || !is_sound(next, change, complaints)) return false;
  if (change.sign == Sign::adds) next.nodes.insert(next.nodes.end(), partition.nodes.begin(), partition.nodes.end());
  if (change.sign == Sign::removes) {
    std::vector<NodeId> left = partition.nodes;
    std::erase_if(left, [&](NodeId node) { return std::binary_search(next.nodes.begin(), next.nodes.end(), node); });
    next.nodes = std::move(left);
  }
  conf::sort_unique(next.nodes);
  if (key->support == conf::Support::accepted || key->support == conf::Support::not_modelled ||
      key->support == conf::Support::historic)
    complaints.has_no_effect(fmt::format("{} of a partition", key->name), change.position);
  partition = std::move(next);
  return true;
}

/// slurmctld leaves DefaultTime alone where it would exceed MaxTime.
bool ClusterChanges::apply(const TypedPairs& changes, PartitionSpec& partition, CommandComplaints& complaints) {
  const auto default_before = partition.default_time;
  bool fine = true;
  const TypedPair* default_time = nullptr;
  for (const TypedPair& change : changes) {
    fine = apply(change, partition, complaints) && fine;
    if (to_lower(change.key).starts_with("defaultt")) default_time = &change;
  }
  if (default_time == nullptr || !fine || !partition.max_time) return fine;
  if (partition.default_time && *partition.default_time <= *partition.max_time) return fine;
  partition.default_time = default_before;
  complaints.remark(default_time->position, "DefaultTime would exceed MaxTime and stays what it was");
  return fine;
}

/// Jobs that named no partition stay in the one that was the default when they were submitted.
std::vector<std::pair<RequestId, RequestId>> ClusterChanges::name_default() {
  std::vector<std::pair<RequestId, RequestId>> named;
  const auto before = std::find_if(partitions_.begin(), partitions_.end(), [](const PartitionSpec& one) { return one.is_default; });
  if (before == partitions_.end()) return named;
  const std::size_t count = workload_.requests().size();
  for (std::uint32_t r = 0; r < count; ++r) {
    JobRequest request = workload_.request(RequestId{r});
    if (!request.partition.empty()) continue;
    request.partition = before->name;
    named.emplace_back(RequestId{r}, workload_.intern(request));
  }
  return named;
}

/// A new partition, or one of that name that was deleted.
std::optional<PartitionId> ClusterChanges::make(const conf::UpdatePartition& command, CommandComplaints& complaints) {
  if (find(command.name)) {
    complaints.refuse(command.name_position, fmt::format("there is a {} already", quoted_partition(command.name)), "write update partitionname=");
    return std::nullopt;
  }
  PartitionSpec fresh;
  fresh.name = command.name;
  const auto known = std::find_if(partitions_.begin(), partitions_.end(), [&](const PartitionSpec& one) { return one.name == command.name; });
  const PartitionId id{static_cast<std::uint32_t>(known - partitions_.begin())};
  if (known == partitions_.end()) {
    partitions_.push_back(fresh);
    fresh.exists = false;
    cluster_.partitions.push_back(fresh);
  } else {
    *known = fresh;
  }
  partitions_[id.index()].exists = false;
  return id;
}

std::optional<Command> ClusterChanges::change(const conf::UpdatePartition& command, CommandComplaints& complaints) {
  const bool is_new = command.kind == conf::UpdatePartition::Kind::create;
  const auto id = is_new ? make(command, complaints) : find(command.name);
  if (!id) {
    if (!is_new)
      complaints.refuse(command.name_position, fmt::format("there is no {}", quoted_partition(command.name)),
                        did_you_mean(command.name, names()));
    return std::nullopt;
  }
  PartitionSpec& own = partitions_[id->index()];
  PartitionSpec next = own;
  next.exists = true;
  const TypedPairs changes = spread_job_defaults(command.changes);
  if (changes.empty() && !is_new) {
    complaints.refuse(0, "the command changes nothing", "give state=, maxtime=, nodes=, ...");
    return std::nullopt;
  }
  if (!apply(changes, next, complaints)) return std::nullopt;
  PartitionSpec as_it_was = own;
  as_it_was.state = next.state;
  if (!is_new && next == as_it_was) {
    own.state = next.state;
    return UpdatePartition{*id, next.state};
  }
  ChangePartition change{*id, next, {}};
  if (next.is_default != own.is_default) change.named = name_default();
  if (next.is_default)
    for (PartitionSpec& other : partitions_) other.is_default = false;
  own = std::move(next);
  return change;
}

std::optional<Command> ClusterChanges::remove(const conf::DeletePartition& command, CommandComplaints& complaints) {
  const auto id = find(command.name);
  if (!id) {
    complaints.refuse(command.name_position, fmt::format("there is no {}", quoted_partition(command.name)),
                      did_you_mean(command.name, names()));
    return std::nullopt;
  }
  return DeletePartition{*id};
}

// -- Nodes ------------------------------------------------------------------------------------------------------------

namespace {

struct NodeField {
  std::string_view name;
  enum class What : std::uint8_t { weight, available_features, active_features, gres, nothing } what;
};

/// Source: scontrol(1), SPECIFICATIONS FOR UPDATE COMMAND, NODES; State and Reason are read before.
constexpr NodeField node_fields[] = {
    {"Weight", NodeField::What::weight},
    {"AvailableFeatures", NodeField::What::available_features},
    {"Features", NodeField::What::available_features},
    {"ActiveFeatures", NodeField::What::active_features},
    {"Gres", NodeField::What::gres},
    {"Comment", NodeField::What::nothing},
    {"CpuBind", NodeField::What::nothing},
    {"Extra", NodeField::What::nothing},
    {"NodeAddr", NodeField::What::nothing},
    {"NodeHostName", NodeField::What::nothing},
};

const NodeField* find_node_field(std::string_view typed) {
  for (const NodeField& one : node_fields)
    if (equal_ignoring_case(one.name, typed)) return &one;
  return nullptr;
}

}  // namespace

bool ClusterChanges::apply(const TypedPair& field, NodeId node, NodeClass& to, CommandComplaints& complaints) {
  using What = NodeField::What;
  const NodeField* known = find_node_field(field.key);
  if (known == nullptr) {
    std::vector<std::string_view> names{"State", "Reason"};
    for (const NodeField& one : node_fields) names.push_back(one.name);
    complaints.refuse(field.position, fmt::format("a node has no '{}' that can be changed", field.key), did_you_mean(field.key, names));
    return false;
  }
  switch (known->what) {
    case What::nothing: complaints.has_no_effect(fmt::format("{} of a node", known->name), field.position); return true;
    case What::gres: {
      complaints.refuse(field.position, "the devices of a node cannot be changed here",
                        "give the node its Gres in slurm.conf, and drain it until it has them");
      return false;
    }
    case What::weight: {
      const auto weight = conf::parse_number(field.value, conf::Type::number32);
      if (!weight) {
        complaints.refuse(field.value_position(), fmt::format("Weight wants a whole number, got '{}'", field.value), "write 0 to 4294967295");
        return false;
      }
      to.weight = weight->value.value_or(std::int64_t{0xffffffff});
      return true;
    }
    case What::available_features:
      available_.erase(node);
      to.features = words_of(field.value);
      return true;
    case What::active_features: {
      const auto& all = available_.try_emplace(node, to.features).first->second;
      const auto active = words_of(field.value);
      for (const std::string& one : active) {
        if (std::find(all.begin(), all.end(), one) != all.end()) continue;
        complaints.refuse(field.value_position(), fmt::format("'{}' is no available feature of {}", one, cluster_.nodes[node.index()].name),
                          "give availablefeatures= with it");
        return false;
      }
      to.features = active;
      return true;
    }
  }
  return false;
}

std::optional<Command> ClusterChanges::change(const std::vector<NodeId>& nodes, const conf::TypedPairs& fields,
                                              CommandComplaints& complaints) {
  TypedPairs ordered = fields;  // what is available counts before what is active
  std::stable_partition(ordered.begin(), ordered.end(), [](const TypedPair& one) { return !equal_ignoring_case(one.key, "ActiveFeatures"); });
  ChangeNodes change;
  for (const NodeId node : nodes) {
    NodeClass next = cluster_.classes[classes_[node.index()].index()];
    for (const TypedPair& field : ordered)
      if (!apply(field, node, next, complaints)) return std::nullopt;
    const NodeClassId id = conf::intern_class(cluster_.classes, next);
    if (id != classes_[node.index()]) change.nodes.emplace_back(node, id);
    classes_[node.index()] = id;
  }
  if (change.nodes.empty()) return std::nullopt;
  return change;
}

}  // namespace sluice::app
