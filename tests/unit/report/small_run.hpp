#pragma once
// A run made by hand: a cluster of four nodes and a few jobs whose every number can be worked out in the head.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

#include "simulator/report/recorder.hpp"

namespace sluice::report::test {

/// A folder that is gone with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("sluice-report-" + std::to_string(::getpid()) + '-' + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream{path, std::ios::binary} << text;
}

/// `text` with its only occurrence of `from` replaced; the text itself (and a failed test) when it is not there once.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos || text.find(from, at + 1) != std::string::npos) return "not once: " + std::string{from};
  return text.replace(at, from.size(), to);
}

constexpr Time at(std::int64_t seconds) { return Time{std::chrono::seconds{seconds}}; }
constexpr Time at_ms(std::int64_t ms) { return Time{Duration{ms}}; }

/// Nodes n1-n4 with 8 CPUs and 1000 MB, 4 GPUs on n3 and n4. Partition `all` (default) has all, `gpu` n3 and n4.
inline ClusterSpec small_cluster() {
  ClusterSpec c;
  c.name = "small";
  NodeClass plain;
  plain.cpus = 8;
  plain.real_memory = Megabytes{1000};
  NodeClass with_gpus = plain;
  with_gpus.gres = {{"gpu", "a100", 4}};
  c.classes = {plain, with_gpus};
  for (std::uint32_t i = 0; i < 4; ++i)
    c.nodes.push_back({"n" + std::to_string(i + 1), NodeClassId{i < 2 ? 0U : 1U}, NodeState::up, {}});
  PartitionSpec all;
  all.name = "all";
  all.is_default = true;
  all.nodes = {NodeId{0}, NodeId{1}, NodeId{2}, NodeId{3}};
  PartitionSpec gpu;
  gpu.name = "gpu";
  gpu.nodes = {NodeId{2}, NodeId{3}};
  c.partitions = {all, gpu};
  c.scheduler.name = "sched/easy";
  c.priority.name = "priority/basic";
  c.select.name = "select/first_fit";
  return c;
}

/// Equal parts of `nodes` nodes from `first` on; the totals follow.
inline Allocation some_nodes(std::uint32_t first, std::uint32_t nodes, Amount each, std::uint64_t devices = 0) {
  Allocation a;
  a.takes = {each};
  a.runs = {{first, nodes, 0, devices}};
  a.nodes = nodes;
  a.cpus = std::int64_t{each.cpus} * nodes;
  a.memory = each.memory * nodes;
  a.gpus = std::int64_t{each.gres[0]} * nodes;
  return a;
}

/// A workload, its job table and the recorder that watches; jobs are added and moved by hand.
class SmallRun {
 public:
  explicit SmallRun(ClusterSpec spec = small_cluster()) : cluster{std::move(spec)}, recorder{cluster} {
    table.workload = &workload;
  }

  JobId submit(std::string_view id, Time when, std::string_view user = "ann", std::string_view partition = "") {
    JobRequest request;
    request.partition = partition;
    JobSpec spec;
    spec.submit = when;
    spec.duration = std::chrono::seconds{1};
    spec.request = workload.intern(request);
    spec.user = workload.users.intern(user);
    spec.account = workload.accounts.intern("lab");
    workload.jobs.push_back(spec);
    workload.add_id(id);
    const JobId job{static_cast<std::uint32_t>(table.jobs.size())};
    Job row;
    row.state = Pending{};
    row.eligible = when;
    table.jobs.push_back(row);
    recorder.job_submitted(job, when);
    return job;
  }
  void start(JobId job, Time when, const Allocation& allocation) { recorder.job_started(job, when, allocation); }
  void end(JobId job, Time when, const Allocation& allocation, EndState state = EndState::completed) {
    recorder.job_ended(job, when, state, allocation);
  }
  void reason(JobId job, Reason why) { table.job(job).reason = why; }
  void settle(Time when, std::int64_t used_nodes) {
    LoadSample load;
    load.used_nodes = used_nodes;
    load.total_nodes = 4;
    recorder.settled(when, load);
  }

  Summary summary() const { return recorder.summarize(table, info); }
  void write(const std::filesystem::path& folder) { recorder.write(folder, table, summary(), record); }

  ClusterSpec cluster;
  Workload workload;
  JobTable table;
  Recorder recorder;
  RunInfo info;
  RunRecord record;
};

/// Job A (n1-n2, all CPUs) 0-100 s, B (GPUs of n3 and n4) waits 5 s and runs 20 s, C fails at once after 0.25 s on
/// n1 when A is gone, D still runs, E still waits, F was refused.
inline void play(SmallRun& run) {
  const auto a = some_nodes(0, 2, {8, 500, {}});
  const auto b = some_nodes(2, 2, {2, 100, {2}}, 0b101);
  const auto c = some_nodes(0, 1, {1, 0, {}});
  const auto d = some_nodes(1, 3, {4, 200, {}});
  const JobId job_a = run.submit("A", at(0));
  run.start(job_a, at(0), a);
  run.settle(at(0), 2);
  const JobId job_b = run.submit("B", at(10), "bob, jr", "gpu");
  run.settle(at(10), 2);
  run.start(job_b, at(15), b);
  run.reason(job_b, Reason::resources);
  run.settle(at(15), 4);
  const JobId job_c = run.submit("C", at(20), "bob, jr");
  const JobId job_d = run.submit("D", at(20));
  const JobId job_e = run.submit("E", at(30), "ann", "all,gpu");
  const JobId job_f = run.submit("F", at(30), "ann", "gpu");
  run.recorder.job_rejected(job_f, at(30), "Requested node configuration is not available");
  run.end(job_b, at(35), b);
  run.settle(at(35), 2);
  run.end(job_a, at(100), a, EndState::timeout);
  run.start(job_c, at(100), c);
  run.start(job_d, at(100), d);
  run.reason(job_d, Reason::priority);
  run.reason(job_e, Reason::resources);
  run.settle(at(100), 4);
  run.end(job_c, at_ms(100'250), c, EndState::failed);
  run.settle(at_ms(100'250), 3);
  run.info.statistics.end = at(130);
}

}  // namespace sluice::report::test
