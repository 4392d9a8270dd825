#include "simulator/conf/topology_conf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/size.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/reader.hpp"
#include "simulator/conf/record.hpp"

namespace sluice::conf {
namespace {

/// Of all names of nodes that something lacks, enough to see which.
std::string shortened(const std::vector<std::string>& nodes) {
  constexpr std::size_t most = 100;
  auto text = compress_hostlist(nodes);
  return text.size() <= most ? text : text.substr(0, most) + "...";
}

bool is_of_blocks(std::string_view key) {
  return equal_ignoring_case(key, "BlockName") || equal_ignoring_case(key, "BlockSizes") ||
         equal_ignoring_case(key, "BlockLevels");
}

/// Of the line of a switch or block, which `owner` names; unknown ones are warned of.
std::vector<NodeId> nodes_of(const Entry& entry, std::string_view owner, const ClusterSpec& spec, const NodeIndex& index,
                             Diagnostics& diags) {
  std::vector<NodeId> nodes;
  const auto names = expand_hostlist(entry.value);
  if (!names) {
    error_at(diags, entry.value_spot(names.error().position), names.error().message);
    return nodes;
  }
  std::vector<std::string> unknown;
  for (const auto& name : *names) {
    if (equal_ignoring_case(name, "ALL")) {
      for (std::uint32_t n = 0; n < spec.nodes.size(); ++n) nodes.push_back(NodeId{n});
    } else if (const auto node = index.find(name)) {
      nodes.push_back(*node);
    } else {
      unknown.push_back(name);
    }
  }
  sort_unique(nodes);
  if (!unknown.empty())
    warning_at(diags, entry.value_spot(),
               fmt::format("{}: no NodeName line defines '{}'", owner, compress_hostlist(unknown)));
  return nodes;
}

/// A switch with what stands on its line.
struct SwitchLine {
  Entry name;
  std::optional<Entry> nodes, switches;
};

class SwitchReader {
 public:
  SwitchReader(ClusterSpec& spec, const NodeIndex& index, Diagnostics& diags)
      : spec_{spec}, index_{index}, diags_{diags} {}

  void read(const EntryLines& lines) {
    for (const auto& line : lines.lines) read_line(line);
    for (const auto& line : lines_) spec_.topology.switches.push_back({line.name.value, 0, {}, {}});
    for (std::size_t i = 0; i < lines_.size(); ++i) connect(i);
    set_levels();
    warn_of_nodes();
    warn_of_islands();
  }

 private:
  void read_line(const EntryLine& line) {
    const auto& first = line.front();
    if (is_of_blocks(first.key)) {
      if (!std::exchange(said_block_, true))
        diags_.note(first.key_spot().at, fmt::format("{} is of topology/block: such lines change nothing", first.key), {},
                    first.key_spot().line);
      return;
    }
    const auto fields = check_line(Scope::topology, line, diags_);
    const auto* name = fields.find("SwitchName");
    if (name == nullptr) {
      if (find_key(Scope::topology, first.key) != nullptr)
        error_at(diags_, first.key_spot(), fmt::format("{} without a SwitchName", first.key));
      return;
    }
    const auto* nodes = fields.find("Nodes");
    const auto* switches = fields.find("Switches");
    if ((nodes == nullptr) == (switches == nullptr)) {
      error_at(diags_, name->entry.key_spot(),
               fmt::format("switch '{}' has {} Nodes {} Switches", name->entry.value, nodes ? "both" : "neither",
                           nodes ? "and" : "nor"),
               "a leaf has Nodes, any other switch has Switches");
      return;
    }
    if (!rows_.emplace(name->entry.value, lines_.size()).second) {
      error_at(diags_, name->entry.value_spot(), fmt::format("switch '{}' is defined twice", name->entry.value));
      return;
    }
    lines_.push_back({name->entry, nodes ? std::optional{nodes->entry} : std::nullopt,
                      switches ? std::optional{switches->entry} : std::nullopt});
  }

  void connect(std::size_t row) {
    SwitchSpec& one = spec_.topology.switches[row];
    if (lines_[row].nodes) one.nodes = nodes_of(*lines_[row].nodes, "switch " + one.name, spec_, index_, diags_);
    if (lines_[row].switches) add_children(one, *lines_[row].switches);
  }

  void add_children(SwitchSpec& above, const Entry& entry) {
    const auto items = split_hostlist(entry.value);
    if (!items) return;  // reported when the value was checked
    for (const auto& item : *items) add_children(above, entry, item);
    std::sort(above.children.begin(), above.children.end());
    above.children.erase(std::unique(above.children.begin(), above.children.end()), above.children.end());
  }

  void add_children(SwitchSpec& above, const Entry& entry, const HostlistItem& item) {
    const auto names = expand_hostlist(item.text);
    if (!names)
      return error_at(diags_, entry.value_spot(item.position + names.error().position), names.error().message);
    for (const auto& name : *names) {
      const auto row = rows_.find(name);
      if (row != rows_.end()) {
        above.children.push_back(SwitchId{static_cast<std::uint32_t>(row->second)});
        continue;
      }
      std::vector<std::string_view> known;
      for (const auto& one : rows_) known.push_back(one.first);
      error_at(diags_, entry.value_spot(item.position), fmt::format("no SwitchName line defines '{}'", name),
               did_you_mean(name, known));
    }
  }

  /// Leaves are 0, what is above them one more, as often as something changes; a circle would never come to rest.
  void set_levels() {
    auto& switches = spec_.topology.switches;
    for (std::size_t pass = 0; pass <= switches.size(); ++pass) {
      bool changed = false;
      for (auto& one : switches)
        for (const auto child : one.children) {
          const auto level = switches[child.index()].level + 1;
          changed = changed || level > one.level;
          one.level = std::max(one.level, level);
        }
      if (!changed) return;
    }
    const auto highest = std::max_element(switches.begin(), switches.end(),
                                          [](const SwitchSpec& a, const SwitchSpec& b) { return a.level < b.level; });
    error_at(diags_, lines_[static_cast<std::size_t>(highest - switches.begin())].name.value_spot(),
             fmt::format("switch '{}' hangs below itself", highest->name));
    for (auto& one : switches) one.level = 0;
  }

  void warn_of_nodes() {
    std::vector<int> leaves(spec_.nodes.size());
    for (const auto& leaf : spec_.topology.switches)
      for (const auto node : leaf.nodes) ++leaves[node.index()];
    std::vector<std::string> none, several;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (leaves[i] == 0) none.push_back(spec_.nodes[i].name);
      if (leaves[i] > 1) several.push_back(spec_.nodes[i].name);
    }
    if (lines_.empty()) return;
    const auto spot = lines_.front().name.key_spot();
    const auto say = [&](const std::vector<std::string>& nodes, std::string_view what, std::string hint) {
      if (nodes.empty()) return;
      diags_.warning({spot.at.file},
                     fmt::format("{} of {} nodes {} on {}: {}", nodes.size(), spec_.nodes.size(),
                                 nodes.size() == 1 ? "is" : "are", what, shortened(nodes)),
                     std::move(hint));
    };
    say(none, "no switch", "topology/tree never gives them to a job together with other nodes");
    say(several, "more than one leaf switch", {});
  }

  /// Several switches with nothing above them: no job can span them.
  void warn_of_islands() {
    const auto& switches = spec_.topology.switches;
    std::vector<bool> hangs(switches.size());
    for (const auto& one : switches)
      for (const auto child : one.children) hangs[child.index()] = true;
    std::vector<std::string> tops;
    for (std::size_t i = 0; i < switches.size(); ++i)
      if (!hangs[i]) tops.push_back(switches[i].name);
    if (tops.size() < 2) return;
    diags_.warning({lines_.front().name.key_spot().at.file},
                   fmt::format("{} switches have nothing above them: {}", tops.size(), shortened(tops)),
                   "no job can span them; add a switch above all, if that is not intended");
  }

  ClusterSpec& spec_;
  const NodeIndex& index_;
  Diagnostics& diags_;
  std::vector<SwitchLine> lines_;
  std::map<std::string, std::size_t, std::less<>> rows_;
  bool said_block_ = false;
};

/// Source: topology.conf(5), topology_block's block_record.c.
class BlockReader {
 public:
  BlockReader(ClusterSpec& spec, const NodeIndex& index, Diagnostics& diags)
      : spec_{spec}, index_{index}, diags_{diags} {}

  void read(const EntryLines& lines) {
    for (const auto& line : lines.lines) read_line(line);
    const auto& blocks = spec_.topology.blocks;
    if (blocks.empty()) return;
    if (sizes_) read_sizes(*sizes_);
    if (spec_.topology.block_sizes.empty()) set_default_sizes();
    check_blocks();
    warn_of_nodes();
  }

 private:
  void read_line(const EntryLine& line) {
    const auto& first = line.front();
    if (equal_ignoring_case(first.key, "BlockLevels"))
      return warning_at(diags_, first.key_spot(), "BlockLevels is not read", "since 24.05 it is BlockSizes, in nodes");
    if (equal_ignoring_case(first.key, "SwitchName"))
      return error_at(diags_, first.key_spot(), "SwitchName is of topology/tree, and the plugin is topology/block");
    const auto fields = check_line(Scope::topology, line, diags_);
    if (const auto* sizes = fields.find("BlockSizes")) sizes_ = sizes->entry;
    const auto* name = fields.find("BlockName");
    if (name == nullptr) return;
    const auto* nodes = fields.find("Nodes");
    if (nodes == nullptr)
      return error_at(diags_, name->entry.key_spot(), fmt::format("block '{}' has no Nodes", name->entry.value));
    auto& blocks = spec_.topology.blocks;
    const auto same = [&](const BlockSpec& block) { return block.name == name->entry.value; };
    if (std::any_of(blocks.begin(), blocks.end(), same))
      return error_at(diags_, name->entry.value_spot(), fmt::format("block '{}' is defined twice", name->entry.value));
    blocks.push_back({name->entry.value,
                      nodes_of(nodes->entry, "block " + name->entry.value, spec_, index_, diags_)});
    lines_.push_back(name->entry);
  }

  void read_sizes(const Entry& entry) {
    constexpr std::int64_t largest_multiple = 1 << 15;
    auto& sizes = spec_.topology.block_sizes;
    std::size_t begin = 0;
    for (const auto part : split(entry.value, ',')) {
      const auto at = std::exchange(begin, begin + part.size() + 1);
      const auto size = parse_count(trim(part));
      const std::int64_t base = sizes.empty() ? size.value_or(0) : sizes.front();
      const bool is_multiple = size && *size > 0 && *size % base == 0 && *size / base <= largest_multiple &&
                               std::has_single_bit(static_cast<std::uint64_t>(*size / base));
      if (!is_multiple) {
        error_at(diags_, entry.value_spot(at), fmt::format("BlockSizes cannot have '{}'", part),
                 "the first is the nodes of a base block, each other one that times 2, 4, 8, ...");
        return;
      }
      sizes.push_back(*size);
    }
    std::sort(sizes.begin(), sizes.end());
    sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  }

  /// As many nodes as the first block has, and up to sixteen times that.
  void set_default_sizes() {
    const auto base = static_cast<std::int64_t>(spec_.topology.blocks.front().nodes.size());
    for (std::int64_t multiple = 1; multiple <= 16 && base > 0; multiple *= 2)
      spec_.topology.block_sizes.push_back(base * multiple);
  }

  void check_blocks() {
    const auto& topology = spec_.topology;
    for (std::size_t i = 0; i < topology.blocks.size(); ++i) {
      const auto nodes = static_cast<std::int64_t>(topology.blocks[i].nodes.size());
      if (topology.block_sizes.empty() || nodes < topology.block_sizes.front())
        error_at(diags_, lines_[i].value_spot(),
                 fmt::format("block '{}' has {} node{}, fewer than a base block", topology.blocks[i].name, nodes,
                             nodes == 1 ? "" : "s"),
                 topology.block_sizes.empty() ? "a block needs nodes"
                                              : fmt::format("BlockSizes begins with {}", topology.block_sizes.front()));
    }
  }

  void warn_of_nodes() {
    std::vector<bool> has_block(spec_.nodes.size());
    for (const auto& block : spec_.topology.blocks)
      for (const auto node : block.nodes) has_block[node.index()] = true;
    std::vector<std::string> none;
    for (std::size_t i = 0; i < has_block.size(); ++i)
      if (!has_block[i]) none.push_back(spec_.nodes[i].name);
    if (none.empty()) return;
    diags_.warning({lines_.front().key_spot().at.file},
                   fmt::format("{} of {} nodes {} in no block: {}", none.size(), spec_.nodes.size(),
                               none.size() == 1 ? "is" : "are", shortened(none)),
                   fmt::format("no job has {} together with nodes of a block", none.size() == 1 ? "it" : "them"));
  }

  ClusterSpec& spec_;
  const NodeIndex& index_;
  Diagnostics& diags_;
  std::vector<Entry> lines_;  ///< by block: its name
  std::optional<Entry> sizes_;
};

}  // namespace

void load_topology(ClusterSpec& spec, const std::filesystem::path& path, const NodeIndex& index, Diagnostics& diags) {
  const auto lines = read_entry_lines(path, diags);
  spec.files.insert(spec.files.end(), lines.files.begin(), lines.files.end());
  if (spec.topology_plugin == "topology/block")
    BlockReader{spec, index, diags}.read(lines);
  else
    SwitchReader{spec, index, diags}.read(lines);
}

}  // namespace sluice::conf
