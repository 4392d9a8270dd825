#pragma once
// What is said of a run that went round in a circle and was stopped.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/engine/observer.hpp"
#include "simulator/report/job_rows.hpp"

namespace sluice::report {

/// Seconds are those of the trace.
struct Endless {
  double at_s = 0;     ///< the last instant simulated
  double since_s = 0;  ///< the first of these requeues
  struct Member {
    std::string_view job_id;
    std::uint32_t requeues = 0;
  };
  std::vector<Member> jobs;  ///< in order of submission
  struct Waiting {
    std::string_view job_id;
    Reason reason = Reason::none;
  };
  std::vector<Waiting> waiting;  ///< pending jobs that are not of the circle, but not held by anything else either
};

/// nullopt: the run had an end. What the rows are made of must outlive the answer.
std::optional<Endless> endless(const JobRows& rows, const RunStatistics& statistics);

/// "stopped at ... s: ...", with the jobs and a hint; whole lines.
std::string endless_text(const Endless& run);

}  // namespace sluice::report
