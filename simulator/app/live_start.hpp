#pragma once
// A run that begins on a cluster that is not empty: the jobs of a state text on their nodes, everybody else behind them.

#include <optional>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "workloads/live_state.hpp"

namespace sluice::app {

struct LiveStart {
  Workload workload;                   ///< the state's jobs, then the trace's
  std::vector<TimedCommand> commands;  ///< running jobs start where and when they did
  Time now{};                          ///< before this nobody decides anything
  std::vector<std::string> asked;      ///< ids of the trace's jobs
};

/// Puts the trace's jobs behind the state's: by their dates, or from the state's moment on where the trace has none or
/// lies before it. What cannot be on this cluster is an error at its place in the state text: a node that is not there, is
/// down or not in the partition, more than a node has. CPUs, memory and GPUs of a job are spread evenly over its nodes as
/// far as these have them free, unless the text says how they lie. nullopt iff there was an error.
std::optional<LiveStart> begin_with(workloads::LiveState state, std::optional<Workload> trace, const ClusterSpec& cluster,
                                    Diagnostics& diags);

}  // namespace sluice::app
