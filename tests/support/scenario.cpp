#include "tests/support/scenario.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "policies/catalogue.hpp"
#include "simulator/app/inputs.hpp"
#include "simulator/base/hostlist.hpp"
#include "tests/support/books.hpp"
#include "tests/support/scenario_text.hpp"

namespace sluice::test {
namespace {

using Words = std::vector<std::string>;
using Status = Entry::Status;

constexpr const char* nothing = "-";

std::string joined(const Words& parts, std::string_view separator) {
  return parts.empty() ? std::string{nothing} : fmt::format("{}", fmt::join(parts, separator));
}

/// "0-3,6" for the bits 0, 1, 2, 3 and 6.
std::string bits_text(std::uint64_t bits) {
  Words parts;
  for (int first = 0; first < 64; ++first) {
    if ((bits >> first & 1U) == 0) continue;
    int last = first;
    while (last < 63 && (bits >> (last + 1) & 1U) != 0) ++last;
    parts.push_back(first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last));
    first = last;
  }
  return joined(parts, ",");
}

/// What one job got, node by node.
class Held {
 public:
  Held(const Allocation& allocation, const ClusterSpec& cluster) : cluster_{cluster} {
    for (const NodeRun& run : allocation.runs)
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n) add(n, allocation.takes[run.take], run.devices);
  }
  std::string nodes() const { return names_.empty() ? nothing : compress_hostlist(names_); }
  std::string cpus() const { return joined(cpus_, "+"); }
  std::string gpus() const { return joined(gpus_, "+"); }
  std::string devices() const { return joined(devices_, ","); }

 private:
  void add(std::uint32_t node, const Amount& take, std::uint64_t devices) {
    const NodeClass& what = cluster_.class_of(NodeId{node});
    std::int64_t gpus = 0;
    for (std::size_t k = 0; k < what.gres.size(); ++k) gpus += take.gres[k];
    names_.push_back(cluster_.nodes[node].name);
    cpus_.push_back(fmt::format("{}", take.cpus));
    if (gpus > 0) gpus_.push_back(fmt::format("{}", gpus));
    if (devices != 0) devices_.push_back(fmt::format("{}:{}", names_.back(), bits_text(devices)));
  }

  const ClusterSpec& cluster_;
  Words names_, cpus_, gpus_, devices_;
};

std::string state_text(const Entry& entry) {
  switch (entry.status) {
    case Status::unsubmitted: return "UNSUBMITTED";
    case Status::waiting: return "PENDING";
    case Status::running: return "RUNNING";
    case Status::ended: return std::string{end_state_name(entry.end_state)};
    case Status::rejected: return "REJECTED";
  }
  return nothing;
}

std::string time_text(Time time) { return scenario_time(time.time_since_epoch()); }

std::string cell(const std::string& column, const Entry& entry, const Job& job, const ClusterSpec& cluster) {
  const bool started = entry.has_started;
  const Held held{entry.held, cluster};
  if (column == "start") return started ? time_text(entry.start) : nothing;
  if (column == "restarts") return fmt::format("{}", entry.requeues);
  if (column == "eligible") return job.eligible ? time_text(*job.eligible) : nothing;
  if (column == "end") return entry.status == Status::ended ? time_text(entry.end) : nothing;
  if (column == "state") return state_text(entry);
  if (column == "nodes") return held.nodes();
  if (column == "cpus") return held.cpus();
  if (column == "gpus") return held.gpus();
  if (column == "devices") return held.devices();
  if (column == "partition") return started ? cluster.partitions[entry.held.partition.index()].name : nothing;
  if (column == "reason") return std::string{reason_name(job.reason)};
  if (column == "message") return entry.message.empty() ? nothing : entry.message;
  throw std::invalid_argument{"scenario: no column about what happens: '" + column + "'"};
}

bool agree(const std::string& expected, const std::string& got) {
  const auto a = read_scenario_time(expected), b = read_scenario_time(got);
  return a && b ? *a == *b : expected == got;
}

/// Rows of cells under each other, told columns left of the bar.
std::string table_text(const std::vector<Words>& rows, std::size_t told) {
  std::vector<std::size_t> width(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  std::string text;
  for (const auto& row : rows) {
    text += "   ";
    for (std::size_t c = 0; c < row.size(); ++c)
      text += fmt::format("{} {:>{}}", c == told ? " |" : "", row[c], width[c]);
    text += '\n';
  }
  return text;
}

struct Played {
  std::string got;
  bool as_told = true;
  std::vector<std::string> complaints;
  std::uint64_t fingerprint = 0;
};

Words headings(const ScenarioText& scenario) {
  Words all = scenario.told_columns;
  all.insert(all.end(), scenario.expected_columns.begin(), scenario.expected_columns.end());
  all.emplace_back();
  return all;
}

PolicySet configured_policies(ClusterSpec& cluster) {
  Diagnostics diags;
  auto policies = app::choose_policies(cluster, builtin_policies(), diags);
  if (!policies) throw std::invalid_argument{diags.text()};
  return std::move(*policies);
}

Played play(ScenarioText& scenario, Memo memo) {
  ClusterSpec cluster = scenario.cluster;  // commands change it
  Books books{scenario.workload, cluster};
  PolicySet policies = scenario.is_configured ? configured_policies(cluster) : make_policies(scenario.policies, cluster);
  if (!scenario.is_configured) policies.clockwork = scenario.clockwork;
  Simulation simulation{scenario.workload, cluster, std::move(policies), {&books}, memo};
  simulation.let_commands_change(cluster);
  simulation.set_commands(scenario.commands);
  if (!scenario.commands.empty() || !scenario.clockwork.is_exact() || scenario.is_configured) books.expect_commands();
  if (scenario.is_configured) books.expect_sharing();
  Played played;
  played.fingerprint = simulation.run().fingerprint;
  played.complaints = books.complaints();
  std::vector<Words> rows{headings(scenario)};
  for (const auto& row : scenario.rows) {
    Words cells = row.told;
    bool same = true;
    for (std::size_t c = 0; c < row.expected.size(); ++c) {
      const std::string got =
          cell(scenario.expected_columns[c], books.job(row.job), simulation.jobs().job(row.job), cluster);
      const bool equal = agree(row.expected[c], got);
      cells.push_back(equal ? row.expected[c] : got);
      same = same && equal;
    }
    cells.emplace_back(same ? "" : "<-");
    played.as_told = played.as_told && same;
    rows.push_back(std::move(cells));
  }
  played.got = table_text(rows, scenario.told_columns.size());
  return played;
}

}  // namespace

ScenarioOutcome play_scenario(std::string_view text) {
  ScenarioText scenario = read_scenario(text);
  const Played with = play(scenario, Memo::on), without = play(scenario, Memo::off);
  ScenarioOutcome outcome{with.as_told, with.got, with.complaints};
  if (with.fingerprint != without.fingerprint)
    outcome.complaints.push_back("remembering what did not fit changes a decision; without it:\n" + without.got);
  return outcome;
}

void check_scenario(std::string_view text) {
  const ScenarioOutcome outcome = play_scenario(text);
  INFO("expected:\n" << text << "\ngot:\n" << outcome.got);
  CHECK(outcome.as_told);
  CHECK(outcome.complaints == std::vector<std::string>{});
}

}  // namespace sluice::test
