#include "simulator/report/summary.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace sluice::report {
namespace {

/// Sums over the jobs of one group, all in whole numbers.
struct Tally {
  std::array<std::size_t, end_state_count> ended{};
  std::size_t rejected = 0, running = 0, pending = 0;
  std::size_t started_measured = 0, immediate = 0;
  std::size_t censored = 0;
  Int128 censored_ms = 0;
  Int128 cpu_ms = 0, gpu_ms = 0, node_ms = 0, memory_ms = 0;
};

/// Jobs sorted into groups, e.g. by user.
struct Grouping {
  std::vector<std::string> names;        ///< of the groups
  std::vector<Resources> capacity;       ///< what the group's use is compared with
  std::vector<Tally> tallies;            ///< by group
  std::function<std::uint32_t(const JobRow&)> key;  ///< what of a job decides
  std::vector<std::uint32_t> place;      ///< the group of each key
  std::vector<std::uint32_t> group_of{}; ///< by job, filled as the jobs are walked over
};

/// When the run began and ended, and what is measured.
struct Frame {
  Time first_submit{}, last_end{}, now{};
  bool any_end = false;
  const std::optional<MeasureWindow>* measure = nullptr;

  bool measures(Time submit) const { return !*measure || (*measure)->contains(submit); }
  double makespan_ms() const { return any_end ? static_cast<double>((last_end - first_submit).count()) : 0.0; }
};

struct Samples {
  std::vector<Sample> wait_ms, jct_ms, slowdown_micro;
};

void add_node(Resources& sum, const NodeClass& node) {
  sum.cpu += static_cast<double>(node.cpus);
  sum.node += 1;
  sum.memory_mb += static_cast<double>((node.real_memory - node.mem_spec_limit).value);
  for (const auto& gres : node.gres)
    if (gres.name == "gpu") sum.gpu += static_cast<double>(gres.count);
}

/// A pool has neither nodes nor memory, only slots.
Resources capacity_of(const ClusterSpec& cluster, const std::vector<NodeId>& nodes) {
  Resources sum;
  for (const auto node : nodes)
    if (cluster.nodes[node.index()].state == NodeState::up) add_node(sum, cluster.class_of(node));
  if (cluster.is_pool) sum.node = sum.memory_mb = 0;
  return sum;
}

Resources capacity_of(const ClusterSpec& cluster) {
  std::vector<NodeId> all(cluster.nodes.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = NodeId{i};
  return capacity_of(cluster, all);
}

Grouping all_jobs(const JobRows& rows) {
  return {{"all"}, {capacity_of(rows.cluster())}, std::vector<Tally>(1), [](const JobRow&) { return 0U; }, {0}};
}

/// Groups in the order of their names; key(job) is a row of `names`.
Grouping by_name(const JobRows& rows, const Names& names, std::uint32_t (*key)(const JobSpec&)) {
  std::vector<std::uint32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return names.text(NameId{a}) < names.text(NameId{b}); });
  Grouping grouping{{}, {}, {}, [key](const JobRow& row) { return key(*row.spec); }, std::vector<std::uint32_t>(names.size())};
  for (std::uint32_t g = 0; g < order.size(); ++g) {
    grouping.place[order[g]] = g;
    grouping.names.emplace_back(names.text(NameId{order[g]}));
  }
  grouping.capacity.assign(names.size(), capacity_of(rows.cluster()));
  grouping.tallies.resize(names.size());
  return grouping;
}

Grouping by_partition(const JobRows& rows) {
  const auto partitions = static_cast<std::uint32_t>(rows.cluster().partitions.size());
  const auto key = [&rows, partitions](const JobRow& row) {
    return rows.chose_partition(row) ? row.record->partition.value : partitions + row.spec->request.value;
  };
  Grouping grouping{{}, {}, {}, key, {}};
  std::map<std::string, std::uint32_t, std::less<>> place;
  for (const auto& partition : rows.cluster().partitions) {
    place.emplace(partition.name, static_cast<std::uint32_t>(grouping.names.size()));
    grouping.names.push_back(partition.name);
    grouping.capacity.push_back(capacity_of(rows.cluster(), partition.nodes));
  }
  std::map<std::string, std::uint32_t, std::less<>> others;
  const auto& requests = rows.workload().requests();
  for (std::uint32_t i = 0; i < requests.size(); ++i)
    if (const auto name = rows.partition(RequestId{i}); !place.contains(name)) others.emplace(name, 0U);
  for (const auto& other : others) {
    place.emplace(other.first, static_cast<std::uint32_t>(grouping.names.size()));
    grouping.names.push_back(other.first);
    grouping.capacity.emplace_back();
  }
  for (std::uint32_t p = 0; p < partitions; ++p) grouping.place.push_back(p);
  for (std::uint32_t i = 0; i < requests.size(); ++i)
    grouping.place.push_back(place.find(rows.partition(RequestId{i}))->second);
  grouping.tallies.resize(grouping.names.size());
  return grouping;
}

Frame frame_of(const JobRows& rows, const RunInfo& run) {
  Frame frame;
  frame.now = run.statistics.end;
  frame.measure = &run.measure;
  bool any = false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const JobRecord& record = rows.sink().record(JobId{static_cast<std::uint32_t>(i)});
    if (record.fate == Fate::unsubmitted) continue;
    if (!any) frame.first_submit = rows.workload().jobs[i].submit;
    any = true;
    const auto note_end = [&frame](Time end) {
      frame.last_end = frame.any_end ? std::max(frame.last_end, end) : end;
      frame.any_end = true;
    };
    if (record.fate == Fate::ended) note_end(record.end);
    if (record.earlier != 0) note_end(rows.sink().earlier(record).back()->record.end);
  }
  return frame;
}

/// What one job adds to its groups, worked out once.
struct Contribution {
  const JobRecord* record = nullptr;
  bool measured = false;
  std::optional<Duration> wait;
  Duration waited_so_far{};
  std::optional<Duration> run;
  std::int64_t held_ms = 0;  ///< time in which it held its resources, up to the last end of any job
};

/// Of the job's last run; a job that was requeued has waited for each of its runs.
Contribution contribution_of(const JobRows& rows, const JobRow& row, const std::vector<JobRow>& earlier, const Frame& frame) {
  Contribution c;
  c.run = rows.whole_run(row, earlier);
  c.record = row.record;
  c.measured = frame.measures(row.spec->submit);
  c.wait = row.wait();
  for (const JobRow& run : earlier)
    if (c.wait) *c.wait += *run.wait();
  if (row.record->fate == Fate::pending && row.eligible) c.waited_so_far = frame.now - *row.eligible;
  if (row.start) c.held_ms = std::max<std::int64_t>(0, (row.end.value_or(frame.last_end) - *row.start).count());
  return c;
}

void count_fate(Tally& tally, const JobRecord& record) {
  switch (record.fate) {
    case Fate::unsubmitted: break;
    case Fate::pending: ++tally.pending; break;
    case Fate::running: ++tally.running; break;
    case Fate::rejected: ++tally.rejected; break;
    case Fate::ended: ++tally.ended[static_cast<std::size_t>(record.end_state)]; break;
  }
}

void add_use(Tally& tally, const JobRecord& record, std::int64_t held_ms) {
  tally.cpu_ms += Int128{record.cpus} * held_ms;
  tally.gpu_ms += Int128{record.gpus} * held_ms;
  tally.node_ms += Int128{record.nodes} * held_ms;
  tally.memory_ms += Int128{record.memory} * held_ms;
}

void add(Tally& tally, const Contribution& c) {
  const JobRecord& record = *c.record;
  count_fate(tally, record);
  if (c.measured && c.wait) {
    ++tally.started_measured;
    if (*c.wait == Duration::zero()) ++tally.immediate;
  }
  if (c.measured && record.fate == Fate::pending) {
    ++tally.censored;
    tally.censored_ms += c.waited_so_far.count();
  }
  add_use(tally, record, c.held_ms);
}

void sample(Samples& samples, const JobRow& row, const Contribution& c) {
  if (!c.measured) return;
  if (c.wait) samples.wait_ms.push_back({c.wait->count(), row.id.value});
  if (row.start && row.end) samples.jct_ms.push_back({(*row.end - row.spec->submit).count(), row.id.value});
  if (c.run) samples.slowdown_micro.push_back({bounded_slowdown_micro(*c.wait, *c.run), row.id.value});
}

JobCounts counts_of(const Tally& tally) {
  JobCounts counts;
  const auto add_state = [&](std::string_view name, std::size_t n) {
    if (n > 0) counts.by_state.emplace_back(name, n);
    counts.total += n;
  };
  for (std::size_t s = 0; s < end_state_count; ++s) {
    add_state(end_state_name(static_cast<EndState>(s)), tally.ended[s]);
    counts.completed += tally.ended[s];
  }
  add_state("RUNNING", tally.running);
  add_state("PENDING", tally.pending);
  add_state("REJECTED", tally.rejected);
  counts.running = tally.running;
  counts.pending = tally.pending;
  counts.rejected = tally.rejected;
  return counts;
}

std::optional<double> share(Int128 used_ms, double capacity, double makespan_ms) {
  if (capacity <= 0 || makespan_ms <= 0) return std::nullopt;
  return static_cast<double>(used_ms) / (capacity * makespan_ms);
}

JobGroup group_of(std::string name, const Tally& tally, const Resources& capacity, const Frame& frame) {
  JobGroup group;
  group.name = std::move(name);
  group.jobs = counts_of(tally);
  group.censored.count = tally.censored;
  if (tally.censored > 0)
    group.censored.mean_so_far_s = static_cast<double>(tally.censored_ms) / static_cast<double>(tally.censored) / 1e3;
  if (tally.started_measured > 0)
    group.started_immediately = static_cast<double>(tally.immediate) / static_cast<double>(tally.started_measured);
  const auto seconds = [](Int128 ms) { return static_cast<double>(ms) / 1e3; };
  group.resource_seconds = {seconds(tally.cpu_ms), seconds(tally.gpu_ms), seconds(tally.node_ms),
                            seconds(tally.memory_ms)};
  group.utilization.cpu = share(tally.cpu_ms, capacity.cpu, frame.makespan_ms());
  group.utilization.gpu = share(tally.gpu_ms, capacity.gpu, frame.makespan_ms());
  return group;
}

/// The groups that have jobs, with their spreads. `whole`: all jobs, if that is known already; a single group is that.
std::vector<JobGroup> groups_of(const Grouping& grouping, const Samples& samples, const Frame& frame,
                                bool any_memory, const JobGroup* whole) {
  const std::size_t n = grouping.names.size();
  const auto spreads = [&](const std::vector<Sample>& values, double unit, Spread JobGroup::* known) {
    if (n == 1 && whole != nullptr) return std::vector{whole->*known};
    return spreads_by_group(values, grouping.group_of, n, unit);
  };
  const auto waits = spreads(samples.wait_ms, 1e3, &JobGroup::wait_s);
  const auto jcts = spreads(samples.jct_ms, 1e3, &JobGroup::jct_s);
  const auto slowdowns = spreads(samples.slowdown_micro, 1e6, &JobGroup::bounded_slowdown);
  std::vector<JobGroup> groups;
  for (std::size_t g = 0; g < n; ++g) {
    const Tally& tally = grouping.tallies[g];
    JobGroup group = group_of(grouping.names[g], tally, grouping.capacity[g], frame);
    if (group.jobs.total == 0 && n > 1) continue;
    group.wait_s = waits[g];
    group.jct_s = jcts[g];
    group.bounded_slowdown = slowdowns[g];
    if (any_memory)
      group.utilization.memory = share(tally.memory_ms, grouping.capacity[g].memory_mb, frame.makespan_ms());
    groups.push_back(std::move(group));
  }
  return groups;
}

/// Nothing to tell apart: no job has such a name.
bool nameless(const std::vector<JobGroup>& groups) {
  return groups.empty() || (groups.size() == 1 && groups.front().name.empty());
}

}  // namespace

Summary summarize(const JobRows& rows, const BusyNodes& busy, const RunInfo& run) {
  const Frame frame = frame_of(rows, run);
  std::array<Grouping, 4> groupings{all_jobs(rows), by_partition(rows),
                                    by_name(rows, rows.workload().users, [](const JobSpec& s) { return s.user.value; }),
                                    by_name(rows, rows.workload().accounts, [](const JobSpec& s) { return s.account.value; })};
  Samples samples;
  for (auto* values : {&samples.wait_ms, &samples.jct_ms, &samples.slowdown_micro}) values->reserve(rows.size());
  Summary summary;
  summary.stopped = endless(rows, run.statistics);
  bool any_memory = false;
  for (auto& grouping : groupings) grouping.group_of.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const JobRow row = rows[i];
    for (auto& grouping : groupings) grouping.group_of.push_back(grouping.place[grouping.key(row)]);
    if (row.record->fate == Fate::unsubmitted) {
      ++summary.unsubmitted;
      continue;
    }
    const auto earlier = rows.earlier(row);
    const Contribution c = contribution_of(rows, row, earlier, frame);
    for (auto& grouping : groupings) {
      Tally& tally = grouping.tallies[grouping.group_of[i]];
      add(tally, c);
      for (const JobRow& before : earlier) add_use(tally, *before.record, before.run()->count());
    }
    for (const JobRow& before : earlier) any_memory = any_memory || before.record->memory > 0;
    sample(samples, row, c);
    any_memory = any_memory || row.record->memory > 0;
  }

  std::array<std::vector<JobGroup>*, 3> parts{&summary.by_partition, &summary.by_user, &summary.by_account};
  summary.whole = groups_of(groupings[0], samples, frame, any_memory, nullptr).front();
  for (std::size_t k = 0; k < parts.size(); ++k) {
    *parts[k] = groups_of(groupings[k + 1], samples, frame, any_memory, &summary.whole);
    if (nameless(*parts[k])) parts[k]->clear();
  }
  summary.capacity = groupings[0].capacity[0];
  summary.whole.utilization.node = share(busy.node_ms(), summary.capacity.node, frame.makespan_ms());
  if (frame.any_end) summary.makespan_s = frame.makespan_ms() / 1e3;
  summary.lost = lost_runs(rows);
  summary.workflows = summarize(workflow_runs(rows), rows.workload());
  summary.arrays = summarize(array_runs(rows));
  summary.recorded = compare_with_history(rows, run.measure);
  summary.input = rows.workload().report;
  summary.time_base = rows.workload().time_base;
  summary.run = run;
  summary.cluster = rows.cluster().name;
  summary.scheduler = rows.cluster().scheduler.name;
  summary.priority = rows.cluster().priority.name;
  summary.select = rows.cluster().select.name;
  return summary;
}

}  // namespace sluice::report
