#include "workloads/sbatch_options.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/size.hpp"
#include "simulator/base/text.hpp"

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

/// MIN[-MAX]; one number is both.
MaybeComplaint read_nodes(Value value, JobRequest& request) {
  const auto dash = value.find('-');
  const auto low = parse_count(value.substr(0, dash));
  const auto high = dash == Value::npos ? low : parse_count(value.substr(dash + 1));
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

/// NAME[:TYPE][:COUNT]; without a count it is one.
std::optional<GresCount> parse_gres(Value item) {
  for (const Value prefix : {"gres/", "gres:"})
    if (item.starts_with(prefix)) item.remove_prefix(prefix.size());
  const auto parts = split(item, ':');
  if (parts.size() > 3 || parts.front().empty()) return std::nullopt;
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

MaybeComplaint read_exclusive(Value value, JobRequest& request) {
  if (is_one_of(value, {"yes", "true", "1", "exclusive"}))
    request.sharing = Sharing::exclusive;
  else if (equal_ignoring_case(value, "user"))
    request.sharing = Sharing::exclusive_user;
  else if (!is_one_of(value, {"no", "false", "0"}))
    return Complaint{fmt::format("wants yes, no or user, got '{}'", value), {}};
  return std::nullopt;
}

MaybeComplaint read_oversubscribe(Value value, JobRequest& request) {
  if (is_one_of(value, {"yes", "true", "1"}))
    request.sharing = Sharing::oversubscribe;
  else if (!is_one_of(value, {"no", "false", "0"}))
    return Complaint{fmt::format("wants yes or no, got '{}'", value), {}};
  return std::nullopt;
}

constexpr auto asks = OptionKind::request;
constexpr auto harmless = OptionKind::harmless;
constexpr auto unknown = OptionKind::not_modelled;

constexpr SbatchOption options[] = {
    {"partition", asks, read_text<&JobRequest::partition>},
    {"nodes", asks, read_nodes},
    {"ntasks", asks, read_number<&JobRequest::ntasks>},
    {"cpus-per-task", asks, read_number<&JobRequest::cpus_per_task>},
    {"ntasks-per-node", asks, read_number<&JobRequest::ntasks_per_node>},
    {"mem", asks, read_memory<&JobRequest::mem_per_node>},
    {"mem-per-cpu", asks, read_memory<&JobRequest::mem_per_cpu>},
    {"mem-per-gpu", asks, read_memory<&JobRequest::mem_per_gpu>},
    {"gpus", asks, read_gpus<&JobRequest::gpus>},
    {"gpus-per-node", asks, read_gpus_per_node},
    {"gpus-per-task", asks, read_gpus<&JobRequest::gpus_per_task>},
    {"cpus-per-gpu", asks, read_number<&JobRequest::cpus_per_gpu>},
    {"gres", asks, read_gres},
    {"constraint", asks, read_text<&JobRequest::constraint>},
    {"nodelist", asks, read_text<&JobRequest::nodelist>},
    {"exclude", asks, read_text<&JobRequest::exclude>},
    {"exclusive", asks, read_exclusive},
    {"oversubscribe", asks, read_oversubscribe},

    {"job-name", harmless},
    {"comment", harmless},
    {"chdir", harmless},
    {"output", harmless},
    {"error", harmless},
    {"input", harmless},
    {"export", harmless},
    {"mail-type", harmless},
    {"mail-user", harmless},
    {"open-mode", harmless},
    {"parsable", harmless},
    {"propagate", harmless},
    {"quiet", harmless},
    {"signal", harmless},
    {"wait", harmless},
    {"wckey", harmless},
    {"wrap", harmless},
    {"uid", harmless},
    {"gid", harmless},
    {"profile", harmless},
    {"acctg-freq", harmless},
    {"get-user-env", harmless},

    {"array", unknown},
    {"begin", unknown},
    {"bb", unknown},
    {"cluster-constraint", unknown},
    {"clusters", unknown},
    {"contiguous", unknown},
    {"core-spec", unknown},
    {"cores-per-socket", unknown},
    {"cpu-freq", unknown},
    {"deadline", unknown},
    {"delay-boot", unknown},
    {"dependency", unknown},
    {"distribution", unknown},
    {"extra-node-info", unknown},
    {"gpu-bind", unknown},
    {"gpu-freq", unknown},
    {"gpus-per-socket", unknown},
    {"gres-flags", unknown},
    {"hint", unknown},
    {"hold", unknown},
    {"licenses", unknown},
    {"mem-bind", unknown},
    {"mincpus", unknown},
    {"network", unknown},
    {"nice", unknown},
    {"no-kill", unknown},
    {"no-requeue", unknown},
    {"ntasks-per-core", unknown},
    {"ntasks-per-gpu", unknown},
    {"ntasks-per-socket", unknown},
    {"overcommit", unknown},
    {"power", unknown},
    {"prefer", unknown},
    {"priority", unknown},
    {"reboot", unknown},
    {"requeue", unknown},
    {"reservation", unknown},
    {"sockets-per-node", unknown},
    {"spread-job", unknown},
    {"switches", unknown},
    {"thread-spec", unknown},
    {"threads-per-core", unknown},
    {"time-min", unknown},
    {"tmp", unknown},
    {"use-min-nodes", unknown},
};

}  // namespace

std::span<const SbatchOption> sbatch_options() { return options; }

}  // namespace sluice::workloads
