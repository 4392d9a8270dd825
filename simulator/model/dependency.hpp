#pragma once
// --dependency as text: `afterok:12:13,after:14+5?singleton`.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "simulator/base/units.hpp"
#include "simulator/base/complaint.hpp"

namespace sluice {

enum class DependencyType : std::uint8_t {
  after,             ///< the job has started (or was cancelled)
  afterany,          ///< it has ended, however
  afterok,           ///< it has ended well
  afternotok,        ///< it has ended badly
  aftercorr,         ///< the task of the same index has ended well
  afterburstbuffer,  ///< it has ended and moved its data out
  expand,            ///< it runs, and gets this job's resources
  singleton,         ///< no other job of this name and user is there
};

std::string_view dependency_type_name(DependencyType type);

/// One condition. An item that names several jobs is as many terms.
struct DependencyTerm {
  DependencyType type = DependencyType::afterany;
  std::string job;       ///< the trace's own id, without `@` and task; empty for singleton
  bool is_name = false;  ///< it was written `@job`
  std::string tasks;     ///< `3`, `*` or `[1-4]` behind `job_`; empty: the whole job
  Duration delay{};      ///< `+MINUTES`, of after only
  bool operator==(const DependencyTerm&) const = default;
};

struct Dependency {
  enum class Join : std::uint8_t { all, any };
  Join join = Join::all;
  std::vector<DependencyTerm> terms;  ///< not empty
  bool operator==(const Dependency&) const = default;
};

/// How job ids look: Slurm's are numbers; those of a trace can be any text.
enum class IdForm : std::uint8_t { slurm, any };

/// Items `type:id[:id...]` or `singleton`, joined by `,` (all) or `?` (any); one `?` makes the whole list an any, as
/// in slurmctld. `id` is `n`, `n_task`, `n_*`, `n_[1-4]`, behind after also `n+minutes`; a list without a type is
/// afterany. `@name` stands for the job that the trace calls so. Source: sbatch(1), job_scheduler.c.
tl::expected<Dependency, Complaint> parse_dependency(std::string_view text, IdForm ids = IdForm::slurm);

/// The text again, one item a term, without `@`.
std::string dependency_text(const Dependency& dependency);

}  // namespace sluice
