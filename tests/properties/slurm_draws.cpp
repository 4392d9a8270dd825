#include "tests/properties/life_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "simulator/conf/accounting_builder.hpp"
#include "simulator/conf/load.hpp"
#include "simulator/conf/sacctmgr_commands.hpp"

namespace sluice::test {
namespace {

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

/// Unix groups, and partitions for some of them.
void let_groups_in(ClusterSpec& cluster, Draws& draws) {
  if (!draws.one_in(3)) return;
  cluster.groups.emplace().members = {{"even", {"u0", "u2"}}, {"odd", {"u1"}}};
  for (PartitionSpec& partition : cluster.partitions)
    if (draws.one_in(4)) partition.groups.allow = std::vector<std::string>{draws.one_of("even", "odd", "nobody")};
}

void keep_records(SlurmLife& life, Draws& draws) {
  if (!draws.one_in(4)) return;
  life.what.cluster.job_settings.max_job_count = 3 + draws.below(20);
  life.what.cluster.times.min_job_age = seconds(60 * below(draws, 6));
  life.settings.push_back(fmt::format("MaxJobCount={} MinJobAge={}", life.what.cluster.job_settings.max_job_count,
                                      to_seconds(life.what.cluster.times.min_job_age)));
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
  // Behind all else, so that lives of before stay what they were as far as they can.
  let_groups_in(cluster, draws);
  keep_records(life, draws);
  give_fates(life, draws);
  reserve_more(life, draws);
  change_cluster(life, draws);
  return life;
}

}  // namespace sluice::test
