#pragma once
// A workload made of copies of another's jobs, each moved in time: what repeating, drawing and merging have in common.

#include <cstdint>
#include <span>

#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

struct RowCopy {
  std::uint32_t row = 0;
  Duration moved{};
  /// 0: the job keeps its id. N: it is "ID#N+1", and what it says of other jobs' ids is about their copies N.
  std::uint32_t copy = 0;
};

/// Replaces the jobs by these copies and sorts them. The report is kept.
void replace_by_copies(Workload& workload, std::span<const RowCopy> copies);

/// The dependency with a suffix behind every id for which `is_known` holds: "afterok:1:2" -> "afterok:1#2:2#2".
template <class IsKnown>
std::string with_suffix(std::string_view dependency, std::string_view suffix, IsKnown is_known) {
  constexpr std::string_view breaks = ":,?@+_()";
  std::string out;
  for (std::size_t at = 0; at < dependency.size();) {
    const auto end = std::min(dependency.find_first_of(breaks, at), dependency.size());
    const auto word = dependency.substr(at, end - at);
    const bool follows_plus = at > 0 && (dependency[at - 1] == '+' || dependency[at - 1] == '_');
    // The id of an array's task holds its index: 12_3.
    auto word_end = end;
    if (end < dependency.size() && dependency[end] == '_')
      word_end = std::min(dependency.find_first_of(":,?@+()", end + 1), dependency.size());
    const auto task = dependency.substr(at, word_end - at);
    if (!follows_plus && task.size() > word.size() && is_known(task)) {
      out.append(task).append(suffix);
      at = word_end;
    } else {
      out.append(word);
      if (!follows_plus && !word.empty() && is_known(word)) out.append(suffix);
      at = end;
    }
    if (at < dependency.size()) out += dependency[at++];
  }
  return out;
}

}  // namespace sluice::workloads
