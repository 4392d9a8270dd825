#include "simulator/app/job_owners.hpp"

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "simulator/accounting/association_tree.hpp"
#include "simulator/accounting/defaults.hpp"
#include "simulator/base/text.hpp"

namespace sluice::app {
namespace {

/// An association may be of one partition only: the job's first one counts.
std::string_view first_partition(const JobRequest& request, const ClusterSpec& cluster) {
  if (!request.partition.empty()) return std::string_view{request.partition}.substr(0, request.partition.find(','));
  for (const PartitionSpec& partition : cluster.partitions)
    if (partition.is_default) return partition.name;
  return {};
}

struct Owner {
  NameId account, qos;
};

class Namer {
 public:
  Namer(Workload& workload, const ClusterSpec& cluster)
      : workload_{workload}, cluster_{cluster}, accounting_{*cluster.accounting}, tree_{accounting_} {}

  void name(JobSpec& job) {
    const bool has_account = !workload_.accounts.text(job.account).empty(), has_qos = !workload_.qos.text(job.qos).empty();
    if (has_account && has_qos) return;
    const auto [known, is_new] = owners_.try_emplace({job.user.value, job.account.value, job.qos.value, job.request.value});
    if (is_new) known->second = owner_of(job);
    job.account = known->second.account;
    job.qos = known->second.qos;
  }

 private:
  Owner owner_of(const JobSpec& job) {
    Owner owner{job.account, job.qos};
    const std::string user = to_lower(workload_.users.text(job.user));
    std::string account = to_lower(workload_.accounts.text(job.account));
    if (account.empty()) {
      account = accounting::default_account(accounting_, user);
      owner.account = workload_.accounts.intern(account);
    }
    if (!workload_.qos.text(job.qos).empty()) return owner;
    const auto partition = first_partition(workload_.request(job.request), cluster_);
    owner.qos = workload_.qos.intern(accounting::default_qos(accounting_, tree_.find(account, user, partition)));
    return owner;
  }

  Workload& workload_;
  const ClusterSpec& cluster_;
  const AccountingSpec& accounting_;
  accounting::AssociationTree tree_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>, Owner> owners_;
};

}  // namespace

void name_owners(Workload& workload, const ClusterSpec& cluster) {
  if (!cluster.accounting) return;
  Namer namer{workload, cluster};
  for (JobSpec& job : workload.jobs) namer.name(job);
}

}  // namespace sluice::app
