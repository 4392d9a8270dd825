#include "tests/recordings/support/recorded_updates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/conf/line.hpp"
#include "simulator/conf/partitions.hpp"
#include "tests/recordings/support/recorded_allocation.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/sbatch_options.hpp"

namespace sluice::recordings {

void change_partition(Inputs& inputs, const conf::UpdatePartition& command) {
  ClusterSpec& cluster = inputs.cluster;
  const auto known = std::find_if(cluster.partitions.begin(), cluster.partitions.end(),
                                  [&](const PartitionSpec& one) { return one.name == command.name; });
  if (known == cluster.partitions.end()) throw BadRecording{"there is no partition " + command.name};
  std::string& text = inputs.partition_lines[command.name];
  if (text.empty()) text = "PartitionName=" + command.name;
  for (const conf::TypedPair& pair : command.changes) text += fmt::format(" {}={}", pair.key, pair.value);
  Diagnostics diags;
  conf::RecordReader reader{conf::Scope::partition};
  const auto record = reader.read(conf::read_entries(conf::loose_line("update", text), 0, diags), diags);
  ClusterSpec one = cluster;
  one.partitions.clear();
  const conf::NodeIndex index{one.nodes, conf::Known::all};
  if (record) conf::build_partitions(one, std::span{&*record, 1}, index, {}, diags);
  if (!diags.ok() || one.partitions.size() != 1) throw BadRecording{diags.text()};
  *known = std::move(one.partitions.front());
}

void change_nodes(ClusterSpec& cluster, const conf::UpdateNodes& command) {
  if (command.other.empty()) return;
  node_set(cluster, command.nodes).for_each([&](NodeId node) {
    NodeClass now = cluster.class_of(node);
    for (const conf::TypedPair& pair : command.other) {
      if (equal_ignoring_case(pair.key, "weight")) now.weight = std::strtoll(pair.value.c_str(), nullptr, 10);
      if (!equal_ignoring_case(pair.key, "features")) continue;
      now.features.clear();
      for (const auto name : split(pair.value, ',')) now.features.emplace_back(name);
    }
    const auto same = std::find(cluster.classes.begin(), cluster.classes.end(), now);
    const auto place = static_cast<std::uint32_t>(same - cluster.classes.begin());
    if (same == cluster.classes.end()) cluster.classes.push_back(std::move(now));
    cluster.nodes[node.index()].node_class = NodeClassId{place};
  });
}

namespace {

/// now+120, of which the recordings have seconds alone.
std::optional<Seconds> from_now(const std::string& value) {
  if (!value.starts_with("now+")) return std::nullopt;
  return Seconds{std::strtoll(value.c_str() + 4, nullptr, 10)};
}

void change_option(JobRequest& request, std::string_view option, const std::string& value) {
  for (const auto& known : workloads::sbatch_options())
    if (known.name == option && known.read != nullptr && known.read(value, request))
      throw BadRecording{fmt::format("{}={}", option, value)};
}

/// The CPUs of the job, whatever its tasks were.
void change_cpus(JobRequest& request, const std::string& value) {
  request.ntasks = std::strtoll(value.c_str(), nullptr, 10);
}

void change_key(Submission& job, const std::string& key, const std::string& value, Seconds waited) {
  constexpr std::pair<std::string_view, std::string_view> options[] = {
      {"numnodes", "nodes"},       {"numtasks", "ntasks"},        {"features", "constraint"},
      {"reqnodelist", "nodelist"}, {"excnodelist", "exclude"},    {"mincpusnode", "mincpus"},
      {"minmemorynode", "mem"},    {"minmemorycpu", "mem-per-cpu"}};
  if (key == "starttime" || key == "eligibletime") job.begin_after = waited + from_now(value).value_or(Seconds{});
  if (key == "deadline") job.deadline_after = waited + from_now(value).value_or(Seconds{});
  if (key == "dependency") job.dependency = value;
  if (key == "reservationname") job.reservation = value;
  if (key == "numcpus") change_cpus(job.request, value);
  for (const auto& [known, option] : options)
    if (key == known) change_option(job.request, option, value);
}

}  // namespace

void change_submission(Submission& job, const conf::UpdateJob& command, Seconds submit, Seconds now) {
  if (command.partition) job.request.partition = *command.partition;
  if (command.qos) job.qos = *command.qos;
  if (command.account) job.account = *command.account;
  if (command.time_limit && command.time_limit->length)
    job.limit = std::chrono::ceil<std::chrono::minutes>(*command.time_limit->length);
  if (command.time_limit_by && job.limit) *job.limit += std::chrono::floor<std::chrono::minutes>(*command.time_limit_by);
  for (const conf::TypedPair& pair : command.other) change_key(job, to_lower(pair.key), pair.value, now - submit);
}

}  // namespace sluice::recordings
