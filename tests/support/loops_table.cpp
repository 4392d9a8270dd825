#include "tests/support/loops_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "policies/scheduler/slurm/backfill_cycle.hpp"
#include "policies/scheduler/slurm/main_pass.hpp"
#include "policies/scheduler/slurm/option_table.hpp"
#include "simulator/base/text.hpp"

namespace sluice::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

std::int64_t number(std::string_view text) { return std::strtoll(std::string{text}.c_str(), nullptr, 10); }

NodeSet node_set(std::string_view text, std::size_t capacity) {
  NodeSet set{capacity};
  for (const auto range : split(text, ',')) {
    const auto dash = range.find('-');
    const auto first = number(range), last = dash == std::string_view::npos ? first : number(range.substr(dash + 1));
    for (auto i = first; i <= last; ++i) set.insert(NodeId{static_cast<std::uint32_t>(i)});
  }
  return set;
}

std::string text_of(const NodeSet& nodes) {
  std::string text;
  std::optional<std::uint32_t> first, last;
  const auto flush = [&] {
    if (!first) return;
    text += text.empty() ? "" : ",";
    text += *first == *last ? fmt::format("{}", *first) : fmt::format("{}-{}", *first, *last);
  };
  nodes.for_each([&](NodeId node) {
    if (last && node.value == *last + 1) {
      last = node.value;
      return;
    }
    flush();
    first = last = node.value;
  });
  flush();
  return text;
}

/// "prio=5 stopped" by key; a word without a value has "".
std::map<std::string, std::string, std::less<>> keys_of(std::string_view text) {
  std::map<std::string, std::string, std::less<>> keys;
  for (const auto word : split(text, ' '))
    if (!word.empty()) {
      const auto equals = word.find('=');
      keys.emplace(std::string{word.substr(0, equals)},
                   equals == std::string_view::npos ? std::string{} : std::string{word.substr(equals + 1)});
    }
  return keys;
}

struct TableJob {
  std::string name, row, wanted, got;
  WaitingJob waiting;
  std::int64_t nodes = 1;
  bool is_pending = true, stopped = false, stopped_late = false, never = false;
};

/// A cluster of whole nodes that come free when running jobs reach their limits.
class Machine final : public Controller {
 public:
  std::vector<seconds> free_at;
  std::deque<TableJob> jobs;
  std::deque<PartitionSpec> specs;
  std::vector<LivePartition> live;
  NodeSet up_nodes, cleaning;
  seconds at{};
  std::deque<Demand> demands;

  void prepare() {
    for (TableJob& job : jobs)
      if (job.is_pending) pending_.push_back(job.waiting.job);
  }

  seconds now() const override { return at; }
  std::span<const JobId> pending() const override { return pending_; }
  const WaitingJob& waiting(JobId job) const override { return jobs[job.index()].waiting; }
  std::span<const LivePartition> partitions() const override { return live; }
  const NodeSet& up() const override { return up_nodes; }
  const NodeSet& completing() const override { return cleaning; }
  std::optional<Reason> hindrance(JobId) override { return std::nullopt; }
  std::optional<Reason> policy_before(JobId job, PartitionId) override {
    return jobs[job.index()].stopped ? std::optional{limit()} : std::nullopt;
  }
  std::optional<Reason> policy_of_plan(JobId job, PartitionId, const NodeSet&, minutes) override {
    return jobs[job.index()].stopped_late ? std::optional{limit()} : std::nullopt;
  }
  bool narrow(JobId job, PartitionId, NodeSet& candidates) override {
    return static_cast<std::int64_t>(candidates.count()) >= jobs[job.index()].nodes;
  }

  std::optional<seconds> will_run(JobId id, PartitionId, const NodeSet& candidates, Horizon horizon,
                                  NodeSet& chosen) override {
    std::vector<seconds> moments{at};
    for (const seconds free : free_at) moments.push_back(std::max(free, at));
    std::sort(moments.begin(), moments.end());
    for (const seconds moment : moments) {
      if (moment > at && horizon == Horizon::now_only) return std::nullopt;
      if (choose(id, candidates, moment, chosen)) return moment;
    }
    return std::nullopt;
  }

  StartAnswer try_start(JobId id, PartitionId partition, const NodeSet& candidates, minutes limit_given) override {
    TableJob& job = jobs[id.index()];
    if (job.never) return {StartOutcome::never, Reason::bad_constraints, id, std::nullopt};
    if (job.stopped_late) return {StartOutcome::policy, limit(), id, std::nullopt};
    NodeSet usable = candidates;
    usable -= cleaning;
    if (!choose(id, usable, at, nodes_)) return {StartOutcome::nodes_busy, Reason::resources, id, std::nullopt};
    nodes_.for_each([&](NodeId node) { free_at[node.index()] = at + limit_given; });
    note(job, fmt::format("start {}", text_of(nodes_)));
    if (job.waiting.partitions.size() > 1) job.got += " in=" + specs[partition.index()].name;
    WaitingJob& waiting = job.waiting;
    if (waiting.is_array && --waiting.tasks_left > 0) {
      if (waiting.tasks_room != WaitingJob::no_task) --waiting.tasks_room;
      return {StartOutcome::started, Reason::none, id, id};
    }
    drop(job);
    return {StartOutcome::started, Reason::none, id, std::nullopt};
  }

  void set_limit(JobId started, minutes given) override {
    jobs[started.index()].got += fmt::format(" limit={}", given.count());
  }
  const NodeSet& nodes_of(JobId) const override { return nodes_; }
  void set_reason(JobId job, Reason reason) override {
    jobs[job.index()].waiting.reason = reason;
    note(jobs[job.index()], std::string{reason_name(reason)});
  }
  void end_for_deadline(JobId job) override {
    note(jobs[job.index()], "ended");
    drop(jobs[job.index()]);
  }
  void hold_as_never(JobId job) override {
    note(jobs[job.index()], "held");
    drop(jobs[job.index()]);
  }
  void clear_plans() override {}
  void estimate(JobId job, PartitionId, seconds start) override {
    note(jobs[job.index()], fmt::format("estimate {}", start.count()));
  }
  void plan(JobId job, PartitionId, seconds start, seconds end, const NodeSet& nodes) override {
    note(jobs[job.index()], fmt::format("plan {}-{} {}", start.count(), end.count(), text_of(nodes)));
  }

 private:
  static Reason limit() { return limit_reason(LimitScope::qos, LimitKind::max_jobs); }
  static void note(TableJob& job, const std::string& what) { job.got += (job.got.empty() ? "" : ", ") + what; }
  void drop(TableJob& job) {
    job.is_pending = false;
    std::erase(pending_, job.waiting.job);
  }
  bool choose(JobId id, const NodeSet& candidates, seconds moment, NodeSet& chosen) const {
    chosen = NodeSet{candidates.capacity()};
    std::int64_t left = jobs[id.index()].nodes;
    candidates.for_each([&](NodeId node) {
      if (left == 0 || free_at[node.index()] > moment) return;
      chosen.insert(node);
      --left;
    });
    return left == 0;
  }

  std::vector<JobId> pending_;
  NodeSet nodes_;
};

class Table {
 public:
  explicit Table(std::string_view text) {
    for (auto line : split(text, '\n')) {
      line = trim(line.substr(0, line.find('#')));
      if (!line.empty()) read(line);
    }
  }

  void run() {
    Diagnostics diags;
    const auto options =
        parse_options(options_, scheduler::slurm::option_table, "sched/backfill", ClusterSpec{}, {"table", 1, 1}, options_, diags);
    INFO(diags.text());
    REQUIRE(options);
    const auto settings = scheduler::slurm::read_settings(*options, ClusterSpec{});
    machine_.prepare();
    if (loop_ == "backfill") {
      scheduler::slurm::BackfillCycle{settings.backfill}.run(machine_);
    } else {
      using scheduler::slurm::PassDepth;
      scheduler::slurm::MainPass{settings.main}.run(machine_, loop_ == "full" ? PassDepth::full : PassDepth::limited);
    }
    for (TableJob& job : machine_.jobs) {
      if (job.got.empty()) job.got = "-";
      wanted += fmt::format("{} | {}\n", job.row, job.wanted);
      got += fmt::format("{} | {}\n", job.row, job.got);
    }
  }

  std::string wanted, got;

 private:
  void read(std::string_view line) {
    const auto word = line.substr(0, line.find(' '));
    const auto rest = trim(line.substr(word.size()));
    if (word == "nodes") {
      machine_.free_at.resize(static_cast<std::size_t>(number(rest)));
      machine_.up_nodes = machine_.cleaning = NodeSet{machine_.free_at.size()};
      machine_.up_nodes.insert(NodeId{0}, machine_.free_at.size());
    } else if (word == "options") {
      options_ = rest;
    } else if (word == "at") {
      machine_.at = seconds{number(rest)};
    } else if (word == "loop") {
      loop_ = rest;
    } else if (word == "down") {
      machine_.up_nodes -= nodes(rest);
    } else if (word == "cleaning") {
      machine_.cleaning = nodes(rest);
    } else if (word == "running") {
      const auto until = seconds{number(keys_of(rest).at("until"))};
      nodes(rest.substr(0, rest.find(' '))).for_each([&](NodeId node) { machine_.free_at[node.index()] = until; });
    } else if (word == "partition") {
      read_partition(rest);
    } else if (word == "job") {
      read_job(rest);
    } else {
      FAIL("unknown row: " << line);
    }
  }

  NodeSet nodes(std::string_view text) const { return node_set(text, machine_.free_at.size()); }

  void read_partition(std::string_view text) {
    const auto keys = keys_of(text);
    PartitionSpec& spec = machine_.specs.emplace_back();
    spec.name = text.substr(0, text.find(' '));
    const auto behind_name = trim(text.substr(spec.name.size()));
    const auto key = [&](std::string_view name) -> std::optional<std::int64_t> {
      const auto found = keys.find(name);
      return found == keys.end() ? std::nullopt : std::optional{number(found->second)};
    };
    spec.priority_tier = key("tier").value_or(1);
    if (const auto minutes_given = key("default")) spec.default_time = minutes{*minutes_given};
    LivePartition live;
    live.spec = &spec;
    if (const auto most = key("max")) live.max_time = minutes{*most};
    live.nodes = nodes(behind_name.substr(0, behind_name.find(' ')));
    machine_.live.push_back(live);
  }

  void read_job(std::string_view text) {
    const auto bar = text.find('|');
    const auto left = trim(text.substr(0, bar));
    const auto keys = keys_of(left);
    TableJob& job = machine_.jobs.emplace_back();
    job.name = std::string{left.substr(0, left.find(' '))};
    job.row = left;
    job.wanted = trim(text.substr(bar + 1));
    const auto key = [&](std::string_view name) -> std::optional<std::int64_t> {
      const auto found = keys.find(name);
      return found == keys.end() ? std::nullopt : std::optional{number(found->second)};
    };
    job.nodes = key("nodes").value_or(1);
    job.stopped = keys.count("stopped") > 0;
    job.stopped_late = keys.count("stopped-late") > 0;
    job.never = keys.count("never") > 0;
    WaitingJob& waiting = job.waiting;
    waiting.job = JobId{static_cast<std::uint32_t>(machine_.jobs.size() - 1)};
    waiting.slurm_id = waiting.job.value + 1;
    waiting.submit = seconds{key("submit").value_or(0)};
    if (const auto eligible = key("eligible")) waiting.eligible = seconds{*eligible};
    if (const auto limit = key("limit")) waiting.limit = minutes{*limit};
    if (const auto least = key("least")) waiting.time_min = minutes{*least};
    if (const auto deadline = key("deadline")) waiting.deadline = seconds{*deadline};
    waiting.user = static_cast<std::uint32_t>(key("user").value_or(0));
    waiting.priority_threshold = static_cast<std::uint32_t>(key("threshold").value_or(0));
    if (const auto array = keys.find("array"); array != keys.end()) {
      waiting.is_array = true;
      waiting.tasks_left = static_cast<std::uint32_t>(number(array->second));
      if (const auto percent = array->second.find('%'); percent != std::string::npos)
        waiting.tasks_room = static_cast<std::uint32_t>(number(array->second.substr(percent + 1)));
    }
    Demand demand;
    demand.nodes.min = job.nodes;
    if (const auto on = keys.find("on"); on != keys.end()) demand.required = nodes(on->second);
    machine_.demands.push_back(demand);
    const auto in = keys.find("in");
    for (std::uint32_t row = 0; row < machine_.specs.size(); ++row) {
      const bool listed = in == keys.end() || ("," + in->second + ",").find("," + machine_.specs[row].name + ",") != std::string::npos;
      if (!listed) continue;
      WaitingPartition where;
      where.partition = PartitionId{row};
      where.priority = static_cast<std::uint32_t>(key("prio").value_or(100));
      where.demand = &machine_.demands.back();
      waiting.partitions.push_back(where);
    }
  }

  Machine machine_;
  std::string options_, loop_ = "full";
};

}  // namespace

void check_loop(std::string_view text) {
  Table first{text}, second{text};
  first.run();
  second.run();
  CHECK(first.got == first.wanted);
  CHECK(first.got == second.got);
}

}  // namespace sluice::test
