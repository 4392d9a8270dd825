#include "simulator/conf/gres_conf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/size.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/gres_text.hpp"
#include "simulator/conf/nodes.hpp"
#include "simulator/conf/reader.hpp"
#include "simulator/conf/record.hpp"

namespace sluice::conf {
namespace {

struct Devices : GresDevices {
  Entry name_entry;
};

struct GresConf {
  std::vector<Devices> lines;
  std::string auto_detect;
  bool detects = false;  ///< some line leaves it to AutoDetect
};

std::int64_t file_count(const Entry& entry) {
  const auto files = expand_hostlist(entry.value);
  return files ? static_cast<std::int64_t>(files->size()) : 1;
}

std::optional<std::int64_t> device_count(const Record& record, Diagnostics& diags) {
  if (const auto* entry = record.own("Count")) {
    const auto count = parse_count(entry->value);
    if (!count)
      error_at(diags, entry->value_spot(), fmt::format("Count wants a number, got '{}'", entry->value), "e.g. 8 or 4G");
    return count;
  }
  if (const auto* files = record.find("File", "Files")) return file_count(*files);
  return 1;
}

/// Nodes that slurm.conf does not know are passed over: one gres.conf may serve several clusters.
std::vector<NodeId> known_nodes(const Entry& entry, const NodeIndex& index, Diagnostics& diags) {
  std::vector<NodeId> out;
  const auto names = expand_hostlist(entry.value);
  if (!names) {
    error_at(diags, entry.value_spot(names.error().position), names.error().message);
    return out;
  }
  for (const auto& name : *names)
    if (const auto node = index.find(name)) out.push_back(*node);
  sort_unique(out);
  return out;
}

std::string text_of(const Entry* entry) { return entry != nullptr ? entry->value : std::string{}; }

Devices read_devices(const Record& record, const Entry& name, std::int64_t count, const NodeIndex& index,
                     Diagnostics& diags) {
  Devices out;
  out.name = name.value;
  out.type = text_of(record.own("Type"));
  out.count = count;
  if (const auto* nodes = record.own("NodeName")) {
    out.nodes = known_nodes(*nodes, index, diags);
  } else {
    out.everywhere = true;
  }
  out.multiple_files = record.own("MultipleFiles") != nullptr;
  out.files = text_of(out.multiple_files ? record.own("MultipleFiles") : record.find("File", "Files"));
  out.cores = text_of(record.find("Cores", "CPUs"));
  out.links = text_of(record.find("Links", "Link"));
  out.flags = text_of(record.own("Flags"));
  out.name_entry = name;
  return out;
}

GresConf read_gres_conf(const EntryLines& lines, const NodeIndex& index, Diagnostics& diags) {
  GresConf out;
  for (const auto& line : lines.lines) {
    const Record record{check_line(Scope::gres, line, diags), std::make_shared<Fields>()};
    const auto* detect = record.own("AutoDetect");
    const bool on = detect != nullptr && !equal_ignoring_case(detect->value, "off");
    if (on || (detect != nullptr && !out.detects)) out.auto_detect = detect->value;
    out.detects = out.detects || on;
    const auto* name = record.own("Name");
    const auto count = device_count(record, diags);
    if (name == nullptr || !count) continue;
    out.lines.push_back(read_devices(record, *name, *count, index, diags));
  }
  return out;
}

/// Which lines tell of each node.
std::vector<std::vector<std::size_t>> lines_of_nodes(const GresConf& conf, std::size_t nodes) {
  std::vector<std::vector<std::size_t>> out(nodes);
  for (std::size_t i = 0; i < conf.lines.size(); ++i) {
    if (conf.lines[i].everywhere)
      for (auto& lines : out) lines.push_back(i);
    for (const auto node : conf.lines[i].nodes) out[node.index()].push_back(i);
  }
  return out;
}

class Refiner {
 public:
  Refiner(ClusterSpec& spec, const GresConf& conf, Diagnostics& diags) : spec_{spec}, conf_{conf}, diags_{diags} {}

  void run() {
    const auto lines = lines_of_nodes(conf_, spec_.nodes.size());
    const auto old = std::exchange(spec_.classes, {});
    std::map<std::pair<NodeClassId, std::vector<std::size_t>>, NodeClassId> done;  // equal nodes are refined once
    for (std::size_t i = 0; i < spec_.nodes.size(); ++i) {
      auto& node = spec_.nodes[i];
      const auto [memo, is_new] = done.try_emplace({node.node_class, lines[i]});
      if (is_new) {
        auto refined = old[node.node_class.index()];
        refined.gres = refine(refined.gres, lines[i], node.name);
        memo->second = intern_class(spec_.classes, refined);
      }
      node.node_class = memo->second;
    }
  }

 private:
  std::vector<GresCount> refine(const std::vector<GresCount>& gres, const std::vector<std::size_t>& lines,
                                const std::string& node) {
    std::vector<GresCount> out;
    for (const auto& item : gres) {
      std::vector<GresCount> found;
      const Devices* last = nullptr;
      for (const auto i : lines) {
        const auto& devices = conf_.lines[i];
        if (devices.name != item.name || (!item.type.empty() && !devices.type.empty() && devices.type != item.type))
          continue;
        last = &devices;
        found.push_back({devices.name, devices.type, devices.count});
      }
      if (last != nullptr) warn_if_fewer(item, found, *last, node);
      const auto typed = item.type.empty() ? typed_part(found, item.count) : std::vector<GresCount>{};
      if (typed.empty()) out.push_back(item);
      out.insert(out.end(), typed.begin(), typed.end());
    }
    std::sort(out.begin(), out.end());
    return out;
  }

  void warn_if_fewer(const GresCount& item, const std::vector<GresCount>& found, const Devices& last,
                     const std::string& node) {
    std::int64_t count = 0;
    for (const auto& devices : found) count += devices.count;
    if (conf_.detects || count >= item.count) return;
    const auto type = item.type.empty() ? std::string{} : ":" + item.type;
    warning_at(diags_, last.name_entry.value_spot(),
               fmt::format("gres.conf has {} {}{} for node {}, slurm.conf has {}; slurm.conf's count is used", count,
                           item.name, type, node, item.count),
               "slurmctld would set the node INVAL; list all device files");
  }

  /// The types of `found`, summed, when they are all known and make up `count`; else nothing.
  static std::vector<GresCount> typed_part(const std::vector<GresCount>& found, std::int64_t count) {
    std::vector<GresCount> out;
    for (const auto& devices : found) {
      if (devices.type.empty()) return {};
      const auto take = std::min(count, devices.count);
      count -= take;
      if (take > 0) add_gres(out, {devices.name, devices.type, take});
    }
    if (count > 0) out.clear();
    return out;
  }

  ClusterSpec& spec_;
  const GresConf& conf_;
  Diagnostics& diags_;
};

}  // namespace

void apply_gres_conf(ClusterSpec& spec, const std::filesystem::path& path, const NodeIndex& index, Diagnostics& diags) {
  const auto lines = read_entry_lines(path, diags);
  spec.files.insert(spec.files.end(), lines.files.begin(), lines.files.end());
  const auto conf = read_gres_conf(lines, index, diags);
  Refiner{spec, conf, diags}.run();
  spec.gres.auto_detect = conf.auto_detect;
  for (const auto& line : conf.lines)
    if (line.everywhere || !line.nodes.empty()) spec.gres.devices.push_back(line);
}

}  // namespace sluice::conf
