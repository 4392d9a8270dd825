#include "simulator/model/job_spec.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

class Hasher {
 public:
  Hasher& add(std::uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29;
    return *this;
  }
  Hasher& add(std::string_view text) {
    for (const char c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return add(text.size());
  }
  Hasher& add(const std::optional<std::int64_t>& value) {
    return add(value ? static_cast<std::uint64_t>(*value) : 0x8000000000000001ULL);
  }
  Hasher& add(const std::optional<Megabytes>& value) {
    return add(value ? std::optional{value->value} : std::optional<std::int64_t>{});
  }
  Hasher& add(const std::vector<GresCount>& list) {
    for (const auto& gres : list) add(gres.name).add(gres.type).add(static_cast<std::uint64_t>(gres.count));
    return add(list.size());
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 14695981039346656037ULL;
};

std::uint64_t hash_of(const LayoutRequest& r) {
  if (r == LayoutRequest{}) return 0;
  const std::uint64_t flags = (r.contiguous ? 1U : 0U) | (r.spread ? 2U : 0U) | (r.use_min_nodes ? 4U : 0U) |
                              (r.overcommit ? 8U : 0U) | static_cast<std::uint64_t>(r.gres_binding) << 4;
  return Hasher{}
      .add(r.ntasks_per_socket).add(r.ntasks_per_core).add(r.ntasks_per_gpu).add(r.min_cpus).add(r.tmp)
      .add(r.sockets_per_node).add(r.cores_per_socket).add(r.threads_per_core).add(r.core_spec)
      .add(r.gpus_per_socket).add(r.prefer).add(r.switches).add(r.segment)
      .add(r.switch_wait ? std::optional{r.switch_wait->count()} : std::optional<std::int64_t>{}).add(flags).value();
}

std::uint64_t hash_of(const JobRequest& r) {
  return Hasher{}
      .add(r.partition).add(r.min_nodes).add(r.max_nodes).add(r.ntasks).add(r.cpus_per_task).add(r.ntasks_per_node)
      .add(r.mem_per_node).add(r.mem_per_cpu).add(r.mem_per_gpu).add(r.gpus).add(r.gres_per_node)
      .add(r.gpus_per_task).add(r.cpus_per_gpu).add(r.constraint).add(r.nodelist).add(r.exclude)
      .add(std::bit_cast<std::uint64_t>(r.gpu_share.value_or(0.0))).add(static_cast<std::uint64_t>(r.sharing))
      .add(hash_of(r.layout)).value();
}

std::int64_t sum_of(const std::vector<GresCount>& list, std::string_view name) {
  std::int64_t total = 0;
  for (const auto& gres : list) total += gres.name == name ? gres.count : 0;
  return total;
}

}  // namespace

std::int64_t requested_gpus(const JobRequest& r) {
  if (const auto total = sum_of(r.gpus, "gpu"); total > 0) return total;
  if (const auto per_node = sum_of(r.gres_per_node, "gpu"); per_node > 0) return per_node * r.min_nodes.value_or(1);
  return sum_of(r.gpus_per_task, "gpu") * r.ntasks.value_or(r.min_nodes.value_or(1));
}

std::int64_t requested_cpus(const JobRequest& r) {
  const std::int64_t nodes = r.min_nodes.value_or(1);
  const std::int64_t tasks = r.ntasks.value_or(nodes * r.ntasks_per_node.value_or(1));
  return tasks * r.cpus_per_task.value_or(1);
}

RequestId Workload::intern(const JobRequest& request) {
  const auto hash = hash_of(request);
  const auto [first, last] = request_ids_.equal_range(hash);
  for (auto it = first; it != last; ++it)
    if (requests_[it->second.index()] == request) return it->second;
  const RequestId id{static_cast<std::uint32_t>(requests_.size())};
  requests_.push_back(request);
  request_ids_.emplace(hash, id);
  return id;
}

void Workload::add_id(std::string_view id) {
  SLUICE_CHECK(id_text_.size() + id.size() < std::numeric_limits<std::uint32_t>::max(), "job ids exceed 4 GiB");
  id_text_ += id;
  id_end_.push_back(static_cast<std::uint32_t>(id_text_.size()));
}

std::string_view Workload::job_id(JobId job) const {
  const std::size_t begin = job.value == 0 ? 0 : id_end_[job.index() - 1];
  return std::string_view{id_text_}.substr(begin, id_end_[job.index()] - begin);
}

void Workload::select(std::span<const std::uint32_t> order) {
  SLUICE_CHECK(id_end_.size() == jobs.size(), "{} ids for {} jobs", id_end_.size(), jobs.size());
  std::vector<JobSpec> chosen;
  std::vector<RecordedRun> history;
  std::string text;
  std::vector<std::uint32_t> ends;
  chosen.reserve(order.size());
  ends.reserve(order.size());
  for (const auto i : order) {
    chosen.push_back(jobs[i]);
    if (!recorded.empty()) history.push_back(recorded[i]);
    text += job_id(JobId{i});
    ends.push_back(static_cast<std::uint32_t>(text.size()));
  }
  jobs = std::move(chosen);
  recorded = std::move(history);
  id_text_ = std::move(text);
  id_end_ = std::move(ends);
}

void Workload::finish() {
  SLUICE_CHECK(id_end_.size() == jobs.size(), "{} ids for {} jobs", id_end_.size(), jobs.size());
  SLUICE_CHECK(recorded.empty() || recorded.size() == jobs.size(), "history of {} of {} jobs", recorded.size(),
               jobs.size());
  const auto earlier = [](const JobSpec& a, const JobSpec& b) { return a.submit < b.submit; };
  if (!std::is_sorted(jobs.begin(), jobs.end(), earlier)) {
    std::vector<std::uint32_t> order(jobs.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return jobs[a].submit < jobs[b].submit; });
    select(order);
  }
  if (jobs.empty()) return;
  const Duration zero = jobs.front().submit.time_since_epoch();
  time_base.zero += zero;
  for (auto& job : jobs) job.submit -= zero;
  for (auto& run : recorded)
    for (auto* moment : {&run.eligible, &run.start, &run.end})
      if (*moment) **moment -= zero;
  for (auto& extra : extras)
    for (auto* moment : {&extra.begin, &extra.deadline})
      if (*moment) **moment -= zero;
}

}  // namespace sluice
