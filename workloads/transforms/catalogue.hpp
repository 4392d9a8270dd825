#pragma once
// What each transform gives to the table, and what it is called with.

#include <fmt/format.h>

#include <string>
#include <utility>

#include "simulator/base/rng.hpp"
#include "workloads/transform.hpp"

namespace sluice::workloads {

struct TransformCall {
  const Transform& step;
  const TransformContext& context;
  Diagnostics& diags;

  const TransformArguments& arguments() const { return step.arguments; }
  void complain(std::string message, std::string hint) const {
    diags.error(step.at, fmt::format("{}: {}", step.info->name, message), std::move(hint), step.source_line);
  }
  /// A line of the report: "NAME: what it did".
  void state(Workload& workload, std::string_view what) const {
    workload.report.assumptions.push_back(fmt::format("{}: {}", step.info->name, what));
  }
  /// The step's own seed, else the run's.
  std::uint64_t seed() const {
    const auto* own = arguments().whole("seed");
    return own != nullptr ? static_cast<std::uint64_t>(*own) : context.seed;
  }
};

std::span<const TransformInfo> catalogue();

// times.cpp
void shift(Workload& workload, const TransformCall& call);
void scale_load(Workload& workload, const TransformCall& call);
void scale_runtimes(Workload& workload, const TransformCall& call);
// choice.cpp
void cut(Workload& workload, const TransformCall& call);
void thin_users(Workload& workload, const TransformCall& call);
void filter(Workload& workload, const TransformCall& call);
// copies.cpp
void repeat(Workload& workload, const TransformCall& call);
void bootstrap(Workload& workload, const TransformCall& call);
// merge.cpp
void merge(Workload& workload, const TransformCall& call);
// names.cpp
void map_users(Workload& workload, const TransformCall& call);
void map_accounts(Workload& workload, const TransformCall& call);
void map_qos(Workload& workload, const TransformCall& call);
void map_partitions(Workload& workload, const TransformCall& call);
// limits.cpp
void limits(Workload& workload, const TransformCall& call);

}  // namespace sluice::workloads
