#include "simulator/app/check_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "simulator/base/slurm_time.hpp"

namespace sluice::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_hosts = 60;  // letters of a list that are shown
constexpr std::size_t most_limits = 20;

constexpr std::string_view partition_states[] = {"UP", "DOWN", "DRAIN", "INACTIVE"};

std::string shortened(const std::string& text) {
  return text.size() <= most_hosts ? text : text.substr(0, most_hosts) + "...";
}

std::string_view plural(std::size_t count) { return count == 1 ? "" : "s"; }

std::string limit_of(const std::optional<Duration>& limit) { return limit ? time_text(*limit) : "UNLIMITED"; }

std::string percent(double share) { return fmt::format("{:.0f} %", 100 * share); }

std::string_view verdict_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::clean: return "clean";
    case Verdict::findings: return "findings";
    case Verdict::unusable: return "unusable";
  }
  return "unusable";
}

std::string nodes_text(const ClusterFacts& facts) {
  std::string out = "\n  Nodes\n";
  for (const auto& kind : facts.kinds) {
    const auto& hardware = *kind.hardware;
    const std::string features = hardware.features.empty() ? "" : fmt::format(" [{}]", fmt::join(hardware.features, ","));
    out += fmt::format("  {:>6} x {} CPUs ({} x {} x {}), {} MB{}{}{}: {}\n", kind.nodes, hardware.cpus, hardware.sockets,
                       hardware.cores_per_socket, hardware.threads_per_core, hardware.real_memory.value,
                       kind.gres.empty() ? "" : ", ", kind.gres, shortened(features), shortened(kind.hosts));
    if (kind.up < kind.nodes) out += fmt::format("           {} of them not in service\n", kind.nodes - kind.up);
  }
  return out;
}

std::string partitions_text(const ClusterFacts& facts) {
  std::size_t width = 9;
  for (const auto& partition : facts.partitions) width = std::max(width, partition.spec->name.size() + 1);
  std::string out = fmt::format("\n  {:<{}} {:>8} {:>6} {:>8} {:>6}  {:<12} {}\n", "Partition", width, "State", "Nodes",
                                "CPUs", "GPUs", "MaxTime", "DefaultTime");
  for (const auto& [spec, nodes, cpus, gpus] : facts.partitions)
    out += fmt::format("  {:<{}} {:>8} {:>6} {:>8} {:>6}  {:<12} {}\n", spec->name + (spec->is_default ? "*" : ""),
                       width, partition_states[static_cast<std::size_t>(spec->state)], nodes, cpus, gpus,
                       limit_of(spec->max_time), limit_of(spec->default_time ? spec->default_time : spec->max_time));
  return out;
}

std::string tres_text(const ClusterFacts& facts) {
  std::string out = "\n  TRES:";
  for (const auto& [name, count] : facts.tres) out += fmt::format(" {}={}", name, count);
  return out + "\n";
}

std::string limits_text(const ClusterFacts& facts) {
  std::string out = fmt::format("\n  Limits: AccountingStorageEnforce={}; ", facts.enforcement);
  if (facts.accounts == 0) return out + "no accounting data beside slurm.conf\n";
  out += fmt::format("{} accounts, {} users, {} QOS\n", facts.accounts, facts.users, facts.qos);
  for (std::size_t i = 0; i < facts.limits.size() && i < most_limits; ++i)
    out += fmt::format("    {}: {}\n", facts.limits[i].of, facts.limits[i].text);
  if (facts.limits.size() > most_limits)
    out += fmt::format("    and {} more with limits (--json lists all)\n", facts.limits.size() - most_limits);
  return out;
}

std::string unmodelled_text(const ClusterFacts& facts) {
  if (facts.unmodelled.empty()) return "\n  Every key that could change results is modelled.\n";
  std::string out = "\n  Not modelled, so that results may differ in:\n";
  for (const auto& [key, meaning] : facts.unmodelled) out += fmt::format("    {:<28} {}\n", key, meaning);
  return out;
}

std::string cluster_text(const ClusterSpec& cluster, const ClusterFacts& facts) {
  std::string out = fmt::format("Cluster {}: {} node{}, {} partition{}\n", cluster.name, cluster.nodes.size(),
                                plural(cluster.nodes.size()), cluster.partitions.size(),
                                plural(cluster.partitions.size()));
  for (const auto& file : cluster.files) out += fmt::format("  read {}\n", file);
  out += fmt::format("  {}, {}, {}\n", cluster.scheduler.name, cluster.priority.name, cluster.select.name);
  return out + nodes_text(facts) + partitions_text(facts) + tres_text(facts) + limits_text(facts) +
         unmodelled_text(facts);
}

std::string loads_text(const WorkloadFacts& facts) {
  if (facts.loads.empty()) return "  All jobs are submitted at once: there is no load to speak of.\n";
  std::size_t width = 24;
  for (const auto& load : facts.loads) width = std::max(width, load.resource.size());
  std::string out = fmt::format("\n  {:<{}}demand (unit-hours)     capacity   load\n", "Offered load", width);
  for (const auto& load : facts.loads)
    out += fmt::format("  {:<{}} {:>18.0f} {:>12} {:>6}\n", load.resource, width, load.demand, load.capacity,
                       percent(load.load));
  if (facts.is_burst)
    out += "  The jobs run longer than it takes to submit them all: the load is that of one burst, not of a queue.\n";
  return out;
}

std::string workload_text(const Workload& workload, const WorkloadFacts& facts) {
  std::string out = fmt::format("\nWorkload: {} jobs ({} different requests) in format {}, submitted over {}\n",
                                facts.jobs, facts.requests, workload.format, time_text(facts.span));
  out += fmt::format("  Times are {}.\n", facts.clock);
  for (const auto& line : workload.report.assumptions) out += fmt::format("  Assumed: {}.\n", line);
  for (const auto& [why, rows] : workload.report.skipped) out += fmt::format("  Left out: {} rows: {}.\n", rows, why);
  if (facts.without_limit > 0) out += fmt::format("  {} jobs give no time limit.\n", facts.without_limit);
  if (facts.unknown_users > 0)
    out += fmt::format("  {} jobs are of users that the accounting data does not know.\n", facts.unknown_users);
  out += fmt::format("  Ties: {} jobs share their moment of submission with another; at most {} at once.\n",
                     facts.tied_jobs, facts.largest_tie);
  return out + loads_text(facts);
}

Json diagnostics_json(const Diagnostics& diagnostics) {
  constexpr std::string_view words[] = {"note", "warning", "error"};
  Json list = Json::array();
  for (const auto& d : diagnostics.all())
    list.push_back({{"severity", words[static_cast<std::size_t>(d.severity)]},
                    {"file", d.at.file},
                    {"line", d.at.line},
                    {"column", d.at.column},
                    {"message", d.message},
                    {"hint", d.hint},
                    {"text", d.source_line}});
  return list;
}

Json minutes_json(const std::optional<Duration>& length) {
  if (!length) return nullptr;
  return std::chrono::floor<std::chrono::minutes>(*length).count();
}

Json nodes_json(const ClusterFacts& facts) {
  Json list = Json::array();
  for (const auto& kind : facts.kinds)
    list.push_back({{"hosts", kind.hosts},
                    {"nodes", kind.nodes},
                    {"up", kind.up},
                    {"cpus", kind.hardware->cpus},
                    {"sockets", kind.hardware->sockets},
                    {"cores_per_socket", kind.hardware->cores_per_socket},
                    {"threads_per_core", kind.hardware->threads_per_core},
                    {"memory_mb", kind.hardware->real_memory.value},
                    {"gres", kind.gres},
                    {"features", kind.hardware->features},
                    {"weight", kind.hardware->weight}});
  return list;
}

Json partitions_json(const ClusterFacts& facts) {
  Json list = Json::array();
  for (const auto& [spec, nodes, cpus, gpus] : facts.partitions)
    list.push_back({{"name", spec->name},
                    {"state", partition_states[static_cast<std::size_t>(spec->state)]},
                    {"default", spec->is_default},
                    {"nodes", nodes},
                    {"cpus", cpus},
                    {"gpus", gpus},
                    {"max_time_minutes", minutes_json(spec->max_time)},
                    {"default_time_minutes", minutes_json(spec->default_time)}});
  return list;
}

Json cluster_json(const ClusterSpec& cluster, const ClusterFacts& facts) {
  Json limits = Json::array(), unmodelled = Json::array(), tres = Json::object();
  for (const auto& limit : facts.limits) limits.push_back({{"of", limit.of}, {"limits", limit.text}});
  for (const auto& [key, meaning] : facts.unmodelled) unmodelled.push_back({{"key", key}, {"meaning", meaning}});
  for (const auto& [name, count] : facts.tres) tres[name] = count;
  return {{"name", cluster.name},
          {"files", cluster.files},
          {"scheduler", cluster.scheduler.name},
          {"priority", cluster.priority.name},
          {"select", cluster.select.name},
          {"nodes", nodes_json(facts)},
          {"partitions", partitions_json(facts)},
          {"tres", tres},
          {"enforce", facts.enforcement},
          {"accounts", facts.accounts},
          {"users", facts.users},
          {"qos", facts.qos},
          {"limits", limits},
          {"not_modelled", unmodelled}};
}

Json workload_json(const Workload& workload, const WorkloadFacts& facts) {
  Json impossible = Json::array(), loads = Json::array(), skipped = Json::array();
  for (const auto& one : facts.impossible)
    impossible.push_back({{"why", one.why}, {"jobs", one.jobs}, {"first", one.first}});
  for (const auto& one : facts.loads)
    loads.push_back(
        {{"resource", one.resource}, {"demand_hours", one.demand}, {"capacity", one.capacity}, {"load", one.load}});
  for (const auto& [why, rows] : workload.report.skipped) skipped.push_back({{"why", why}, {"rows", rows}});
  return {{"format", workload.format},
          {"jobs", facts.jobs},
          {"requests", facts.requests},
          {"span_s", to_seconds(facts.span)},
          {"clock", facts.clock},
          {"assumptions", workload.report.assumptions},
          {"skipped", skipped},
          {"without_time_limit", facts.without_limit},
          {"unknown_users", facts.unknown_users},
          {"tied_jobs", facts.tied_jobs},
          {"largest_tie", facts.largest_tie},
          {"impossible", impossible},
          {"offered_load", loads},
          {"is_burst", facts.is_burst}};
}

}  // namespace

std::vector<std::string> workload_findings(const WorkloadFacts& facts) {
  std::vector<std::string> out;
  for (const auto& one : facts.impossible)
    out.push_back(fmt::format("{} job{} can never run: {} (first: job {})", one.jobs, one.jobs == 1 ? "" : "s", one.why,
                              one.first));
  for (const auto& load : facts.loads)
    if (load.load > 1 && !facts.is_burst)
      out.push_back(
          fmt::format("{} demand is {} of capacity: this queue never drains", load.resource, percent(load.load)));
  return out;
}

Verdict verdict(const CheckReport& report) {
  if (!report.diagnostics->ok()) return Verdict::unusable;
  const bool has_findings = report.diagnostics->warnings() > 0 || !report.findings.empty();
  return has_findings ? Verdict::findings : Verdict::clean;
}

std::string check_text(const CheckReport& report) {
  std::string out = report.diagnostics->text();
  if (report.cluster_facts) {
    if (!out.empty()) out += "\n";
    out += cluster_text(*report.cluster, *report.cluster_facts);
  }
  if (report.workload_facts) out += workload_text(*report.workload, *report.workload_facts);
  if (!report.findings.empty()) out += "\n";
  for (const auto& finding : report.findings) out += fmt::format("Finding: {}\n", finding);
  const auto plural = [](std::size_t count) { return count == 1 ? "" : "s"; };
  const auto errors = report.diagnostics->errors(), warnings = report.diagnostics->warnings();
  out +=
      fmt::format("\n{}: {} error{}, {} warning{}, {} finding{}\n", verdict_word(verdict(report)), errors,
                  plural(errors), warnings, plural(warnings), report.findings.size(), plural(report.findings.size()));
  return out;
}

std::string check_json(const CheckReport& report) {
  Json json{{"verdict", verdict_word(verdict(report))},
            {"errors", report.diagnostics->errors()},
            {"warnings", report.diagnostics->warnings()},
            {"findings", report.findings},
            {"diagnostics", diagnostics_json(*report.diagnostics)}};
  if (report.cluster_facts) json["cluster"] = cluster_json(*report.cluster, *report.cluster_facts);
  if (report.workload_facts) json["workload"] = workload_json(*report.workload, *report.workload_facts);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sluice::app
