#include "simulator/model/switch_tree.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>

namespace sluice {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

Graph links_of(const TopologySpec& topology) {
  Graph graph{topology.switches.size()};
  for (std::size_t row = 0; row < topology.switches.size(); ++row)
    for (const SwitchId child : topology.switches[row].children) boost::add_edge(row, child.index(), graph);
  return graph;
}

class CountHops : public boost::default_bfs_visitor {
 public:
  explicit CountHops(std::uint32_t* hops) : hops_{hops} {}
  template <class Edge>
  void tree_edge(Edge edge, const Graph& graph) const {
    hops_[boost::target(edge, graph)] = hops_[boost::source(edge, graph)] + 1;
  }

 private:
  std::uint32_t* hops_;
};

void set_span(const NodeSet& nodes, std::size_t& first, std::size_t& end) {
  const auto& words = nodes.words();
  while (first < words.size() && words[first] == 0) ++first;
  end = words.size();
  while (end > first && words[end - 1] == 0) --end;
}

}  // namespace

bool SwitchTree::has_one_root() const {
  if (switches_.empty()) return false;
  const auto lower = [](const Switch& a, const Switch& b) { return a.level < b.level; };
  const Switch& top = *std::max_element(switches_.begin(), switches_.end(), lower);
  const auto as_high = std::count_if(switches_.begin(), switches_.end(),
                                     [&](const Switch& one) { return one.level == top.level; });
  return as_high == 1 && top.nodes.count() == top.nodes.capacity();
}

std::int64_t SwitchTree::count(std::size_t row, const NodeSet& set) const {
  const Switch& one = switches_[row];
  std::int64_t total = 0;
  for (std::size_t w = one.first_word; w < one.end_word; ++w)
    total += std::popcount(one.nodes.words()[w] & set.words()[w]);
  return total;
}

SwitchTree::SwitchTree(const TopologySpec& topology, std::size_t node_count) {
  const std::size_t count = topology.switches.size();
  std::vector<std::size_t> upwards(count);
  for (std::size_t row = 0; row < count; ++row) {
    upwards[row] = row;
    Switch one{topology.switches[row].level, static_cast<std::uint32_t>(row), NodeSet{node_count}, 0, 0};
    for (const NodeId node : topology.switches[row].nodes) one.nodes.insert(node);
    switches_.push_back(std::move(one));
  }
  std::stable_sort(upwards.begin(), upwards.end(),
                   [&](std::size_t a, std::size_t b) { return switches_[a].level < switches_[b].level; });
  for (const std::size_t row : upwards)
    for (const SwitchId child : topology.switches[row].children) {
      switches_[row].nodes |= switches_[child.index()].nodes;
      switches_[child.index()].parent = static_cast<std::uint32_t>(row);
    }
  for (Switch& one : switches_) set_span(one.nodes, one.first_word, one.end_word);
  const Graph graph = links_of(topology);
  hops_.assign(count * count, unreachable);
  for (std::size_t row = 0; row < count; ++row) {
    std::uint32_t* const hops = hops_.data() + row * count;
    hops[row] = 0;
    boost::breadth_first_search(graph, row, boost::visitor(CountHops{hops}));
  }
}

}  // namespace sluice
