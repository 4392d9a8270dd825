#include "workloads/sacct_request.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/base/size.hpp"
#include "simulator/base/text.hpp"

namespace sluice::workloads {
namespace {

constexpr std::string_view gres_prefix = "gres/";
constexpr std::string_view license_prefix = "license/";

struct Tres {
  std::string_view name, amount;
};

std::vector<Tres> parse_tres(std::string_view text) {
  std::vector<Tres> list;
  if (text.empty()) return list;
  for (const auto item : split(text, ',')) {
    const auto equals = item.find('=');
    if (equals != std::string_view::npos) list.push_back({item.substr(0, equals), item.substr(equals + 1)});
  }
  return list;
}

std::int64_t count_of(const std::vector<Tres>& list, std::string_view name) {
  for (const auto& one : list)
    if (one.name == name) return parse_count(one.amount).value_or(0);
  return 0;
}

std::int64_t first_known(std::initializer_list<std::int64_t> counts) {
  const auto known = std::find_if(counts.begin(), counts.end(), [](auto count) { return count > 0; });
  return known == counts.end() ? 0 : *known;
}

std::int64_t divide_up(std::int64_t amount, std::int64_t by) { return (amount + by - 1) / by; }

/// sacct prints `16G`, `2.50G`, `512000M`.
std::optional<Megabytes> parse_sacct_memory(std::string_view text) {
  if (const auto dot = text.find('.'); dot != std::string_view::npos && !text.empty()) {
    const auto unit = text.back();
    const auto whole = parse_memory(std::string{text.substr(0, dot)} + unit);
    const auto next = parse_memory(std::string{"1"} + unit);
    return whole && next ? std::optional{Megabytes{whole->value + next->value}} : std::nullopt;  // rounded up
  }
  return parse_memory(text);
}

/// gpu:a100 of `gres/gpu:a100`. A type has no colon: what is behind one is dropped.
GresCount gres_of(const Tres& tres) {
  const auto parts = split(tres.name.substr(gres_prefix.size()), ':');
  return {std::string{parts[0]}, parts.size() > 1 ? std::string{parts[1]} : std::string{},
          parse_count(tres.amount).value_or(0)};
}

/// All gres; where some are told by type, the total of the name is not told again.
std::vector<GresCount> all_gres(const std::vector<Tres>& list) {
  std::vector<GresCount> typed, untyped;
  for (const auto& one : list) {
    if (!one.name.starts_with(gres_prefix)) continue;
    auto gres = gres_of(one);
    const bool is_named = !gres.name.empty() && gres.name != "gres" && gres.name.find('/') == std::string::npos;
    if (gres.count > 0 && is_named) (gres.type.empty() ? untyped : typed).push_back(std::move(gres));
  }
  for (auto& total : untyped)
    if (std::none_of(typed.begin(), typed.end(), [&](const auto& one) { return one.name == total.name; }))
      typed.push_back(std::move(total));
  return typed;
}

void add_memory(JobRequest& request, std::string_view req_mem, std::string_view total_text, std::int64_t cpus) {
  const char style = req_mem.empty() ? '\0' : req_mem.back();
  const bool old_style = style == 'c' || style == 'n';
  const auto each = parse_sacct_memory(old_style ? req_mem.substr(0, req_mem.size() - 1) : std::string_view{});
  if (each && each->value > 0) {
    (style == 'c' ? request.mem_per_cpu : request.mem_per_node) = each;
    return;
  }
  const auto total = parse_sacct_memory(total_text.empty() && !old_style ? req_mem : total_text);
  if (!total || total->value == 0) return;
  if (request.max_nodes)
    request.mem_per_node = Megabytes{divide_up(total->value, *request.max_nodes)};
  else if (cpus > 0)
    request.mem_per_cpu = Megabytes{divide_up(total->value, cpus)};
}

void add_gres(JobRequest& request, std::vector<GresCount> list) {
  for (auto& gres : list) {
    const auto nodes = request.max_nodes.value_or(1);
    if (gres.name == "gpu" && (!request.max_nodes || gres.count % nodes != 0)) {
      request.gpus.push_back(std::move(gres));
      continue;
    }
    gres.count = divide_up(gres.count, nodes);
    request.gres_per_node.push_back(std::move(gres));
  }
}

}  // namespace

JobRequest request_of(const SacctResources& cells) {
  const auto given = parse_tres(cells.alloc_tres), asked = parse_tres(cells.req_tres);
  const auto& tres = given.empty() ? asked : given;
  const auto number = [](std::string_view text) { return parse_count(text).value_or(0); };
  const auto nodes = first_known({count_of(given, "node"), number(cells.alloc_nodes)});
  const auto asked_nodes = first_known({number(cells.req_nodes), count_of(asked, "node")});
  const auto cpus = first_known({count_of(tres, "cpu"), number(cells.alloc_cpus), number(cells.req_cpus)});
  JobRequest request;
  if (nodes > 0 && (asked_nodes == 0 || asked_nodes == nodes))
    request.min_nodes = request.max_nodes = nodes;
  else if (asked_nodes > 0)
    request.min_nodes = asked_nodes;
  if (cpus > 0) request.ntasks = cpus;
  std::string_view memory;
  for (const auto& one : tres)
    if (one.name == "mem") memory = one.amount;
  add_memory(request, cells.req_mem, memory, cpus);
  add_gres(request, all_gres(tres));
  return request;
}

std::string licenses_of(std::string_view tres) {
  std::string out;
  for (const auto& one : parse_tres(tres)) {
    if (!one.name.starts_with(license_prefix)) continue;
    if (!out.empty()) out += ',';
    out += one.name.substr(license_prefix.size());
    out += ':';
    out += one.amount;
  }
  return out;
}

}  // namespace sluice::workloads
