#pragma once
// A job's whole life, worked out from what a JobWatch has seen, and how it is printed.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/report/job_watch.hpp"

namespace sluice::report {

/// Somebody's part, in [0, 1].
template <class Whose>
struct Part {
  Whose whose;
  double share = 0;
};

/// Who held the resource that was scarcest among those the job asks for, on the nodes on which it may run.
struct Scarcity {
  std::string resource;         ///< "CPUs", "GPUs" or "memory"
  double held = 0;              ///< average share of the nodes' capacity
  std::vector<Part<JobId>> jobs;              ///< shares of what was held; greatest first, a few
  std::vector<Part<std::string>> users, partitions;
};

/// One interval of waiting.
struct Wait {
  Time from{}, to{};
  Reason reason = Reason::none;
  std::string text;  ///< what squeue shows in place of the Reason's word, if anything
  /// Only while it waited for Priority or Resources, and somebody held something.
  std::optional<Scarcity> scarcity;
  /// The jobs that were the first to lack resources, with the time for which they were; longest first, a few.
  std::vector<std::pair<JobId, Duration>> behind;
};

struct Explanation {
  const JobWatch* watch = nullptr;
  std::vector<Wait> waits;
  std::vector<std::pair<Reason, Duration>> by_reason;  ///< longest first
  Duration waited{};
};

/// `watch` is finished and outlives the result. O(intervals x holds).
Explanation explain(const JobWatch& watch);

/// For people, with a final newline. Times are in the trace's own base.
std::string explanation_text(const Explanation& explanation);
std::string explanation_json(const Explanation& explanation);

}  // namespace sluice::report
