#include "simulator/conf/load.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "simulator/base/size.hpp"
#include "simulator/base/source.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/accounting.hpp"
#include "simulator/conf/cluster_fields.hpp"
#include "simulator/conf/consistency.hpp"
#include "simulator/conf/gres_conf.hpp"
#include "simulator/conf/groups.hpp"
#include "simulator/conf/nodes.hpp"
#include "simulator/conf/partitions.hpp"
#include "simulator/conf/reader.hpp"
#include "simulator/conf/record.hpp"
#include "simulator/conf/topology_conf.hpp"

namespace sluice::conf {
namespace {

namespace fs = std::filesystem;

/// An override as if it had been read from a file called --set.
Entry entry_of(const Override& set) {
  Entry entry{set.key, set.value, 0, set.key.size() + 1, loose_line("--set", set.key + "=" + set.value)};
  return entry;
}

/// A scalar key as a checked field; nothing when it was reported.
std::optional<Field> check_scalar(const Entry& entry, Diagnostics& diags) {
  const auto* key = find_key(Scope::cluster, entry.key);
  if (key == nullptr) {
    report_unknown_key(Scope::cluster, entry, diags);
    return std::nullopt;
  }
  if (!check_value(*key, entry, diags)) return std::nullopt;
  return Field{key, entry};
}

/// All lines of slurm.conf, sorted by kind.
class Configuration {
 public:
  explicit Configuration(Diagnostics& diags) : diags_{diags} {}

  void add(const EntryLine& line) {
    const auto& first = line.front().key;
    if (equal_ignoring_case(first, "NodeName")) return add_node(line);
    if (equal_ignoring_case(first, "PartitionName")) return add_partition(line);
    if (equal_ignoring_case(first, "NodeSet")) return keep(node_sets, node_set_reader_, line);
    if (equal_ignoring_case(first, "DownNodes")) return keep(down_nodes, down_nodes_reader_, line);
    if (equal_ignoring_case(first, "FrontendName")) return static_cast<void>(check_line(Scope::frontend, line, diags_));
    if (equal_ignoring_case(first, "SlurmctldHost")) return hosts.push_back(line.front().value);
    add_scalar(line);
  }

  void set(const Override& given) {
    if (const auto field = check_scalar(entry_of(given), diags_)) scalars.set(*field);
  }

  Fields scalars;
  std::vector<Record> nodes, partitions, node_sets, down_nodes;
  std::vector<std::string> hosts;    ///< of the SlurmctldHost lines
  std::vector<Field> record_fields;  ///< those of record lines, DEFAULT lines included

 private:
  void keep(std::vector<Record>& out, RecordReader& reader, const EntryLine& line) {
    for (const auto& entry : line)
      if (const auto* key = find_key(reader.scope(), entry.key)) record_fields.push_back({key, entry});
    if (auto record = reader.read(line, diags_)) out.push_back(std::move(*record));
  }

  void add_node(const EntryLine& line) {
    const bool is_default = equal_ignoring_case(line.front().value, "DEFAULT");
    for (const auto& entry : line)
      for (const auto* key : {"NodeHostname", "NodeAddr", "BcastAddr", "Port"})
        if (is_default && equal_ignoring_case(entry.key, key))
          error_at(diags_, entry.key_spot(), fmt::format("{} is not allowed with NodeName=DEFAULT", key));
    keep(nodes, node_reader_, line);
  }

  void add_partition(const EntryLine& line) { keep(partitions, partition_reader_, line); }

  void add_scalar(const EntryLine& line) {
    auto field = check_scalar(line.front(), diags_);
    if (line.size() > 1 && find_key(Scope::cluster, line.front().key) != nullptr)
      error_at(diags_, line[1].key_spot(), fmt::format("'{}' follows {} on one line", line[1].key, line[0].key),
               "give each key a line of its own");
    if (!field) return;
    if (const auto* before = scalars.find(field->key->name))
      warning_at(diags_, field->entry.key_spot(),
                 fmt::format("{} is given twice; the last one counts", field->key->name),
                 fmt::format("the first one is at {}", place_text(before->entry.key_spot().at)));
    scalars.set(std::move(*field));
  }

  Diagnostics& diags_;
  RecordReader node_reader_{Scope::node}, partition_reader_{Scope::partition}, node_set_reader_{Scope::node_set},
      down_nodes_reader_{Scope::down_nodes};
};

bool looks_like_slurm_conf(const fs::path& path) {
  Diagnostics ignored;
  const auto source = read_source(path, ignored);
  if (!source) return false;
  return std::any_of(source->lines.begin(), source->lines.end(), [](const std::string& line) {
    const auto text = to_lower(trim(line).substr(0, 13));
    return text.starts_with("clustername") || text.starts_with("partitionname");
  });
}

/// The file of a folder that must be its slurm.conf, whatever its name.
std::optional<fs::path> find_other_name(const fs::path& folder, Diagnostics& diags) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator{folder, ignored})
    if (file.is_regular_file(ignored) && looks_like_slurm_conf(file.path())) found.push_back(file.path());
  std::sort(found.begin(), found.end());
  const Location at{folder.string()};
  if (found.size() == 1) {
    diags.note(at, fmt::format("no slurm.conf here; reading {}", found.front().filename().string()));
    return found.front();
  }
  if (found.empty()) {
    diags.error(at, "no slurm.conf in this folder");
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const auto& path : found) names.push_back(path.filename().string());
  diags.error(at,
              fmt::format("no slurm.conf in this folder, but {} files that look like one: {}", names.size(),
                          fmt::join(names, ", ")),
              "name one of them instead of the folder");
  return std::nullopt;
}

std::optional<fs::path> find_main_file(const fs::path& folder_or_file, Diagnostics& diags) {
  std::error_code ignored;
  if (!fs::exists(folder_or_file, ignored)) {
    diags.error({folder_or_file.string()}, "no such file or folder");
    return std::nullopt;
  }
  if (!fs::is_directory(folder_or_file, ignored)) return folder_or_file;
  auto usual = folder_or_file / "slurm.conf";
  return fs::exists(usual, ignored) ? std::optional{usual} : find_other_name(folder_or_file, diags);
}

std::string folder_name(const fs::path& main_file) {
  std::error_code ignored;
  const auto folder = fs::absolute(main_file, ignored).lexically_normal().parent_path();
  auto name = to_lower(folder.filename().string());
  for (char& c : name)
    if (std::string_view{"'\"`|"}.find(c) != std::string_view::npos) c = '_';
  return name;
}

void apply_scalars(ClusterSpec& spec, const Configuration& conf, const fs::path& main_file, Diagnostics& diags) {
  set_default_plugins(spec);
  for (const auto& host : conf.hosts) keep_setting(spec, "SlurmctldHost", host);
  for (const auto& field : conf.scalars.all()) apply_cluster_field(spec, field, diags);
  for (const auto& field : conf.record_fields) note_unmodelled(spec, field);
  if (!spec.name.empty()) return;
  spec.name = folder_name(main_file);
  diags.note({main_file.string()}, fmt::format("no ClusterName; the cluster is called '{}'", spec.name));
}

void require_lines(const Configuration& conf, const fs::path& main_file, Diagnostics& diags) {
  if (conf.nodes.empty())
    diags.error({main_file.string()}, "no NodeName line: a cluster needs nodes",
                "e.g. NodeName=n[01-16] CPUs=64 RealMemory=256000");
  if (conf.partitions.empty())
    diags.error({main_file.string()}, "no PartitionName line: a cluster needs a partition",
                "e.g. PartitionName=batch Nodes=ALL Default=YES");
}

/// topology.conf counts only with the plugin that reads it.
void load_nearness(ClusterSpec& spec, const Configuration& conf, const fs::path& folder, const NodeIndex& index,
                   Diagnostics& diags) {
  const auto path = folder / "topology.conf";
  std::error_code ignored;
  const bool exists = fs::exists(path, ignored);
  if (spec.topology_plugin != "topology/tree" && spec.topology_plugin != "topology/block") {
    if (exists && spec.topology_plugin == "topology/none")
      diags.note({path.string()}, "is not read, as TopologyPlugin is topology/none");
    return;
  }
  if (exists) return load_topology(spec, path, index, diags);
  warning_at(diags, conf.scalars.find("TopologyPlugin")->entry.value_spot(),
             fmt::format("TopologyPlugin={}, but there is no topology.conf: all nodes count as equally near",
                         spec.topology_plugin),
             "put topology.conf beside this file");
}

/// "n[1-4]:2,m1": up to each colon a list of nodes, up to the next comma how many of them. slurmctld takes no notice of the
/// whole if one number is wrong. Source: power_save.c, _parse_exc_nodes.
void read_counted_exceptions(PowerSettings& power, const Entry& entry, const NodeIndex& index, Diagnostics& diags) {
  std::string_view rest = entry.value;
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    Entry list = entry;
    list.value = rest.substr(0, colon);
    rest.remove_prefix(std::min(colon + 1, rest.size()));
    SuspendException exception{index.read(list, diags), 0};
    const std::string_view number = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(number.size() + 1, rest.size()));
    const auto all = static_cast<std::int64_t>(exception.nodes.size());
    const bool is_whole = std::all_of(number.begin(), number.end(), is_digit);
    const auto count = number.empty() ? std::optional{all} : is_whole ? parse_count(number) : std::nullopt;
    if (!count || *count < 1 || *count > all) {
      warning_at(diags, entry.value_spot(),
                 fmt::format("'{}' is no number of nodes from 1 to {}: slurmctld ignores the whole SuspendExcNodes", number, all));
      power.exempt.clear();
      power.exempt_some.clear();
      return;
    }
    exception.count = *count;
    if (*count == all) power.exempt.insert(power.exempt.end(), exception.nodes.begin(), exception.nodes.end());
    else power.exempt_some.push_back(std::move(exception));
  }
}

void read_power_exceptions(ClusterSpec& spec, const Configuration& conf, const NodeIndex& index, Diagnostics& diags) {
  auto& exempt = spec.power.exempt;
  if (const auto* nodes = conf.scalars.find("SuspendExcNodes")) {
    if (nodes->entry.value.find(':') == std::string::npos) exempt = index.read(nodes->entry, diags);
    else read_counted_exceptions(spec.power, nodes->entry, index, diags);
  }
  if (const auto* parts = conf.scalars.find("SuspendExcParts"))
    for (const auto name : split(parts->entry.value, ','))
      for (const PartitionSpec& partition : spec.partitions)
        if (partition.name == trim(name)) exempt.insert(exempt.end(), partition.nodes.begin(), partition.nodes.end());
  sort_unique(exempt);
}

void load_other_files(ClusterSpec& spec, const Configuration& conf, const fs::path& folder, const NodeIndex& index,
                      Diagnostics& diags) {
  std::error_code ignored;
  if (fs::exists(folder / "gres.conf", ignored)) apply_gres_conf(spec, folder / "gres.conf", index, diags);
  load_nearness(spec, conf, folder, index, diags);
  load_groups(spec, folder, diags);
  load_accounting(spec, folder, diags);
}

}  // namespace

std::optional<ClusterSpec> load_cluster(const fs::path& folder_or_file, std::span<const Override> sets,
                                        Diagnostics& diags) {
  const auto errors_before = diags.errors();
  const auto main_file = find_main_file(folder_or_file, diags);
  if (!main_file) return std::nullopt;
  const auto lines = read_entry_lines(*main_file, diags);
  Configuration conf{diags};
  for (const auto& line : lines.lines) conf.add(line);
  for (const auto& set : sets) conf.set(set);
  if (lines.complete) require_lines(conf, *main_file, diags);

  ClusterSpec spec;
  spec.files = lines.files;
  apply_scalars(spec, conf, *main_file, diags);
  const auto before_nodes = diags.errors();
  build_nodes(spec, conf.nodes, spec.gres_types, diags);
  const bool all_known = lines.complete && diags.errors() == before_nodes && !conf.nodes.empty();
  const NodeIndex index{spec.nodes, all_known ? Known::all : Known::some};
  apply_down_nodes(spec, conf.down_nodes, index, diags);
  const NodeSets node_sets = read_node_sets(spec, conf.node_sets, index, diags);
  spec.node_sets.assign(node_sets.begin(), node_sets.end());
  build_partitions(spec, conf.partitions, index, node_sets, diags);
  read_power_exceptions(spec, conf, index, diags);
  load_other_files(spec, conf, main_file->parent_path(), index, diags);
  drop_heeded(spec);
  check_consistency(spec, conf.scalars, conf.partitions, diags);
  if (diags.errors() > errors_before) return std::nullopt;
  return spec;
}

void apply_overrides(ClusterSpec& spec, std::span<const Override> sets, Diagnostics& diags) {
  for (const auto& set : sets)
    if (const auto field = check_scalar(entry_of(set), diags)) apply_cluster_field(spec, *field, diags);
}

}  // namespace sluice::conf
