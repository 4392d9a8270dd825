#include "tests/recordings/support/decision_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "policies/scheduler/slurm/option_table.hpp"
#include "simulator/base/text.hpp"

namespace sluice::recordings {
namespace {

using scheduler::slurm::BackfillDecision;
using scheduler::slurm::PassDepth;
using scheduler::slurm::QueueRecord;
using scheduler::slurm::Settings;
using Cycle = scheduler::slurm::BackfillCycle;

Settings settings_of(const ClusterSpec& cluster) {
  Diagnostics diags;
  const PluginChoice& chosen = cluster.scheduler;
  const auto options = parse_options(chosen.parameters, scheduler::slurm::option_table, chosen.name, cluster, chosen.parameters_at,
                                     chosen.parameters_line, diags);
  if (!options) throw BadRecording{diags.text()};
  return scheduler::slurm::read_settings(*options, cluster);
}

/// "nodes=n[01-04] start=32 part=low" -> the value of a key.
std::string detail_of(std::string_view detail, std::string_view key) {
  for (const auto word : split(detail, ' '))
    if (word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=')
      return std::string{word.substr(key.size() + 1)};
  return {};
}

Seconds seconds_of(std::string_view detail, std::string_view key) {
  return Seconds{std::strtoll(detail_of(detail, key).c_str(), nullptr, 10)};
}

/// CPUs that a node of an allocation gives, by node.
std::vector<std::pair<std::uint32_t, std::int32_t>> cpus_by_node(const Allocation& allocation) {
  std::vector<std::pair<std::uint32_t, std::int32_t>> list;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t i = 0; i < run.count; ++i)
      list.emplace_back(run.first + i, allocation.takes[run.take].cpus);
  return list;
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> devices_by_node(const Allocation& allocation) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> list;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t i = 0; i < run.count; ++i) list.emplace_back(run.first + i, run.devices);
  return list;
}

/// As hexadecimal text; recorded nodes have at most 64 cores.
std::vector<std::pair<std::uint32_t, std::string>> cores_by_node(const Allocation& allocation) {
  std::vector<std::pair<std::uint32_t, std::string>> list;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t i = 0; i < run.count && list.size() < allocation.cores.size(); ++i)
      list.emplace_back(run.first + i, fmt::format("{:x}", allocation.cores[list.size()]));
  return list;
}

template <class Pairs>
std::string text_of(const Pairs& pairs) {
  std::string text;
  for (const auto& [node, value] : pairs) text += fmt::format(" {}:{}", node, value);
  return text;
}

void count(Tally& tally, bool is_equal) {
  ++tally.total;
  if (is_equal) ++tally.equal;
}

}  // namespace

void DecisionCheck::Watch::tries_later(Second later) { retries += fmt::format(" later {}", later.count()); }

void DecisionCheck::Watch::overlaps(Second from, Second to, Second later) {
  retries += fmt::format(" overlap {}-{} {}", from.count(), to.count(), later.count());
}

DecisionCheck::DecisionCheck(const Replay& replay, const PriorityBook& priorities)
    : state_{replay.state()},
      controller_{state_, priorities},
      settings_{settings_of(state_.inputs->cluster)},
      cycle_{settings_.backfill, &watch_, &ranks_} {
  for (const Event& event : replay.events())
    if (const auto* started = std::get_if<RunStarted>(&event.what); started != nullptr && event.row != nullptr) {
      const Run& run = state_.jobs[started->job].runs[started->run];
      starts_[event.row] = {started->job, started->run, state_.find_partition(run.partition).value_or(PartitionId{})};
    }
}

void DecisionCheck::see(const Event& event) {
  controller_.see(event);
  if (event.row == nullptr) return;
  if (std::holds_alternative<MainPass>(event.what)) check_pass(*event.row);
  if (std::holds_alternative<BackfillCycle>(event.what)) check_cycle(*event.row);
}

void DecisionCheck::differ(Time at, std::string what, std::string recorded, std::string computed) {
  result_.differences.push_back({at, std::move(what), std::move(recorded), std::move(computed), false});
}

std::string DecisionCheck::name(std::size_t job, PartitionId partition) const {
  return fmt::format("{}/{}", state_.jobs[job].id, state_.partition(partition).name);
}

// -- Main passes ------------------------------------------------------------------------------------------------------

/// "requeued to reclaim resources for JobId=235_6(235)". A victim whose grace is over goes for nobody ("Invalid").
std::optional<RecordedPreemption> DecisionCheck::preemption_of(const Decision& row) const {
  const auto victim = state_.find_job(row.job);
  const auto by = row.detail.find("JobId=");
  if (row.what != "preempt" || !victim || by == std::string::npos) return std::nullopt;
  const auto job = state_.find_job(plain_id(std::string_view{row.detail}.substr(by + 6)));
  if (!job) return std::nullopt;
  return RecordedPreemption{*victim, controller_.record_of(*job)};
}

DecisionCheck::Outcome DecisionCheck::outcome_of(const Decision& pass) const {
  Outcome recorded;
  const Decision* end = state_.recording->decisions.data() + state_.recording->decisions.size();
  for (const Decision* row = &pass + 1; row != end; ++row) {
    const bool is_of_pass =
        (row->who == "main" && row->what != "pass") || row->what == "preempt" || row->what == "requeue" ||
        row->who == "gang";
    if (!is_of_pass) break;
    if (const auto found = starts_.find(row); found != starts_.end()) recorded.starts.push_back(found->second);
    if (const auto gone = preemption_of(*row)) recorded.victims.push_back(*gone);
  }
  return recorded;
}

/// Where a pass differs, the nodes of jobs that ended a moment ago are taken to be cleaning up, of one job or of all.
void DecisionCheck::check_pass(const Decision& pass) {
  const Outcome recorded = outcome_of(pass);
  const NodeSet none{state_.inputs->cluster.nodes.size()};
  controller_.open(pass.at, recorded.starts, recorded.victims);
  bool is_equal = repeats(pass, recorded, none);
  if (!is_equal) {
    for (const NodeSet& completing : controller_.may_be_completing(pass.at))
      if (!is_equal) is_equal = repeats(pass, recorded, completing);
    if (is_equal)
      ++result_.cleaning;
    else
      repeats(pass, recorded, none);
  }
  tally_pass(pass, recorded.starts);
  controller_.stop_expected_victims();
  count(result_.pass, is_equal);
  if (!recorded.starts.empty()) count(result_.pass_with_starts, is_equal);
}

bool DecisionCheck::repeats(const Decision& pass, const Outcome& recorded, const NodeSet& completing) {
  controller_.start_over(recorded.starts, recorded.victims, completing);
  scheduler::slurm::MainPass main{settings_.main, &ranks_};
  main.run(controller_, pass.detail == "full queue" ? PassDepth::full : PassDepth::limited);
  std::size_t ours = 0;
  for (const StartAttempt& attempt : controller_.attempts()) {
    if (attempt.outcome != StartOutcome::started) continue;
    if (ours == recorded.starts.size()) return false;
    const RecordedStart& start = recorded.starts[ours++];
    if (!is_of(attempt, start) || !attempt.was_recorded ||
        nodes_of(*attempt.allocation, completing.capacity()) !=
            controller_.nodes_of(JobId{static_cast<std::uint32_t>(start.job)}))
      return false;
  }
  return ours == recorded.starts.size();
}

/// Tasks of one array are tried as one record, in the order in which they start.
bool DecisionCheck::is_of(const StartAttempt& attempt, const RecordedStart& start) const {
  const RecordedArrays& arrays = controller_.arrays();
  const bool is_same = attempt.job.index() == start.job ||
                       (arrays.is_of_array(start.job) && arrays.head(start.job) == attempt.job.index());
  return is_same && attempt.partition == start.partition;
}

void DecisionCheck::tally_pass(const Decision& pass, const std::vector<RecordedStart>& recorded) {
  std::vector<const StartAttempt*> ours;
  for (const StartAttempt& attempt : controller_.attempts()) {
    if (attempt.outcome == StartOutcome::started) ours.push_back(&attempt);
    if (!attempt.was_recorded) count(result_.non_start, attempt.outcome != StartOutcome::started);
  }
  for (const RecordedStart& start : recorded) {
    const auto same = std::find_if(ours.begin(), ours.end(), [&](const StartAttempt* one) {
      return is_of(*one, start);
    });
    controller_.start(start);
    compare_start(start, same == ours.end() ? nullptr : &*(*same)->allocation, pass.at, "main");
    if (same != ours.end()) ours.erase(same);
  }
  for (const StartAttempt* one : ours) {
    if (one->was_recorded) continue;
    count(result_.start, false);
    const NodeSet nodes = nodes_of(*one->allocation, state_.inputs->cluster.nodes.size());
    differ(pass.at, fmt::format("main {} start", name(one->job.index(), one->partition)), "none",
           hostlist(state_.inputs->cluster, nodes));
  }
}

void DecisionCheck::compare_start(const RecordedStart& recorded, const Allocation* ours, Time at,
                                  std::string_view loop) {
  const RecordedAllocation& theirs = controller_.allocation_of(recorded.job);
  const ClusterSpec& cluster = state_.inputs->cluster;
  const std::string what = fmt::format("{} {}", loop, name(recorded.job, recorded.partition));
  const NodeSet their_nodes = nodes_of(theirs.allocation, cluster.nodes.size());
  count(result_.start, ours != nullptr);
  if (ours == nullptr) {
    count(result_.node, false);
    std::string attempts;
    for (const StartAttempt& one : controller_.attempts())
      if (is_of(one, recorded))
        attempts += fmt::format(" attempt in {}: outcome {}", state_.partition(one.partition).name,
                                static_cast<int>(one.outcome));
    return differ(at, what + " start", hostlist(cluster, their_nodes), "none;" + attempts);
  }
  const NodeSet our_nodes = nodes_of(*ours, cluster.nodes.size());
  count(result_.node, our_nodes == their_nodes);
  if (our_nodes != their_nodes)
    return differ(at, what + " nodes", hostlist(cluster, their_nodes), hostlist(cluster, our_nodes));
  if (theirs.knows_parts) {
    const auto their_cpus = cpus_by_node(theirs.allocation), our_cpus = cpus_by_node(*ours);
    count(result_.cpus, our_cpus == their_cpus);
    if (our_cpus != their_cpus) differ(at, what + " cpus", text_of(their_cpus), text_of(our_cpus));
  }
  if (theirs.knows_cores && !ours->cores.empty()) {
    count(result_.cores, ours->cores == theirs.allocation.cores);
    if (ours->cores != theirs.allocation.cores)
      differ(at, what + " cores", text_of(cores_by_node(theirs.allocation)), text_of(cores_by_node(*ours)));
  }
  if (theirs.knows_devices && theirs.allocation.gpus > 0) {
    const auto their_gpus = devices_by_node(theirs.allocation), our_gpus = devices_by_node(*ours);
    count(result_.gpu, our_gpus == their_gpus);
    if (our_gpus != their_gpus) differ(at, what + " gpus", text_of(their_gpus), text_of(our_gpus));
  }
}

// -- Backfill cycles --------------------------------------------------------------------------------------------------

/// Up to the end of the cycle, or a row of something else: the cycle paused there, and what follows saw another state.
std::vector<DecisionCheck::Test> DecisionCheck::read_tests(const Decision& cycle, bool& is_complete) const {
  std::vector<Test> tests;
  const std::size_t nodes = state_.inputs->cluster.nodes.size();
  const Decision* end = state_.recording->decisions.data() + state_.recording->decisions.size();
  for (const Decision* row = &cycle + 1; row != end; ++row) {
    if (const auto gone = preemption_of(*row); gone && !tests.empty()) tests.back().victims.push_back(*gone);
    if (row->what == "preempt" || row->what == "requeue" || row->who == "gang") continue;
    if (row->who != "backfill" || row->what == "cycle") break;
    if (row->what == "done") {
      is_complete = true;
      return tests;
    }
    const auto job = state_.find_job(row->job);
    if (row->what == "test") {
      Test test;
      test.row = row;
      test.job = job.value_or(0);
      test.partition = state_.find_partition(detail_of(row->detail, "part")).value_or(PartitionId{});
      test.priority = static_cast<std::uint32_t>(seconds_of(row->detail, "prio").count());
      test.result.nodes = NodeSet{nodes};
      if (job) tests.push_back(std::move(test));
      continue;
    }
    if (tests.empty()) continue;
    Test& test = tests.back();
    if (row->what == "later")
      test.result.retries += fmt::format(" later {}", seconds_of(row->detail, "later").count());
    if (row->what == "overlap")
      test.result.retries +=
          fmt::format(" overlap {}-{} {}", seconds_of(row->detail, "start").count(),
                      seconds_of(row->detail, "end").count(), seconds_of(row->detail, "later").count());
    if (row->what == "plan") {
      test.result.kind = Result::Kind::planned;
      test.result.start = seconds_of(row->detail, "start");
      test.result.end = seconds_of(row->detail, "end");
      test.result.nodes = node_set(state_.inputs->cluster, detail_of(row->detail, "nodes"));
    }
    if (row->what == "start" && job && controller_.waiting(JobId{static_cast<std::uint32_t>(*job)}).het_group) {
      if (const auto found = starts_.find(row); found != starts_.end()) test.group_starts.push_back(found->second);
      continue;
    }
    if (row->what == "start") {
      test.result.kind = Result::Kind::started;
      test.result.nodes = node_set(state_.inputs->cluster, detail_of(row->detail, "nodes"));
      if (const auto found = starts_.find(row); found != starts_.end()) test.start = found->second;
    }
  }
  if (!tests.empty() && tests.back().result.kind == Result::Kind::nothing) tests.pop_back();
  return tests;
}

void DecisionCheck::check_cycle(const Decision& cycle) {
  bool is_complete = false;
  const auto tests = read_tests(cycle, is_complete);
  controller_.open(cycle.at, {}, {});
  for (const Test& test : tests) controller_.set_priority(test.job, test.partition, test.priority);
  set_priorities_of_groups(tests);
  Cycle& ours = cycle_;
  ours.begin(controller_);
  const std::vector<QueueRecord> queue{ours.queue().begin(), ours.queue().end()};
  for (const Test& test : tests) {
    const auto record = std::find_if(ours.queue().begin(), ours.queue().end(), [&](const QueueRecord& one) {
      return one.job.index() == test.job && one.partition == test.partition;
    });
    if (record != ours.queue().end()) {
      check_test(test, ours, *record);
      continue;
    }
    count(result_.test, false);
    if (test.result.kind == Result::Kind::planned) count(result_.plan, false);
    differ(test.row->at, fmt::format("backfill {} test", name(test.job, test.partition)), describe(test.result),
           "not in the queue");
    if (test.start) {
      controller_.start(*test.start);
      compare_start(*test.start, nullptr, test.row->at, "backfill");
    }
  }
  if (is_complete) check_order(tests, queue, cycle.at);
  end_cycle(tests, cycle.at);
}

/// A component may be passed over without a test. Only ages tell the priorities of recorded heterogeneous jobs apart.
void DecisionCheck::set_priorities_of_groups(const std::vector<Test>& tests) {
  for (const Test& test : tests) {
    const WaitingJob& job = controller_.waiting(JobId{static_cast<std::uint32_t>(test.job)});
    if (!job.het_group) continue;
    const auto components = controller_.het_components(*job.het_group);
    for (const JobId other : components.value_or(std::vector<JobId>{}))
      for (const WaitingPartition& where : controller_.waiting(other).partitions)
        controller_.set_priority(other.index(), where.partition, test.priority);
  }
}

/// Heterogeneous jobs start at the end, or, with bf_hetjob_immediate, while a component is tested.
void DecisionCheck::end_cycle(const std::vector<Test>& tests, Time at) {
  const auto is_component = [&](const Test& test) {
    return controller_.waiting(JobId{static_cast<std::uint32_t>(test.job)}).het_group.has_value();
  };
  if (settings_.backfill.het_immediate || std::none_of(tests.begin(), tests.end(), is_component)) return;
  std::vector<RecordedStart> recorded;
  for (const Test& test : tests) recorded.insert(recorded.end(), test.group_starts.begin(), test.group_starts.end());
  controller_.expect(recorded, {});
  controller_.forget_attempts();
  cycle_.end(controller_);
  compare_group_starts(recorded, at);
}

void DecisionCheck::compare_group_starts(const std::vector<RecordedStart>& recorded, Time at) {
  for (const RecordedStart& start : recorded) {
    const Allocation* ours = nullptr;
    for (const StartAttempt& attempt : controller_.attempts())
      if (attempt.outcome == StartOutcome::started && is_of(attempt, start)) ours = &*attempt.allocation;
    controller_.start(start);
    compare_start(start, ours, at, "het");
  }
  for (const StartAttempt& attempt : controller_.attempts()) {
    if (attempt.outcome != StartOutcome::started || attempt.was_recorded) continue;
    if (!controller_.waiting(attempt.job).het_group) continue;
    count(result_.start, false);
    differ(at, fmt::format("het {} start", name(attempt.job.index(), attempt.partition)), "none",
           hostlist(state_.inputs->cluster, nodes_of(*attempt.allocation, state_.inputs->cluster.nodes.size())));
  }
}

/// A job that the cycle has started is not tested in its other partitions.
void DecisionCheck::check_order(const std::vector<Test>& tests, const std::vector<QueueRecord>& queue, Time at) {
  std::string recorded, computed;
  // What was not tested must have a cause: a limit, a start elsewhere, a rejected task of the same array, or the second
  // in which it became eligible.
  const auto is_tested = [&](const QueueRecord& record) {
    return std::any_of(tests.begin(), tests.end(), [&](const Test& test) {
      return test.job == record.job.index() && test.partition == record.partition;
    });
  };
  const auto is_explained = [&](const QueueRecord& record) {
    const WaitingJob& job = controller_.waiting(record.job);
    if (job.het_group) return true;  // where one of its components has no start
    if (controller_.keeps_qos_out(record.job, record.partition)) return true;
    if (controller_.policy_before(record.job, record.partition) || job.eligible == controller_.now()) return true;
    return std::any_of(tests.begin(), tests.end(), [&](const Test& test) {
      if (test.job == record.job.index()) return test.start.has_value() || !test.victims.empty();
      return job.is_array && controller_.arrays().is_of_array(test.job) && test.partition == record.partition &&
             controller_.arrays().head(test.job) == controller_.arrays().head(record.job.index());
    });
  };
  std::string last;
  const auto add = [&](std::string& list, std::size_t job, PartitionId partition) {
    const std::string next = " " + name(job, partition);  // of an array: several tasks in a row
    if (&list != &recorded || next != last || !controller_.arrays().is_of_array(job)) list += next;
    if (&list == &recorded) last = next;
  };
  for (const Test& test : tests) add(recorded, test.job, test.partition);
  for (const QueueRecord& record : queue)
    if (is_tested(record) || !is_explained(record))
      add(computed, record.job.index(), record.partition);
  count(result_.order, recorded == computed);
  if (recorded != computed) differ(at, "backfill order", recorded, computed);
}

std::string DecisionCheck::describe(const Result& result) const {
  const std::string nodes = hostlist(state_.inputs->cluster, result.nodes);
  switch (result.kind) {
    case Result::Kind::nothing: return "nothing" + result.retries;
    case Result::Kind::started: return fmt::format("start {}{}", nodes, result.retries);
    case Result::Kind::planned: break;
  }
  return fmt::format("plan {}-{} {}{}", result.start.count(), result.end.count(), nodes, result.retries);
}

const Allocation* DecisionCheck::started() const {
  const Allocation* allocation = nullptr;
  for (const StartAttempt& attempt : controller_.attempts())
    if (attempt.outcome == StartOutcome::started) allocation = &*attempt.allocation;
  return allocation;
}

DecisionCheck::Result DecisionCheck::decide(const Test& test, Cycle& cycle, const QueueRecord& record) {
  std::vector<RecordedStart> expected;
  if (settings_.backfill.het_immediate) expected = test.group_starts;
  if (test.start) expected.push_back(*test.start);
  controller_.expect(std::move(expected), test.victims);
  controller_.look_at_clock(test.row->at);
  watch_.retries.clear();
  const BackfillDecision decision = cycle.decide(controller_, record);
  Result ours;
  ours.nodes = NodeSet{state_.inputs->cluster.nodes.size()};
  if (controller_.waiting(record.job).het_group && decision.kind == BackfillDecision::Kind::started) {
    ours.kind = Result::Kind::planned;  // it is planned, too
    ours.nodes = cycle.nodes();
    ours.start = decision.start;
    ours.end = decision.end;
  } else if (const Allocation* allocation = started()) {
    ours.kind = Result::Kind::started;
    ours.nodes = nodes_of(*allocation, ours.nodes.capacity());
  } else if (decision.kind == BackfillDecision::Kind::planned || decision.kind == BackfillDecision::Kind::estimated) {
    ours.kind = Result::Kind::planned;
    ours.nodes = cycle.nodes();
    ours.start = decision.start;
    ours.end = decision.end;
  }
  ours.retries = watch_.retries;
  return ours;
}

void DecisionCheck::check_test(const Test& test, Cycle& cycle, const QueueRecord& record) {
  const Cycle before = cycle;
  const RecordedController::Mark mark = controller_.mark();
  controller_.forget_attempts();
  Result ours = decide(test, cycle, record);
  if (ours != test.result && !test.start)
    for (const NodeSet& completing : controller_.may_be_completing(test.row->at)) {
      Cycle again = before;
      controller_.forget_attempts();
      controller_.rewind(mark);
      controller_.set_completing(completing);
      const Result other = decide(test, again, record);
      controller_.set_completing(controller_.still_cleaning(test.row->at));
      if (other != test.result) continue;
      ++result_.cleaning;
      ours = other;
      cycle = again;
      break;
    }
  controller_.stop_expected_victims();
  const bool is_equal = ours == test.result;
  count(result_.test, is_equal);
  if (test.result.kind == Result::Kind::planned) {
    Result without = ours;
    without.retries = test.result.retries;
    count(result_.plan, without == test.result);
  }
  if (!is_equal)
    differ(test.row->at, fmt::format("backfill {} test", name(test.job, test.partition)), describe(test.result),
           describe(ours));
  if (!test.group_starts.empty() && settings_.backfill.het_immediate)
    compare_group_starts(test.group_starts, test.row->at);
  if (test.start) {
    controller_.start(*test.start);
    compare_start(*test.start, started(), test.row->at, "backfill");
  } else {
    count(result_.non_start, ours.kind != Result::Kind::started);
    if (ours.kind == Result::Kind::started) count(result_.start, false);
  }
  force(test, cycle, record);
}

void DecisionCheck::force(const Test& test, Cycle& cycle, const QueueRecord& record) {
  BackfillDecision decision;
  if (test.start) {
    const RecordedJob& job = state_.jobs[test.start->job];
    const Run& run = job.runs[test.start->run];
    decision.kind = BackfillDecision::Kind::started;
    decision.start = controller_.now();
    decision.end = decision.start + run.limit.value_or(Seconds{std::chrono::hours{365 * 24}});
    const JobId started{static_cast<std::uint32_t>(test.start->job)};
    decision.closes_nodes = settings_.backfill.whole_nodes_close && controller_.waiting(record.job).whole_nodes &&
                            !controller_.may_be_preempted(started);
    if (controller_.is_pending(test.job)) decision.rest = JobId{static_cast<std::uint32_t>(test.job)};
  } else if (test.result.kind == Result::Kind::planned) {
    const bool is_beyond = test.result.start > controller_.now() + settings_.backfill.window;
    decision.kind = is_beyond ? BackfillDecision::Kind::estimated : BackfillDecision::Kind::planned;
    decision.start = test.result.start;
    decision.end = test.result.end;
  }
  cycle.carry_out(controller_, record, decision, test.result.nodes);
}

}  // namespace sluice::recordings
