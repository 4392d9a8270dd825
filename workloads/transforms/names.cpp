// Transforms of names: map_users, map_accounts, map_qos, map_partitions.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/text.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

/// New names for old, and which of the pairs were used.
class Renaming {
 public:
  explicit Renaming(const TransformArguments::Pairs& pairs) : pairs_{pairs}, used_(pairs.size()) {}

  std::string_view operator()(std::string_view name) {
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      if (pairs_[i].first == name) return used_[i] = true, std::string_view{pairs_[i].second};
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      if (pairs_[i].first == "*" && !name.empty()) return used_[i] = true, std::string_view{pairs_[i].second};
    return name;
  }
  /// The old names that nothing had, separated by ", ".
  std::string unused() const {
    std::string names;
    for (std::size_t i = 0; i < pairs_.size(); ++i)
      if (!used_[i]) names += (names.empty() ? "" : ", ") + pairs_[i].first;
    return names;
  }

 private:
  const TransformArguments::Pairs& pairs_;
  std::vector<bool> used_;
};

void state_renaming(Workload& workload, const TransformCall& call, std::size_t renamed, const Renaming& renaming) {
  const auto unused = renaming.unused();
  call.state(workload, fmt::format("{} jobs are renamed{}", renamed,
                                   unused.empty() ? "" : fmt::format("; no job has {}", unused)));
}

void map_names(Workload& workload, Names Workload::*table, NameId JobSpec::*member, const TransformCall& call) {
  Renaming renaming{*call.arguments().pairs("names")};
  const Names& old = workload.*table;
  std::vector<bool> has_jobs(old.size());
  for (const auto& job : workload.jobs) has_jobs[(job.*member).index()] = true;
  Names fresh;
  std::vector<NameId> new_id(old.size());
  std::vector<bool> changed(old.size());
  for (std::uint32_t i = 0; i < old.size(); ++i) {
    if (!has_jobs[i]) continue;
    const auto name = renaming(old.text(NameId{i}));
    changed[i] = name != old.text(NameId{i});
    new_id[i] = fresh.intern(name);
  }
  std::size_t renamed = 0;
  for (auto& job : workload.jobs) {
    const auto before = (job.*member).index();
    renamed += changed[before] ? 1U : 0U;
    job.*member = new_id[before];
  }
  workload.*table = std::move(fresh);
  state_renaming(workload, call, renamed, renaming);
}

std::string map_partition_list(std::string_view list, Renaming& renaming) {
  std::string out;
  for (const auto name : split(list, ',')) {
    if (!out.empty()) out += ',';
    out += renaming(name);
  }
  return out;
}

}  // namespace

void map_users(Workload& workload, const TransformCall& call) {
  map_names(workload, &Workload::users, &JobSpec::user, call);
}
void map_accounts(Workload& workload, const TransformCall& call) {
  map_names(workload, &Workload::accounts, &JobSpec::account, call);
}
void map_qos(Workload& workload, const TransformCall& call) {
  map_names(workload, &Workload::qos, &JobSpec::qos, call);
}

void map_partitions(Workload& workload, const TransformCall& call) {
  Renaming renaming{*call.arguments().pairs("names")};
  const std::vector<JobRequest> old = workload.requests();
  std::vector<bool> has_jobs(old.size());
  for (const auto& job : workload.jobs) has_jobs[job.request.index()] = true;
  std::vector<RequestId> new_id(old.size());
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (!has_jobs[i]) continue;
    JobRequest request = old[i];
    request.partition = map_partition_list(request.partition, renaming);
    new_id[i] = workload.intern(request);
  }
  std::size_t renamed = 0;
  for (auto& job : workload.jobs) {
    renamed += old[job.request.index()].partition != workload.request(new_id[job.request.index()]).partition ? 1U : 0U;
    job.request = new_id[job.request.index()];
  }
  state_renaming(workload, call, renamed, renaming);
}

}  // namespace sluice::workloads
