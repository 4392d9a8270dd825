#pragma once
// TRES lists: `cpu=4,mem=16G,gres/gpu:a100=2` with counts, or with weights as in TRESBillingWeights.

#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/model/accounting_spec.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice::conf {

/// Whether this is one of Slurm's eight TRES or gres/NAME, license/NAME, bb/NAME; in lower case.
bool is_tres_name(std::string_view name);

/// Changes `counts` as a list says: a count of -1 removes the TRES. Counts may carry K, M, G, T, P (powers of 1024;
/// memory is in MB without one). What is no TRES or no count is reported and left out. Source: slurmdb_defs.c.
void read_tres_counts(TresCounts& counts, const Entry& entry, Diagnostics& diags);

/// The weights of a list. A suffix is the unit of the count: Mem=0.25G is 0.25 for each GB. Weights may be negative.
/// What is no TRES is a warning and left out. Source: slurm.conf(5) TRESBillingWeights, PriorityWeightTRES.
TresWeights read_tres_weights(const Entry& entry, Diagnostics& diags);

/// The list that reads back as these.
std::string tres_text(const TresCounts& counts);
std::string tres_text(const TresWeights& weights);

/// The parts of a comma list that are not blank, in lower case if wanted. Quotes in them become `, as Slurm makes them.
/// Source: slurm_addto_char_list().
std::vector<std::string> read_names(std::string_view text);
std::vector<std::string> read_lower_names(std::string_view text);
std::string names_text(const std::vector<std::string>& names);

}  // namespace sluice::conf
