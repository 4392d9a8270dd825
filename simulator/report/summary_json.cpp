#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "simulator/base/hash.hpp"
#include "simulator/report/summary.hpp"

namespace sluice::report {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double value, double unit) { return std::round(value * unit) / unit; }

/// To the millisecond.
double seconds(double value) { return rounded(value, 1e3); }
/// Shares and slowdowns: six decimals.
double ratio(double value) { return rounded(value, 1e6); }

template <class Round>
Json when(bool known, double value, Round round) {
  return known ? Json(round(value)) : Json(nullptr);
}
Json share(const std::optional<double>& value) { return when(value.has_value(), value.value_or(0), ratio); }

Json spread(const Spread& s) {
  const bool any = s.count > 0;
  return {{"count", s.count},
          {"mean", when(any, s.mean, seconds)},
          {"median", when(any, s.median, seconds)},
          {"p95", when(any, s.p95, seconds)},
          {"p99", when(any, s.p99, seconds)},
          {"max", when(any, s.max, seconds)}};
}

Json slowdown(const Spread& s) {
  const bool any = s.count > 0;
  return {{"mean", when(any, s.mean, ratio)},
          {"median", when(any, s.median, ratio)},
          {"p95", when(any, s.p95, ratio)},
          {"max", when(any, s.max, ratio)},
          {"floor_s", std::chrono::duration_cast<std::chrono::seconds>(slowdown_floor).count()}};
}

Json counts(const JobCounts& jobs) {
  Json by_state = Json::object();
  for (const auto& [state, n] : jobs.by_state) by_state[std::string{state}] = n;
  return {{"total", jobs.total},     {"completed", jobs.completed}, {"rejected", jobs.rejected},
          {"running", jobs.running}, {"pending", jobs.pending},     {"by_state", by_state}};
}

Json resources(const Resources& r) {
  return {{"cpu", seconds(r.cpu)},
          {"gpu", seconds(r.gpu)},
          {"node", seconds(r.node)},
          {"memory_mb", seconds(r.memory_mb)}};
}

/// The blocks that the whole and every group have.
void add_statistics(Json& out, const JobGroup& group) {
  out["wait_s"] = spread(group.wait_s);
  out["wait_censored"] = {{"count", group.censored.count},
                          {"mean_so_far_s", when(group.censored.count > 0, group.censored.mean_so_far_s, seconds)}};
  out["jct_s"] = spread(group.jct_s);
  out["bounded_slowdown"] = slowdown(group.bounded_slowdown);
  out["started_immediately"] = share(group.started_immediately);
}

Json groups(const std::vector<JobGroup>& list) {
  Json out = Json::object();
  for (const auto& group : list) {
    Json one = {{"jobs", counts(group.jobs)}};
    add_statistics(one, group);
    one["utilization"] = {{"cpu", share(group.utilization.cpu)},
                          {"gpu", share(group.utilization.gpu)},
                          {"memory", share(group.utilization.memory)}};
    one["resource_seconds"] = resources(group.resource_seconds);
    out[group.name] = std::move(one);
  }
  return out;
}

Json moment(const TimeBase& base, const std::optional<Time>& t) {
  return t ? Json(to_seconds(base.zero + t->time_since_epoch())) : Json(nullptr);
}

Json measure(const Summary& s) {
  if (!s.run.measure) return nullptr;
  return {{"from", moment(s.time_base, s.run.measure->from)}, {"to", moment(s.time_base, s.run.measure->to)}};
}

Json recorded(const HistoryComparison& history) {
  const bool any = history.jobs > 0;
  return {{"jobs", history.jobs},
          {"recorded_wait_s", spread(history.recorded_wait_s)},
          {"simulated_wait_s", spread(history.simulated_wait_s)},
          {"mean_difference_s", when(any, history.mean_difference_s, seconds)},
          {"mean_absolute_difference_s", when(any, history.mean_absolute_difference_s, seconds)}};
}

Json waited_for(const std::vector<WaitedFor>& list) {
  double whole = 0;
  for (const WaitedFor& one : list) whole += one.job_seconds;
  Json out = Json::array();
  for (const WaitedFor& one : list)
    out.push_back({{"reason", reason_name(one.reason)}, {"job_s", seconds(one.job_seconds)}, {"share", ratio(one.job_seconds / whole)}});
  return out;
}

/// HeldTime counts milliseconds.
Json delivered(const Delivered& d) {
  const auto of = [&](std::uint64_t HeldTime::* kind) -> Json {
    const auto s = [&](const HeldTime& held) { return seconds(static_cast<double>(held.*kind) / 1e3); };
    return {{"all", s(d.all)}, {"service", s(d.service)}, {"overhead", s(d.overhead)}, {"lost", s(d.lost)}, {"under_way", s(d.under_way)}};
  };
  return {{"cpu_s", of(&HeldTime::cpu)}, {"gpu_s", of(&HeldTime::gpu)}};
}

Json lost(const std::vector<LostRuns>& list) {
  const auto cost = [](const LostRuns::Cost& c) -> Json {
    return {{"runs", c.runs}, {"jobs", c.jobs}, {"cpu_s", seconds(c.cpu_s)}, {"gpu_s", seconds(c.gpu_s)}};
  };
  Json out = Json::object();
  for (const LostRuns& one : list) {
    Json cause = cost(one.whole);
    cause["by_qos"] = Json::object();
    for (const auto& qos : one.by_qos) cause["by_qos"][qos.qos] = cost(qos);
    out[std::string{end_state_name(one.cause)}] = std::move(cause);
  }
  return out;
}

Json workflows(const WorkflowSummary& w) {
  Json out = {{"workflows", w.workflows}, {"jobs", w.jobs}, {"over", w.over}, {"makespan_s", spread(w.makespan_s)},
              {"critical_s", spread(w.critical_s)}, {"stretch", spread(w.stretch)}, {"longest", nullptr}};
  if (w.longest)
    out["longest"] = {{"first_job", w.longest->first_job}, {"jobs_on_path", w.longest->jobs},
                      {"critical_s", seconds(w.longest->critical_s)}, {"makespan_s", seconds(w.longest->makespan_s)}};
  return out;
}

Json arrays(const ArraySummary& a) {
  return {{"arrays", a.arrays}, {"tasks", a.tasks}, {"over", a.over}, {"completed", a.completed},
          {"makespan_s", spread(a.makespan_s)}};
}

Json skipped(const LoadReport& report) {
  Json out = Json::object();
  for (const auto& [cause, n] : report.skipped) out[cause] = n;
  return out;
}

std::size_t skipped_rows(const LoadReport& report) {
  std::size_t sum = 0;
  for (const auto& entry : report.skipped) sum += entry.second;
  return sum;
}

Json cluster(const Summary& s) {
  const auto whole = [](double value) { return static_cast<std::int64_t>(value); };
  return {{"name", s.cluster},
          {"nodes", whole(s.capacity.node)},
          {"cpus", whole(s.capacity.cpu)},
          {"gpus", whole(s.capacity.gpu)},
          {"memory_mb", whole(s.capacity.memory_mb)}};
}

Json stopped(const Endless& run) {
  Json out = {{"at_s", seconds(run.at_s)}, {"since_s", seconds(run.since_s)}, {"jobs", Json::array()}, {"waiting", Json::array()}};
  for (const auto& one : run.jobs) out["jobs"].push_back({{"job_id", one.job_id}, {"requeues", one.requeues}});
  for (const auto& one : run.waiting) out["waiting"].push_back({{"job_id", one.job_id}, {"reason", reason_name(one.reason)}});
  return out;
}

}  // namespace

std::string summary_json(const Summary& s) {
  Json out;
  out["cluster"] = cluster(s);
  out["policy"] = {{"scheduler", s.scheduler}, {"priority", s.priority}, {"select", s.select}};
  out["jobs"] = counts(s.whole.jobs);
  out["jobs"]["unsubmitted"] = s.unsubmitted;
  out["jobs"]["skipped_rows"] = skipped_rows(s.input);
  if (s.stopped) out["stopped"] = stopped(*s.stopped);
  out["measure"] = measure(s);
  add_statistics(out, s.whole);
  out["waited_for"] = waited_for(s.waited_for);
  if (s.recorded) out["recorded"] = recorded(*s.recorded);
  out["makespan_s"] = when(s.makespan_s.has_value(), s.makespan_s.value_or(0), seconds);
  out["utilization"] = {{"cpu", share(s.whole.utilization.cpu)},
                        {"gpu", share(s.whole.utilization.gpu)},
                        {"node", share(s.whole.utilization.node)},
                        {"memory", share(s.whole.utilization.memory)}};
  out["resource_seconds"] = resources(s.whole.resource_seconds);
  out["delivered"] = delivered(s.run.statistics.delivered);
  out["lost"] = lost(s.lost);
  if (s.workflows.workflows > 0) out["workflows"] = workflows(s.workflows);
  if (s.arrays.arrays > 0) out["arrays"] = arrays(s.arrays);
  out["by_partition"] = groups(s.by_partition);
  out["by_user"] = groups(s.by_user);
  out["by_account"] = groups(s.by_account);
  out["input"] = {{"rows", s.input.rows},
                  {"before_from", s.input.before_from},
                  {"after_to", s.input.after_to},
                  {"skipped", skipped(s.input)}};
  out["assumptions"] = s.input.assumptions;
  out["warnings"] = s.run.warnings;
  out["simulated_s"] = to_seconds(s.run.statistics.end.time_since_epoch());
  out["events"] = s.run.statistics.events;
  out["decisions"] = s.run.statistics.decisions;
  out["fingerprint"] = hex64(s.run.statistics.fingerprint);
  out["seed"] = s.run.seed;
  out["wall_s"] = seconds(s.run.wall_s);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace sluice::report
