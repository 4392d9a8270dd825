#include "simulator/engine/live_reservations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/base/text.hpp"
#include "simulator/engine/reservation_answer.hpp"

namespace sluice {
namespace {

using Finding = ReservationTest::Finding;

std::optional<std::chrono::seconds> calendar_origin(const TimeBase& base) {
  const auto origin = base.calendar_origin();
  return origin ? std::optional{std::chrono::floor<std::chrono::seconds>(*origin)} : std::nullopt;
}

/// An account and those above it, in the names of the accounting data.
std::vector<std::string> with_parents(const ClusterSpec& cluster, std::string account) {
  std::vector<std::string> accounts{account};
  if (!cluster.accounting) return accounts;
  const auto& all = cluster.accounting->associations;
  for (bool more = true; more;) {
    more = false;
    for (const AssociationSpec& one : all)
      if (!one.is_user() && one.parent && equal_ignoring_case(one.account, accounts.back())) {
        accounts.push_back(all[one.parent->index()].account);
        more = true;
        break;
      }
  }
  return accounts;
}

}  // namespace

LiveReservations::LiveReservations(State& state, Apply& apply, const ClusterSpec& cluster, const Workload& workload,
                                   Second clock_zero, const std::vector<RunningJob>& running, const NodeSet& available)
    : state_{state}, apply_{apply}, cluster_{cluster}, workload_{workload}, clock_zero_{clock_zero}, running_{running},
      available_{available}, book_{cluster, clock_zero, calendar_origin(workload.time_base)}, licenses_{cluster, workload} {}

// --- The live state as the book sees it

NodeSet LiveReservations::up() const {
  NodeSet nodes{cluster_.nodes.size()};
  for (std::uint32_t n = 0; n < cluster_.nodes.size(); ++n)
    if (!state_.nodes[n].down) nodes.insert(NodeId{n});
  return nodes;
}

NodeSet LiveReservations::nodes_of(const RunningJob& run) const {
  NodeSet nodes{cluster_.nodes.size()};
  for (const NodeRun& some : state_.cluster.allocation(run.allocation).runs) nodes.insert(NodeId{some.first}, some.count);
  return nodes;
}

NodeSet LiveReservations::idle() const {
  NodeSet nodes = available_;
  for (const RunningJob& run : running_) nodes -= nodes_of(run);
  return nodes;
}

/// In job list order.
std::vector<ReservationWorld::Run> LiveReservations::runs() const {
  std::vector<const RunningJob*> ordered;
  for (const RunningJob& run : running_) ordered.push_back(&run);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->job < b->job; });
  std::vector<Run> runs;
  for (const RunningJob* run : ordered) {
    const auto use = uses_.find(run->job);
    runs.push_back({nodes_of(*run), floor_seconds(run->end), use == uses_.end() ? std::nullopt : use->second.runs_in,
                    &state_.cluster.allocation(run->allocation)});
  }
  return runs;
}

ReservationWorld::Jobs LiveReservations::jobs_of(std::uint32_t reservation) const {
  Jobs jobs;
  for (const auto& [job, use] : uses_) {
    const auto& state = state_.jobs.job(job).state;
    if (std::holds_alternative<Running>(state)) {
      if (use.runs_in == reservation) ++jobs.running;
    } else if (std::holds_alternative<Pending>(state) &&
               std::find(use.asked.begin(), use.asked.end(), reservation) != use.asked.end()) {
      ++jobs.pending;
    }
  }
  return jobs;
}

// --- Operators

std::optional<std::string> LiveReservations::create(const ReservationRequest& request) {
  const auto made = book_.create(request, *this);
  return made ? std::nullopt : std::optional{made.error()};
}

std::optional<std::string> LiveReservations::update(const ReservationRequest& request) {
  const auto changed = book_.update(request, *this);
  return changed ? std::nullopt : std::optional{changed.error()};
}

std::optional<std::string> LiveReservations::remove(std::string_view name) {
  const auto gone = book_.remove(name, *this);
  if (!gone) return gone.error();
  forget(*gone);
  return std::nullopt;
}

void LiveReservations::exchange_nodes() {
  if (!book_.empty()) book_.exchange_nodes(*this);
}

void LiveReservations::look() {
  constexpr Second year = std::chrono::hours{24 * 365};
  const Second over_run = cluster_.times.reservation_over_run
                              ? std::chrono::floor<Second>(*cluster_.times.reservation_over_run)
                              : year;
  std::vector<JobId> late;
  for (const auto& [job, use] : uses_) {
    if (!use.runs_in || !std::holds_alternative<Running>(state_.jobs.job(job).state)) continue;
    const Reservation* in = book_.find(*use.runs_in);
    if (in != nullptr && !in->has(ReservationFlag::flex) && in->end + over_run < now()) late.push_back(job);
  }
  for (const JobId job : late) apply_.end(job, EndState::timeout, at_);
  for (const Reservation& gone : book_.look(*this)) forget(gone);
}

/// What waits for it is held, unless another reservation would do. Source: reservation.c, _foreach_clear_job_resv.
void LiveReservations::forget(const Reservation& gone) {
  maintenance_is_over_ = maintenance_is_over_ || gone.has(ReservationFlag::maint);
  std::vector<JobId> held;
  for (auto& [job, use] : uses_) {
    if (use.runs_in == gone.number) use.runs_in.reset();
    if (std::erase(use.asked, gone.number) == 0 || !std::holds_alternative<Pending>(state_.jobs.job(job).state)) continue;
    changed_.push_back(job);
    if (use.asked.empty()) held.push_back(job);
  }
  for (const JobId job : held) {
    const JobLife* life = state_.jobs.life(job);
    const bool is_held = life != nullptr && life->hold == Hold::admin;
    if (gone.has(ReservationFlag::no_hold_jobs) || is_held) continue;
    apply_.hold(job, Hold::reservation_deleted, at_);
    apply_.describe_reason(job, fmt::format("Reservation {} was deleted", gone.name));
  }
}

// --- Jobs

bool LiveReservations::admits(const Reservation& reservation, JobId job) const {
  const JobSpec& spec = state_.jobs.spec(job);
  const std::string_view user = workload_.users.text(spec.user);
  std::string account{workload_.accounts.text(spec.account)};
  if (account.empty() && cluster_.accounting)
    for (const UserSpec& known : cluster_.accounting->users)
      if (equal_ignoring_case(known.name, user)) account = known.default_account;
  const auto accounts = with_parents(cluster_, std::move(account));
  return ReservationBook::admits(reservation, {user, accounts, cluster_.groups ? &*cluster_.groups : nullptr});
}

std::optional<std::string> LiveReservations::refusal(JobId job) {
  const JobExtras& extras = state_.jobs.extras(job);
  if (auto refusal = licenses_.refusal(state_.jobs.spec(job))) return refusal;
  if (extras.reservation.empty()) return std::nullopt;
  Use use;
  for (const std::string_view name : split(extras.reservation, ',')) {
    const Reservation* known = book_.find(trim(name));
    if (known == nullptr) return "Requested reservation is invalid";
    if (!admits(*known, job)) return "Access denied to requested reservation";
    if (std::find(use.asked.begin(), use.asked.end(), known->number) == use.asked.end())
      use.asked.push_back(known->number);
  }
  for (const auto number : use.asked) book_.visited(number, *this);
  uses_[job] = std::move(use);
  return std::nullopt;
}

std::optional<NodeSet> LiveReservations::nodes_at_submission(JobId job) {
  const auto use = uses_.find(job);
  NodeSet all{cluster_.nodes.size()};
  all.insert(NodeId{0}, cluster_.nodes.size());
  if (use == uses_.end() || use->second.asked.empty()) return all;
  NodeSet nodes{cluster_.nodes.size()};
  for (const auto number : use->second.asked) {
    const Finding finding = book_.test_now(number, now());
    if (finding == Finding::later) return std::nullopt;
    const Reservation* in = book_.find(number);
    if (finding != Finding::usable) continue;
    if (in->flags.any_of({ReservationFlag::flex, ReservationFlag::any_nodes})) return all;
    nodes |= in->nodes;
  }
  return nodes;
}

void LiveReservations::describe(JobId job, WaitingJob& record) const {
  record.uses_licenses = licenses_.are_wanted(state_.jobs.spec(job));
  record.borrows = state_.jobs.extras(job).borrow_warning.has_value();
  if (uses_.empty()) return;
  const auto use = uses_.find(job);
  if (use == uses_.end() || use->second.asked.empty()) return;
  record.reservations = use->second.asked;
  record.reservation = record.reservations.front();
}

Finding LiveReservations::test_now(const WaitingJob& job) {
  if (!job.reservation) return Finding::usable;
  const Reservation* in = book_.find(*job.reservation);
  if (in == nullptr || !admits(*in, job.job)) return Finding::invalid;
  return book_.test_now(*job.reservation, now());
}

ReservationTest LiveReservations::test(const WaitingJob& job, const Demand& demand, PartitionId partition,
                                       const NodeSet& partition_nodes, Second when, std::chrono::minutes limit,
                                       ReservationBook::Moves moves) {
  ReservedJob asks = reserved_job(job, demand, partition, partition_nodes, limit);
  asks.licenses = licenses_of(job.job);
  asks.warning = warning_of(job.job);
  return book_.test(asks, when, now(), moves, licenses_.pool());
}

std::optional<LiveReservations::Second> LiveReservations::warning_of(JobId job) const {
  const auto& warning = state_.jobs.extras(job).borrow_warning;
  return warning ? std::optional{std::chrono::floor<Second>(*warning)} : std::nullopt;
}

/// Source: reservation.c, job_uses_max_start_delay_resv.
const NodeSet* LiveReservations::lent_nodes(const WaitingJob& job) const {
  const Reservation* in = job.reservation ? book_.find(*job.reservation) : nullptr;
  return in != nullptr && in->max_start_delay > Second{} && in->nodes.count() > 0 ? &in->nodes : nullptr;
}

const NodeSet* LiveReservations::nodes_first(const WaitingJob& job) const {
  if (!job.reservation) return nullptr;
  const Reservation* in = book_.find(*job.reservation);
  return in != nullptr && in->has(ReservationFlag::flex) ? &in->nodes : nullptr;
}

const Licenses* LiveReservations::licenses_of(JobId job) const {
  return licenses_.of(state_.jobs.spec(job));
}

bool LiveReservations::licenses_short(const WaitingJob& job, std::chrono::minutes limit) {
  const Licenses* wanted = licenses_of(job.job);
  if (wanted == nullptr) return false;
  return !licenses_.pool().can_give(*wanted, [&](std::string_view name) {
    return book_.empty() ? 0 : book_.reserved(name, job.reservation, now(), now() + limit, now());
  });
}

LicenseUse LiveReservations::by_place(const Licenses& licenses) const {
  LicenseUse use;
  std::uint32_t place = 0;
  for (const auto& [name, total] : licenses_.pool().total()) {
    if (const auto found = licenses.find(name); found != licenses.end()) use.emplace_back(place, found->second);
    ++place;
  }
  return use;
}

LicensePlan LiveReservations::license_plan() const {
  constexpr Second always = std::chrono::hours{24 * 365 * 100};
  LicensePlan plan;
  for (const auto& one : licenses_.pool().total()) plan.total.push_back(one.second);
  for (const RunningJob& run : running_)
    if (const Licenses* held = licenses_of(run.job)) plan.running.push_back({{}, floor_seconds(run.end), by_place(*held)});
  for (const Reservation& one : book_.all()) {
    if (one.licenses.empty()) continue;
    if (one.has(ReservationFlag::flex))
      plan.reserved.push_back({Second{}, always, by_place(one.licenses)});
    else
      plan.reserved.push_back({one.start, one.end, by_place(one.licenses)});
  }
  return plan;
}

LicenseUse LiveReservations::licenses_wanted(const WaitingJob& job) const {
  const Licenses* wanted = licenses_of(job.job);
  if (wanted == nullptr) return {};
  LicenseUse use = by_place(*wanted);
  const Reservation* in = job.reservation ? book_.find(*job.reservation) : nullptr;
  if (in == nullptr) return use;
  const LicenseUse kept = by_place(in->licenses);
  for (auto& [place, count] : use)
    for (const auto& one : kept)
      if (one.first == place) count = std::max<std::int64_t>(0, count - one.second);
  return use;
}

std::vector<std::uint32_t> LiveReservations::magnetic_for(JobId job) const {
  std::vector<std::uint32_t> numbers;
  for (const Reservation& one : book_.all())
    if (one.has(ReservationFlag::magnetic) && admits(one, job)) numbers.push_back(one.number);
  return numbers;
}

void LiveReservations::started(JobId job, std::optional<std::uint32_t> reservation) {
  licenses_.started(state_.jobs.spec(job));
  if (!reservation) return;
  uses_[job].runs_in = reservation;
  if (const Reservation* in = book_.find(*reservation); in != nullptr && in->has(ReservationFlag::replace))
    book_.visited(*reservation, *this);
}

void LiveReservations::stopped(JobId job) {
  licenses_.stopped(state_.jobs.spec(job));
  if (uses_.empty()) return;
  const auto use = uses_.find(job);
  if (use != uses_.end()) use->second.runs_in.reset();
}

}  // namespace sluice
