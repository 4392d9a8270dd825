#include "simulator/conf/topology_conf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/reader.hpp"
#include "simulator/conf/record.hpp"

namespace sluice::conf {
namespace {

/// A switch with what stands on its line.
struct SwitchLine {
  Entry name;
  std::optional<Entry> nodes, switches;
};

class TopologyReader {
 public:
  TopologyReader(ClusterSpec& spec, const NodeIndex& index, Diagnostics& diags)
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
    if (equal_ignoring_case(first.key, "BlockName") || equal_ignoring_case(first.key, "BlockSizes") ||
        equal_ignoring_case(first.key, "BlockLevels")) {
      if (!std::exchange(said_block_, true))
        diags_.note(first.key_spot().at, "topology/block is not modelled: its lines change nothing", {},
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
    if (lines_[row].nodes) add_nodes(spec_.topology.switches[row], *lines_[row].nodes);
    if (lines_[row].switches) add_children(spec_.topology.switches[row], *lines_[row].switches);
  }

  void add_nodes(SwitchSpec& leaf, const Entry& entry) {
    const auto names = expand_hostlist(entry.value);
    if (!names) return error_at(diags_, entry.value_spot(names.error().position), names.error().message);
    std::vector<std::string> unknown;
    for (const auto& name : *names) {
      if (equal_ignoring_case(name, "ALL")) {
        for (std::size_t i = 0; i < spec_.nodes.size(); ++i)
          leaf.nodes.push_back(NodeId{static_cast<std::uint32_t>(i)});
      } else if (const auto node = index_.find(name)) {
        leaf.nodes.push_back(*node);
      } else {
        unknown.push_back(name);
      }
    }
    sort_unique(leaf.nodes);
    if (!unknown.empty())
      warning_at(diags_, entry.value_spot(),
                 fmt::format("switch {}: no NodeName line defines '{}'", leaf.name, compress_hostlist(unknown)));
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

  static std::string shortened(const std::vector<std::string>& nodes) {
    constexpr std::size_t most = 100;
    auto text = compress_hostlist(nodes);
    return text.size() <= most ? text : text.substr(0, most) + "...";
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

}  // namespace

void load_topology(ClusterSpec& spec, const std::filesystem::path& path, const NodeIndex& index, Diagnostics& diags) {
  const auto lines = read_entry_lines(path, diags);
  spec.files.insert(spec.files.end(), lines.files.begin(), lines.files.end());
  TopologyReader{spec, index, diags}.read(lines);
}

}  // namespace sluice::conf
