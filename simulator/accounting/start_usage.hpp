#pragma once
// What everybody had used before a replay begins, so that it need not start with an empty history.

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/accounting/usage.hpp"
#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/model/accounting_spec.hpp"

namespace sluice::accounting {

/// Usage of user associations. Accounts have what is below them.
struct StartUsage {
  struct Row {
    AssociationId association;
    double raw = 0;            ///< billing-seconds
    std::vector<double> tres;  ///< TRES-seconds, by TresId; empty: not told
  };
  std::vector<Row> rows;
};

/// Reads what `sshare -a -l -P` prints (also with GrpTRESRaw, -o): a header, then one association a line, columns cut
/// by
/// `|`. Wanted are Account, User and RawUsage; a Partition column (`-m`) is looked at. Lines of accounts are passed
/// over, as their usage is the sum of what is below. A user that the tree does not have is a warning and left out; a
/// line that cannot be read is an error, and reading goes on. GrpTRESRaw is in whole minutes, so it loses up to one.
/// Source: sshare(1).
StartUsage read_sshare(const SourceText& text, const AssociationTree& tree, const TresTable& tres, Diagnostics& diags);

/// Adds it to the associations and to every account above them. O(rows x depth).
void add_start_usage(const StartUsage& start, const AssociationTree& tree, Usage& usage);

}  // namespace sluice::accounting
