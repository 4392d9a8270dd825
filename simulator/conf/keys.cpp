#include "simulator/conf/keys.hpp"

#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

constexpr Key node_set_table[] = {
    {"NodeSet", Type::text, "", "", Support::modelled, "name of a set of nodes, for a partition's Nodes"},
    {"Feature", Type::text, "", "", Support::modelled, "nodes that have this feature belong to the set"},
    {"Nodes", Type::hostlist, "", "", Support::modelled, "nodes of the set"},
};

constexpr Key down_nodes_table[] = {
    {"DownNodes", Type::hostlist, "", "", Support::modelled, "nodes that start in the state below"},
    {"Reason", Type::text, "", "Set in slurm.conf", Support::modelled, "why"},
    {"State", Type::choice, "DOWN|DRAIN|FAIL|FAILING|UNKNOWN", "DOWN", Support::modelled, "their state"},
};

constexpr Key frontend_table[] = {
    {"FrontendName", Type::hostlist, "", "", Support::accepted, "front-end hosts"},
    {"AllowGroups", Type::text, "", "", Support::accepted, "groups that may use the front end"},
    {"AllowUsers", Type::text, "", "", Support::accepted, "users that may use the front end"},
    {"DenyGroups", Type::text, "", "", Support::accepted, "groups that may not use the front end"},
    {"DenyUsers", Type::text, "", "", Support::accepted, "users that may not use the front end"},
    {"FrontendAddr", Type::text, "", "", Support::accepted, "their network addresses"},
    {"Port", Type::number16, "", "", Support::accepted, "their port"},
    {"Reason", Type::text, "", "", Support::accepted, "why they are in their state"},
    {"State", Type::text, "", "", Support::accepted, "their state"},
};

constexpr Key topology_table[] = {
    {"SwitchName", Type::text, "", "", Support::modelled, "name of a switch"},
    {"BlockName", Type::text, "", "", Support::modelled, "name of a base block (since 23.11)"},
    {"BlockSizes", Type::text, "nodes", "", Support::modelled, "sizes of blocks, the first that of a base block"},
    {"LinkSpeed", Type::text, "", "", Support::accepted, "speed of its links"},
    {"Nodes", Type::hostlist, "", "", Support::modelled, "nodes on a leaf switch, or in a block"},
    {"Switches", Type::hostlist, "", "", Support::modelled, "switches below it"},
};

}  // namespace

std::span<const Key> keys_of(Scope scope) {
  switch (scope) {
    case Scope::cluster: return cluster_keys();
    case Scope::node: return node_keys();
    case Scope::partition: return partition_keys();
    case Scope::node_set: return node_set_table;
    case Scope::down_nodes: return down_nodes_table;
    case Scope::frontend: return frontend_table;
    case Scope::gres: return gres_keys();
    case Scope::topology: return topology_table;
  }
  return {};
}

const Key* find_key(Scope scope, std::string_view name) {
  for (const auto& key : keys_of(scope))
    if (equal_ignoring_case(key.name, name)) return &key;
  return nullptr;
}

std::vector<std::string_view> key_names(Scope scope) {
  std::vector<std::string_view> names;
  for (const auto& key : keys_of(scope)) names.push_back(key.name);
  return names;
}

std::string_view scope_text(Scope scope) {
  switch (scope) {
    case Scope::cluster: return "a line of its own";
    case Scope::node: return "a NodeName line";
    case Scope::partition: return "a PartitionName line";
    case Scope::node_set: return "a NodeSet line";
    case Scope::down_nodes: return "a DownNodes line";
    case Scope::frontend: return "a FrontendName line";
    case Scope::gres: return "gres.conf";
    case Scope::topology: return "topology.conf";
  }
  return "";
}

}  // namespace sluice::conf
