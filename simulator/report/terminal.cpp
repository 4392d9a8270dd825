#include "simulator/report/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sluice::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::size_t most_partitions = 12;
constexpr std::size_t most_remarks = 8;
constexpr std::size_t most_reasons = 8;

std::string human_count(std::size_t value) { return report::human_count(static_cast<std::int64_t>(value)); }
std::string human_count(double value) { return report::human_count(static_cast<std::int64_t>(value)); }

/// 100.0% is said of the whole only, not of what rounds to it.
std::string percent(const std::optional<double>& share) {
  if (!share) return "-";
  return *share < 1 && *share >= 0.9995 ? std::string{">99.9%"} : fmt::format("{:.1f}%", *share * 100);
}

std::string human_memory(double mb) {
  if (mb < 1024) return fmt::format("{:.0f} MB", mb);
  if (mb < 1048576) return fmt::format("{:.1f} GB", mb / 1024);
  return fmt::format("{:.1f} TB", mb / 1048576);
}

std::string bar(double share) {
  constexpr int width = 40;
  const int full = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * width));
  return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", width - full);
}

void add_head(std::string& out, const Summary& s) {
  fmt::format_to(Out{out}, "{}", s.cluster.empty() ? std::string{"cluster"} : s.cluster);
  const auto part = [&](double amount, std::string_view what) {
    if (amount > 0) fmt::format_to(Out{out}, "  {} {}", human_count(amount), what);
  };
  part(s.capacity.node, "nodes");
  part(s.capacity.cpu, s.capacity.node > 0 ? "CPUs" : "slots");
  part(s.capacity.gpu, "GPUs");
  if (s.capacity.memory_mb > 0) fmt::format_to(Out{out}, "  {} memory", human_memory(s.capacity.memory_mb));
  fmt::format_to(Out{out}, "\n{}  {}  {}\n\n", s.scheduler, s.priority, s.select);
}

void add_jobs(std::string& out, const Summary& s) {
  fmt::format_to(Out{out}, "Jobs {:>17}", human_count(s.whole.jobs.total));
  std::string_view separator = "   ";
  for (const auto& [state, n] : s.whole.jobs.by_state) {
    fmt::format_to(Out{out}, "{}{} {}", separator, human_count(n), state);
    separator = ", ";
  }
  out += '\n';
  std::size_t skipped = 0;
  for (const auto& entry : s.input.skipped) skipped += entry.second;
  if (skipped > 0) fmt::format_to(Out{out}, "{:22}   {} unusable rows of the trace left out\n", "", human_count(skipped));
  if (s.unsubmitted > 0)
    fmt::format_to(Out{out}, "{:22}   {} not yet submitted when the run ended\n", "", human_count(s.unsubmitted));
  if (s.makespan_s) fmt::format_to(Out{out}, "Makespan {:>13}\n", human_time(*s.makespan_s));
}

void add_times(std::string& out, const Summary& s) {
  if (s.whole.wait_s.count == 0) return;
  fmt::format_to(Out{out}, "\n{:<12}{:>10}{:>10}{:>10}{:>10}{:>10}\n", "", "mean", "median", "p95", "p99", "max");
  const auto row = [&](std::string_view name, const Spread& spread, auto print) {
    if (spread.count == 0) return;
    fmt::format_to(Out{out}, "{:<12}{:>10}{:>10}{:>10}{:>10}{:>10}\n", name, print(spread.mean), print(spread.median),
                   print(spread.p95), print(spread.p99), print(spread.max));
  };
  row("Wait", s.whole.wait_s, human_time);
  row("Completion", s.whole.jct_s, human_time);
  row("Slowdown", s.whole.bounded_slowdown, [](double x) { return fmt::format("{:.{}f}", x, x < 100 ? 2 : 0); });
  fmt::format_to(Out{out}, "{} of the jobs started at once.", percent(s.whole.started_immediately));
  if (s.run.measure) out += " Only jobs submitted in the measured window count here.";
  out += '\n';
}

void add_history(std::string& out, const Summary& s) {
  if (!s.recorded || s.recorded->jobs == 0) return;
  const HistoryComparison& h = *s.recorded;
  fmt::format_to(Out{out}, "Recorded waits of {} jobs: mean {}, median {}; here {}, {}; {} apart on average.\n",
                 human_count(h.jobs), human_time(h.recorded_wait_s.mean), human_time(h.recorded_wait_s.median),
                 human_time(h.simulated_wait_s.mean), human_time(h.simulated_wait_s.median),
                 human_time(h.mean_absolute_difference_s));
}

void add_censored(std::string& out, const Summary& s) {
  const CensoredWaits& waits = s.whole.censored;
  if (waits.count == 0) return;
  fmt::format_to(Out{out}, "{} {} still waiting at the end, {} so far on average: not in the waits above.\n",
                 human_count(waits.count), waits.count == 1 ? "job was" : "jobs were", human_time(waits.mean_so_far_s));
}

void add_reasons(std::string& out, const Summary& s) {
  double whole = 0;
  for (const WaitedFor& one : s.waited_for) whole += one.job_seconds;
  if (whole == 0) return;
  fmt::format_to(Out{out}, "\nWhy jobs waited\n");
  const std::size_t shown = std::min(s.waited_for.size(), most_reasons);
  for (std::size_t i = 0; i < shown; ++i) {
    const WaitedFor& one = s.waited_for[i];
    fmt::format_to(Out{out}, "{:<32}{:>7}{:>14} job-hours\n", reason_name(one.reason), percent(one.job_seconds / whole),
                   one.job_seconds < 36000 ? fmt::format("{:.2f}", one.job_seconds / 3600) : human_count(std::round(one.job_seconds / 3600)));
  }
  if (shown < s.waited_for.size()) fmt::format_to(Out{out}, "... and {} more\n", s.waited_for.size() - shown);
}

void add_utilization(std::string& out, const Utilization& use) {
  const auto row = [&](std::string_view name, const std::optional<double>& share) {
    if (share) fmt::format_to(Out{out}, "{:<12}{} {:>6}\n", name, bar(*share), percent(share));
  };
  out += '\n';
  row("CPUs", use.cpu);
  row("GPUs", use.gpu);
  row("Nodes", use.node);
  row("Memory", use.memory);
}

/// In hours; small ones with their decimals.
std::string hours(double seconds) {
  return seconds < 36000 ? fmt::format("{:.2f}", seconds / 3600) : human_count(std::round(seconds / 3600));
}

void add_lost(std::string& out, const Summary& s) {
  if (s.lost.empty()) return;
  fmt::format_to(Out{out}, "\n{:<16}{:>8}{:>8}{:>12}{:>12}  {}\n", "Lost runs", "runs", "jobs", "CPU-hours", "GPU-hours", "by QOS");
  for (const LostRuns& one : s.lost) {
    std::string by_qos;
    for (const LostRuns::Cost& qos : one.by_qos)
      by_qos += fmt::format("{}{} {}", by_qos.empty() ? "" : ", ", qos.qos.empty() ? "none" : qos.qos, qos.runs);
    fmt::format_to(Out{out}, "{:<16}{:>8}{:>8}{:>12}{:>12}  {}\n", end_state_name(one.cause), human_count(one.whole.runs),
                   human_count(one.whole.jobs), hours(one.whole.cpu_s), hours(one.whole.gpu_s), by_qos);
  }
}

void add_workflows(std::string& out, const Summary& s) {
  const WorkflowSummary& w = s.workflows;
  if (w.workflows > 0) {
    fmt::format_to(Out{out}, "\nWorkflows {:>12}   of {} jobs that depend on one another; {} are over\n", human_count(w.workflows),
                   human_count(w.jobs), human_count(w.over));
    if (w.longest)
      fmt::format_to(Out{out}, "{:22}   makespan {} on average, {:.2f} times the critical path; the longest path: {} jobs from job {}, {} of {}\n",
                     "", human_time(w.makespan_s.mean), w.stretch.mean, w.longest->jobs, w.longest->first_job,
                     human_time(w.longest->critical_s), human_time(w.longest->makespan_s));
  }
  const ArraySummary& a = s.arrays;
  if (a.arrays == 0) return;
  fmt::format_to(Out{out}, "{}Arrays {:>15}   of {} tasks; {} are over, {} of them with all tasks COMPLETED\n",
                 w.workflows > 0 ? "" : "\n", human_count(a.arrays), human_count(a.tasks), human_count(a.over),
                 human_count(a.completed));
}

void add_partitions(std::string& out, const std::vector<JobGroup>& groups) {
  if (groups.empty()) return;
  fmt::format_to(Out{out}, "\n{:<16}{:>10}{:>11}{:>12}{:>11}{:>10}{:>9}{:>9}\n", "Partition", "jobs", "mean wait",
                 "median wait", "p95 wait", "slowdown", "CPUs", "GPUs");
  const std::size_t shown = std::min(groups.size(), most_partitions);
  for (std::size_t i = 0; i < shown; ++i) {
    const JobGroup& g = groups[i];
    const bool waited = g.wait_s.count > 0;
    fmt::format_to(Out{out}, "{:<16}{:>10}{:>11}{:>12}{:>11}{:>10}{:>9}{:>9}\n", g.name, human_count(g.jobs.total),
                   waited ? human_time(g.wait_s.mean) : "-", waited ? human_time(g.wait_s.median) : "-", waited ? human_time(g.wait_s.p95) : "-",
                   g.bounded_slowdown.count > 0 ? fmt::format("{:.2f}", g.bounded_slowdown.mean) : "-",
                   percent(g.utilization.cpu), percent(g.utilization.gpu));
  }
  if (shown < groups.size()) fmt::format_to(Out{out}, "... and {} more\n", groups.size() - shown);
}

void add_remarks(std::string& out, std::string_view title, const std::vector<std::string>& remarks) {
  if (remarks.empty()) return;
  fmt::format_to(Out{out}, "\n{}\n", title);
  const std::size_t shown = std::min(remarks.size(), most_remarks);
  for (std::size_t i = 0; i < shown; ++i) fmt::format_to(Out{out}, "  {}\n", remarks[i]);
  if (shown < remarks.size()) fmt::format_to(Out{out}, "  ... and {} more\n", remarks.size() - shown);
}

}  // namespace

std::string human_count(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  return digits;
}

std::string human_time(double seconds) {
  if (seconds < 0) return '-' + human_time(-seconds);
  if (seconds < 59.95) return fmt::format("{:.{}f}s", seconds, seconds == std::floor(seconds) ? 0 : 1);
  const auto s = static_cast<std::int64_t>(std::llround(seconds));
  if (s < 3600) return fmt::format("{}m {:02}s", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h {:02}m", s / 3600, s / 60 % 60);
  if (s < 30 * 86400) return fmt::format("{}d {:02}h", s / 86400, s / 3600 % 24);
  return fmt::format("{}d", s / 86400);
}

std::string terminal_summary(const Summary& s, const std::optional<std::filesystem::path>& results) {
  std::string out;
  add_head(out, s);
  add_jobs(out, s);
  add_times(out, s);
  add_history(out, s);
  add_censored(out, s);
  add_reasons(out, s);
  add_utilization(out, s.whole.utilization);
  add_partitions(out, s.by_partition);
  add_lost(out, s);
  add_workflows(out, s);
  add_remarks(out, "Assumed", s.input.assumptions);
  add_remarks(out, "Warnings", s.run.warnings);
  if (s.stopped) out += '\n' + endless_text(*s.stopped);
  fmt::format_to(Out{out}, "\nSimulated {} in {:.2f} s: {} events, {} decisions, fingerprint {:016x}\n",
                 human_time(to_seconds(s.run.statistics.end.time_since_epoch())), s.run.wall_s,
                 human_count(static_cast<std::size_t>(s.run.statistics.events)),
                 human_count(static_cast<std::size_t>(s.run.statistics.decisions)), s.run.statistics.fingerprint);
  if (results) fmt::format_to(Out{out}, "Results in {}\n", results->string());
  return out;
}

}  // namespace sluice::report
