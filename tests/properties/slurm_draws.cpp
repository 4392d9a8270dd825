#include "tests/properties/slurm_draws.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "simulator/conf/accounting_builder.hpp"
#include "simulator/conf/load.hpp"
#include "simulator/conf/sacctmgr_commands.hpp"

namespace sluice::test {
namespace {

constexpr int span_of_commands_s = 40 * 60;

int below(Draws& draws, int bound) { return static_cast<int>(draws.below(static_cast<std::size_t>(bound))); }

// --- The cluster

CaseDraw some_draw(Draws& draws) {
  CaseDraw draw;
  draw.cluster = draws.one_in(2) ? ClusterKind::mixed_nodes : ClusterKind::equal_nodes;
  draw.nodes = 1 + below(draws, 5);
  draw.cpus = 1 + below(draws, 4);
  for (int n = 1 + below(draws, 40); n > 0; --n) {
    JobDraw job;
    job.gap = below(draws, 3);
    job.kind = below(draws, 20);
    job.size = below(draws, 40);
    job.length = 1 + below(draws, 19);
    job.limit = below(draws, 12);
    draw.jobs.push_back(job);
  }
  return draw;
}

std::string preempt_mode(const std::string& type, Draws& draws) {
  if (type == "preempt/none") return draws.one_of("OFF", "OFF", "GANG");
  return draws.one_of("CANCEL", "REQUEUE", "SUSPEND,GANG", "CANCEL,GANG", "REQUEUE,GANG");
}

std::vector<std::string> some_settings(Draws& draws) {
  std::vector<std::string> settings;
  const auto set = [&](std::string_view key, const auto& value) { settings.push_back(fmt::format("{}={}", key, value)); };
  const std::string select = draws.one_of("select/cons_tres", "select/cons_tres", "select/cons_tres", "select/linear");
  const std::string preempt = draws.one_of("preempt/none", "preempt/none", "preempt/qos", "preempt/partition_prio");
  set("SchedulerType", draws.one_of("sched/backfill", "sched/backfill", "sched/backfill", "sched/builtin"));
  set("SelectType", select);
  if (select == "select/linear")
    set("SelectTypeParameters", draws.one_of("CR_Memory", "CR_Memory"));
  else
    set("SelectTypeParameters", draws.one_of("CR_Core", "CR_Core_Memory", "CR_CPU", "CR_CPU_Memory", "CR_Core_Memory,CR_LLN"));
  set("PriorityType", draws.one_of("priority/basic", "priority/multifactor"));
  for (const char* fixed : {"PriorityWeightAge=1000", "PriorityWeightQOS=100", "PriorityMaxAge=60"}) settings.push_back(fixed);
  set("PreemptType", preempt);
  set("PreemptMode", preempt_mode(preempt, draws));
  set("PreemptExemptTime", draws.one_of("0", "1", "3"));
  set("OverTimeLimit", draws.below(3));
  set("AccountingStorageEnforce", draws.one_of("associations", "associations,limits,qos"));
  if (draws.one_in(3)) set("SluiceLatency", "launch=0.1-2,clean=0-1,wake=0-0.5");
  const auto interval = 10 + draws.below(40);
  const std::string resolution = draws.one_of("1", "60", "300"), depth = draws.one_of("3", "100");
  const std::string more = draws.one_of("", "bf_continue", "bf_max_job_user=3", "partition_job_depth=2", "defer",
                                        "assoc_limit_stop", "bf_max_job_array_resv=2", "bf_one_resv_per_job",
                                        "bf_licenses", "preempt_youngest_first");
  set("SchedulerParameters", fmt::format("bf_interval={},bf_resolution={},default_queue_depth={}{}{}", interval, resolution,
                                         depth, more.empty() ? "" : ",", more));
  return settings;
}

AccountingSpec some_accounting(Draws& draws) {
  std::string text = "add account lab\n";
  for (int user = 0; user < 3; ++user) text += fmt::format("add user u{} account=lab\n", user);
  text += fmt::format("add qos low priority=1 gracetime={} maxjobsperuser={} grptres=cpu={}\n", draws.one_of("0", "60"),
                      most_low_jobs_of_user, most_low_cpus);
  text += "add qos high priority=10 preempt=low\nmodify account root set qos+=low,high\n";
  Diagnostics diags;
  conf::AccountingBuilder builder;
  std::vector<conf::ResourceSpec> resources;
  conf::run_commands(builder, resources, std::make_shared<SourceText>(make_source("life", text)), {},
                     conf::CommandScope::all, diags);
  if (!diags.ok()) throw std::invalid_argument{diags.text()};
  return builder.finish();
}

void share(PartitionSpec& partition, Draws& draws) {
  using Mode = OverSubscribe::Mode;
  constexpr Mode modes[] = {Mode::no, Mode::no, Mode::force, Mode::yes, Mode::exclusive};
  partition.over_subscribe = {modes[draws.below(5)], 2 + draws.below(2)};
  if (partition.over_subscribe.mode == Mode::exclusive) partition.always_exclusive = true;
}

void set_partitions(ClusterSpec& cluster, Draws& draws) {
  const bool shares = draws.one_in(3);
  for (PartitionSpec& partition : cluster.partitions) {
    partition.priority_tier = 1 + draws.below(3);
    if (shares) share(partition, draws);
    if (draws.one_in(4)) partition.grace_time = seconds(60);
    if (draws.one_in(6)) partition.max_cpus_per_node = 2;
    if (draws.one_in(6)) partition.least_loaded_nodes = true;
    if (draws.one_in(6)) partition.default_time = seconds(120);
  }
}

/// Features, licences, and GPUs that may be shared.
void furnish(ClusterSpec& cluster, Draws& draws) {
  cluster.licenses = {{"matlab", 2}, {"ansys", 3}};
  cluster.gres_types = {"gpu", "shard"};
  for (std::size_t c = 0; c < cluster.classes.size(); ++c)
    if (c > 0 || cluster.classes.size() == 1) cluster.classes[c].features = {"fast"};
  if (cluster.classes.size() > 1 && draws.one_in(3)) cluster.classes[1].gres.push_back({"shard", "", 4});
  cluster.times.slurmd_timeout = seconds(90);
  cluster.times.return_to_service = draws.below(3);
  if (draws.one_in(4)) cluster.times.reservation_over_run = seconds(60);
}

// --- The jobs

void stretch(Workload& workload, Draws& draws) {
  for (JobSpec& job : workload.jobs) {
    job.submit = Time{} + (job.submit - Time{}) * 15;
    job.duration *= 30;
    if (job.limit) job.limit = std::chrono::ceil<std::chrono::minutes>(*job.limit * 30);
    job.qos = workload.qos.intern(draws.one_in(3) ? "high" : "low");
  }
}

/// Options that few jobs have.
void ask_for_more(Case& what, Draws& draws) {
  const bool has_shards = what.cluster.classes.size() > 1 && what.cluster.classes[1].gres.size() > 1;
  const std::string a_node = what.cluster.nodes[draws.below(what.cluster.nodes.size())].name;
  for (JobSpec& job : what.workload.jobs) {
    JobRequest request = what.workload.request(job.request);
    if (has_shards && requested_gpus(request) == 0 && draws.one_in(4)) request.gres_per_node = {{"shard", "", 1 + draws.below(2)}};
    if (draws.one_in(8)) request.layout.prefer = "fast";
    if (draws.one_in(12)) request.constraint = "fast";
    if (draws.one_in(6) && request.sharing == Sharing::unspecified) request.sharing = Sharing::oversubscribe;
    if (draws.one_in(12)) request.layout.overcommit = true;
    if (draws.one_in(12)) request.layout.contiguous = true;
    if (draws.one_in(15)) request.nodelist = a_node;
    if (draws.one_in(15) && request.nodelist.empty()) request.exclude = a_node;
    job.request = what.workload.intern(request);
  }
}

void add_extras(Workload& workload, Draws& draws) {
  for (JobSpec& job : workload.jobs) {
    JobExtras extras = workload.extras[job.extras];
    if (draws.one_in(6)) extras.licenses = draws.one_of("matlab", "matlab:2", "ansys:2", "matlab,ansys");
    if (draws.one_in(6)) extras.reservation = draws.one_of("r0", "r1", "r0,r1");
    if (draws.one_in(10) && job.limit) extras.time_min = std::chrono::ceil<std::chrono::minutes>(*job.limit / 2);
    if (draws.one_in(10)) extras.nice = 50;
    if (draws.one_in(12)) job.exit_code = 1;
    workload.extras.push_back(std::move(extras));
    job.extras = static_cast<std::uint32_t>(workload.extras.size() - 1);
  }
}

/// Neighbours that are no tasks of arrays, submitted together.
void join_components(Workload& workload, Draws& draws) {
  if (!draws.one_in(3)) return;
  for (std::uint32_t i = 0; i + 1 < workload.jobs.size();) {
    const std::uint32_t count = 1 + (draws.one_in(8) ? 1 + draws.below(2) : 0);
    const std::uint32_t end = std::min(i + count, static_cast<std::uint32_t>(workload.jobs.size()));
    const std::string leader{workload.job_id(JobId{i})};
    for (std::uint32_t c = i; end - i > 1 && c < end; ++c) {
      JobSpec& job = workload.jobs[c];
      JobExtras& extras = workload.extras[job.extras];
      extras.het_group = leader;
      extras.array.clear();
      extras.array_task.reset();
      extras.array_limit.reset();
      extras.begin = workload.extras[workload.jobs[i].extras].begin;
      extras.dependency = workload.extras[workload.jobs[i].extras].dependency;
      extras.hold = workload.extras[workload.jobs[i].extras].hold;
      job.submit = workload.jobs[end - 1].submit;
      job.user = workload.jobs[i].user;
    }
    i = end;
  }
  for (std::uint32_t i = 1; i < workload.jobs.size(); ++i)
    workload.jobs[i].submit = std::max(workload.jobs[i].submit, workload.jobs[i - 1].submit);
}

// --- Operators

NodeSet some_nodes(const ClusterSpec& cluster, Draws& draws) {
  NodeSet nodes{cluster.nodes.size()};
  nodes.insert(NodeId{draws.below(cluster.nodes.size())});
  nodes.insert(NodeId{draws.below(cluster.nodes.size())});
  return nodes;
}

ReservationRequest some_reservation(const Case& what, Time at, Draws& draws) {
  using Flag = ReservationFlag;
  constexpr Flag flags[] = {Flag::maint,        Flag::overlap,     Flag::flex,       Flag::ignore_jobs,
                            Flag::static_alloc, Flag::any_nodes,   Flag::time_float, Flag::purge_comp,
                            Flag::replace,      Flag::replace_down, Flag::no_hold_jobs, Flag::magnetic};
  ReservationRequest request;
  request.name = draws.one_of("r0", "r1", "r2");
  request.start = at + seconds(30 + below(draws, 300));
  request.duration = ReservationRequest::Length{ReservationRequest::Length::How::set, std::chrono::minutes{1 + below(draws, 10)}};
  for (int n = below(draws, 3); n > 0; --n) request.flags.insert(flags[draws.below(std::size(flags))]);
  if (draws.one_in(2))
    request.nodes = some_nodes(what.cluster, draws);
  else
    request.node_counts = {1 + draws.below(2)};
  if (draws.one_in(5)) request.licenses = Licenses{{"matlab", 1}};
  if (draws.one_in(3)) request.partition = PartitionId{0};
  ReservationRequest::NamesChange users;
  users.names.names = {draws.one_of("u0", "u1", "u2")};
  request.users = users;
  return request;
}

Command change_of_reservation(const Case& what, Time at, Draws& draws) {
  if (draws.one_in(4)) return DeleteReservation{draws.one_of("r0", "r1", "r2")};
  if (!draws.one_in(4)) return CreateReservation{some_reservation(what, at, draws)};
  ReservationRequest request;
  request.name = draws.one_of("r0", "r1", "r2");
  using How = ReservationRequest::Length::How;
  request.duration = ReservationRequest::Length{draws.one_in(2) ? How::add : How::subtract, std::chrono::minutes{1 + below(draws, 3)}};
  if (draws.one_in(3)) request.nodes = some_nodes(what.cluster, draws);
  return UpdateReservation{std::move(request)};
}

UpdateJobs some_update(Case& what, Time at, Draws& draws) {
  Workload& workload = what.workload;
  const JobId job{draws.below(workload.jobs.size())};
  UpdateJobs update;
  update.jobs = {job};
  if (draws.one_in(3)) update.qos = workload.qos.intern(draws.one_of("low", "high"));
  if (draws.one_in(3)) update.nice = draws.below(100);
  if (draws.one_in(4)) update.compute_priority = true;
  if (draws.one_in(4)) update.begin = at + seconds(below(draws, 300));
  if (draws.one_in(3)) update.limit = std::chrono::minutes{1 + below(draws, 20)};
  if (draws.one_in(3) && what.cluster.partitions.size() > 1) {
    JobRequest request = workload.request(workload.jobs[job.index()].request);
    request.partition = draws.one_of("all", "gpu", "gpu,all");
    update.requests.push_back({job, workload.intern(request)});
  }
  return update;
}

CancelJobs some_cancel(const Case& what, Draws& draws) {
  CancelJobs cancel;
  if (draws.one_in(2)) cancel.name = draws.one_of("x", "y");
  if (draws.one_in(2)) cancel.partition = PartitionId{draws.below(what.cluster.partitions.size())};
  cancel.state = static_cast<CancelJobs::State>(draws.below(3));
  if (!draws.one_in(4)) cancel.jobs = std::vector<JobId>{JobId{draws.below(what.workload.jobs.size())}};
  return cancel;
}

Command some_more(Case& what, std::size_t arrays, Time at, Draws& draws) {
  const auto jobs = what.workload.jobs.size();
  switch (draws.below(8)) {
    case 0:
    case 1:
    case 2: return change_of_reservation(what, at, draws);
    case 3:
    case 4: return some_update(what, at, draws);
    case 5: return RequeueJobs{{JobId{draws.below(jobs)}}, draws.one_in(2) ? Hold::admin : Hold::none};
    case 6: return some_cancel(what, draws);
    default:
      if (arrays == 0) return ReleaseJobs{{JobId{draws.below(jobs)}}};
      ThrottleArray throttle{ArrayId{draws.below(arrays)}, std::nullopt};
      if (!draws.one_in(3)) throttle.limit = 1 + draws.below(3);
      return throttle;
  }
}

void add_commands(SlurmLife& life, Draws& draws) {
  life.commands = some_commands(life.what, seconds(span_of_commands_s), 25, draws);
  const std::size_t arrays = JobLinks{life.what.workload}.arrays().size();
  for (int n = below(draws, 20); n > 0; --n) {
    const Time at{seconds(below(draws, span_of_commands_s))};
    life.commands.push_back({at, some_more(life.what, arrays, at, draws)});
  }
  std::stable_sort(life.commands.begin(), life.commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
}

/// Drawn behind all else, so that a life without it stays what it was.
void save_power(SlurmLife& life, Draws& draws) {
  if (!draws.one_in(5)) return;
  PowerSettings& power = life.what.cluster.power;
  power.has_suspend_program = power.has_resume_program = true;
  if (!draws.one_in(4)) power.suspend_time = seconds(30 + below(draws, 300));
  power.suspend_timeout = seconds(below(draws, 90));
  power.resume_timeout = seconds(30 + below(draws, 60));
  if (draws.one_in(2)) power.boot = seconds(below(draws, 100));  // some too long
  power.suspend_rate = below(draws, 3);
  if (draws.one_in(3)) power.exempt = {NodeId{0}};
  for (int n = below(draws, 8); n > 0; --n) {
    const NodeId node{draws.below(life.what.cluster.nodes.size())};
    const auto to = static_cast<SwitchPower::To>(draws.below(4));
    life.commands.push_back({Time{seconds(below(draws, span_of_commands_s))}, SwitchPower{{node}, to}});
  }
  std::stable_sort(life.commands.begin(), life.commands.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  life.settings.push_back(fmt::format("SuspendTime={} SuspendTimeout={} ResumeTimeout={} SluiceBootTime={} SuspendRate={}",
                                      power.suspend_time ? to_seconds(*power.suspend_time) : -1, to_seconds(power.suspend_timeout),
                                      to_seconds(power.resume_timeout), power.boot ? to_seconds(*power.boot) : -1,
                                      power.suspend_rate));
}

// --- Texts

std::string ids(const std::vector<JobId>& jobs) {
  std::string text;
  for (const JobId job : jobs) text += fmt::format(" {}", job.value);
  return text;
}

std::string text_of(const Command& command) {
  struct Text {
    std::string operator()(const HoldJobs& c) const { return fmt::format("hold{}", ids(c.jobs)); }
    std::string operator()(const ReleaseJobs& c) const { return fmt::format("release{}", ids(c.jobs)); }
    std::string operator()(const RequeueJobs& c) const { return fmt::format("{}{}", c.hold == Hold::none ? "requeue" : "requeuehold", ids(c.jobs)); }
    std::string operator()(const SuspendJobs& c) const { return fmt::format("suspend{}", ids(c.jobs)); }
    std::string operator()(const ResumeJobs& c) const { return fmt::format("resume{}", ids(c.jobs)); }
    std::string operator()(const UpdateJobs& c) const {
      return fmt::format("update{} limit={} priority={} qos={} requests={} begin={}", ids(c.jobs),
                         c.limit ? to_seconds(*c.limit) : 0, c.priority.value_or(7777), c.qos ? c.qos->value : 7777,
                         c.requests.size(), c.begin ? to_seconds(*c.begin - Time{}) : 0);
    }
    std::string operator()(const ThrottleArray& c) const { return fmt::format("throttle {} {}", c.array.value, c.limit.value_or(0)); }
    std::string operator()(const CancelJobs& c) const {
      return fmt::format("scancel{} name={} partition={} state={}", c.jobs ? ids(*c.jobs) : "", c.name.value_or("-"),
                         c.partition ? c.partition->value : 7777, c.state ? static_cast<int>(*c.state) : 7777);
    }
    std::string operator()(const UpdateNodes& c) const {
      return fmt::format("update node {} state={}", c.nodes.front().value, static_cast<int>(c.state));
    }
    std::string operator()(const KillNode& c) const { return fmt::format("node-kill {}", c.node.value); }
    std::string operator()(const StartNode& c) const { return fmt::format("node-start {}", c.node.value); }
    std::string operator()(const UpdatePartition& c) const {
      return fmt::format("update partition {} state={}", c.partition.value, static_cast<int>(c.state));
    }
    std::string operator()(const CreateReservation& c) const { return fmt::format("create reservation {}", what(c.request)); }
    std::string operator()(const UpdateReservation& c) const { return fmt::format("update reservation {}", what(c.request)); }
    std::string operator()(const DeleteReservation& c) const { return fmt::format("delete reservation {}", c.name); }
    std::string operator()(const StartJob& c) const { return fmt::format("start {}", c.job.value); }
    std::string operator()(const PreemptJob& c) const { return fmt::format("preempt {}", c.job.value); }
    std::string operator()(const SwitchPower& c) const {
      return fmt::format("switch power of node {} to={}", c.nodes.front().value, static_cast<int>(c.to));
    }

    static std::string what(const ReservationRequest& r) {
      return fmt::format("{} start={} length={} nodes={} count={}", r.name, r.start ? to_seconds(*r.start - Time{}) : 0,
                         r.duration && r.duration->length ? r.duration->length->count() : 0, r.nodes ? r.nodes->count() : 0,
                         fmt::join(r.node_counts, ","));
    }
  };
  return std::visit(Text{}, command);
}

}  // namespace

SlurmLife some_slurm_life(Draws& draws) {
  SlurmLife life;
  life.what = build(some_draw(draws));
  life.settings = some_settings(draws);
  ClusterSpec& cluster = life.what.cluster;
  furnish(cluster, draws);
  std::vector<conf::Override> overrides;
  for (const std::string& text : life.settings)
    overrides.push_back({text.substr(0, text.find('=')), text.substr(text.find('=') + 1)});
  Diagnostics diags;
  conf::apply_overrides(cluster, overrides, diags);
  if (!diags.ok()) throw std::invalid_argument{diags.text()};
  cluster.accounting = some_accounting(draws);
  set_partitions(cluster, draws);
  stretch(life.what.workload, draws);
  decorate(life.what, draws);
  ask_for_more(life.what, draws);
  add_extras(life.what.workload, draws);
  join_components(life.what.workload, draws);
  add_commands(life, draws);
  save_power(life, draws);
  return life;
}

std::string text_of(const SlurmLife& life) {
  const Workload& workload = life.what.workload;
  const ClusterSpec& cluster = life.what.cluster;
  std::string text = fmt::format("{}\n", fmt::join(life.settings, "\n"));
  for (const NodeSpec& node : cluster.nodes) text += fmt::format("node {} class {}\n", node.name, node.node_class.value);
  for (const PartitionSpec& one : cluster.partitions)
    text += fmt::format("partition {} tier {} share {}:{} grace {}\n", one.name, one.priority_tier,
                        static_cast<int>(one.over_subscribe.mode), one.over_subscribe.jobs, to_seconds(one.grace_time));
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const JobSpec& job = workload.jobs[i];
    const JobRequest& r = workload.request(job.request);
    const JobExtras& e = workload.extras[job.extras];
    text += fmt::format("job {} at {} runs {} limit {} user {} qos {} | N{} n{} c{} gpus {} sharing {} -p '{}' -C '{}' prefer '{}' -w '{}' | "
                        "array {}_{}%{} dep '{}' begin {} hold {} het '{}' lic '{}' resv '{}'\n",
                        i, to_seconds(job.submit - Time{}), to_seconds(job.duration), job.limit ? to_seconds(*job.limit) : 0,
                        workload.users.text(job.user), workload.qos.text(job.qos), r.min_nodes.value_or(0), r.ntasks.value_or(0),
                        r.cpus_per_task.value_or(0), requested_gpus(r), static_cast<int>(r.sharing), r.partition, r.constraint,
                        r.layout.prefer, r.nodelist, e.array, e.array_task.value_or(0), e.array_limit.value_or(0), e.dependency,
                        e.begin ? to_seconds(*e.begin) : 0, e.hold, e.het_group, e.licenses, e.reservation);
  }
  for (const TimedCommand& one : life.commands) text += fmt::format("{} {}\n", to_seconds(one.at - Time{}), text_of(one.what));
  return text;
}

}  // namespace sluice::test
