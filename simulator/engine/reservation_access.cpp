// The part of ReservationBook about what a job may have. Source: slurmctld's reservation.c, job_test_resv.

#include <algorithm>

#include "simulator/base/check.hpp"
#include "simulator/engine/reservation_book.hpp"

namespace sluice {
namespace {

using Flag = ReservationFlag;
using Finding = ReservationTest::Finding;

bool is_subset(const NodeSet& some, const NodeSet& of) { return some.count_common(of) == some.count(); }

bool share_licenses(const Licenses* a, const Licenses& b) {
  return a != nullptr && std::any_of(a->begin(), a->end(), [&](const auto& one) { return b.find(one.first) != b.end(); });
}

}  // namespace

Finding ReservationBook::test_now(Number number, Second now) {
  Reservation* own = row(number);
  if (own == nullptr) return Finding::invalid;
  if (own->has(Flag::flex)) return Finding::usable;
  if (now < own->start) return Finding::later;
  if (now > own->end) return Finding::invalid;
  if (own->nodes.count() == 0 && !own->has(Flag::any_nodes)) return Finding::later;
  return Finding::usable;
}

ReservationTest ReservationBook::test_in_reservation(const ReservedJob& job, Second when, Second now) {
  constexpr Second pause = std::chrono::seconds{600};
  ReservationTest test;
  test.when = when;
  test.nodes = NodeSet{cluster_.nodes.size()};
  const auto answer = [&](Finding finding, Second at) {
    test.finding = finding;
    test.when = at;
    return test;
  };
  Reservation* own = row(*job.reservation);
  if (own == nullptr) return answer(Finding::invalid, when);
  if (!own->has(Flag::flex)) {
    catch_up(*own, now);
    if (when < own->start) return answer(Finding::later, own->start);
    if (own->nodes.count() == 0 && !own->has(Flag::any_nodes)) return answer(Finding::later, now + pause);
    if (when > own->end) return answer(Finding::invalid, own->end);
    if (job.required != nullptr && !own->has(Flag::any_nodes) && !is_subset(*job.required, own->nodes))
      return answer(Finding::invalid, when);
  }
  if (own->flags.any_of({Flag::flex, Flag::any_nodes}))
    test.nodes.insert(NodeId{0}, cluster_.nodes.size());
  else
    test.nodes = own->nodes;
  if (own->cores && !own->has(Flag::flex)) test.excluded_cores = own->cores->others();
  if (own->has(Flag::maint)) return test;
  for (Reservation& other : all_) {
    const Window its = window(other, now);
    if (&other == own || other.cores || (own->has(Flag::overlap) && !other.has(Flag::maint)) || its.start >= when + job.length ||
        its.end <= when || other.nodes.count_common(test.nodes) == 0)
      continue;
    test.overlaps = true;
    test.nodes -= other.nodes;
  }
  return test;
}

ReservationTest ReservationBook::test_outside(const ReservedJob& job, Second when, Second now,
                                              std::optional<Second>& licenses_back) {
  ReservationTest test;
  test.when = when;
  test.nodes = NodeSet{cluster_.nodes.size()};
  test.nodes.insert(NodeId{0}, cluster_.nodes.size());
  for (Reservation& one : all_) {
    const Window its = window(one, now);
    if (its.start >= when + job.length || its.end <= when) continue;
    if (share_licenses(job.licenses, one.licenses) && (!licenses_back || *licenses_back > one.end)) licenses_back = one.end;
    if (one.nodes.count() == 0 || (job.warning && *job.warning <= one.max_start_delay)) continue;
    const bool has_partition = (one.has(Flag::part_nodes) && one.partition == job.partition) ||
                               (one.has(Flag::maint) && is_subset(*job.partition_nodes, one.nodes));
    if (one.has(Flag::all_nodes) || has_partition) {
      test.finding = Finding::maintenance;
      test.when = one.end;
      return test;
    }
    if (job.required != nullptr && job.whole_nodes && job.required->count_common(one.nodes) > 0) {
      test.finding = Finding::nodes_busy;
      test.when = one.end;
      return test;
    }
    if (!one.cores || job.whole_nodes)
      test.nodes -= one.nodes;
    else if (test.excluded_cores)
      *test.excluded_cores |= *one.cores;
    else
      test.excluded_cores = one.cores;
    test.overlaps = test.overlaps || job.partition_nodes->count_common(one.nodes) > 0;
  }
  return test;
}

ReservationTest ReservationBook::test(const ReservedJob& job, Second when, Second now, Moves moves,
                                      const LicensePool& pool) {
  if (job.reservation) return test_in_reservation(job, when, now);
  constexpr int tries = 10;
  for (int i = 0;; ++i) {
    std::optional<Second> licenses_back;
    ReservationTest test = test_outside(job, when, now, licenses_back);
    if (moves == Moves::no) test.when = when;
    const auto kept = [&](std::string_view name) { return reserved(name, std::nullopt, when, when + job.length, now); };
    if (test.finding == Finding::usable && moves == Moves::yes && job.licenses != nullptr &&
        !pool.can_give(*job.licenses, kept)) {
      test.finding = Finding::nodes_busy;
      test.when = std::max(when, licenses_back.value_or(when));
    }
    if (test.finding == Finding::usable || moves == Moves::no || i >= tries) return test;
    when = test.when;
  }
}

std::int64_t ReservationBook::reserved(std::string_view license, std::optional<Number> own, Second from, Second to,
                                       Second now) {
  std::int64_t sum = 0;
  for (Reservation& one : all_) {
    if (one.licenses.empty() || own == one.number) continue;
    catch_up(one, now);
    if (one.start >= to || one.end <= from) continue;
    if (const auto found = one.licenses.find(license); found != one.licenses.end()) sum += found->second;
  }
  return sum;
}

}  // namespace sluice
