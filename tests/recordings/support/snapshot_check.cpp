#include "tests/recordings/support/snapshot_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "simulator/base/text.hpp"

namespace sluice::recordings {
namespace {

constexpr std::chrono::seconds near{1};

bool is_near(Time a, Time b) { return std::chrono::abs(a - b) <= near; }

bool is_near(const std::vector<Time>& moments, Time at) {
  const auto first = std::lower_bound(moments.begin(), moments.end(), at - near);
  return first != moments.end() && *first <= at + near;
}

/// Compares one row cell by cell and counts it.
class RowCheck {
 public:
  RowCheck(std::string client, std::string name, Time at, Comparison& result)
      : client_{std::move(client)}, name_{std::move(name)}, at_{at}, result_{result} {}

  void cell(std::string_view column, const std::string& recorded, const std::string& computed) {
    columns_.emplace_back(column, recorded == computed);
    if (recorded == computed) return;
    differences_.push_back({at_, fmt::format("{} {} {}", client_, name_, column), recorded, computed, false});
  }

  void finish(bool straddles, Tally& rows) {
    const bool equal = differences_.empty();
    for (auto& one : differences_) {
      one.straddles = straddles;
      result_.differences.push_back(std::move(one));
    }
    if (!equal && straddles) {
      ++result_.straddle;
      return;
    }
    for (const auto& [column, same] : columns_)
      result_.columns[fmt::format("{} {}", client_, column)].add({same ? 1U : 0U, 1});
    rows.add({equal ? 1U : 0U, 1});
  }

 private:
  std::string client_, name_;
  Time at_;
  Comparison& result_;
  std::vector<std::pair<std::string, bool>> columns_;
  std::vector<Difference> differences_;
};

// -- sprio ------------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 20> sprio_columns{
    "JOBID",   "PARTITION",   "USER",      "PRIORITY",    "AGE",   "ASSOC", "FAIRSHARE",
    "JOBSIZE", "PARTITION_W", "QOS",       "NICE",        "SITE",  "TRES",  "age_n",
    "assoc_n", "fairshare_n", "jobsize_n", "partition_n", "qos_n", "tres_n"};

std::string weighted(double factor, std::int64_t weight) {
  return fmt::format("{:.0f}", factor * static_cast<double>(weight));
}

std::string normalised(double factor) { return fmt::format("{:.7f}", factor); }

struct TresTexts {
  std::string weighted, normalised;
};
TresTexts tres_texts(const PriorityRow& row, const accounting::TresTable& tres) {
  TresTexts texts;
  for (const auto& term : row.tres) {
    if (term.weighted == 0) continue;
    const char* comma = texts.weighted.empty() ? "" : ",";
    texts.weighted += fmt::format("{}{}={:.0f}", comma, tres.name(term.id), term.weighted);
    texts.normalised += fmt::format("{}{}={:.2f}", comma, tres.name(term.id), term.factor);
  }
  return texts;
}

/// A row as sprio prints it. What an operator set has no factors; with several partitions 22.05 prints the partition's
/// term alone and two unset numbers.
Cells sprio_row(const RecordedState& state, const RecordedJob& job, const BookedJob& booked, const PriorityRow& row) {
  const auto& set = state.inputs->cluster.multifactor;
  const auto& t = row.terms;
  const std::string& user = state.inputs->accounting.associations[job.association.index()].user;
  const std::string& partition = state.partition(row.partition).name;
  if (booked.direct && booked.rows.size() == 1) {
    const std::string factor = normalised(0);
    return {job.id, partition, user,   fmt::format("{}", *booked.direct),
            "0",    "0",       "0",    "0",
            "0",    "0",       "0",    "0",
            "",     factor,    factor, factor,
            factor, factor,    factor, ""};
  }
  if (booked.direct) {
    const std::string none = normalised(0), unset = "-2147483648";
    const double term = t.partition * static_cast<double>(set.weight_partition);
    return {job.id,
            partition,
            user,
            fmt::format("{:.0f}", std::trunc(term)),
            "0",
            "0",
            "0",
            "0",
            weighted(t.partition, set.weight_partition),
            "0",
            unset,
            unset,
            "",
            none,
            none,
            none,
            none,
            normalised(t.partition),
            none,
            ""};
  }
  const auto tres = tres_texts(row, state.tres);
  return {job.id,
          partition,
          user,
          fmt::format("{}", t.priority),
          weighted(t.age, set.weight_age),
          weighted(t.association, set.weight_assoc),
          weighted(t.fair_share, set.weight_fairshare),
          weighted(t.job_size, set.weight_job_size),
          weighted(t.partition, set.weight_partition),
          weighted(t.qos, set.weight_qos),
          fmt::format("{}", booked.nice),
          "0",
          tres.weighted,
          normalised(t.age),
          normalised(t.association),
          normalised(t.fair_share),
          normalised(t.job_size),
          normalised(t.partition),
          normalised(t.qos),
          tres.normalised};
}

const PriorityRow* find_row(const RecordedState& state, const BookedJob& booked, std::string_view partition) {
  for (const auto& row : booked.rows)
    if (state.partition(row.partition).name == partition) return &row;
  return nullptr;
}

void check_sprio_row(const Cells& recorded, Time at, const PriorityBook& book, const RecordedState& state,
                     Comparison& result) {
  RowCheck check{"sprio", recorded[0] + "/" + recorded[1], at, result};
  const auto found = state.job_of_id.find(recorded[0]);
  const PriorityRow* row = nullptr;
  if (found != state.job_of_id.end()) row = find_row(state, book.job(found->second), recorded[1]);
  if (row == nullptr) {
    check.cell("row", "there", "absent");
    const bool straddles = found != state.job_of_id.end() && is_near(state.job_moments[found->second], at);
    return check.finish(straddles, result.sprio);
  }
  const RecordedJob& job = state.jobs[found->second];
  const Cells computed = sprio_row(state, job, book.job(found->second), *row);
  for (std::size_t i = 2; i < sprio_columns.size() && i < recorded.size(); ++i)
    check.cell(sprio_columns[i], recorded[i], computed[i]);
  const bool pass_near = is_near(state.passes, at);
  check.finish(pass_near || is_near(state.job_moments[found->second], at), result.sprio);
}

/// A pending job with a priority that sprio should have shown.
void check_for_missing(const Snapshot& recorded, const PriorityBook& book, const RecordedState& state,
                       Comparison& result) {
  for (std::size_t i = 0; i < state.jobs.size(); ++i) {
    const RecordedJob& job = state.jobs[i];
    const auto since = book.eligible(i);
    if (job.phase != JobPhase::pending || book.job(i).rows.empty()) continue;
    if (!since || *since > floor_seconds(recorded.at)) continue;
    if (book.is_unsplit_array(i) && !book.job(i).begin) continue;
    const bool there =
        std::any_of(recorded.rows.begin(), recorded.rows.end(), [&](const Cells& row) { return row[0] == job.id; });
    if (there) continue;
    RowCheck check{"sprio", job.id, recorded.at, result};
    check.cell("row", "absent", "there");
    check.finish(is_near(state.job_moments[i], recorded.at) || is_near(Time{*since}, recorded.at), result.sprio);
  }
}

// -- sshare -----------------------------------------------------------------------------------------------------------

constexpr std::array<std::string_view, 12> sshare_columns{"Account",  "User",        "RawShares",    "NormShares",
                                                          "RawUsage", "NormUsage",   "EffectvUsage", "FairShare",
                                                          "LevelFS",  "GrpTRESMins", "GrpTRESRaw",   "TRESRunMins"};

std::string six(double value) { return fmt::format("{:.6f}", value); }

template <class Number>
std::string tres_minutes(std::span<const Number> seconds, const accounting::TresTable& tres) {
  std::string text;
  for (std::size_t i = 0; i < seconds.size(); ++i)
    text += fmt::format("{}{}={}", i == 0 ? "" : ",", tres.name(TresId{static_cast<std::uint32_t>(i)}),
                        static_cast<std::uint64_t>(std::max<Number>(seconds[i], 0)) / 60);
  return text;
}

/// Before the first pass after the tree was made only user root has been computed.
Cells sshare_row(const RecordedState& state, AssociationId id, std::size_t depth) {
  const auto& spec = state.inputs->accounting.associations[id.index()];
  const bool is_root = id == accounting::AssociationTree::root;
  const bool is_user = state.associations.is_user(id);
  const auto shares = state.associations.shares(id);
  const auto usage = state.usage.of(id);
  const auto& row = state.fair_tree.row(id);
  Cells cells(sshare_columns.size());
  cells[0] = std::string(depth, ' ') + spec.account;
  cells[1] = spec.user;
  cells[2] = is_root ? "" : shares ? fmt::format("{}", *shares) : "parent";
  cells[3] = six(row.shares_norm);
  cells[4] = fmt::format("{}", static_cast<std::uint64_t>(usage.raw));
  const bool computed =
      state.last_pass || (is_user && state.associations.parent(id) == accounting::AssociationTree::root);
  cells[5] = is_root || !computed ? "" : six(row.usage_norm);
  cells[6] = six(row.usage_effective);
  cells[7] = is_user ? six(row.factor) : "";
  cells[8] = is_root || !shares ? "" : six(row.level_fs);
  if (!state.last_pass && spec.user == "root") cells[7] = six(1), cells[8] = "inf";
  cells[9] = "";
  cells[10] = tres_minutes(usage.tres, state.tres);
  cells[11] = tres_minutes(usage.run_seconds, state.tres);
  return cells;
}

std::size_t depth_of(const accounting::AssociationTree& tree, AssociationId id) {
  std::size_t depth = 0;
  for (; id != accounting::AssociationTree::root; id = tree.parent(id)) ++depth;
  return depth;
}

}  // namespace

void compare_sprio(const Snapshot& recorded, const PriorityBook& book, const RecordedState& state, Comparison& result) {
  for (const auto& row : recorded.rows)
    if (row.size() >= sprio_columns.size() && !row[0].starts_with('#'))
      check_sprio_row(row, recorded.at, book, state, result);
  check_for_missing(recorded, book, state, result);
}

void compare_submission(const JobSubmitted& submitted, Time at, const PriorityBook& book, const RecordedState& state,
                        Comparison& result) {
  const RecordedJob& job = state.jobs[submitted.job];
  if (job.is_task) return;
  const auto& rows = book.job(submitted.job).rows;
  RowCheck check{"submit", job.id, at, result};
  check.cell("InitPrio", fmt::format("{}", submitted.logged_priority),
             fmt::format("{}", rows.empty() ? 0 : rows.front().terms.priority));
  check.finish(is_near(state.passes, at), result.submission);
}

void compare_billing(const RecordedJob& job, const Run& run, Time at, Comparison& result) {
  RowCheck check{"sacct", job.id, at, result};
  check.cell("billing", fmt::format("{}", run.tres[accounting::TresTable::billing.index()]),
             fmt::format("{}", static_cast<std::int64_t>(run.billing)));
  check.finish(false, result.billing);
}

void compare_sshare(const Snapshot& recorded, const RecordedState& state, Comparison& result) {
  const auto list = state.associations.list();
  std::size_t next = 0;
  for (const auto& row : recorded.rows) {
    if (row.size() < sshare_columns.size() || row[0] == "Account") continue;
    RowCheck check{"sshare", row[0] + "|" + row[1], recorded.at, result};
    if (next >= list.size()) {
      check.cell("row", "there", "absent");
      check.finish(false, result.sshare);
      continue;
    }
    const AssociationId id = list[next++];
    const Cells computed = sshare_row(state, id, depth_of(state.associations, id));
    for (std::size_t i = 0; i < sshare_columns.size(); ++i)
      if (sshare_columns[i] != "GrpTRESMins") check.cell(sshare_columns[i], row[i], computed[i]);
    const bool pass_near = is_near(state.passes, recorded.at);
    check.finish(pass_near || is_near(state.association_moments[id.index()], recorded.at), result.sshare);
  }
}

}  // namespace sluice::recordings
