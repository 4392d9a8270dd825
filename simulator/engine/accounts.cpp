#include "simulator/engine/accounts.hpp"

#include <algorithm>
#include <cmath>

#include "simulator/accounting/defaults.hpp"
#include "simulator/accounting/requested_tres.hpp"
#include "simulator/accounting/usage_reset.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/job.hpp"
#include "simulator/model/licenses.hpp"

namespace sluice {
namespace {

using accounting::TresTable;
using Seconds = std::chrono::seconds;

constexpr const char* no_association = "Invalid account or account/partition combination specified";
constexpr const char* no_qos = "Invalid qos specification";
constexpr const char* over_limit =
    "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";

/// The licences of --licenses that AccountingStorageTRES names, by row of the extras.
std::map<std::uint32_t, std::vector<std::pair<TresId, std::int64_t>>> counted_licenses(const Workload& workload,
                                                                                   const TresTable& tres) {
  std::map<std::uint32_t, std::vector<std::pair<TresId, std::int64_t>>> counted;
  for (std::uint32_t row = 0; row < workload.extras.size(); ++row) {
    if (workload.extras[row].licenses.empty()) continue;
    const auto wanted = parse_licenses(workload.extras[row].licenses);
    if (!wanted) continue;
    for (const auto& [name, count] : *wanted)
      if (const auto id = tres.find("license/" + name)) counted[row].emplace_back(*id, count);
  }
  return counted;
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

/// Whether any limit could run out while a job runs.
bool has_limits_that_run_out(const AccountingSpec& spec) {
  const auto some = [](const GroupLimits& group, const JobLimits& job) {
    return !group.tres_mins.empty() || group.wall || !job.tres_mins.empty();
  };
  return std::any_of(spec.qos.begin(), spec.qos.end(), [&](const QosSpec& q) { return some(q.group, q.max); }) ||
         std::any_of(spec.associations.begin(), spec.associations.end(),
                     [&](const AssociationSpec& a) { return some(a.group, a.max); });
}

bool has_limits_of_accrual(const AccountingSpec& spec) {
  return std::any_of(spec.qos.begin(), spec.qos.end(),
                     [](const QosSpec& qos) {
                       return qos.group.jobs_accrue || qos.per_user.jobs_accrue || qos.per_account.jobs_accrue;
                     }) ||
         std::any_of(spec.associations.begin(), spec.associations.end(),
                     [](const AssociationSpec& one) { return one.group.jobs_accrue || one.max_jobs_accrue; });
}

}  // namespace

Accounts::Accounts(const ClusterSpec& cluster, const JobTable& jobs, const LimitsEntry* limits)
    : cluster_{cluster}, jobs_{jobs}, workload_{*jobs.workload}, spec_{*cluster.accounting}, tres_{cluster.accounting_settings.tres},
      tree_{spec_}, usage_{tree_, tres_.size(), accounting::Decay{cluster.multifactor.decay_half_life},
                           qos_that_keep(spec_)},
      ledger_{tree_, spec_.qos.size(), tres_.size(), cluster.nodes.size()}, row_of_job_(jobs.size(), 0),
      licenses_{counted_licenses(workload_, tres_)} {
  const PriorityFlags& flags = cluster.multifactor.flags;
  price_partitions();
  if (flags.no_fair_tree || flags.depth_oblivious) {
    using Kind = accounting::ClassicFairShare::Kind;
    classic_.emplace(tree_, flags.depth_oblivious ? Kind::depth_oblivious : Kind::plain,
                     cluster.multifactor.fairshare_dampening);
  } else {
    fair_tree_.emplace(tree_);
  }
  const Enforcement enforce = cluster.accounting_settings.enforce;
  if (limits == nullptr || !enforce.limits) return;
  limits_ = limits->make({spec_, tree_, tres_, usage_, ledger_, enforce});
  watches_running_ = !enforce.safe && has_limits_that_run_out(spec_);
  if (flags.accrue_always || !has_limits_of_accrual(spec_)) return;
  accrual_.emplace(spec_, tree_, enforce);
  accruing_.resize(jobs.size());
  has_place_.resize(jobs.size(), false);
}

// -- For whom a job runs ----------------------------------------------------------------------------------------------

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

const Accounts::Standing& Accounts::standing(JobId job, PartitionId partition) {
  const Standing& first = standing(job);
  return first.partition == partition ? first : standings_[standing_of(jobs_.spec(job), partition)];
}

Accounts::Standing Accounts::make_standing(const JobSpec& spec, PartitionId partition) {
  Standing standing;
  standing.partition = partition;
  const std::string user = to_lower(workload_.users.text(spec.user));
  standing.account = to_lower(workload_.accounts.text(spec.account));
  if (standing.account.empty()) standing.account = accounting::default_account(spec_, user);
  const auto association = tree_.find(standing.account, user, cluster_.partitions[partition.index()].name);
  if (!association) {
    if (cluster_.accounting_settings.enforce.associations)
      standing.refusal = Refusal{Reason::invalid_account, no_association};
    standing.limit = default_limit(standing);
    return standing;
  }
  accounting::Party party;
  party.association = *association;
  party.account = tree_.parent(*association);
  const auto next_user = accounting::UserId{static_cast<std::uint32_t>(user_ids_.size())};
  party.user = user_ids_.try_emplace(spec.user.value, next_user).first->second;
  party.qos = qos_of(spec, *association, standing.refusal);
  party.partition_qos = qos_of(partition);
  if (party.qos) standing.usage_factor = spec_.qos[party.qos->index()].usage_factor;
  standing.party = party;
  standing.limit = default_limit(standing);
  return standing;
}

std::optional<QosId> Accounts::qos_of(const JobSpec& spec, AssociationId association,
                                      std::optional<Refusal>& refusal) const {
  const auto allowed = effective(spec_, association).qos.own;
  std::string name = to_lower(workload_.qos.text(spec.qos));
  if (name.empty()) name = accounting::default_qos(spec_, association);
  const auto qos = find_qos(spec_, name);
  const bool may_use = qos && (!allowed || std::find(allowed->begin(), allowed->end(), name) != allowed->end());
  if (cluster_.accounting_settings.enforce.qos && !may_use) refusal = Refusal{Reason::invalid_qos, no_qos};
  return qos;
}

/// DefaultTime of the partition; else what a limit gives; else the partition's MaxTime.
std::optional<std::chrono::minutes> Accounts::default_limit(const Standing& standing) const {
  const PartitionSpec& in = cluster_.partitions[standing.partition.index()];
  if (in.default_time) return std::chrono::ceil<std::chrono::minutes>(*in.default_time);
  if (limits_ && standing.party)
    if (const auto limit = limits_->time_limit(*standing.party)) return limit;
  if (in.max_time) return std::chrono::ceil<std::chrono::minutes>(*in.max_time);
  return std::nullopt;
}

std::optional<std::chrono::minutes> Accounts::limit_of(JobId job, const Standing& standing) const {
  const JobSpec& spec = jobs_.spec(job);
  return spec.limit ? std::optional{std::chrono::ceil<std::chrono::minutes>(*spec.limit)} : standing.limit;
}

LimitedJob Accounts::limited(JobId job, const Standing& standing) const {
  LimitedJob view;
  view.party = *standing.party;
  view.limit = limit_of(job, standing);
  return view;
}

accounting::Applicant Accounts::applicant(JobId job, PartitionId partition) {
  const Standing& own = standing(job, partition);
  accounting::Applicant applicant = accounting::applicant(jobs_.spec(job), workload_);
  applicant.account = own.account;
  if (own.party && own.party->qos) applicant.qos = &spec_.qos[own.party->qos->index()];
  return applicant;
}

const accounting::TresRow& Accounts::requested(JobId job, PartitionId partition) {
  const JobSpec& spec = jobs_.spec(job);
  const RequestId request = spec.request;
  if (licenses_.contains(spec.extras)) {
    auto& own = requested_with_licenses_[{partition.value, request.value, spec.extras}];
    if (own.empty()) {
      own = accounting::requested_tres(workload_.request(request), cluster_.partitions[partition.index()], cluster_, tres_);
      add_licenses(job, own);
    }
    return own;
  }
  if (requested_.empty()) requested_.resize(cluster_.partitions.size());
  auto& rows = requested_[partition.index()];
  if (rows.size() < workload_.requests().size()) rows.resize(workload_.requests().size());
  auto& row = rows[request.index()];
  if (row.empty())
    row = accounting::requested_tres(workload_.request(request), cluster_.partitions[partition.index()], cluster_,
                                     tres_);
  return row;
}

// -- May it queue, may it start? --------------------------------------------------------------------------------------

std::optional<Refusal> Accounts::refuses(JobId job, std::span<const PartitionId> partitions) {
  const JobSpec& spec = jobs_.spec(job);
  row_of_job_[job.index()] = standing_of(spec, partitions.front());
  for (const PartitionId partition : partitions.subspan(1)) standing_of(spec, partition);
  return standing(job).refusal;
}

std::optional<Refusal> Accounts::submit(JobId job, std::span<const PartitionId> partitions) {
  if (!standing(job).party) return std::nullopt;
  for (const PartitionId partition : partitions) {
    const Standing& own = standing(job, partition);
    if (!limits_ || !own.party) continue;
    LimitedJob view = limited(job, own);
    view.tres = requested(job, partition);
    if (const auto limit = limits_->may_queue(view)) return Refusal{*limit, over_limit};
  }
  ledger_.submit(*standing(job).party, 1);
  return std::nullopt;
}

void Accounts::queue_again(JobId job) {
  if (const auto& party = standing(job).party) ledger_.submit(*party, 1);
}

void Accounts::leave(JobId job) {
  stop_accruing(job);
  if (const auto& party = standing(job).party) ledger_.unsubmit(*party, 1);
}

/// The number compared is the weighted one that the last computation of the job's priority left behind; only where that
/// is 0 it is the classic factor. Source: job_mgr.c, job_limits_check.
bool Accounts::misses_usage_threshold(const Standing& own) {
  if (!own.party || !own.party->qos) return false;
  const QosSpec& qos = spec_.qos[own.party->qos->index()];
  if (!qos.flags.enforce_usage_threshold || !qos.usage_threshold) return false;
  const AssociationId association = own.party->association;
  double factor = fair_share(association) * static_cast<double>(cluster_.multifactor.weight_fairshare);
  if (factor == 0) {
    const accounting::ShareRow& row = classic_ ? classic_->row(association) : fair_tree_->row(association);
    const auto dampening = static_cast<double>(cluster_.multifactor.fairshare_dampening);
    factor = row.shares_norm > 0 ? std::exp2(-(row.usage_effective / row.shares_norm) / dampening) : 0;
  }
  return factor < *qos.usage_threshold;
}

std::optional<Reason> Accounts::may_be_considered(JobId job, PartitionId partition) {
  const Standing& own = standing(job, partition);
  if (misses_usage_threshold(own)) return Reason::qos_usage_threshold;
  if (!limits_ || !own.party) return std::nullopt;
  return limits_->may_be_considered(limited(job, own));
}

std::optional<Reason> Accounts::may_be_considered(JobId job) { return may_be_considered(job, standing(job).partition); }

std::optional<Reason> Accounts::may_start(JobId job, const Allocation& where) {
  const Standing& own = standing(job, where.partition);
  if (own.partition != standing(job).partition)
    if (const auto no = may_be_considered(job, where.partition)) return no;
  if (!limits_ || !own.party) return std::nullopt;
  double billed = 0;
  const auto tres = allocated(job, where, billed);
  LimitedJob view = limited(job, own);
  view.tres = tres;
  view.nodes = where.runs;
  return limits_->may_start(view);
}

std::optional<Reason> Accounts::may_start_there(JobId job, PartitionId partition, std::optional<std::int64_t> cpus) {
  const Standing& own = standing(job, partition);
  if (!limits_ || !own.party) return std::nullopt;
  accounting::TresRow tres = requested(job, partition);
  if (cpus) tres[accounting::TresTable::cpu.index()] = *cpus;
  LimitedJob view = limited(job, own);
  view.tres = tres;
  return limits_->may_start(view);
}

std::optional<std::int64_t> Accounts::priority_threshold(JobId job, PartitionId partition) {
  const Standing& own = standing(job, partition);
  return limits_ && own.party ? limits_->priority_threshold(*own.party) : std::nullopt;
}

std::vector<JobId> Accounts::overdue(Time now) const {
  std::vector<JobId> late;
  if (!watches_running_) return late;
  for (const Running& running : running_) {
    LimitedJob view = limited(running.job, standings_[running.standing]);
    view.tres = running.tres;
    if (limits_->must_end(view, floor_seconds(now) - running.start)) late.push_back(running.job);
  }
  std::sort(late.begin(), late.end(), [this](JobId a, JobId b) {
    const Seconds first = running_[place_in_running_.at(a)].start, second = running_[place_in_running_.at(b)].start;
    return first != second ? first < second : a < b;
  });
  return late;
}

// -- Age --------------------------------------------------------------------------------------------------------------

void Accounts::look_at(std::span<const JobId> pending, Time now) {
  if (!accrual_) return;
  using Room = accounting::AccrualLimits::Room;
  for (const JobId job : pending) {
    const Standing& own = standing(job);
    if (accruing_[job.index()] || !own.party) continue;
    if (accrual_->room(*own.party, ledger_) != Room::free) continue;
    accruing_[job.index()] = now;
    has_place_[job.index()] = true;
    ledger_.accrue(*own.party, 1);
  }
}

void Accounts::stop_accruing(JobId job) {
  if (!accrual_) return;
  accruing_[job.index()].reset();
  if (!has_place_[job.index()]) return;
  has_place_[job.index()] = false;
  ledger_.accrue(*standing(job).party, -1);
}

// -- What running jobs hold -------------------------------------------------------------------------------------------

void Accounts::add_licenses(JobId job, accounting::TresRow& row) const {
  const auto found = licenses_.find(jobs_.spec(job).extras);
  if (found == licenses_.end()) return;
  for (const auto& [id, count] : found->second) row[id.index()] += count;
}

accounting::TresRow Accounts::allocated(JobId job, const Allocation& where, double& billed) const {
  accounting::TresRow row(tres_.size(), 0);
  row[TresTable::cpu.index()] = where.cpus;
  row[TresTable::mem.index()] = where.memory;
  row[TresTable::node.index()] = where.nodes;
  for (const NodeRun& run : where.runs) {
    const auto& kinds = cluster_.class_of(NodeId{run.first}).gres;
    for (std::size_t k = 0; k < kinds.size() && k < max_gres_kinds; ++k)
      add_gres(row, tres_, kinds[k], where.takes[run.take].gres[k] * std::int64_t{run.count});
  }
  add_licenses(job, row);
  billed = billing_[where.partition.index()].of(row);
  row[TresTable::billing.index()] = static_cast<std::int64_t>(billed);
  return row;
}

accounting::UsingJob Accounts::using_job(const Running& running) const {
  const Standing& own = standings_[running.standing];
  accounting::UsingJob job;
  job.association = own.party->association;
  job.qos = own.party->qos;
  job.partition_qos = own.party->partition_qos;
  job.usage_factor = own.usage_factor;
  job.billing = running.billing;
  job.tres = running.tres;
  job.start = running.start;
  if (const auto limit = limit_of(running.job, own)) job.limit = *limit;
  return job;
}

void Accounts::start(JobId job, const Allocation& where, Time now) {
  stop_accruing(job);
  if (!standing(job).party) return;
  Running running;
  running.job = job;
  running.standing = standing(job).partition == where.partition
                         ? row_of_job_[job.index()]
                         : standing_of(jobs_.spec(job), where.partition);
  if (!standings_[running.standing].party) running.standing = row_of_job_[job.index()];
  running.start = running.since = floor_seconds(now);
  running.tres = allocated(job, where, running.billing);
  // Billed when it first starts, whatever it gets after a requeue.
  if (const auto before = billed_before_.find(job); before != billed_before_.end()) running.billing = before->second;
  ledger_.start(*standings_[running.standing].party, running.tres, where.runs);
  usage_.start(using_job(running));
  place_in_running_[job] = running_.size();
  running_.push_back(std::move(running));
}

void Accounts::put_off(JobId job) {
  if (const auto found = place_in_running_.find(job); found != place_in_running_.end())
    running_[found->second].is_put_off = true;
}

void Accounts::start_anew(JobId job, Time now) {
  const auto found = place_in_running_.find(job);
  if (found == place_in_running_.end()) return;
  running_[found->second].start = running_[found->second].since = floor_seconds(now);
  running_[found->second].is_put_off = false;
}

Accounts::Running Accounts::take_out(JobId job) {
  const std::size_t place = place_in_running_.at(job);
  place_in_running_.erase(job);
  Running running = std::move(running_[place]);
  if (place + 1 < running_.size()) {
    running_[place] = std::move(running_.back());
    place_in_running_[running_[place].job] = place;
  }
  running_.pop_back();
  return running;
}

std::chrono::seconds Accounts::uncharged_from(const Running& running) const {
  return std::max(running.since, last_pass_.value_or(running.since));
}

void Accounts::shrink(JobId job, const Allocation& before, const Allocation& kept, Time now) {
  const auto found = place_in_running_.find(job);
  if (found == place_in_running_.end()) return;
  Running& running = running_[found->second];
  const accounting::Party& party = *standings_[running.standing].party;
  const Seconds from = uncharged_from(running), at = std::max(from, floor_seconds(now));
  usage_.end(using_job(running), from, at);
  ledger_.end(party, running.tres, before.runs);
  running.tres = allocated(job, kept, running.billing);
  running.since = at;
  ledger_.start(party, running.tres, kept.runs);
  usage_.go_on(using_job(running), at);
}

void Accounts::end(JobId job, const Allocation& where, Time now) {
  if (!place_in_running_.contains(job)) return;
  const Running running = take_out(job);
  const Seconds from = uncharged_from(running);
  usage_.end(using_job(running), from, std::max(from, floor_seconds(now)));
  ledger_.end(*standings_[running.standing].party, running.tres, where.runs);
}

void Accounts::requeue(JobId job, const Allocation& where, Time now) {
  if (const auto found = place_in_running_.find(job); found != place_in_running_.end())
    billed_before_[job] = running_[found->second].billing;
  end(job, where, now);
}

// -- The pass ---------------------------------------------------------------------------------------------------------

void Accounts::begin_with(const accounting::StartUsage& usage) {
  SLUICE_CHECK(!last_pass_, "start usage comes after the first pass");
  accounting::add_start_usage(usage, tree_, usage_);
}

void Accounts::reset_if_due(Seconds now) {
  const UsageReset period = cluster_.multifactor.usage_reset;
  if (period == UsageReset::none) return;
  const TimeBase& base = workload_.time_base;
  const Seconds zero = std::chrono::floor<Seconds>(base.calendar_origin().value_or(Duration{}) + base.zero);
  const bool is_first = !last_reset_;
  if (is_first) last_reset_ = zero + now;
  const auto due = accounting::next_usage_reset(period, *last_reset_);
  if (!due || zero + now < *due || (period == UsageReset::now && !is_first)) return;
  usage_.reset();
  last_reset_ = zero + now;
}

void Accounts::charge_running(Seconds now) {
  for (const Running& running : running_) {
    const Seconds from = uncharged_from(running);
    if (from < now && !running.is_put_off) usage_.charge_in_pass(using_job(running), from, now);
  }
  usage_.settle();
}

void Accounts::pass(Time time) {
  const Seconds now = floor_seconds(time);
  reset_if_due(now);
  if (classic_) classic_->begin_pass(usage_);
  if (last_pass_) usage_.decay(now - *last_pass_);
  charge_running(now);
  if (fair_tree_) fair_tree_->compute(usage_.raw());
  last_pass_ = now;
}

double Accounts::fair_share(AssociationId association) {
  return classic_ ? classic_->evaluate(association, usage_) : fair_tree_->factor(association);
}

ShareOf Accounts::share_of(AssociationId association) const {
  ShareOf share;
  const auto all = tree_.level_shares(association);
  if (const auto own = tree_.shares(association); own && all > 0)
    share.shares = static_cast<double>(*own) / static_cast<double>(all);
  share.usage = usage_.of(association).raw;
  return share;
}

void Accounts::describe(JobId job, PendingJob& view) { describe(job, standing(job).partition, view); }

void Accounts::describe(JobId job, PartitionId partition, PendingJob& view) {
  const Standing& own = standing(job, partition);
  const JobSpec& spec = jobs_.spec(job);
  view.partition = partition;
  view.asked_limit = spec.limit;
  view.accruing_since = accrual_ ? accruing_[job.index()] : std::optional{view.eligible};
  if (accrual_ && own.party &&
      accrual_->room(*own.party, ledger_) == accounting::AccrualLimits::Room::unlimited)
    view.accruing_since = view.eligible;
  if (cluster_.multifactor.flags.accrue_always) view.accruing_since = jobs_.submit(job);
  if (!own.party) return;
  view.association = own.party->association;
  view.qos = own.party->qos;
  view.fair_share = fair_share(own.party->association);
  view.user_share = share_of(own.party->association);
  view.account_share = share_of(own.party->account);
  view.tres = requested(job, partition);
}

std::optional<QosId> Accounts::qos(JobId job) const {
  const auto& party = standing(job).party;
  return party ? party->qos : std::nullopt;
}

void Accounts::describe(JobId job, WaitingJob& record) const {
  const Standing& own = standing(job);
  if (!own.party) return;
  record.association = own.party->association.value;
  if (limits_) {
    record.priority_threshold = static_cast<std::uint32_t>(limits_->priority_threshold(*own.party).value_or(0));
    if (!record.limit) record.limit = limits_->time_limit(*own.party);
  }
  if (!own.party->qos) return;
  const QosSpec& qos = spec_.qos[own.party->qos->index()];
  record.qos = own.party->qos->value;
  record.no_reserve = qos.flags.no_reserve;
  record.ignores_max_time = qos.flags.partition_time_limit;
}

/// What requests come to is worked out again when it is asked for.
void Accounts::fields(Archive& archive) {
  archive(usage_, ledger_);
  if (fair_tree_) archive(*fair_tree_);
  if (classic_) archive(*classic_);
  archive(standings_, standing_by_key_, row_of_job_, user_ids_, running_, billed_before_);
  archive(last_pass_, last_reset_, accruing_, has_place_);
  if (!archive.is_loading()) return;
  place_in_running_.clear();
  for (std::size_t place = 0; place < running_.size(); ++place) place_in_running_[running_[place].job] = place;
}

}  // namespace sluice
