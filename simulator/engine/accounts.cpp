#include "simulator/engine/accounts.hpp"

#include <algorithm>

#include "simulator/accounting/requested_tres.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/job.hpp"

namespace sluice {
namespace {

using accounting::TresTable;
using Seconds = std::chrono::seconds;

constexpr const char* no_association = "Invalid account or account/partition combination specified";
constexpr const char* no_qos = "Invalid qos specification";
constexpr const char* over_limit =
    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";

accounting::BillingRule billing_rule(const PriorityFlags& flags) {
  return flags.max_tres ? accounting::BillingRule::max_tres : accounting::BillingRule::sum;
}

std::vector<bool> qos_that_keep(const AccountingSpec& spec) {
  std::vector<bool> keeps;
  for (const QosSpec& qos : spec.qos) keeps.push_back(qos.flags.no_decay);
  return keeps;
}

void add_gres(accounting::TresRow& row, const TresTable& tres, const GresCount& kind, std::int64_t count) {
  if (count == 0) return;
  if (const auto id = tres.find("gres/" + kind.name)) row[id->index()] += count;
  if (kind.type.empty()) return;
  if (const auto id = tres.find("gres/" + kind.name + ":" + kind.type)) row[id->index()] += count;
}

}  // namespace

Accounts::Accounts(const ClusterSpec& cluster, const Workload& workload, const LimitsEntry* limits)
    : cluster_{cluster}, workload_{workload}, spec_{*cluster.accounting}, tres_{cluster.accounting_settings.tres},
      tree_{spec_}, usage_{tree_, tres_.size(), accounting::Decay{cluster.multifactor.decay_half_life},
                           qos_that_keep(spec_)},
      ledger_{tree_, spec_.qos.size(), tres_.size(), cluster.nodes.size()}, row_of_job_(workload.jobs.size(), 0) {
  const PriorityFlags& flags = cluster.multifactor.flags;
  for (const auto& partition : cluster.partitions)
    billing_.emplace_back(partition.billing_weights, tres_, billing_rule(flags));
  if (flags.no_fair_tree || flags.depth_oblivious) {
    using Kind = accounting::ClassicFairShare::Kind;
    classic_.emplace(tree_, flags.depth_oblivious ? Kind::depth_oblivious : Kind::plain,
                     cluster.multifactor.fairshare_dampening);
  } else {
    fair_tree_.emplace(tree_);
  }
  const Enforcement enforce = cluster.accounting_settings.enforce;
  if (limits != nullptr && enforce.limits)
    limits_ = limits->make({spec_, tree_, tres_, usage_, ledger_, enforce});
}

/// Jobs of the same user, account, QOS and partition share a standing.
std::uint32_t Accounts::standing_of(const JobSpec& spec, PartitionId partition) {
  std::uint64_t key = spec.user.value;
  for (const std::uint64_t part : {std::uint64_t{spec.account.value}, std::uint64_t{spec.qos.value},
                                   std::uint64_t{partition.value}})
    key = (key ^ part << 32 ^ part) * 0x9e3779b97f4a7c15ULL + part;
  const auto [found, is_new] = standing_by_key_.try_emplace(key, static_cast<std::uint32_t>(standings_.size()));
  if (is_new) standings_.push_back(make_standing(spec, partition));
  return found->second;
}

Accounts::Standing Accounts::make_standing(const JobSpec& spec, PartitionId partition) {
  Standing standing;
  standing.partition = partition;
  const std::string user = to_lower(workload_.users.text(spec.user));
  std::string account = to_lower(workload_.accounts.text(spec.account));
  if (account.empty())
    for (const UserSpec& known : spec_.users)
      if (known.name == user) account = known.default_account;
  const auto association = tree_.find(account, user, cluster_.partitions[partition.index()].name);
  if (!association) {
    if (cluster_.accounting_settings.enforce.associations) standing.refusal = no_association;
    return standing;
  }
  accounting::Party party;
  party.association = *association;
  party.account = tree_.parent(*association);
  const auto next_user = accounting::UserId{static_cast<std::uint32_t>(user_ids_.size())};
  party.user = user_ids_.try_emplace(spec.user.value, next_user).first->second;
  party.qos = qos_of(spec, *association, standing.refusal);
  if (const auto& name = cluster_.partitions[partition.index()].qos; !name.empty())
    party.partition_qos = find_qos(spec_, to_lower(name));
  if (party.qos) standing.usage_factor = spec_.qos[party.qos->index()].usage_factor;
  standing.party = party;
  return standing;
}

/// The job's own QOS, else the association's default, else its only one, else `normal`. Source: sacctmgr(1) DefaultQOS.
std::optional<QosId> Accounts::qos_of(const JobSpec& spec, AssociationId association, std::string& refusal) const {
  const AssociationSpec own = effective(spec_, association);
  const auto& allowed = own.qos.own;
  std::string name = to_lower(workload_.qos.text(spec.qos));
  if (name.empty()) name = own.default_qos.value_or("");
  if (name.empty() && allowed && allowed->size() == 1) name = allowed->front();
  if (name.empty()) name = effective(spec_, accounting::AssociationTree::root).default_qos.value_or("normal");
  const auto qos = find_qos(spec_, name);
  const bool may_use = qos && (!allowed || std::find(allowed->begin(), allowed->end(), name) != allowed->end());
  if (cluster_.accounting_settings.enforce.qos && !may_use) refusal = no_qos;
  return qos;
}

std::optional<std::chrono::minutes> Accounts::limit_of(const JobSpec& spec, PartitionId partition) const {
  const PartitionSpec& in = cluster_.partitions[partition.index()];
  std::optional<Duration> limit = spec.limit;
  if (!limit) limit = in.default_time;
  if (!limit) limit = in.max_time;
  if (!limit) return std::nullopt;
  return std::chrono::ceil<std::chrono::minutes>(*limit);
}

LimitedJob Accounts::limited(JobId job) const {
  const Standing& own = standing(job);
  LimitedJob view;
  view.party = *own.party;
  view.limit = limit_of(workload_.jobs[job.index()], own.partition);
  return view;
}

std::optional<std::string> Accounts::submit(JobId job, PartitionId partition) {
  const JobSpec& spec = workload_.jobs[job.index()];
  row_of_job_[job.index()] = standing_of(spec, partition);
  const Standing& own = standing(job);
  if (!own.refusal.empty()) return own.refusal;
  if (!own.party) return std::nullopt;
  if (limits_) {
    const auto requested = accounting::requested_tres(workload_.request(spec.request),
                                                      cluster_.partitions[partition.index()], cluster_, tres_);
    LimitedJob view = limited(job);
    view.tres = requested;
    if (limits_->may_queue(view)) return over_limit;
  }
  ledger_.submit(*own.party, 1);
  return std::nullopt;
}

void Accounts::leave(JobId job) {
  if (const auto& party = standing(job).party) ledger_.unsubmit(*party, 1);
}

std::optional<Reason> Accounts::may_be_considered(JobId job) const {
  if (!limits_ || !standing(job).party) return std::nullopt;
  return limits_->may_be_considered(limited(job));
}

std::optional<Reason> Accounts::may_start(JobId job, const Allocation& where) {
  if (!limits_ || !standing(job).party) return std::nullopt;
  double billed = 0;
  const auto tres = allocated(where, billing_[where.partition.index()], billed);
  LimitedJob view = limited(job);
  view.tres = tres;
  view.nodes = where.runs;
  return limits_->may_start(view);
}

accounting::TresRow Accounts::allocated(const Allocation& where, const accounting::Billing& billing,
                                        double& billed) const {
  accounting::TresRow row(tres_.size(), 0);
  row[TresTable::cpu.index()] = where.cpus;
  row[TresTable::mem.index()] = where.memory;
  row[TresTable::node.index()] = where.nodes;
  for (const NodeRun& run : where.runs) {
    const auto& kinds = cluster_.class_of(NodeId{run.first}).gres;
    for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
      add_gres(row, tres_, kinds[k], where.takes[run.take].gres[k] * std::int64_t{run.count});
  }
  billed = billing.of(row);
  row[TresTable::billing.index()] = static_cast<std::int64_t>(billed);
  return row;
}

accounting::UsingJob Accounts::using_job(const Running& running) const {
  const Standing& own = standing(running.job);
  accounting::UsingJob job;
  job.association = own.party->association;
  job.qos = own.party->qos;
  job.partition_qos = own.party->partition_qos;
  job.usage_factor = own.usage_factor;
  job.billing = running.billing;
  job.tres = running.tres;
  job.start = running.start;
  if (const auto limit = limit_of(workload_.jobs[running.job.index()], own.partition)) job.limit = *limit;
  return job;
}

void Accounts::start(JobId job, const Allocation& where, Time now) {
  const Standing& own = standing(job);
  if (!own.party) return;
  Running running;
  running.job = job;
  running.start = floor_seconds(now);
  running.tres = allocated(where, billing_[where.partition.index()], running.billing);
  ledger_.start(*own.party, running.tres, where.runs);
  usage_.start(using_job(running));
  place_in_running_[job] = running_.size();
  running_.push_back(std::move(running));
}

void Accounts::end(JobId job, const Allocation& where, Time now) {
  const auto found = place_in_running_.find(job);
  if (found == place_in_running_.end()) return;
  const std::size_t place = found->second;
  place_in_running_.erase(found);
  Running running = std::move(running_[place]);
  if (place + 1 < running_.size()) {
    running_[place] = std::move(running_.back());
    place_in_running_[running_[place].job] = place;
  }
  running_.pop_back();
  const Seconds from = std::max(running.start, last_pass_.value_or(running.start));
  usage_.end(using_job(running), from, std::max(from, floor_seconds(now)));
  ledger_.end(*standing(job).party, running.tres, where.runs);
}

void Accounts::pass(Time time) {
  const Seconds now = floor_seconds(time);
  if (classic_) classic_->begin_pass(usage_);
  if (last_pass_) usage_.decay(now - *last_pass_);
  for (const Running& running : running_) {
    const Seconds from = std::max(running.start, last_pass_.value_or(running.start));
    if (from < now) usage_.charge_in_pass(using_job(running), from, now);
  }
  usage_.settle();
  if (fair_tree_) fair_tree_->compute(usage_.raw());
  last_pass_ = now;
}

double Accounts::fair_share(AssociationId association) {
  return classic_ ? classic_->evaluate(association, usage_) : fair_tree_->factor(association);
}

void Accounts::describe(JobId job, PendingJob& view) {
  const Standing& own = standing(job);
  const JobSpec& spec = workload_.jobs[job.index()];
  view.partition = own.partition;
  view.asked_limit = spec.limit;
  view.accruing_since = cluster_.multifactor.flags.accrue_always ? spec.submit : view.eligible;
  view.nice = workload_.extras[spec.extras].nice;
  if (!own.party) return;
  view.association = own.party->association;
  view.qos = own.party->qos;
  view.fair_share = fair_share(own.party->association);
  if (requested_.size() < workload_.requests().size()) requested_.resize(workload_.requests().size());
  auto& requested = requested_[spec.request.index()];
  if (requested.empty())
    requested = accounting::requested_tres(workload_.request(spec.request), cluster_.partitions[own.partition.index()],
                                           cluster_, tres_);
  view.tres = requested;
}

void Accounts::describe(JobId job, WaitingJob& record) const {
  const Standing& own = standing(job);
  if (!own.party) return;
  record.association = own.party->association.value;
  const auto threshold = effective(spec_, own.party->association).min_prio_threshold;
  record.priority_threshold = static_cast<std::uint32_t>(threshold.value_or(0));
  if (!own.party->qos) return;
  const QosSpec& qos = spec_.qos[own.party->qos->index()];
  record.qos = own.party->qos->value;
  record.no_reserve = qos.flags.no_reserve;
  record.ignores_max_time = qos.flags.partition_time_limit;
  if (qos.min_prio_threshold) record.priority_threshold = static_cast<std::uint32_t>(*qos.min_prio_threshold);
}

}  // namespace sluice
