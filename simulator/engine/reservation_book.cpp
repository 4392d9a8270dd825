#include "simulator/engine/reservation_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace sluice {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Flag = ReservationFlag;

constexpr seconds year = hours{24 * 365};
constexpr seconds day = hours{24};
/// How far in the past a reservation may begin (MAX_RESV_DELAY), and be moved to.
constexpr seconds longest_delay = hours{1}, longest_change = minutes{1};

tl::unexpected<std::string> no(std::string message) { return tl::unexpected{std::move(message)}; }

/// As slurmctld's names are: the first user or account, and the number.
constexpr auto both_users_and_groups =
    "Reservations can't have users and groups specified, only one or the other";

std::string made_up_name(const Reservation& reservation) {
  const auto& names = !reservation.accounts.names.empty() ? reservation.accounts.names
                      : !reservation.users.names.empty()  ? reservation.users.names
                                                          : reservation.groups;
  return fmt::format("{}_{}", names.empty() ? "resv" : names.front(), reservation.number);
}

void apply(ReservationNames& to, const ReservationRequest::NamesChange& change) {
  using How = ReservationRequest::NamesChange::How;
  if (change.how == How::set) {
    to = change.names;
    return;
  }
  for (const std::string& name : change.names.names) {
    const auto known = std::find(to.names.begin(), to.names.end(), name);
    // To add to a list of those who may not is to let them in, and the other way round.
    const bool lists = (change.how == How::add) != to.except;
    if (lists && known == to.names.end()) to.names.push_back(name);
    if (!lists && known != to.names.end()) to.names.erase(known);
  }
  if (to.names.empty()) to.except = false;
}

bool is_named(const ReservationNames& names, std::string_view name) {
  return std::find(names.names.begin(), names.names.end(), name) != names.names.end();
}

}  // namespace

ReservationBook::ReservationBook(const ClusterSpec& cluster, Second clock_zero, std::optional<Second> calendar_origin)
    : cluster_{cluster}, clock_zero_{clock_zero}, calendar_origin_{calendar_origin} {
  if (!cluster.topology.switches.empty()) tree_ = SwitchTree{cluster.topology, cluster.nodes.size()};
}

const Reservation* ReservationBook::find(std::string_view name) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [name](const Reservation& r) { return r.name == name; });
  return found == all_.end() ? nullptr : &*found;
}

const Reservation* ReservationBook::find(Number number) const {
  const auto found = std::find_if(all_.begin(), all_.end(), [number](const Reservation& r) { return r.number == number; });
  return found == all_.end() ? nullptr : &*found;
}

Reservation* ReservationBook::row(std::string_view name) { return const_cast<Reservation*>(std::as_const(*this).find(name)); }
Reservation* ReservationBook::row(Number number) { return const_cast<Reservation*>(std::as_const(*this).find(number)); }

// --- Times

/// Days from one time of a recurring reservation to the next.
std::int64_t ReservationBook::days_to_next(const Reservation& reservation, Second now) const {
  if (reservation.has(Flag::daily)) return 1;
  if (reservation.has(Flag::weekly)) return 7;
  const auto days = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<86400>>>(
      now + calendar_origin_.value_or(Second{}));
  const auto week_day = ((days.count() + 4) % 7 + 7) % 7;  // the first of 1970 was a Thursday; Sunday is 0
  if (reservation.has(Flag::weekday)) return week_day == 5 ? 3 : week_day == 6 ? 2 : 1;
  if (reservation.has(Flag::weekend)) return week_day == 0 ? 6 : week_day == 6 ? 1 : 6 - week_day;
  return 0;
}

bool ReservationBook::advance(Reservation& reservation, Second now) const {
  if (reservation.has(Flag::time_float) || !reservation.recurs()) return false;
  const Second by = reservation.has(Flag::hourly) ? Second{hours{1}} : days_to_next(reservation, now) * day;
  reservation.start += by;
  reservation.end += by;
  reservation.idle_since.reset();
  reservation.has_begun = reservation.has_ended = false;
  return true;
}

void ReservationBook::catch_up(Reservation& reservation, Second now) const {
  while (reservation.end <= now && advance(reservation, now)) {
  }
}

ReservationBook::Window ReservationBook::window_as_is(const Reservation& reservation, Second now) {
  if (!reservation.has(Flag::time_float)) return {reservation.start, reservation.end};
  const Second start = now + reservation.start;
  if (reservation.duration) return {start, start + *reservation.duration};
  return {std::min(start, reservation.end), reservation.end};
}

ReservationBook::Window ReservationBook::window(Reservation& reservation, Second now) const {
  catch_up(reservation, now);
  return window_as_is(reservation, now);
}

/// One week ahead. Source: reservation.c, _resv_time_overlap.
bool ReservationBook::overlaps_in_time(const Reservation& wanted, const Reservation& other, Second now) const {
  const auto step = [](const Reservation& r) -> Second { return r.has(Flag::hourly) ? Second{hours{1}} : day; };
  const auto times = [&](const Reservation& r) -> std::int64_t {
    return r.has(Flag::hourly) ? 7 * 24 : r.has(Flag::daily) ? 7 : 1;
  };
  const Window a{wanted.start, wanted.end}, b = window_as_is(other, now);
  for (std::int64_t i = 0; i < times(wanted); ++i)
    for (std::int64_t j = 0; j < times(other); ++j)
      if (a.start + i * step(wanted) < b.end + j * step(other) && a.end + i * step(wanted) > b.start + j * step(other))
        return true;
  return false;
}

bool ReservationBook::overlaps_another(const Reservation& wanted, Second now) const {
  if (wanted.flags.any_of({Flag::maint, Flag::overlap})) return false;
  return std::any_of(all_.begin(), all_.end(), [&](const Reservation& other) {
    return other.number != wanted.number && !other.cores && !other.flags.any_of({Flag::maint, Flag::overlap}) &&
           other.nodes.count_common(wanted.nodes) > 0 && overlaps_in_time(wanted, other, now);
  });
}

bool ReservationBook::overlaps_jobs(const Reservation& wanted, const ReservationWorld& world, Second start,
                                    std::optional<Number> own) {
  if (wanted.has(Flag::ignore_jobs)) return false;
  for (const auto& run : world.runs())
    if (run.end > start && (!own || run.reservation != own) && run.nodes.count_common(wanted.nodes) > 0) return true;
  return false;
}

NodeSet ReservationBook::nodes_on(Second now, ReservationFlags wanted) const {
  NodeSet nodes{cluster_.nodes.size()};
  for (const Reservation& one : all_)
    if (now >= one.start && now < one.end && !one.has(Flag::time_float) && (wanted.empty() || one.flags.any_of(wanted)))
      nodes |= one.nodes;
  return nodes;
}

std::optional<ReservationBook::Second> ReservationBook::first_end(Second from) const {
  std::optional<Second> first;
  for (const Reservation& one : all_)
    if (from <= one.end && (!first || one.end < *first)) first = one.end;
  return first;
}

std::optional<ReservationBook::Second> ReservationBook::next_change(Second now, Which which) const {
  std::optional<Second> next;
  const auto consider = [&](Second at) {
    if (at > now && (!next || at < *next)) next = at;
  };
  for (const Reservation& one : all_) {
    if (one.has(Flag::time_float) || (one.recurs() && which == Which::once)) continue;
    if (!one.has_begun) consider(one.start);
    consider(one.end);
  }
  return next;
}

bool ReservationBook::notice(Second now) {
  bool any = false;
  for (Reservation& one : all_) {
    if (one.has(Flag::time_float)) continue;
    if (one.start <= now && !std::exchange(one.has_begun, true)) any = true;
    if (one.end <= now) one.has_ended = true;
  }
  return any;
}

std::vector<Reservation> ReservationBook::look(const ReservationWorld& world) {
  const Second now = world.now();
  std::vector<Reservation> gone;
  for (std::size_t i = 0; i < all_.size();) {
    Reservation& one = all_[i];
    const auto jobs = world.jobs_of(one.number);
    if (one.start <= now && !one.has(Flag::time_float)) {
      if (jobs.pending + jobs.running > 0)
        one.idle_since.reset();
      else if (!one.idle_since)
        one.idle_since = now;
    }
    bool is_over = false;
    if (one.has(Flag::purge_comp) && one.idle_since && one.end > now && one.purge_after <= now - *one.idle_since) {
      is_over = !advance(one, now);
    } else if (one.end >= now || (one.has(Flag::time_float) && one.duration)) {
      exchange_nodes(one, world);
    } else if (one.has_begun && one.has_ended && !advance(one, now)) {
      is_over = jobs.running == 0 || one.has(Flag::flex);
    }
    if (!is_over) {
      ++i;
      continue;
    }
    gone.push_back(std::move(one));
    all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return gone;
}

// --- What operators do

/// Source: groups.c, get_groups_members.
bool ReservationBook::has_members(const std::vector<std::string>& groups) const {
  return cluster_.groups && std::any_of(groups.begin(), groups.end(), [this](const std::string& group) {
           const auto known = cluster_.groups->members.find(group);
           return known != cluster_.groups->members.end() && !known->second.empty();
         });
}

bool ReservationBook::has_licenses(const Licenses& licenses) const {
  return std::all_of(licenses.begin(), licenses.end(), [this](const auto& one) {
    const auto known = cluster_.licenses.find(one.first);
    return known != cluster_.licenses.end() && one.second <= known->second;
  });
}

ReservationBook::Result<void> ReservationBook::set_times(Reservation& reservation, const ReservationRequest& request,
                                                         Second now) const {
  if (!request.start) return no("A start time must be given");
  if (!request.end && !request.duration) return no("An end time or duration must be given");
  reservation.start = clock(*request.start);
  if (reservation.has(Flag::time_float)) reservation.start = std::max(reservation.start, now);
  if (reservation.start < now - longest_delay) return no("Invalid time specified");
  if (request.duration) {
    reservation.duration = request.duration->length.value_or(std::chrono::duration_cast<minutes>(year));
    reservation.end = reservation.start + *reservation.duration;
  }
  if (request.end) {
    if (request.duration && clock(*request.end) != reservation.end)
      return no("StartTime + Duration does not equal EndTime");
    reservation.end = clock(*request.end);
  }
  if (reservation.end < now - longest_delay || reservation.start > reservation.end) return no("Invalid time specified");
  return {};
}

ReservationBook::Result<Reservation> ReservationBook::described(const ReservationRequest& request, Second now) const {
  Reservation made;
  made.name = request.name;
  made.flags = request.flags;
  made.nodes = NodeSet{cluster_.nodes.size()};
  if (auto times = set_times(made, request, now); !times) return no(times.error());
  if (made.has(Flag::time_float) && made.recurs()) return no("Requested operation not supported on this system");
  if (request.users && request.groups) return no(both_users_and_groups);
  if (!request.users && !request.accounts && !request.groups)
    return no("Reservation request lacks users, groups or accounts");
  if (request.groups) {
    made.groups = request.groups->names.names;
    if (!has_members(made.groups)) return no("Invalid group id");
  }
  if (request.users) made.users = request.users->names;
  if (request.accounts) made.accounts = request.accounts->names;
  if (made.flags.any_of({Flag::replace, Flag::replace_down}) && (request.nodes || request.all_nodes))
    return no("Invalid node name specified");
  if (made.flags.any_of({Flag::replace, Flag::replace_down}) && !request.core_counts.empty())
    return no("CPU count specification invalid");
  made.partition = request.partition;
  made.features = request.features;
  if (request.licenses) {
    made.licenses = *request.licenses;
    Licenses together = made.licenses;
    for (const Reservation& other : all_)
      if (other.end > made.start && other.start < made.end)
        for (const auto& [name, count] : other.licenses) together[name] += count;
    if (!has_licenses(together)) return no("Invalid license specification");
  }
  if (request.purge_after) made.purge_after = *request.purge_after;
  if (request.max_start_delay) made.max_start_delay = *request.max_start_delay;
  return made;
}

ReservationBook::Result<ReservationBook::Number> ReservationBook::create(const ReservationRequest& request,
                                                                         const ReservationWorld& world) {
  auto made = described(request, world.now());
  if (!made) return no(made.error());
  if (auto placed = place(*made, request, world); !placed) return no(placed.error());
  if (!made->name.empty() && find(made->name) != nullptr) return no("Duplicate reservation name");
  made->number = ++last_number_;
  if (made->name.empty()) made->name = made_up_name(*made);
  if (made->has(Flag::time_float)) made->start -= world.now();
  all_.push_back(std::move(*made));
  return all_.back().number;
}

ReservationBook::Result<void> ReservationBook::change_flags(Reservation& reservation,
                                                            const ReservationRequest& request) {
  if (request.flags.has(Flag::time_float)) return no("Invalid time specified");
  const ReservationFlags replacing{Flag::replace, Flag::replace_down};
  if (request.flags.any_of(replacing) && reservation.has(Flag::spec_nodes))
    return no("Requested operation not supported on this system");
  reservation.flags.insert(request.flags);
  reservation.flags.erase(request.cleared_flags);
  return {};
}

ReservationBook::Result<void> ReservationBook::change_times(Reservation& reservation, const ReservationRequest& request,
                                                            Second now) const {
  if (request.start) {
    if (reservation.start <= now) return no("Reservation already started");
    if (clock(*request.start) < now - longest_change) return no("Invalid time specified");
    reservation.start = clock(*request.start);
    if (reservation.duration) reservation.end = reservation.start + *reservation.duration;
  }
  if (request.end) {
    if (clock(*request.end) < now - longest_change) return no("Invalid time specified");
    reservation.end = clock(*request.end);
    reservation.duration.reset();
  }
  if (request.duration) {
    using How = ReservationRequest::Length::How;
    const minutes length = request.duration->length.value_or(std::chrono::duration_cast<minutes>(year));
    const minutes before =
        reservation.duration.value_or(std::chrono::floor<minutes>(reservation.end - reservation.start));
    switch (request.duration->how) {
      case How::set: reservation.duration = length; break;
      case How::add: reservation.duration = before + length; break;
      case How::subtract: reservation.duration = std::max(minutes{0}, before - length); break;
    }
    reservation.end = std::max(now, reservation.start + *reservation.duration);
  }
  if (reservation.start >= reservation.end) return no("Invalid time specified");
  return {};
}

ReservationBook::Result<void> ReservationBook::change_rest(Reservation& reservation,
                                                           const ReservationRequest& request) const {
  if (request.features) return no("Requested operation not supported on this system");
  if (request.purge_after) reservation.purge_after = *request.purge_after;
  if (request.max_start_delay) reservation.max_start_delay = *request.max_start_delay;
  if (request.partition) reservation.partition = request.partition;
  if (request.licenses) {
    if (!has_licenses(*request.licenses)) return no("Invalid license specification");
    reservation.licenses = *request.licenses;
  }
  if (request.users) apply(reservation.users, *request.users);
  if (request.accounts) apply(reservation.accounts, *request.accounts);
  if (request.groups) {
    ReservationNames groups{std::move(reservation.groups), false};
    apply(groups, *request.groups);
    reservation.groups = std::move(groups.names);
    if (!reservation.groups.empty() && !has_members(reservation.groups)) return no("Invalid group id");
  }
  if (!reservation.users.names.empty() && !reservation.groups.empty()) return no(both_users_and_groups);
  if (reservation.users.names.empty() && reservation.accounts.names.empty() && reservation.groups.empty())
    return no("Reservation request lacks users, groups or accounts");
  return {};
}

ReservationBook::Result<ReservationBook::Number> ReservationBook::update(const ReservationRequest& request,
                                                                         const ReservationWorld& world) {
  Reservation* known = row(request.name);
  if (known == nullptr) return no("Requested reservation is invalid");
  const Second now = world.now();
  const bool names_nodes = request.nodes || request.all_nodes || !request.node_counts.empty();
  if ((known->cores && names_nodes) || !request.core_counts.empty())
    return no("Core-based reservation can not be updated");
  Reservation changed = *known;
  if (request.skips && !changed.recurs()) return no("Reservation given is not skipable, try deleting instead");
  for (const auto& step : {change_flags(changed, request), change_rest(changed, request),
                           change_times(changed, request, now), change_nodes(changed, request, world)})
    if (!step) return no(step.error());
  if (overlaps_another(changed, now)) return no("Requested reservation overlaps with another reservation");
  const Second start = changed.has(Flag::time_float) ? now + changed.start : changed.start;
  if (overlaps_jobs(changed, world, start, changed.number)) return no("Requested nodes are busy");
  if (changed.nodes.count() == 0 && (!changed.has(Flag::any_nodes) || changed.licenses.empty()))
    return no("Requested reservation is invalid");
  if (request.skips) {
    if (world.jobs_of(changed.number).running > 0) return no("Requested reservation is in use");
    advance(changed, now);
  }
  if (changed.start > now) changed.has_begun = false;
  if (changed.end > now) changed.has_ended = false;
  *known = std::move(changed);
  return known->number;
}

ReservationBook::Result<Reservation> ReservationBook::remove(std::string_view name, const ReservationWorld& world) {
  const Reservation* known = find(name);
  if (known == nullptr) return no("Requested reservation is invalid");
  if (world.jobs_of(known->number).running > 0) return no("Requested reservation is in use");
  Reservation gone = *known;
  std::erase_if(all_, [&](const Reservation& one) { return one.number == gone.number; });
  return gone;
}

void ReservationBook::set_nodes(std::string_view name, const NodeSet& nodes) {
  if (Reservation* known = row(name)) known->nodes = nodes;
}

void ReservationBook::visited(Number number, const ReservationWorld& world) {
  Reservation* known = row(number);
  if (known == nullptr) return;
  known->idle_since.reset();
  exchange_nodes(*known, world);
}

void ReservationBook::exchange_nodes(const ReservationWorld& world) {
  for (Reservation& one : all_) exchange_nodes(one, world);
}

bool ReservationBook::admits(const Reservation& reservation, const ReservationParty& party) {
  if (reservation.has(Flag::time_float)) return false;
  const auto passes = [](const ReservationNames& names, auto is_one_of) {
    return names.names.empty() || is_one_of(names) != names.except;
  };
  const bool in_group =
      reservation.groups.empty() || (party.groups != nullptr && party.groups->any_has(reservation.groups, party.user));
  return in_group && passes(reservation.users, [&](const ReservationNames& names) { return is_named(names, party.user); }) &&
         passes(reservation.accounts, [&](const ReservationNames& names) {
           return std::any_of(party.accounts.begin(), party.accounts.end(),
                              [&](const std::string& account) { return is_named(names, account); });
         });
}

}  // namespace sluice
