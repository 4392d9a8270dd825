#include "policies/limits/limit_table.hpp"

#include <algorithm>

namespace sluice::limits {
namespace {

TresLimits by_id(const TresCounts& counts, const accounting::TresTable& tres) {
  TresLimits limits;
  for (const auto& [name, count] : counts)
    if (const auto id = tres.find(name)) limits.emplace_back(*id, count);
  std::sort(limits.begin(), limits.end());
  return limits;
}

std::optional<std::chrono::minutes> minutes(const std::optional<Duration>& length) {
  if (!length) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::minutes>(*length);
}

void set_group(LimitTable& table, const GroupLimits& group, const accounting::TresTable& tres) {
  table.grp_tres = by_id(group.tres, tres);
  table.grp_tres_mins = by_id(group.tres_mins, tres);
  table.grp_tres_run_mins = by_id(group.tres_run_mins, tres);
  table.grp_jobs = group.jobs;
  table.grp_submit = group.submit_jobs;
  table.grp_wall = minutes(group.wall);
}

void set_job(LimitTable& table, const JobLimits& job, const accounting::TresTable& tres) {
  table.max_tres = by_id(job.tres, tres);
  table.max_tres_per_node = by_id(job.per_node, tres);
  table.max_tres_mins = by_id(job.tres_mins, tres);
  table.max_wall = minutes(job.wall);
}

}  // namespace

LimitTable table_of(const QosSpec& qos, const accounting::TresTable& tres) {
  LimitTable table;
  set_group(table, qos.group, tres);
  set_job(table, qos.max, tres);
  table.per_user = by_id(qos.per_user.tres, tres);
  table.per_account = by_id(qos.per_account.tres, tres);
  table.min_tres = by_id(qos.min_tres, tres);
  table.max_jobs = qos.per_user.jobs;
  table.max_submit = qos.per_user.submit_jobs;
  table.max_jobs_per_account = qos.per_account.jobs;
  table.max_submit_per_account = qos.per_account.submit_jobs;
  table.min_prio_threshold = qos.min_prio_threshold;
  return table;
}

LimitTable table_of(const AssociationSpec& own, const AssociationSpec& effective, const accounting::TresTable& tres) {
  LimitTable table;
  set_group(table, own.group, tres);
  set_job(table, effective.max, tres);
  table.max_jobs = effective.max_jobs;
  table.max_submit = effective.max_submit_jobs;
  table.min_prio_threshold = effective.min_prio_threshold;
  return table;
}

TresWord word_of(const accounting::TresTable& tres, TresId id) {
  using accounting::TresKind;
  switch (tres.kind(id)) {
    case TresKind::cpu: return TresWord::cpu;
    case TresKind::mem: return TresWord::mem;
    case TresKind::energy: return TresWord::energy;
    case TresKind::node: return TresWord::node;
    case TresKind::billing: return TresWord::billing;
    case TresKind::gres: return TresWord::gres;
    case TresKind::license: return TresWord::license;
    case TresKind::other: break;
  }
  return tres.name(id).starts_with("bb/") ? TresWord::bb : TresWord::unknown;
}

}  // namespace sluice::limits
