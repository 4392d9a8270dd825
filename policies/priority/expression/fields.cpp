#include "policies/priority/expression/fields.hpp"

#include <algorithm>
#include <array>

namespace sluice::priority {
namespace {

using Job = PendingJob;
using S = Scene;

double seconds(Duration length) { return to_seconds(length); }
double count(std::int64_t value) { return static_cast<double>(value); }

/// Slurm ages jobs in whole seconds; so does the age here, that equal jobs of one second stay equal.
double age(const Job& job, const S& scene) {
  if (!job.accruing_since) return 0;
  return count(std::max(floor_seconds(scene.now) - floor_seconds(*job.accruing_since), std::chrono::seconds{0}).count());
}

const PartitionSpec& partition(const Job& job, const S& scene) { return scene.cluster.partitions[job.partition.index()]; }

const QosSpec* qos(const Job& job, const S& scene) {
  return job.qos && scene.cluster.accounting ? &scene.cluster.accounting->qos[job.qos->index()] : nullptr;
}

std::vector<std::string_view> partition_names(const ClusterSpec& cluster) {
  std::vector<std::string_view> names;
  for (const auto& one : cluster.partitions) names.push_back(one.name);
  return names;
}

std::vector<std::string_view> qos_names(const ClusterSpec& cluster) {
  std::vector<std::string_view> names;
  if (cluster.accounting)
    for (const auto& one : cluster.accounting->qos) names.push_back(one.name);
  return names;
}

constexpr Change never = Change::never, with_time = Change::with_time;

constexpr std::array all = {
    Field{"waiting", Kind::duration, "time", with_time, "since its submission",
          [](const Job& j, const S& s) { return seconds(s.now - j.submit); }},
    Field{"age", Kind::duration, "time", with_time, "since it became eligible, in whole seconds: what Slurm's age counts",
          age},
    Field{"limit", Kind::duration, "time", never, "its time limit; the true run time where the trace has none",
          [](const Job& j, const S&) { return seconds(j.limit); }},
    Field{"submit", Kind::duration, "time", never, "when it was submitted, since the first submission",
          [](const Job& j, const S&) { return seconds(j.submit.time_since_epoch()); }},
    Field{"cpus", Kind::number, "CPUs", never, "asked for in all", [](const Job& j, const S&) { return count(j.cpus); }},
    Field{"gpus", Kind::number, "GPUs", never, "asked for in all", [](const Job& j, const S&) { return count(j.gpus); }},
    Field{"nodes", Kind::number, "nodes", never, "the least it can run on",
          [](const Job& j, const S&) { return count(j.nodes); }},
    Field{"memory", Kind::size, "memory", never, "asked for in all", [](const Job& j, const S&) { return count(j.memory); }},
    Field{"nice", Kind::number, "number", never, "--nice", [](const Job& j, const S&) { return count(j.nice); }},
    Field{"fairshare", Kind::number, "0..1", with_time, "fair-share factor of its association (0 without accounting)",
          [](const Job& j, const S&) { return j.fair_share; }, nullptr, Source::accounting},
    Field{"partition", Kind::name, "name", never, "the first it asks for, or the default one; compare with == and !=",
          [](const Job& j, const S&) { return count(j.partition.value); }, partition_names},
    Field{"partition.factor", Kind::number, "number", never, "PriorityJobFactor",
          [](const Job& j, const S& s) { return count(partition(j, s).priority_job_factor); }},
    Field{"partition.tier", Kind::number, "number", never, "PriorityTier",
          [](const Job& j, const S& s) { return count(partition(j, s).priority_tier); }},
    Field{"qos", Kind::name, "name", never, "its QOS; compare with == and !=",
          [](const Job& j, const S&) { return j.qos ? count(j.qos->value) : -1.0; }, qos_names, Source::accounting},
    Field{"qos.priority", Kind::number, "number", never, "Priority of its QOS (0 without one)",
          [](const Job& j, const S& s) { return qos(j, s) != nullptr ? count(qos(j, s)->priority) : 0.0; }, nullptr, Source::accounting},
    Field{"qos.usage_factor", Kind::number, "number", never, "UsageFactor of its QOS (1 without one)",
          [](const Job& j, const S& s) { return qos(j, s) != nullptr ? qos(j, s)->usage_factor : 1.0; }, nullptr, Source::accounting},
    Field{"user.jobs", Kind::number, "jobs", with_time, "its user's running jobs",
          [](const Job& j, const S&) { return count(j.of_user.jobs); }},
    Field{"user.cpus", Kind::number, "CPUs", with_time, "that its user's running jobs hold",
          [](const Job& j, const S&) { return count(j.of_user.cpus); }},
    Field{"user.gpus", Kind::number, "GPUs", with_time, "that its user's running jobs hold",
          [](const Job& j, const S&) { return count(j.of_user.gpus); }},
    Field{"user.memory", Kind::size, "memory", with_time, "that its user's running jobs hold",
          [](const Job& j, const S&) { return count(j.of_user.memory); }},
    Field{"user.pending", Kind::number, "jobs", with_time, "its user's pending jobs, itself among them",
          [](const Job& j, const S&) { return count(j.of_user.pending); }},
    Field{"user.shares", Kind::number, "0..1", never, "Fairshare of its association, as a part of its siblings'",
          [](const Job& j, const S&) { return j.user_share.shares; }, nullptr, Source::accounting},
    Field{"user.usage", Kind::number, "CPU-s", with_time, "its association's decayed usage, in seconds x billing",
          [](const Job& j, const S&) { return j.user_share.usage; }, nullptr, Source::accounting},
    Field{"account.jobs", Kind::number, "jobs", with_time, "its account's running jobs",
          [](const Job& j, const S&) { return count(j.of_account.jobs); }},
    Field{"account.cpus", Kind::number, "CPUs", with_time, "that its account's running jobs hold",
          [](const Job& j, const S&) { return count(j.of_account.cpus); }},
    Field{"account.gpus", Kind::number, "GPUs", with_time, "that its account's running jobs hold",
          [](const Job& j, const S&) { return count(j.of_account.gpus); }},
    Field{"account.memory", Kind::size, "memory", with_time, "that its account's running jobs hold",
          [](const Job& j, const S&) { return count(j.of_account.memory); }},
    Field{"account.pending", Kind::number, "jobs", with_time, "its account's pending jobs, itself among them",
          [](const Job& j, const S&) { return count(j.of_account.pending); }},
    Field{"account.shares", Kind::number, "0..1", never, "Fairshare of its account, as a part of its siblings'",
          [](const Job& j, const S&) { return j.account_share.shares; }, nullptr, Source::accounting},
    Field{"account.usage", Kind::number, "CPU-s", with_time, "its account's decayed usage, in seconds x billing",
          [](const Job& j, const S&) { return j.account_share.usage; }, nullptr, Source::accounting},
};

constexpr auto make_words() {
  std::array<Word, all.size()> words{};
  for (std::size_t i = 0; i < all.size(); ++i) words[i] = {all[i].name, all[i].unit, all[i].meaning, all[i].change == Change::with_time};
  return words;
}
constexpr auto words = make_words();

}  // namespace

std::span<const Field> fields() { return all; }
std::span<const Word> field_words() { return words; }

const Field* find_field(std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Field& field) { return field.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace sluice::priority
