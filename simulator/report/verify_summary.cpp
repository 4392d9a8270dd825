#include "simulator/report/verify_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

namespace sluice::report::verify {
namespace {

using Json = nlohmann::json;
using Selection = std::vector<const Job*>;

/// Half of the last printed digit, and what the mean of rounded numbers may be off.
constexpr double second_digits = 0.00051;
constexpr double ratio_digits = 1.1e-6;

struct Capacity {
  double cpus = 0, gpus = 0, nodes = 0, memory = 0;
};

Capacity capacity_of(const ClusterSpec& cluster, const std::vector<NodeId>& nodes) {
  Capacity sum;
  for (const auto id : nodes) {
    const auto& node = cluster.nodes[id.index()];
    if (node.state != NodeState::up) continue;
    const auto& hardware = cluster.classes[node.node_class.index()];
    sum.cpus += static_cast<double>(hardware.cpus);
    for (const auto& gres : hardware.gres) sum.gpus += gres.name == "gpu" ? static_cast<double>(gres.count) : 0.0;
    if (cluster.is_pool) continue;
    sum.nodes += 1;
    sum.memory += static_cast<double>(hardware.real_memory.value - hardware.mem_spec_limit.value);
  }
  return sum;
}

Capacity whole_capacity(const ClusterSpec& cluster) {
  std::vector<NodeId> all;
  for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i) all.push_back(NodeId{i});
  return capacity_of(cluster, all);
}

double at_quantile(const std::vector<double>& sorted, double q) {
  const double position = static_cast<double>(sorted.size() - 1) * q;
  const auto low = static_cast<std::size_t>(std::floor(position));
  const auto high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - std::floor(position));
}

long double sum_of(const std::vector<double>& values) {
  long double sum = 0;
  for (const auto value : values) sum += value;
  return sum;
}

class Checker {
 public:
  Checker(const Json& json, const Jobs& jobs, const ClusterSpec& cluster, VerifyReport& report)
      : json_{json}, cluster_{cluster}, report_{report} {
    for (const auto& job : jobs.list) {
      note_row(job);
      first_submit_ = std::min(first_submit_.value_or(*job.submit), *job.submit);
      if (job.end) last_end_ = std::max(last_end_.value_or(*job.end), *job.end);
      any_memory_ = any_memory_ || job.memory > 0;
    }
    read_measure();
  }

  void run(double busy_node_ms) {
    const Capacity capacity = whole_capacity(cluster_);
    check_group("", all_, capacity);
    expect("/makespan_s", optional_seconds(last_end_ ? std::optional{makespan_ms()} : std::nullopt), second_digits);
    expect("/utilization/node", share(busy_node_ms, capacity.nodes), ratio_digits);
    check_groups("/by_partition", [](const Job& job) { return job.partition; });
    check_groups("/by_user", [](const Job& job) { return job.user; });
    check_groups("/by_account", [](const Job& job) { return job.account; });
  }

 private:
  /// The rows of a job's runs stand together, and those of a run that went on with fewer nodes; the last one is the job's.
  void note_row(const Job& job) {
    const bool goes_on = !all_.empty() && all_.back()->id == job.id && (job.restarts > 0 || all_.back()->state == "RESIZING");
    if (!goes_on) return all_.push_back(&job);
    const Job* before = std::exchange(all_.back(), &job);
    auto runs = std::move(earlier_[before]);
    earlier_.erase(before);
    runs.push_back(before);
    earlier_[&job] = std::move(runs);
  }
  const std::vector<const Job*>& earlier(const Job& job) const {
    static const std::vector<const Job*> none;
    const auto known = earlier_.find(&job);
    return known == earlier_.end() ? none : known->second;
  }
  std::int64_t submit_of(const Job& job) const {
    const auto& runs = earlier(job);
    return runs.empty() ? *job.submit : *runs.front()->submit;
  }
  /// For all of its runs.
  std::int64_t wait_of(const Job& job) const {
    std::int64_t sum = job.wait();
    for (const Job* run : earlier(job)) sum += run->wait();
    return sum;
  }

  double makespan_ms() const { return last_end_ ? static_cast<double>(*last_end_ - *first_submit_) : 0.0; }

  static std::optional<double> optional_seconds(std::optional<double> ms) {
    return ms ? std::optional{*ms / 1000} : std::nullopt;
  }

  void read_measure() {
    const auto moment = [&](const char* key) -> std::optional<double> {
      const auto& window = json_.contains("measure") ? json_["measure"] : Json{};
      if (!window.is_object() || !window.contains(key) || !window[key].is_number()) return std::nullopt;
      return window[key].get<double>() * 1000;
    };
    from_ = moment("from");
    to_ = moment("to");
  }

  bool measured(const Job& job) const {
    const auto submit = static_cast<double>(submit_of(job));
    return (!from_ || submit > *from_ - 0.5) && (!to_ || submit < *to_ - 0.5);
  }

  /// The number (or null) at `path` must be `right`, within `digits` and the precision of a double.
  void expect(const std::string& path, std::optional<double> right, double digits) {
    ++report_.values;
    const Json::json_pointer pointer{path};
    const auto print = [](double value) { return fmt::format("{:.6f}", value); };
    const std::string wanted = right ? print(*right) : "null";
    if (!json_.contains(pointer)) return report_.add("", "summary", fmt::format("{} is missing, not {}", path, wanted));
    const Json& value = json_[pointer];
    if (value.is_null() && !right) return;
    if (value.is_number() && right && std::abs(value.get<double>() - *right) <= digits + std::abs(*right) * 1e-11) return;
    report_.add("", "summary", fmt::format("{} is {}, from the jobs {}", path,
                                           value.is_number() ? print(value.get<double>()) : value.dump(), wanted));
  }

  void expect_count(const std::string& path, std::size_t right) { expect(path, static_cast<double>(right), 0); }

  std::optional<double> share(double used_ms, double capacity) const {
    if (capacity <= 0 || makespan_ms() <= 0) return std::nullopt;
    return used_ms / capacity / makespan_ms();
  }

  void check_group(const std::string& path, const Selection& jobs, const Capacity& capacity) {
    check_counts(path + "/jobs", jobs);
    check_times(path, jobs);
    check_use(path, jobs, capacity);
  }

  void check_counts(const std::string& path, const Selection& jobs) {
    std::map<std::string, std::size_t> states;
    for (const auto* job : jobs) ++states[job->state];
    for (const auto& entry : states) expect_count(path + "/by_state/" + entry.first, entry.second);
    const Json::json_pointer by_state{path + "/by_state"};
    if (json_.contains(by_state) && json_[by_state].size() != states.size())
      report_.add("", "summary", path + "/by_state has states that no job is in");
    expect_count(path + "/total", jobs.size());
    expect_count(path + "/running", states["RUNNING"]);
    expect_count(path + "/pending", states["PENDING"]);
    expect_count(path + "/rejected", states["REJECTED"]);
    expect_count(path + "/completed",
                 jobs.size() - states["RUNNING"] - states["PENDING"] - states["REJECTED"]);
  }

  void check_times(const std::string& path, const Selection& jobs) {
    std::vector<double> waits, jcts, slowdowns, censored;
    std::size_t at_once = 0;
    const double now = first_submit_ ? static_cast<double>(*first_submit_) + simulated_ms() : 0;
    for (const auto* job : jobs) {
      if (!measured(*job)) continue;
      if (job->start) waits.push_back(static_cast<double>(wait_of(*job)) / 1000);
      if (job->start && wait_of(*job) == 0) ++at_once;
      if (job->start && job->end) jcts.push_back(static_cast<double>(*job->end - submit_of(*job)) / 1000);
      if (job->start && job->end) slowdowns.push_back(slowdown_of(*job));
      if (job->state == "PENDING")
        censored.push_back(job->eligible ? (now - static_cast<double>(*job->eligible)) / 1000 : 0.0);
    }
    check_spread(path + "/wait_s", waits);
    check_spread(path + "/jct_s", jcts);
    check_slowdowns(path + "/bounded_slowdown", slowdowns);
    expect_count(path + "/wait_censored/count", censored.size());
    expect(path + "/wait_censored/mean_so_far_s", mean_of(censored), second_digits);
    const auto started = static_cast<double>(waits.size());
    expect(path + "/started_immediately",
           waits.empty() ? std::nullopt : std::optional{static_cast<double>(at_once) / started}, ratio_digits);
  }

  double simulated_ms() const {
    const auto& value = json_.contains("simulated_s") ? json_["simulated_s"] : Json{};
    return value.is_number() ? value.get<double>() * 1000 : 0.0;
  }

  double slowdown_of(const Job& job) const {
    std::int64_t length = *job.end - *job.start;
    const auto& runs = earlier(job);
    for (auto part = runs.rbegin(); part != runs.rend() && (*part)->state == "RESIZING"; ++part)
      length += *(*part)->end - *(*part)->start;
    const auto run = static_cast<double>(length);
    return std::max(1.0, (static_cast<double>(wait_of(job)) + run) / std::max(run, 10000.0));
  }

  static std::optional<double> mean_of(const std::vector<double>& values) {
    if (values.empty()) return std::nullopt;
    return static_cast<double>(sum_of(values) / static_cast<long double>(values.size()));
  }

  void check_values(const std::string& path, std::vector<double>& values, double digits,
                    const std::vector<std::pair<const char*, double>>& quantiles) {
    std::sort(values.begin(), values.end());
    expect(path + "/mean", mean_of(values), digits);
    for (const auto& [name, q] : quantiles)
      expect(path + '/' + name, values.empty() ? std::nullopt : std::optional{at_quantile(values, q)}, digits);
  }

  void check_spread(const std::string& path, std::vector<double>& values) {
    expect_count(path + "/count", values.size());
    check_values(path, values, second_digits, {{"median", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1.0}});
  }

  void check_slowdowns(const std::string& path, std::vector<double>& values) {
    check_values(path, values, ratio_digits, {{"median", 0.5}, {"p95", 0.95}, {"max", 1.0}});
  }

  void check_use(const std::string& path, const Selection& jobs, const Capacity& capacity) {
    long double cpu = 0, gpu = 0, node = 0, memory = 0;
    const auto add = [&](const Job& job) {
      const auto until = job.end ? job.end : last_end_;
      if (!job.start || !until || *until <= *job.start) return;
      const auto held = static_cast<long double>(*until - *job.start);
      cpu += held * static_cast<long double>(job.cpus);
      gpu += held * static_cast<long double>(job.gpus);
      node += held * static_cast<long double>(job.nodes);
      memory += held * static_cast<long double>(job.memory);
    };
    for (const auto* job : jobs) {
      add(*job);
      for (const auto* run : earlier(*job)) add(*run);
    }
    const auto seconds = [](long double ms) { return static_cast<double>(ms / 1000); };
    expect(path + "/resource_seconds/cpu", seconds(cpu), second_digits);
    expect(path + "/resource_seconds/gpu", seconds(gpu), second_digits);
    expect(path + "/resource_seconds/node", seconds(node), second_digits);
    expect(path + "/resource_seconds/memory_mb", seconds(memory), second_digits);
    expect(path + "/utilization/cpu", share(static_cast<double>(cpu), capacity.cpus), ratio_digits);
    expect(path + "/utilization/gpu", share(static_cast<double>(gpu), capacity.gpus), ratio_digits);
    expect(path + "/utilization/memory",
           any_memory_ ? share(static_cast<double>(memory), capacity.memory) : std::nullopt, ratio_digits);
  }

  /// A name as a part of a JSON pointer.
  static std::string escaped(const std::string& name) {
    std::string out;
    for (const char c : name) {
      if (c == '~') out += "~0";
      else if (c == '/') out += "~1";
      else out += c;
    }
    return out;
  }

  Capacity capacity_for(const std::string& path, const std::string& name) const {
    if (path != "/by_partition") return whole_capacity(cluster_);
    for (const auto& partition : cluster_.partitions)
      if (partition.name == name) return capacity_of(cluster_, partition.nodes);
    return {};
  }

  template <class NameOf>
  void check_groups(const std::string& path, NameOf name_of) {
    std::map<std::string, Selection> groups;
    for (const auto* job : all_) groups[name_of(*job)].push_back(job);
    const Json::json_pointer pointer{path};
    const Json block = json_.contains(pointer) ? json_[pointer] : Json{};
    const bool nameless = groups.empty() || (groups.size() == 1 && groups.begin()->first.empty());
    if (!block.is_object() || block.size() != (nameless ? 0 : groups.size()))
      return report_.add("", "summary", fmt::format("{} does not have the names that jobs.csv has", path));
    if (nameless) return;
    for (const auto& group : groups) {
      const auto at = path + '/' + escaped(group.first);
      check_group(at, group.second, capacity_for(path, group.first));
    }
  }

  const Json& json_;
  const ClusterSpec& cluster_;
  VerifyReport& report_;
  Selection all_;
  std::map<const Job*, std::vector<const Job*>> earlier_;  ///< of requeued jobs: the runs before the last
  std::optional<std::int64_t> first_submit_, last_end_;
  std::optional<double> from_, to_;
  bool any_memory_ = false;
};

}  // namespace

void check_summary(const std::filesystem::path& path, const Jobs& jobs, double busy_node_ms,
                   const ClusterSpec& cluster, VerifyReport& report) {
  std::ifstream in{path};
  const Json json = Json::parse(in, nullptr, false);
  if (!in || !json.is_object()) return report.add("", "format", "summary.json cannot be read");
  Checker{json, jobs, cluster, report}.run(busy_node_ms);
}

}  // namespace sluice::report::verify
