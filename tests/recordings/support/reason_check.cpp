#include "tests/recordings/support/reason_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace sluice::recordings {
namespace {

constexpr std::chrono::seconds near{1};
constexpr std::size_t shown_id = 0, plain_id = 3, job_state = 9, shown_reason = 10;

/// What a pending job shows, by Slurm's words, but for nodes that are missing: those are named.
std::string_view word_of(std::string_view shown) {
  if (shown.starts_with("Nodes required for job are DOWN")) return "Resources";
  if (shown.starts_with("Reservation ")) return "ReservationDeleted";
  if (shown == "job requeued in held state") return "JobHeldAdmin";
  return shown;
}

bool counts_as_limit(std::string_view word) {
  const auto reason = reason_from_name(word);
  return reason && (is_limit(*reason) || is_of_partition(*reason));
}

bool is_near(const std::vector<Time>& moments, Time at) {
  const auto first = std::lower_bound(moments.begin(), moments.end(), at - near);
  return first != moments.end() && *first <= at + near;
}

ReasonMoment reason_at(const std::vector<ReasonMoment>& history, Time at) {
  ReasonMoment known;
  for (const auto& one : history)
    if (one.since <= at) known = one;
  return known;
}

/// As squeue shows it.
std::string shown_of(const ReasonMoment& it) { return it.text.empty() ? std::string{reason_name(it.reason)} : it.text; }

/// Whether the job had that Reason at some moment around.
bool had(const std::vector<ReasonMoment>& history, std::string_view word, Time at) {
  for (const auto& one : history)
    if (one.since > at - near && one.since <= at + near && shown_of(one) == word) return true;
  return shown_of(reason_at(history, at - near)) == word;
}

void compare_row(const Cells& row, Time at, const RecordedState& state, const ReasonBook& book,
                 ReasonComparison& result) {
  const auto found = state.job_of_id.find(row[plain_id]);
  if (found == state.job_of_id.end()) return;
  const std::size_t job = found->second;
  const std::string_view recorded = word_of(row[shown_reason]);
  const auto& history = book.history(job);
  const ReasonMoment now = reason_at(history, at);
  const std::string computed = shown_of(now);
  const bool limits = counts_as_limit(recorded) || counts_as_limit(reason_name(now.reason));
  const bool equal = recorded == computed;
  if (!equal) {
    const bool straddles = had(history, recorded, at) || is_near(state.job_moments[job], at);
    result.differences.push_back({at, fmt::format("{} {}", limits ? "limit" : "reason", row[shown_id]),
                                  std::string{recorded}, computed, straddles});
    if (straddles) {
      ++result.straddle;
      return;
    }
  }
  result.reason.add({equal ? 1U : 0U, 1});
  if (limits) result.limit.add({equal ? 1U : 0U, 1});
}

}  // namespace

ReasonComparison compare_reasons(const RecordedState& state, const ReasonBook& book) {
  ReasonComparison result;
  for (const auto& snapshot : state.recording->squeue)
    for (const auto& row : snapshot.rows)
      if (row.size() > shown_reason && (row[job_state] == "PENDING" || row[job_state].ends_with("HOLD")))
        compare_row(row, snapshot.at, state, book, result);
  return result;
}

}  // namespace sluice::recordings
