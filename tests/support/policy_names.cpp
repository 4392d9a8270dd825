#include "tests/support/policy_names.hpp"

#include <stdexcept>

#include "policies/catalogue.hpp"

namespace sluice::test {
namespace {

/// For policies that do not look at it.
const ClusterSpec& any_cluster() {
  static const ClusterSpec none;
  return none;
}

template <class Entry>
auto make(std::span<const Entry* const> entries, const std::string& name, const std::string& options,
          const ClusterSpec& cluster) {
  for (const Entry* entry : entries) {
    if (entry->name != name) continue;
    Diagnostics diags;
    const auto parsed = parse_options(options, entry->options, entry->name, cluster, {"policy", 1, 1}, options, diags);
    if (!parsed) throw std::invalid_argument{diags.text()};
    return entry->make(*parsed, cluster);
  }
  throw std::invalid_argument{"no policy is called " + name};
}

}  // namespace

PolicySet make_policies(const PolicyNames& names) { return make_policies(names, any_cluster()); }

namespace {

/// slurmctld's loops with select/cons_tres, where that is who decides.
bool choose_loops(const PolicyNames& names, const ClusterSpec& cluster, const Policies& all, PolicySet& set) {
  for (const LoopsEntry* entry : all.loops()) {
    if (entry->name != names.scheduler) continue;
    set.loops = make(all.loops(), names.scheduler, names.options, cluster);
    std::vector<std::string> notes;
    for (const SelectionEntry* select : all.selections())
      if (select->name == "select/cons_tres") set.selection = select->make(cluster, notes);
    return true;
  }
  return false;
}

}  // namespace

PolicySet make_policies(const PolicyNames& names, const ClusterSpec& cluster) {
  const Policies all = builtin_policies();
  PolicySet loops;
  if (choose_loops(names, cluster, all, loops)) {
    loops.priority = make(all.priorities(), names.order, names.order_options, cluster);
    if (cluster.accounting) loops.limits = all.limits().back();
    return loops;
  }
  return {make(all.schedulers(), names.scheduler, names.options, cluster),
          make(all.priorities(), names.order, names.order_options, cluster),
          make(all.placements(), names.placement, "", cluster), cluster.accounting ? all.limits().back() : nullptr};
}

}  // namespace sluice::test
