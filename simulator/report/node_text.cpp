#include "simulator/report/node_text.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <string_view>
#include <vector>

#include "simulator/base/csv_text.hpp"

namespace sluice::report {
namespace {

void append_number(std::string& out, std::int64_t value) {
  const fmt::format_int text{value};
  out.append(text.data(), text.size());
}

std::vector<std::string> names_of(const ClusterSpec& cluster) {
  std::vector<std::string> names;
  for (const auto& node : cluster.nodes) names.push_back(node.name);
  return names;
}

/// value(xCOUNT), or value alone for one node; a comma before all but the first.
void append_times(std::string& out, std::string_view value, std::uint64_t count) {
  if (!out.empty()) out += ',';
  out += value;
  if (count == 1) return;
  out += "(x";
  append_number(out, static_cast<std::int64_t>(count));
  out += ')';
}

/// Walks the runs and writes each stretch of nodes with an equal `value_of(run)` once.
template <class ValueOf, class Print>
void append_stretches(std::string& out, const Allocation& allocation, ValueOf value_of, Print print) {
  const auto& runs = allocation.runs;
  for (std::size_t i = 0; i < runs.size();) {
    const auto value = value_of(runs[i]);
    std::uint64_t count = 0;
    for (; i < runs.size() && value_of(runs[i]) == value; ++i) count += runs[i].count;
    append_times(out, print(value), count);
  }
}

/// Bits as 0-3, or [0,2-3] where there are gaps, or - when none is set.
std::string device_text(std::uint64_t devices) {
  if (devices == 0) return "-";
  std::string out;
  int ranges = 0;
  for (int first = 0; devices != 0; ++ranges) {
    first += std::countr_zero(devices >> first);
    const int length = std::countr_one(devices >> first);
    if (!out.empty()) out += ',';
    append_number(out, first);
    if (length > 1) {
      out += '-';
      append_number(out, first + length - 1);
    }
    devices &= length == 64 ? 0 : ~(((std::uint64_t{1} << length) - 1) << first);
  }
  return ranges > 1 ? '[' + out + ']' : out;
}

}  // namespace

NodeText::NodeText(const ClusterSpec& cluster) : names_{names_of(cluster)}, is_pool_{cluster.is_pool} {}

void NodeText::append_csv(std::string& out, const Allocation& allocation) {
  if (is_pool_ || allocation.runs.empty()) return;
  const auto end_field = [&](std::string_view separator) {
    append_csv_field(out, field_);
    out += separator;
    field_.clear();
  };
  const auto number = [](std::int64_t value) { return fmt::to_string(value); };

  names_.append_runs(field_, allocation.runs);
  end_field(",");
  append_stretches(field_, allocation,
                   [&](const NodeRun& run) { return std::int64_t{allocation.takes[run.take].cpus}; }, number);
  end_field(",");
  if (allocation.gpus > 0)
    append_stretches(field_, allocation, [](const NodeRun& run) { return run.devices; }, device_text);
  end_field(",");
  if (allocation.memory > 0)
    append_stretches(field_, allocation, [&](const NodeRun& run) { return allocation.takes[run.take].memory; },
                     number);
  end_field("");
}

}  // namespace sluice::report
