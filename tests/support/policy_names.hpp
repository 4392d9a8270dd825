#pragma once
// Policies by name, as a test writes them down.

#include <string>

#include "simulator/engine/simulation.hpp"

namespace sluice::test {

/// Names from the built-in catalogue; `options` are the scheduler's, e.g. "easy_variant=fast,easy_events=each",
/// `order_options` the order's.
struct PolicyNames {
  std::string scheduler = "sched/easy";
  std::string options{};
  std::string order = "priority/basic";
  std::string placement = "select/first_fit";
  std::string order_options{};

  std::string text() const {
    const std::string how = order_options.empty() ? order : order + ' ' + order_options;
    return scheduler + ' ' + options + ' ' + how + ' ' + placement;
  }
};

/// Throws std::invalid_argument, with what is wrong, for a name or an option that is not there.
PolicySet make_policies(const PolicyNames& names);
/// For policies that look at the cluster, which must outlive them; its accounting data are enforced as its configuration
/// says.
PolicySet make_policies(const PolicyNames& names, const ClusterSpec& cluster);

}  // namespace sluice::test
