#include "simulator/app/job_changes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/dependency.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/sbatch_options.hpp"

namespace sluice::app {
namespace {

using conf::TypedPair;

/// A field of scontrol, and the option of sbatch that says the same.
struct JobField {
  std::string_view name;
  enum class What : std::uint8_t { request, extras, begin, end, deadline, dependency, cpus, requeue, nothing } what;
  std::string_view option{};
  /// Makes the request one that does not ask for it; a blank value ends there.
  void (*clear)(JobRequest& request) = nullptr;
  bool may_be_blank = false;
};

template <auto Member>
void reset(JobRequest& request) {
  request.*Member = {};
}
template <auto Member>
void reset_layout(JobRequest& request) {
  request.layout.*Member = {};
}
void reset_memory(JobRequest& request) { request.mem_per_node = request.mem_per_cpu = std::nullopt; }
void reset_nodes(JobRequest& request) { request.min_nodes = request.max_nodes = std::nullopt; }
void reset_oversubscribe(JobRequest& request) {
  if (request.sharing == Sharing::oversubscribe || request.sharing == Sharing::exclusive) request.sharing = Sharing::unspecified;
}

using enum JobField::What;
using R = JobRequest;
using L = LayoutRequest;
constexpr bool blank = true;

constexpr JobField fields[] = {
    {"NumNodes", request, "nodes", reset_nodes},
    {"Nodes", request, "nodes", reset_nodes},
    {"ReqNodes", request, "nodes", reset_nodes},
    {"NumTasks", request, "ntasks", reset<&R::ntasks>},
    {"ReqProcs", request, "ntasks", reset<&R::ntasks>},
    {"NumCPUs", cpus},
    {"CPUsPerTask", request, "cpus-per-task", reset<&R::cpus_per_task>},
    {"TasksPerNode", request, "ntasks-per-node", reset<&R::ntasks_per_node>},
    {"Features", request, "constraint", reset<&R::constraint>, blank},
    {"Prefer", request, "prefer", reset_layout<&L::prefer>, blank},
    {"ReqNodeList", request, "nodelist", reset<&R::nodelist>, blank},
    {"NodeList", request, "nodelist", reset<&R::nodelist>, blank},
    {"ExcNodeList", request, "exclude", reset<&R::exclude>, blank},
    {"Gres", request, "gres", reset<&R::gres_per_node>, blank},
    {"TresPerNode", request, "gres", reset<&R::gres_per_node>, blank},
    {"TresPerJob", request, "gpus", reset<&R::gpus>, blank},
    {"TresPerSocket", request, "gpus-per-socket", reset_layout<&L::gpus_per_socket>, blank},
    {"TresPerTask", request, "gpus-per-task", reset<&R::gpus_per_task>, blank},
    {"CpusPerTres", request, "cpus-per-gpu", reset<&R::cpus_per_gpu>, blank},
    {"MemPerTres", request, "mem-per-gpu", reset<&R::mem_per_gpu>, blank},
    {"MinMemoryNode", request, "mem", reset_memory},
    {"MinMemoryCPU", request, "mem-per-cpu", reset_memory},
    {"MinCPUsNode", request, "mincpus", reset_layout<&L::min_cpus>},
    {"MinTmpDiskNode", request, "tmp", reset_layout<&L::tmp>},
    {"ReqSockets", request, "sockets-per-node", reset_layout<&L::sockets_per_node>},
    {"ReqCores", request, "cores-per-socket", reset_layout<&L::cores_per_socket>},
    {"ReqThreads", request, "threads-per-core", reset_layout<&L::threads_per_core>},
    {"CoreSpec", request, "core-spec", reset_layout<&L::core_spec>},
    {"Switches", request, "switches", reset_layout<&L::switches>},
    {"Contiguous", request, "contiguous", reset_layout<&L::contiguous>},
    {"OverSubscribe", request, "oversubscribe", reset_oversubscribe},
    {"Shared", request, "oversubscribe", reset_oversubscribe},
    {"JobName", extras, "job-name"},
    {"Name", extras, "job-name"},
    {"Comment", extras, "comment"},
    {"Licenses", extras, "licenses"},
    {"ReservationName", extras, "reservation"},
    {"Reservation", extras, "reservation"},
    {"TimeMin", extras, "time-min"},
    {"Requeue", requeue},
    {"StartTime", begin},
    {"EligibleTime", begin},
    {"EndTime", end},
    {"Deadline", deadline},
    {"Dependency", dependency},
    {"AdminComment", nothing},
    {"BurstBuffer", nothing},
    {"ClusterFeatures", nothing},
    {"Clusters", nothing},
    {"DelayBoot", nothing},
    {"MailType", nothing},
    {"MailUser", nothing},
    {"Network", nothing},
    {"Reboot", nothing},
    {"StdOut", nothing},
    {"TresBind", nothing},
    {"TresFreq", nothing},
    {"UserID", nothing},
    {"WCKey", nothing},
    {"WorkDir", nothing},
};

const JobField* find_field(std::string_view typed) {
  for (const JobField& one : fields)
    if (equal_ignoring_case(one.name, typed)) return &one;
  constexpr std::size_t shortest = 4;  // scontrol takes shortened names
  const JobField* found = nullptr;
  for (const JobField& one : fields) {
    if (typed.size() < shortest || !equal_ignoring_case(one.name.substr(0, typed.size()), typed)) continue;
    if (found != nullptr) return nullptr;
    found = &one;
  }
  return found;
}

std::string suggestion(std::string_view typed) {
  std::vector<std::string_view> names{"TimeLimit", "Priority", "Nice", "QOS", "Account", "Partition", "ArrayTaskThrottle"};
  for (const JobField& one : fields) names.push_back(one.name);
  return did_you_mean(typed, names);
}

const workloads::SbatchOption& option_of(const JobField& field) {
  const auto all = workloads::sbatch_options();
  return *std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == field.option; });
}

/// TresPerJob=gres:gpu:a100:4 is what --gpus=a100:4 says; other resources but GPUs cannot be asked for in this way.
std::string_view without_gpu(std::string_view value) {
  for (const std::string_view prefix : {"gres/", "gres:"})
    if (value.starts_with(prefix)) value.remove_prefix(prefix.size());
  for (const std::string_view prefix : {"gpu:", "gpu="})
    if (value.starts_with(prefix)) value.remove_prefix(prefix.size());
  return value;
}

std::string_view value_of(const JobField& field, std::string_view value) {
  const bool is_gpus = field.option.starts_with("gpus") || field.option == "cpus-per-gpu" || field.option == "mem-per-gpu";
  return is_gpus ? without_gpu(value) : value;
}

/// The text that an option of the extras has, to be emptied.
std::string* text_of(std::string_view option, JobExtras& extras) {
  if (option == "job-name") return &extras.name;
  if (option == "comment") return &extras.comment;
  if (option == "licenses") return &extras.licenses;
  return option == "reservation" ? &extras.reservation : nullptr;
}

}  // namespace

void JobChanges::rename(const std::vector<std::pair<RequestId, RequestId>>& named, Time at) {
  const std::map<RequestId, RequestId> pairs{named.begin(), named.end()};
  for (auto& [job, request] : requests_)
    if (const auto found = pairs.find(request); found != pairs.end() && workload_.jobs[job.index()].submit <= at)
      request = found->second;
  renames_.emplace_back(at, pairs);
}

RequestId JobChanges::request_of(JobId job) const {
  if (const auto known = requests_.find(job); known != requests_.end()) return known->second;
  const JobSpec& spec = workload_.jobs[job.index()];
  RequestId request = spec.request;
  for (const auto& [at, pairs] : renames_)
    if (const auto found = pairs.find(request); found != pairs.end() && spec.submit <= at) request = found->second;
  return request;
}

const JobExtras& JobChanges::extras_of(JobId job) const {
  const auto known = extras_.find(job);
  return workload_.extras[known != extras_.end() ? known->second : workload_.jobs[job.index()].extras];
}

void JobChanges::keep(std::vector<NewRequest>& all, JobId job, RequestId request) {
  const auto known = std::find_if(all.begin(), all.end(), [job](const NewRequest& one) { return one.job == job; });
  if (known == all.end())
    all.push_back({job, request});
  else
    known->request = request;
}

template <class Change>
void JobChanges::change_extras(UpdateJobs& update, Change change) {
  for (const JobId job : update.jobs) {
    JobExtras next = extras_of(job);
    if (!change(next)) return;
    const auto row = static_cast<std::uint32_t>(workload_.extras.size());
    workload_.extras.push_back(std::move(next));
    extras_[job] = row;
    const auto known = std::find_if(update.extras.begin(), update.extras.end(), [job](const NewExtras& one) { return one.job == job; });
    if (known == update.extras.end())
      update.extras.push_back({job, row});
    else
      known->extras = row;
  }
}

std::optional<Time> JobChanges::moment(const TypedPair& field, Time at, CommandComplaints& complaints) const {
  const auto text = workloads::parse_moment(field.value);
  const auto& base = workload_.time_base;
  const auto when = text ? workloads::resolve_moment(*text, at.time_since_epoch() + base.zero,
                                                     base.is_calendar ? workloads::Calendar::known : workloads::Calendar::unknown)
                         : std::nullopt;
  if (when) return Time{*when - base.zero};
  complaints.refuse(field.value_position(), fmt::format("{} wants a moment, got '{}'", field.key, field.value), "write now+1hour");
  return std::nullopt;
}

void JobChanges::read_dependency(const TypedPair& field, UpdateJobs& update, CommandComplaints& complaints,
                                 const FindJobs& find) const {
  NewDependency next;
  if (!field.value.empty()) {
    const auto parsed = parse_dependency(field.value, IdForm::any);
    if (!parsed) return complaints.refuse(field.value_position(), parsed.error().message, parsed.error().hint);
    next.any_is_enough = parsed->join == Dependency::Join::any;
    for (const DependencyTerm& term : parsed->terms) {
      if (term.type == DependencyType::singleton || term.type == DependencyType::aftercorr)
        return complaints.refuse(field.value_position(), fmt::format("'{}' cannot be set by an update here", dependency_type_name(term.type)),
                                 "give the job the dependency when it is submitted");
      const bool one_task = !term.tasks.empty() && term.tasks != "*";
      const auto jobs = find(one_task ? fmt::format("{}_{}", term.job, term.tasks) : term.job);
      for (const JobId job : jobs) next.conditions.push_back({term.type, Condition::Of::job, job.value, term.delay});
    }
  }
  update.dependency = std::move(next);
}

void JobChanges::change(const TypedPair& field, UpdateJobs& update, Time at, CommandComplaints& complaints, const FindJobs& find) {
  if (field.sign != TypedPair::Sign::sets)
    return complaints.refuse(field.position, fmt::format("{} of a job can only be set", field.key), "only TimeLimit takes += and -=");
  const JobField* known = find_field(field.key);
  if (known == nullptr)
    return complaints.refuse(field.position, fmt::format("a job has no '{}' that can be changed", field.key), suggestion(field.key));
  const auto wrong = [&](const std::optional<Complaint>& complaint) {
    if (complaint) complaints.refuse(field.value_position(), fmt::format("{} {}", known->name, complaint->message), complaint->hint);
    return complaint.has_value();
  };
  switch (known->what) {
    case nothing: return complaints.has_no_effect(fmt::format("{} of a job", known->name), field.position);
    case begin: update.begin = moment(field, at, complaints); return;
    case end: update.end = moment(field, at, complaints); return;
    case dependency: return read_dependency(field, update, complaints, find);
    case deadline: {
      const auto when = moment(field, at, complaints);
      if (!when) return;
      return change_extras(update, [&](JobExtras& to) { return to.deadline = when->time_since_epoch(), true; });
    }
    case requeue: {
      const auto yes = workloads::parse_yes(field.value);
      if (!yes) return complaints.refuse(field.value_position(), fmt::format("Requeue wants 0 or 1, got '{}'", field.value), {});
      return change_extras(update, [&](JobExtras& to) { return to.requeue = *yes, true; });
    }
    case extras:
      return change_extras(update, [&](JobExtras& to) {
        std::string* const text = text_of(known->option, to);
        if (field.value.empty() && text != nullptr) return text->clear(), true;
        return !wrong(field.value.empty() ? Complaint{"wants a value", {}} : option_of(*known).record(field.value, to));
      });
    case cpus:
      return change_requests(update, [&](JobRequest& to) {
        JobRequest read;
        const auto& ntasks = *std::find_if(workloads::sbatch_options().begin(), workloads::sbatch_options().end(),
                                           [](const auto& one) { return one.name == "ntasks"; });
        if (wrong(ntasks.read(std::string_view{field.value}.substr(0, field.value.find('-')), read))) return false;
        const std::int64_t per_task = to.cpus_per_task.value_or(1);
        to.ntasks = (*read.ntasks + per_task - 1) / per_task;
        return true;
      });
    case request:
      return change_requests(update, [&](JobRequest& to) {
        known->clear(to);
        if (field.value.empty() && known->may_be_blank) return true;
        return !wrong(field.value.empty() ? Complaint{"wants a value", {}}
                                          : option_of(*known).read(value_of(*known, field.value), to));
      });
  }
}

}  // namespace sluice::app
