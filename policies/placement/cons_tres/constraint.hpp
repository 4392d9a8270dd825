#pragma once
// --constraint, read against the features of a cluster's nodes.

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policies/api/demand.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice::cons_tres {

/// Names joined by & (or a comma) and |, parentheses one level deep, counts `name*N`, and brackets: `[a|b]` the same
/// one for all nodes, `[a*2&b*4]` groups of nodes. The alternatives are tried in their order. An empty text is one
/// alternative with all nodes. The error is Slurm's. O(nodes x names). Source: sbatch(1) --constraint.
tl::expected<std::vector<FeatureAlternative>, std::string> read_constraint(std::string_view text,
                                                                          const ClusterSpec& cluster);

}  // namespace sluice::cons_tres
