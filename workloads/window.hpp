#pragma once
// The part of a trace that is kept: --from and --to.

#include <optional>
#include <string>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

/// from <= submit < to, in the trace's own time base; an absent end is open.
struct Window {
  std::optional<Duration> from, to;
};

/// Reads the user's two texts (see ReadOptions) against what is known of the trace's time base.
/// nullopt when an error was reported: neither a number nor a date, a date without a calendar, an empty window.
std::optional<Window> read_window(const std::string& from, const std::string& to, const TimeBase& base,
                                  Diagnostics& diags);

}  // namespace sluice::workloads
