#include <algorithm>

#include "policies/priority/catalogue.hpp"
#include "policies/priority/multifactor.hpp"
#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/requested_tres.hpp"

namespace sluice::priority {
namespace {

MultifactorScale scale_of(const ClusterSpec& cluster) {
  MultifactorScale scale;
  for (const auto& node : cluster.nodes) {
    ++scale.cluster.nodes;
    scale.cluster.cpus += cluster.classes[node.node_class.index()].cpus;
  }
  for (const auto& partition : cluster.partitions)
    if (partition.exists) scale.largest_job_factor = std::max(scale.largest_job_factor, partition.priority_job_factor);
  if (!cluster.accounting) return scale;
  for (const auto& qos : cluster.accounting->qos)
    scale.largest_qos_priority = std::max(scale.largest_qos_priority, qos.priority);
  scale.largest_association_priority = accounting::AssociationTree{*cluster.accounting}.largest_priority();
  return scale;
}

/// Without a database nothing is known of usage, and slurmctld then weighs neither age nor fair share.
PrioritySettings settings_of(const ClusterSpec& cluster) {
  PrioritySettings settings = cluster.multifactor;
  if (!cluster.accounting && cluster.accounting_settings.storage.empty()) settings.weight_age = settings.weight_fairshare = 0;
  return settings;
}

std::optional<std::chrono::minutes> minutes(const std::optional<Duration>& length) {
  if (!length) return std::nullopt;
  return std::chrono::ceil<std::chrono::minutes>(*length);
}

/// The formula over jobs as the engine shows them. Computed when a job is queued and in every priority pass.
class MultifactorOrder final : public Priority {
 public:
  explicit MultifactorOrder(const ClusterSpec& cluster)
      : cluster_{cluster}, tres_{cluster.accounting_settings.tres},
        formula_{settings_of(cluster), scale_of(cluster), tres_} {
    if (cluster.accounting) tree_.emplace(*cluster.accounting);
    sum_up_partitions();
  }

  void follow_configuration() override {
    formula_ = Multifactor{settings_of(cluster_), scale_of(cluster_), tres_};
    sum_up_partitions();
  }

  void score(std::span<const PendingJob> jobs, Time now, std::span<double> out) const override {
    std::transform(jobs.begin(), jobs.end(), out.begin(), [&](const PendingJob& job) {
      return static_cast<double>(formula_.compute(input(job), floor_seconds(now)).priority);
    });
  }

  std::optional<Duration> period() const override { return formula_.settings().calc_period; }
  std::vector<PriorityTerm> terms(const PendingJob& job, Time now) const override {
    const MultifactorTerms t = formula_.compute(input(job), floor_seconds(now));
    const PrioritySettings& set = formula_.settings();
    const auto weighted = [](double factor, std::int64_t weight) { return factor * static_cast<double>(weight); };
    return {{"age", weighted(t.age, set.weight_age)},
            {"fairshare", weighted(t.fair_share, set.weight_fairshare)},
            {"jobsize", weighted(t.job_size, set.weight_job_size)},
            {"partition", weighted(t.partition, set.weight_partition)},
            {"qos", weighted(t.qos, set.weight_qos)},
            {"assoc", weighted(t.association, set.weight_assoc)},
            {"tres", t.tres},
            {"nice", job.nice == 0 ? 0.0 : -static_cast<double>(job.nice)}};
  }
  bool uses_accounting() const override { return true; }

 private:
  MultifactorJob input(const PendingJob& job) const {
    const PartitionSpec& partition = cluster_.partitions[job.partition.index()];
    MultifactorJob in;
    if (job.accruing_since) in.accruing_since = floor_seconds(*job.accruing_since);
    in.fair_share = job.fair_share;
    if (job.association && tree_) in.association_priority = tree_->priority(*job.association);
    in.size = {job.nodes, job.cpus};
    in.limit = minutes(job.asked_limit ? job.asked_limit : partition.max_time);
    in.partition_job_factor = partition.priority_job_factor;
    if (job.qos) in.qos_priority = cluster_.accounting->qos[job.qos->index()].priority;
    in.tres = job.tres;
    in.tres_of_partition = partition_tres_[job.partition.index()];
    in.nice = job.nice;
    return in;
  }

  void sum_up_partitions() {
    partition_tres_.clear();
    for (const auto& partition : cluster_.partitions)
      partition_tres_.push_back(accounting::partition_tres(partition, cluster_, tres_));
  }

  const ClusterSpec& cluster_;
  accounting::TresTable tres_;
  Multifactor formula_;
  std::optional<accounting::AssociationTree> tree_;
  std::vector<accounting::TresRow> partition_tres_;
};

}  // namespace

constinit const PriorityEntry multifactor{
    "priority/multifactor", "Slurm's weighted sum of age, fair share, size, partition, QOS, association and TRES", {},
    [](const Options&, const ClusterSpec& cluster) -> std::unique_ptr<Priority> {
      return std::make_unique<MultifactorOrder>(cluster);
    }};

}  // namespace sluice::priority
