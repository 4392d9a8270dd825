#include "simulator/report/state_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/model/reason.hpp"
#include "simulator/model/shape.hpp"

namespace sluice::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::string_view header =
    "JOBID|USER|ACCOUNT|PARTITION|QOS|STATE|SUBMIT_TIME|START_TIME|TIME_LIMIT|TIME|NODES|CPUS|TRES_PER_NODE|MIN_MEMORY|"
    "OVER_SUBSCRIBE|NODELIST|FEATURES|DEPENDENCY|REASON|CPUS_PER_NODE\n";

/// What a job holds or asks for.
struct Amounts {
  std::int64_t nodes = 1, cpus = 1;
  std::int64_t gpus_per_node = 0, memory_per_node = 0;  ///< MB
};

class Writer {
 public:
  Writer(const JobTable& jobs, const Cluster& cluster, Time now, const JobSink* watched)
      : jobs_{jobs}, cluster_{cluster}, now_{now}, watched_{watched} {
    std::vector<std::string> names;
    for (const auto& node : cluster.spec().nodes) names.push_back(node.name);
    names_ = NodeNames{names};
  }

  std::string write() {
    out_ = header;
    for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
      const JobId id{i};
      const Job& job = jobs_.job(id);
      if (const auto* run = std::get_if<Running>(&job.state)) add_running(id, *run);
      if (std::holds_alternative<Pending>(job.state)) add_pending(id, job);
    }
    return std::move(out_);
  }

 private:
  void add(std::string_view cell) {
    out_ += cell;
    out_ += '|';
  }

  std::string moment(Time at) const {
    const TimeBase& base = jobs_.workload->time_base;
    const Duration in_trace = std::chrono::floor<std::chrono::seconds>(base.zero + at.time_since_epoch());
    if (const auto origin = base.calendar_origin()) return format_civil(*origin + in_trace);
    return fmt::to_string(in_trace.count() / 1000);
  }

  void add_owner(JobId id, std::string_view state, std::string_view partition) {
    const JobSpec& spec = jobs_.spec(id);
    const Workload& w = *jobs_.workload;
    add(w.job_id(id));
    add(w.users.text(spec.user));
    add(w.accounts.text(spec.account));
    add(partition);
    add(w.qos.text(spec.qos));
    add(state);
    add(moment(jobs_.submit(id)));
  }

  void add_amounts(const Amounts& a) {
    add(fmt::to_string(a.nodes));
    add(fmt::to_string(a.cpus));
    add(a.gpus_per_node > 0 ? fmt::format("gres:gpu:{}", a.gpus_per_node) : "N/A");
    add(fmt::format("{}M", a.memory_per_node));
  }

  void add_running(JobId id, const Running& run) {
    const Allocation& where = cluster_.allocation(run.allocation);
    add_owner(id, run.suspended ? "SUSPENDED" : run.is_configuring ? "CONFIGURING" : "RUNNING", cluster_.spec().partitions[where.partition.index()].name);
    add(moment(run.start));
    add(time_text(run.limit));
    add(time_text(std::chrono::floor<std::chrono::seconds>(now_.time_since_epoch()) -
                  std::chrono::floor<std::chrono::seconds>(run.start.time_since_epoch())));
    add_amounts({where.nodes, where.cpus, where.nodes > 0 ? where.gpus / where.nodes : 0,
                 where.nodes > 0 ? where.memory / where.nodes : 0});
    add(jobs_.workload->request(jobs_.spec(id).request).sharing == Sharing::exclusive ? "NO" : "OK");
    std::string nodes;
    names_.append_runs(nodes, where.runs);
    add(nodes);
    add("(null)");
    add("(null)");
    add("None");
    std::string cpus;
    for (std::size_t i = 0; i < where.runs.size();) {
      const std::int32_t each = where.takes[where.runs[i].take].cpus;
      std::uint32_t count = 0;
      for (; i < where.runs.size() && where.takes[where.runs[i].take].cpus == each; ++i) count += where.runs[i].count;
      fmt::format_to(Out{cpus}, "{}{}(x{})", cpus.empty() ? "" : ",", each, count);
    }
    out_ += cpus;
    out_ += '\n';
  }

  Amounts asked(const JobRequest& request) const {
    Amounts a;
    if (const auto shape = resolve(request, cluster_.spec())) {
      a.nodes = std::max<std::int64_t>(1, request.min_nodes.value_or(shape->nodes));
      a.cpus = std::max<std::int64_t>(1, shape->cpus);
      a.gpus_per_node = shape->gpus / a.nodes;
    }
    if (request.mem_per_node) a.memory_per_node = request.mem_per_node->value;
    if (request.mem_per_cpu) a.memory_per_node = request.mem_per_cpu->value * a.cpus / a.nodes;
    return a;
  }

  void add_pending(JobId id, const Job& job) {
    const JobSpec& spec = jobs_.spec(id);
    const JobRequest& request = jobs_.workload->request(spec.request);
    std::string partition = request.partition;
    for (const auto& one : cluster_.spec().partitions)
      if (partition.empty() && one.is_default) partition = one.name;
    const JobLife* life = jobs_.life(id);
    const bool is_special = life != nullptr && life->hold == Hold::special_exit;
    add_owner(id, is_special ? "SPECIAL_EXIT" : "PENDING", partition);
    add(life != nullptr && life->begin && *life->begin > now_ ? moment(*life->begin) : "N/A");
    add(spec.limit ? time_text(*spec.limit) : "NOT_SET");
    add("0:00");
    add_amounts(asked(request));
    add(request.sharing == Sharing::exclusive ? "NO" : "OK");
    add("");
    add(request.constraint.empty() ? "(null)" : std::string_view{request.constraint});
    const std::string& dependency = jobs_.extras(id).dependency;
    add(dependency.empty() ? "(null)" : std::string_view{dependency});
    const std::string_view told = watched_ == nullptr ? std::string_view{} : watched_->reason_text(id);
    add(told.empty() ? reason_name(job.reason) : told);
    out_ += '\n';
  }

  const JobTable& jobs_;
  const Cluster& cluster_;
  Time now_;
  const JobSink* watched_;
  NodeNames names_;
  std::string out_;
};

}  // namespace

std::string state_text(const JobTable& jobs, const Cluster& cluster, Time now, const JobSink* watched) {
  return Writer{jobs, cluster, now, watched}.write();
}

}  // namespace sluice::report
