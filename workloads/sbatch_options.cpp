#include "workloads/sbatch_options.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/size.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/dependency.hpp"

namespace sluice::workloads {
namespace {

using Value = std::string_view;
using MaybeComplaint = std::optional<Complaint>;

/// A count that must be at least one.
template <std::optional<std::int64_t> JobRequest::*Member>
MaybeComplaint read_number(Value value, JobRequest& request) {
  const auto count = parse_count(value);
  if (!count || *count < 1) return Complaint{fmt::format("wants a number from 1, got '{}'", value), {}};
  request.*Member = *count;
  return std::nullopt;
}

template <std::optional<Megabytes> JobRequest::*Member>
MaybeComplaint read_memory(Value value, JobRequest& request) {
  const auto memory = parse_memory(value);
  if (!memory)
    return Complaint{fmt::format("wants a memory size, got '{}'", value),
                     "write megabytes, or a number with K, M, G or T"};
  request.*Member = *memory;
  return std::nullopt;
}

template <std::string JobRequest::*Member>
MaybeComplaint read_text(Value value, JobRequest& request) {
  request.*Member = value;
  return std::nullopt;
}

/// MIN[-MAX]; one number is both, `MIN-` has no maximum (verify_node_count in proc_args.c). Of a list of sizes (since
/// Slurm 23.11) the smallest and the largest count.
MaybeComplaint read_nodes(Value value, JobRequest& request) {
  const auto dash = value.find_first_of("-,");
  if (dash != Value::npos && dash + 1 == value.size() && value.back() == '-') {
    request.max_nodes.reset();
    return read_number<&JobRequest::min_nodes>(value.substr(0, dash), request);
  }
  const auto rest = value.substr(dash == Value::npos ? 0 : value.find_last_of("-,") + 1);
  const auto low = parse_count(value.substr(0, dash));
  const auto high = parse_count(rest.substr(0, rest.find(':')));
  if (!low || !high || *low < 1 || *high < *low)
    return Complaint{fmt::format("wants nodes, got '{}'", value), "write a number, or MIN-MAX"};
  request.min_nodes = *low;
  request.max_nodes = *high;
  return std::nullopt;
}

/// [TYPE:]NUMBER[,...] of the GRES `name`.
std::optional<std::vector<GresCount>> parse_typed_counts(Value value, Value name) {
  std::vector<GresCount> list;
  for (const auto item : split(value, ',')) {
    const auto colon = item.rfind(':');
    const auto count = parse_count(colon == Value::npos ? item : item.substr(colon + 1));
    if (!count || colon == 0) return std::nullopt;
    const auto type = colon == Value::npos ? Value{} : item.substr(0, colon);
    if (*count > 0) list.push_back({std::string{name}, std::string{type}, *count});
  }
  return list;
}

MaybeComplaint wants_gpus(Value value) {
  return Complaint{fmt::format("wants GPUs, got '{}'", value), "write a number, or TYPE:NUMBER[,TYPE:NUMBER...]"};
}

template <std::vector<GresCount> JobRequest::*Member>
MaybeComplaint read_gpus(Value value, JobRequest& request) {
  auto list = parse_typed_counts(value, "gpu");
  if (!list) return wants_gpus(value);
  request.*Member = std::move(*list);
  return std::nullopt;
}

bool asks_for_gpus_per_node(const JobRequest& request) {
  for (const auto& gres : request.gres_per_node)
    if (gres.name == "gpu") return true;
  return false;
}

MaybeComplaint add_per_node(std::vector<GresCount> list, JobRequest& request) {
  const bool before = asks_for_gpus_per_node(request);
  JobRequest added;
  added.gres_per_node = std::move(list);
  if (before && asks_for_gpus_per_node(added))
    return Complaint{"asks for GPUs, but gres and gpus-per-node are the same request", "give one of the two"};
  for (auto& gres : added.gres_per_node) request.gres_per_node.push_back(std::move(gres));
  return std::nullopt;
}

MaybeComplaint read_gpus_per_node(Value value, JobRequest& request) {
  auto list = parse_typed_counts(value, "gpu");
  return list ? add_per_node(std::move(*list), request) : wants_gpus(value);
}

/// NAME[:TYPE][:COUNT]; without a count it is one. No resource is named as the kind of resource, "gres".
std::optional<GresCount> parse_gres(Value item) {
  for (const Value prefix : {"gres/", "gres:"})
    if (item.starts_with(prefix)) item.remove_prefix(prefix.size());
  const auto parts = split(item, ':');
  if (parts.size() > 3 || parts.front().empty() || parts.front() == "gres") return std::nullopt;
  GresCount gres{std::string{parts.front()}, {}, 1};
  const auto count = parts.size() > 1 ? parse_count(parts.back()) : std::optional<std::int64_t>{};
  if (parts.size() == 3 && !count) return std::nullopt;
  if (count) gres.count = *count;
  if (parts.size() == 3 || (parts.size() == 2 && !count)) gres.type = parts[1];
  return gres;
}

MaybeComplaint read_gres(Value value, JobRequest& request) {
  std::vector<GresCount> list;
  if (equal_ignoring_case(value, "none")) return std::nullopt;
  for (const auto item : split(value, ',')) {
    auto gres = parse_gres(item);
    if (!gres)
      return Complaint{fmt::format("wants generic resources, got '{}'", value),
                       "write NAME[:TYPE][:COUNT][,...], as gpu:a100:4"};
    if (gres->count > 0) list.push_back(std::move(*gres));
  }
  return add_per_node(std::move(list), request);
}

bool is_one_of(Value value, std::initializer_list<Value> words) {
  for (const auto word : words)
    if (equal_ignoring_case(value, word)) return true;
  return false;
}

Complaint wants_yes_or_no(Value value) { return {fmt::format("wants yes or no, got '{}'", value), {}}; }

MaybeComplaint read_exclusive(Value value, JobRequest& request) {
  if (is_one_of(value, {"yes", "true", "1", "exclusive"}))
    request.sharing = Sharing::exclusive;
  else if (equal_ignoring_case(value, "topo"))
    request.sharing = Sharing::exclusive;  // of a block of nodes; at least the nodes are the job's own
  else if (is_one_of(value, {"user", "mcs"}))
    request.sharing = Sharing::exclusive_user;
  else if (!is_one_of(value, {"no", "false", "0"}))
    return Complaint{fmt::format("wants yes, no or user, got '{}'", value), {}};
  return std::nullopt;
}

MaybeComplaint read_oversubscribe(Value value, JobRequest& request) {
  const auto yes = parse_yes(value);
  if (!yes) return wants_yes_or_no(value);
  if (*yes) request.sharing = Sharing::oversubscribe;
  return std::nullopt;
}

template <std::optional<std::int64_t> LayoutRequest::*Member>
MaybeComplaint read_layout_number(Value value, JobRequest& request) {
  const auto count = parse_count(value);
  if (!count || *count < 1) return Complaint{fmt::format("wants a number from 1, got '{}'", value), {}};
  request.layout.*Member = *count;
  return std::nullopt;
}

template <bool LayoutRequest::*Member>
MaybeComplaint read_flag(Value value, JobRequest& request) {
  const auto yes = parse_yes(value);
  if (!yes) return wants_yes_or_no(value);
  if (*yes) request.layout.*Member = true;
  return std::nullopt;
}

MaybeComplaint read_tmp(Value value, JobRequest& request) {
  request.layout.tmp = parse_memory(value);
  if (!request.layout.tmp)
    return Complaint{fmt::format("wants a size, got '{}'", value), "write megabytes, or a number with K, M, G or T"};
  return std::nullopt;
}

MaybeComplaint read_gpus_per_socket(Value value, JobRequest& request) {
  auto list = parse_typed_counts(value, "gpu");
  if (!list) return wants_gpus(value);
  request.layout.gpus_per_socket = std::move(*list);
  return std::nullopt;
}

/// COUNT[@WAIT]
MaybeComplaint read_prefer(Value value, JobRequest& request) {
  request.layout.prefer = value;
  return std::nullopt;
}

MaybeComplaint read_switches(Value value, JobRequest& request) {
  const auto at = value.find('@');
  const auto count = parse_count(value.substr(0, at));
  const auto wait = at == Value::npos ? std::optional<TimeLimit>{TimeLimit{}} : parse_time(value.substr(at + 1));
  if (!count || *count < 1 || !wait)
    return Complaint{fmt::format("wants switches, got '{}'", value), "write COUNT, or COUNT@TIME"};
  request.layout.switches = *count;
  request.layout.switch_wait = wait->length;
  return std::nullopt;
}

MaybeComplaint read_gres_flags(Value value, JobRequest& request) {
  for (const auto flag : split(value, ',')) {
    if (equal_ignoring_case(flag, "enforce-binding"))
      request.layout.gres_binding = GresBinding::enforce;
    else if (equal_ignoring_case(flag, "disable-binding"))
      request.layout.gres_binding = GresBinding::disable;
    else
      return Complaint{fmt::format("wants enforce-binding or disable-binding, got '{}'", value), {}};
  }
  return std::nullopt;
}

/// What changes how many tasks fit on a core; the other hints are about binding alone.
MaybeComplaint read_hint(Value value, JobRequest& request) {
  for (const auto hint : split(value, ',')) {
    if (equal_ignoring_case(hint, "nomultithread"))
      request.layout.threads_per_core = 1;
    else if (!is_one_of(hint, {"compute_bound", "memory_bound", "multithread"}))
      return Complaint{fmt::format("wants compute_bound, memory_bound, multithread or nomultithread, got '{}'", value), {}};
  }
  return std::nullopt;
}

/// SOCKETS[:CORES[:THREADS]], each a number or `*`.
MaybeComplaint read_node_info(Value value, JobRequest& request) {
  std::optional<std::int64_t>* const parts[] = {&request.layout.sockets_per_node, &request.layout.cores_per_socket,
                                                &request.layout.threads_per_core};
  std::size_t at = 0;
  for (const auto part : split(value, ':')) {
    const auto count = parse_count(part.substr(0, part.find('-')));
    if (at == std::size(parts) || (part != "*" && (!count || *count < 1)))
      return Complaint{fmt::format("wants SOCKETS[:CORES[:THREADS]], got '{}'", value), {}};
    if (part != "*") *parts[at] = *count;
    ++at;
  }
  return std::nullopt;
}

template <std::string JobExtras::*Member>
MaybeComplaint record_text(Value value, JobExtras& extras) {
  extras.*Member = value;
  return std::nullopt;
}
template <std::string JobExtras::*Member>
std::string write_text(const JobExtras& extras) {
  return extras.*Member;
}

MaybeComplaint record_dependency(Value value, JobExtras& extras) {
  auto dependency = parse_dependency(value);
  if (!dependency) return std::move(dependency.error());
  extras.dependency = value;
  return std::nullopt;
}

/// Without a value, as a flag on a command line is, it is yes.
template <auto Member>
MaybeComplaint record_yes(Value value, JobExtras& extras) {
  const auto yes = value.empty() ? std::optional{true} : parse_yes(value);
  if (!yes) return wants_yes_or_no(value);
  extras.*Member = *yes;
  return std::nullopt;
}
template <std::optional<bool> JobExtras::*Member>
std::string write_yes(const JobExtras& extras) {
  if (!(extras.*Member)) return {};
  return *(extras.*Member) ? "yes" : "no";
}
std::string write_hold(const JobExtras& extras) { return extras.hold ? "yes" : ""; }

/// In a table, no-requeue=yes is requeue=no, and no-requeue=no says nothing.
MaybeComplaint record_no_requeue(Value value, JobExtras& extras) {
  const auto yes = value.empty() ? std::optional{true} : parse_yes(value);
  if (!yes) return wants_yes_or_no(value);
  if (*yes) extras.requeue = false;
  return std::nullopt;
}

/// --no-kill[=off]
MaybeComplaint record_no_kill(Value value, JobExtras& extras) {
  if (equal_ignoring_case(value, "off")) {
    extras.no_kill = false;
    return std::nullopt;
  }
  return record_yes<&JobExtras::no_kill>(value, extras);
}
std::string write_no_kill(const JobExtras& extras) { return extras.no_kill ? "yes" : ""; }

std::optional<std::int64_t> parse_signed(Value value) {
  const bool negative = value.starts_with('-');
  const auto number = parse_count(negative ? value.substr(1) : value);
  return number && negative ? std::optional{-*number} : number;
}

/// Without a value it is 100.
MaybeComplaint record_nice(Value value, JobExtras& extras) {
  const auto nice = value.empty() ? std::optional<std::int64_t>{100} : parse_signed(value);
  if (!nice) return Complaint{fmt::format("wants a whole number, got '{}'", value), {}};
  extras.nice = *nice;
  return std::nullopt;
}
std::string write_nice(const JobExtras& extras) {
  return extras.nice == 0 ? std::string{} : fmt::format("{}", extras.nice);
}

/// [R|B][R|B]:SIGNAL[@SECONDS]. Only R says where a job may run. Source: proc_args.c, get_signal_opts.
MaybeComplaint record_signal(Value value, JobExtras& extras) {
  constexpr std::int64_t most = 0xffff, usual = 60;
  const auto colon = value.find(':');
  if (colon == Value::npos || to_lower(value.substr(0, colon)).find('r') == std::string::npos) return std::nullopt;
  const auto at = value.find('@', colon);
  const auto seconds = at == Value::npos ? std::optional{usual} : parse_count(value.substr(at + 1));
  if (!seconds || *seconds > most)
    return Complaint{fmt::format("wants a signal and seconds, got '{}'", value), "write R:USR1@120"};
  extras.borrow_warning = std::chrono::seconds{*seconds};
  return std::nullopt;
}
std::string write_signal(const JobExtras& extras) {
  if (!extras.borrow_warning) return {};
  return fmt::format("R:TERM@{}", std::chrono::floor<std::chrono::seconds>(*extras.borrow_warning).count());
}

MaybeComplaint record_priority(Value value, JobExtras& extras) {
  constexpr std::int64_t top = std::numeric_limits<std::uint32_t>::max() - 1;
  const auto priority = equal_ignoring_case(value, "TOP") ? std::optional{top} : parse_count(value);
  if (!priority || *priority > top) return Complaint{fmt::format("wants a number or TOP, got '{}'", value), {}};
  extras.priority = priority;
  return std::nullopt;
}
std::string write_priority(const JobExtras& extras) {
  return extras.priority ? fmt::format("{}", *extras.priority) : std::string{};
}

MaybeComplaint record_time_min(Value value, JobExtras& extras) {
  extras.time_min = parse_time_limit(value);
  if (!extras.time_min)
    return Complaint{fmt::format("wants a time limit, got '{}'", value),
                     "write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED"};
  return std::nullopt;
}
std::string write_time_min(const JobExtras& extras) {
  return extras.time_min ? time_text(round_up_to_minute(*extras.time_min)) : std::string{};
}

constexpr auto asks = OptionKind::request;
constexpr auto harmless = OptionKind::harmless;
constexpr auto acts = OptionKind::simulated;
constexpr auto unknown = OptionKind::not_modelled;
constexpr auto wants = OptionArgument::required;
constexpr auto flag = OptionArgument::none;
constexpr auto maybe = OptionArgument::optional;
constexpr char none = '\0';  // no short form

constexpr SbatchOption options[] = {
    {"partition", asks, read_text<&JobRequest::partition>, 'p'},
    {"nodes", asks, read_nodes, 'N'},
    {"ntasks", asks, read_number<&JobRequest::ntasks>, 'n'},
    {"cpus-per-task", asks, read_number<&JobRequest::cpus_per_task>, 'c'},
    {"ntasks-per-node", asks, read_number<&JobRequest::ntasks_per_node>},
    {"tasks-per-node", asks, read_number<&JobRequest::ntasks_per_node>},
    {"mem", asks, read_memory<&JobRequest::mem_per_node>},
    {"mem-per-cpu", asks, read_memory<&JobRequest::mem_per_cpu>},
    {"mem-per-gpu", asks, read_memory<&JobRequest::mem_per_gpu>},
    {"gpus", asks, read_gpus<&JobRequest::gpus>, 'G'},
    {"gpus-per-node", asks, read_gpus_per_node},
    {"gpus-per-task", asks, read_gpus<&JobRequest::gpus_per_task>},
    {"cpus-per-gpu", asks, read_number<&JobRequest::cpus_per_gpu>},
    {"gres", asks, read_gres},
    {"constraint", asks, read_text<&JobRequest::constraint>, 'C'},
    {"nodelist", asks, read_text<&JobRequest::nodelist>, 'w'},
    {"exclude", asks, read_text<&JobRequest::exclude>, 'x'},
    {"exclusive", asks, read_exclusive, none, maybe},
    {"oversubscribe", asks, read_oversubscribe, 's', maybe},
    {"share", asks, read_oversubscribe, none, maybe},

    {"job-name", harmless, nullptr, 'J', wants, record_text<&JobExtras::name>, write_text<&JobExtras::name>},
    {"comment", harmless, nullptr, none, wants, record_text<&JobExtras::comment>, write_text<&JobExtras::comment>},
    {"chdir", harmless, nullptr, 'D'},
    {"workdir", harmless},
    {"output", harmless, nullptr, 'o'},
    {"error", harmless, nullptr, 'e'},
    {"input", harmless, nullptr, 'i'},
    {"export", harmless},
    {"export-file", harmless},
    {"mail-type", harmless},
    {"mail-user", harmless},
    {"open-mode", harmless},
    {"parsable", harmless, nullptr, none, flag},
    {"propagate", harmless, nullptr, none, maybe},
    {"quiet", harmless, nullptr, 'Q', flag},
    {"verbose", harmless, nullptr, 'v', flag},
    {"wait", harmless, nullptr, 'W', flag},
    {"wait-all-nodes", harmless},
    {"wckey", harmless},
    {"wrap", harmless},
    {"uid", harmless},
    {"gid", harmless},
    {"profile", harmless},
    {"acctg-freq", harmless},
    {"get-user-env", harmless, nullptr, none, maybe},
    {"container", harmless},
    {"container-id", harmless},
    {"ignore-pbs", harmless, nullptr, none, flag},
    {"oom-kill-step", harmless, nullptr, none, maybe},
    {"stepmgr", harmless, nullptr, none, flag},
    {"resv-ports", harmless, nullptr, none, maybe},
    {"mpi", harmless},
    {"umask", harmless},
    {"admin-comment", harmless},
    {"test-only", harmless, nullptr, none, flag},
    {"help", harmless, nullptr, 'h', flag},
    {"usage", harmless, nullptr, none, flag},
    {"version", harmless, nullptr, 'V', flag},

    {"array", acts, nullptr, 'a'},
    {"batch", unknown},
    {"begin", acts, nullptr, 'b'},
    {"bb", unknown},
    {"bbf", unknown},
    {"cluster-constraint", unknown},
    {"clusters", unknown, nullptr, 'M'},
    {"consolidate-segments", unknown, nullptr, none, flag},
    {"contiguous", asks, read_flag<&LayoutRequest::contiguous>, none, flag},
    {"core-spec", asks, read_layout_number<&LayoutRequest::core_spec>, 'S'},
    {"cores-per-socket", asks, read_layout_number<&LayoutRequest::cores_per_socket>},
    {"cpu-freq", harmless},
    {"deadline", acts},
    {"delay-boot", unknown},
    {"dependency", acts, nullptr, 'd', wants, record_dependency, write_text<&JobExtras::dependency>},
    {"distribution", unknown, nullptr, 'm'},
    {"extra", unknown},
    {"extra-node-info", asks, read_node_info, 'B'},
    {"gpu-bind", harmless},
    {"gpu-freq", harmless},
    {"gpus-per-socket", asks, read_gpus_per_socket},
    {"gres-flags", asks, read_gres_flags},
    {"hint", asks, read_hint},
    {"hold", acts, nullptr, 'H', flag, record_yes<&JobExtras::hold>, write_hold},
    {"kill-on-invalid-dep", acts, nullptr, none, wants, record_yes<&JobExtras::kill_on_invalid_dep>,
     write_yes<&JobExtras::kill_on_invalid_dep>},
    {"licenses", acts, nullptr, 'L', wants, record_text<&JobExtras::licenses>, write_text<&JobExtras::licenses>},
    {"mcs-label", unknown},
    {"mem-bind", harmless},
    {"mincpus", asks, read_layout_number<&LayoutRequest::min_cpus>},
    {"network", unknown},
    {"nice", acts, nullptr, none, maybe, record_nice, write_nice},
    {"no-kill", acts, nullptr, 'k', maybe, record_no_kill, write_no_kill},
    {"no-requeue", acts, nullptr, none, flag, record_no_requeue},
    {"nodefile", unknown, nullptr, 'F'},
    {"ntasks-per-core", asks, read_layout_number<&LayoutRequest::ntasks_per_core>},
    {"ntasks-per-gpu", asks, read_layout_number<&LayoutRequest::ntasks_per_gpu>},
    {"ntasks-per-socket", asks, read_layout_number<&LayoutRequest::ntasks_per_socket>},
    {"overcommit", asks, read_flag<&LayoutRequest::overcommit>, 'O', flag},
    {"power", unknown},
    {"prefer", asks, read_prefer},
    {"priority", acts, nullptr, none, wants, record_priority, write_priority},
    {"reboot", unknown, nullptr, none, flag},
    {"requeue", acts, nullptr, none, flag, record_yes<&JobExtras::requeue>, write_yes<&JobExtras::requeue>},
    {"reservation", acts, nullptr, none, wants, record_text<&JobExtras::reservation>,
     write_text<&JobExtras::reservation>},
    {"resources", unknown},
    {"segment", asks, read_layout_number<&LayoutRequest::segment>},
    {"signal", acts, nullptr, none, wants, record_signal, write_signal},
    {"sockets-per-node", asks, read_layout_number<&LayoutRequest::sockets_per_node>},
    {"spread-job", asks, read_flag<&LayoutRequest::spread>, none, flag},
    {"spread-segments", unknown, nullptr, none, flag},
    {"switches", asks, read_switches},
    {"thread-spec", unknown},
    {"threads-per-core", asks, read_layout_number<&LayoutRequest::threads_per_core>},
    {"time-min", acts, nullptr, none, wants, record_time_min, write_time_min},
    {"tmp", asks, read_tmp},
    {"tres-bind", harmless},
    {"tres-per-task", unknown},
    {"use-min-nodes", asks, read_flag<&LayoutRequest::use_min_nodes>, none, flag},
};

}  // namespace

std::span<const SbatchOption> sbatch_options() { return options; }

std::optional<bool> parse_yes(std::string_view text) {
  if (is_one_of(text, {"yes", "true", "1"})) return true;
  if (is_one_of(text, {"no", "false", "0"})) return false;
  return std::nullopt;
}

std::optional<Duration> parse_time_limit(std::string_view text) {
  constexpr Duration unlimited = std::chrono::hours{24 * 365};
  const auto limit = parse_time(text);
  if (!limit) return std::nullopt;
  const bool has_length = limit->length && *limit->length > Duration::zero();
  return has_length ? round_up_to_minute(*limit->length) : unlimited;
}

}  // namespace sluice::workloads
