#include "simulator/accounting/usage.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "simulator/base/check.hpp"

namespace sluice::accounting {

/// A piece of a job's run: what it adds to whom it is credited to.
struct Slice {
  double seconds = 0;  ///< times UsageFactor, decayed or not
  double billing = 0;
  std::span<const std::int64_t> tres;
  double run_seconds = 0;  ///< to be taken from run_seconds, of one unit of each TRES; times UsageFactor
};

namespace {

/// How long of [from, to] lies before the job's expected end; run seconds are kept of no more.
Seconds expected_part(const UsingJob& job, Seconds from, Seconds to) {
  if (!job.limit) return Seconds{0};
  const Seconds end = job.start + *job.limit;
  return std::max(Seconds{0}, std::min(to, end) - std::min(from, end));
}

bool counts(std::size_t tres) { return tres != TresTable::energy.index(); }

}  // namespace

void Usage::Table::resize(std::size_t rows, std::size_t tres_count) {
  tres = tres_count;
  raw.assign(rows, 0);
  wall.assign(rows, 0);
  by_tres.assign(rows * tres, 0);
  run_seconds.assign(rows * tres, 0);
}

UsageView Usage::Table::view(std::size_t row) const {
  return {raw[row], wall[row], std::span{by_tres}.subspan(row * tres, tres),
          std::span{run_seconds}.subspan(row * tres, tres)};
}

void Usage::Table::fade(std::size_t row, double factor) {
  // Slurm keeps a faded value at the smallest normal number, so that it never becomes 0 again.
  const auto fade_one = [factor](double& value) {
    if (value != 0) value = std::max(value * factor, std::numeric_limits<double>::min());
  };
  fade_one(raw[row]);
  fade_one(wall[row]);
  for (std::size_t i = row * tres; i < (row + 1) * tres; ++i) fade_one(by_tres[i]);
}

void Usage::Table::clear_used(std::size_t row) {
  raw[row] = wall[row] = 0;
  std::fill_n(by_tres.begin() + static_cast<std::ptrdiff_t>(row * tres), tres, 0.0);
}

void Usage::Table::add(std::size_t row, const Slice& slice) {
  raw[row] += slice.seconds * slice.billing;
  wall[row] += slice.seconds;
  for (std::size_t i = 0; i < slice.tres.size(); ++i) {
    if (!counts(i)) continue;
    by_tres[row * tres + i] += slice.seconds * static_cast<double>(slice.tres[i]);
    run_seconds[row * tres + i] -= static_cast<std::int64_t>(slice.run_seconds * static_cast<double>(slice.tres[i]));
  }
}

void Usage::Table::take(std::size_t row, const Table& from, std::size_t from_row) {
  raw[row] += from.raw[from_row];
  wall[row] += from.wall[from_row];
  for (std::size_t i = 0; i < tres; ++i) {
    by_tres[row * tres + i] += from.by_tres[from_row * tres + i];
    run_seconds[row * tres + i] += from.run_seconds[from_row * tres + i];
  }
}

/// slurmctld never lets them fall below 0.
void Usage::Table::floor_run_seconds(std::size_t row) {
  for (std::size_t i = row * tres; i < (row + 1) * tres; ++i)
    run_seconds[i] = std::max<std::int64_t>(run_seconds[i], 0);
}

Usage::Usage(const AssociationTree& tree, std::size_t tres, Decay decay, std::vector<bool> keeps)
    : tree_{&tree}, decay_{decay}, keeps_{std::move(keeps)}, touched_(tree.size(), false) {
  associations_.resize(tree.size(), tres);
  waiting_.resize(tree.size(), tres);
  qos_.resize(keeps_.size(), tres);
}

void Usage::decay(Seconds length) {
  const double factor = decay_.over(length);
  if (factor == 1.0) return;
  for (std::size_t row = 0; row < tree_->size(); ++row) associations_.fade(row, factor);
  for (std::size_t row = 0; row < keeps_.size(); ++row)
    if (!keeps_[row]) qos_.fade(row, factor);
}

void Usage::reset() {
  for (std::size_t row = 0; row < tree_->size(); ++row) associations_.clear_used(row);
  for (std::size_t row = 0; row < keeps_.size(); ++row) qos_.clear_used(row);
}

namespace {

struct Slices {
  Slice faded, whole;
};

/// The piece [from, to] as slurmctld charges it: all of it fades as if it had been used at its first second.
Slices slices_of(const UsingJob& job, const Decay& decay, Seconds from, Seconds to, Seconds run_seconds) {
  const double length = static_cast<double>((to - from).count());
  Slice whole{length * job.usage_factor, job.billing, job.tres,
              static_cast<double>(run_seconds.count()) * job.usage_factor};
  Slice faded = whole;
  faded.seconds = length * decay.over(to - from) * job.usage_factor;
  return {faded, whole};
}

}  // namespace

void Usage::charge_qos(const UsingJob& job, const Slice& faded, const Slice& whole) {
  const auto credit = [&](QosId id) {
    qos_.add(id.index(), keeps_[id.index()] ? whole : faded);
    qos_.floor_run_seconds(id.index());
  };
  if (job.qos) credit(*job.qos);
  if (job.partition_qos && job.partition_qos != job.qos) credit(*job.partition_qos);
}

void Usage::charge_all_above(AssociationId id, const Slice& slice) {
  for (;; id = tree_->parent(id)) {
    associations_.add(id.index(), slice);
    associations_.floor_run_seconds(id.index());
    if (id == AssociationTree::root) break;
  }
}

void Usage::start(const UsingJob& job) {
  if (!job.limit) return;
  const Slice given{0, 0, job.tres, -static_cast<double>(job.limit->count()) * job.usage_factor};
  charge_qos(job, given, given);
  charge_all_above(job.association, given);
}

void Usage::go_on(const UsingJob& job, Seconds from) {
  const Seconds left = expected_part(job, from, Seconds::max());
  const Slice given{0, 0, job.tres, -static_cast<double>(left.count()) * job.usage_factor};
  charge_qos(job, given, given);
  charge_all_above(job.association, given);
}

void Usage::end(const UsingJob& job, Seconds from, Seconds to) {
  SLUICE_CHECK(from <= to, "a slice of usage ends before it begins");
  const Seconds rest = expected_part(job, from, Seconds::max());
  const auto [faded, whole] = slices_of(job, decay_, from, to, rest);
  charge_qos(job, faded, whole);
  charge_all_above(job.association, faded);
}

void Usage::change_limit(const UsingJob& job, Seconds last_pass, std::optional<Seconds> limit) {
  const Seconds from = std::max(last_pass, job.start);
  UsingJob after = job;
  after.limit = limit;
  const Seconds less = expected_part(job, from, Seconds::max()) - expected_part(after, from, Seconds::max());
  const Slice change{0, 0, job.tres, static_cast<double>(less.count()) * job.usage_factor};
  charge_qos(job, change, change);
  charge_all_above(job.association, change);
}

void Usage::charge_in_pass(const UsingJob& job, Seconds from, Seconds to) {
  SLUICE_CHECK(from <= to, "a slice of usage ends before it begins");
  const auto [faded, whole] = slices_of(job, decay_, from, to, expected_part(job, from, to));
  charge_qos(job, faded, whole);
  // The leaf and root at once: classic fair share asks for them in the middle of a pass.
  for (const AssociationId id : {job.association, AssociationTree::root}) {
    waiting_.add(id.index(), faded);
    touched_[id.index()] = true;
  }
}

void Usage::settle() {
  for (std::size_t row = tree_->size(); row-- > 0;) {  // children before parents
    if (!touched_[row]) continue;
    const AssociationId up = tree_->parent(AssociationId{static_cast<std::uint32_t>(row)});
    associations_.take(row, waiting_, row);
    associations_.floor_run_seconds(row);
    if (up != AssociationTree::root) {  // root has been told of each job
      waiting_.take(up.index(), waiting_, row);
      touched_[up.index()] = true;
    }
    waiting_.clear_used(row);
    std::fill_n(waiting_.run_seconds.begin() + static_cast<std::ptrdiff_t>(row * waiting_.tres), waiting_.tres, 0);
    touched_[row] = false;
  }
}

void Usage::add_stored(AssociationId id, double raw, std::span<const double> tres) {
  associations_.raw[id.index()] += raw;
  for (std::size_t i = 0; i < tres.size(); ++i) associations_.by_tres[id.index() * associations_.tres + i] += tres[i];
}

}  // namespace sluice::accounting
