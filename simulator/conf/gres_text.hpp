#pragma once
// Gres= of a node line: `gpu:a100:8,mps:800`.

#include <span>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/model/request.hpp"

namespace sluice::conf {

/// The resources of a Gres= value, sorted by name and type; entries of one kind are summed. Names must be among `types`
/// (GresTypes); what is wrong is reported and left out. A null entry has none. At most max_gres_kinds kinds.
/// Source: slurm.conf(5) Gres: name[:type][:no_consume][:count[K|M|G|T|P]], count 1 when absent.
std::vector<GresCount> read_gres(const Entry* entry, std::span<const std::string> types, Diagnostics& diags);

/// Adds to the entry of the same name and type, or appends one.
void add_gres(std::vector<GresCount>& all, GresCount item);

}  // namespace sluice::conf
