#include "simulator/model/dependency_graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <boost/pending/disjoint_sets.hpp>
#include <boost/property_map/property_map.hpp>
#include <iterator>
#include <limits>
#include <optional>
#include <unordered_map>

#include "simulator/base/check.hpp"

namespace sluice {
namespace {

/// A way from what is waited for to who waits. An array is a vertex of its own, behind its tasks, so that a dependent
/// of it has one edge and not one a task.
struct Wait {
  Duration delay{};
  bool from_start = false;  ///< not from the end
};
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, Wait>;
using Vertex = boost::graph_traits<Graph>::vertex_descriptor;

constexpr auto no_job = std::numeric_limits<std::uint32_t>::max();

/// Only jobs that depend or are depended upon are in it.
class DependencyGraph {
 public:
  explicit DependencyGraph(const JobLinks& links, std::size_t jobs) : links_{links} {
    for (std::uint32_t job = 0; job < jobs; ++job)
      for (const Condition& condition : links.conditions(JobId{job})) add(condition, JobId{job});
  }

  const Graph& graph() const { return graph_; }
  /// nullopt: an array.
  std::optional<JobId> job(Vertex vertex) const {
    return job_of_[vertex] == no_job ? std::nullopt : std::optional{JobId{job_of_[vertex]}};
  }

 private:
  void add(const Condition& condition, JobId waiting) {
    if (condition.of == Condition::Of::nobody || condition.of == Condition::Of::namesakes) return;
    const Vertex from = condition.of == Condition::Of::job ? vertex_of(JobId{condition.row}) : vertex_of(ArrayId{condition.row});
    boost::add_edge(from, vertex_of(waiting), Wait{condition.delay, condition.type == DependencyType::after}, graph_);
  }

  Vertex vertex_of(JobId job) {
    const auto [known, is_new] = jobs_.try_emplace(job.value, job_of_.size());
    if (is_new) add_vertex(job.value);
    return known->second;
  }
  Vertex vertex_of(ArrayId array) {
    const auto known = arrays_.find(array.value);
    if (known != arrays_.end()) return known->second;
    const Vertex vertex = job_of_.size();
    arrays_.emplace(array.value, vertex);
    add_vertex(no_job);
    for (const JobId task : links_.arrays()[array.index()].tasks) boost::add_edge(vertex_of(task), vertex, Wait{}, graph_);
    return vertex;
  }
  void add_vertex(std::uint32_t job) {
    boost::add_vertex(graph_);
    job_of_.push_back(job);
  }

  const JobLinks& links_;
  Graph graph_;
  std::vector<std::uint32_t> job_of_;
  std::unordered_map<std::uint32_t, Vertex> jobs_, arrays_;
};

/// Goes round inside one strongly connected component until it comes back to where it has been.
std::vector<Vertex> walk_round(const Graph& graph, const std::vector<int>& component, Vertex from) {
  std::vector<Vertex> way;
  std::unordered_map<Vertex, std::size_t> place;
  for (Vertex at = from;;) {
    const auto [known, is_new] = place.try_emplace(at, way.size());
    if (!is_new) return {way.begin() + static_cast<std::ptrdiff_t>(known->second), way.end()};
    way.push_back(at);
    const auto [first, last] = boost::out_edges(at, graph);
    const auto inside = std::find_if(first, last, [&](const auto& edge) {
      return component[boost::target(edge, graph)] == component[from];
    });
    SLUICE_CHECK(inside != last, "a strongly connected component has no way on");
    at = boost::target(*inside, graph);
  }
}

/// Longest ways to and from each vertex, the vertex itself left out and in.
class Lengths {
 public:
  Lengths(const DependencyGraph& graph, const std::function<Duration(JobId)>& length) : graph_{graph} {
    const Graph& g = graph.graph();
    boost::topological_sort(g, std::back_inserter(order_));  // the last ones first
    for (Vertex v = 0; v < boost::num_vertices(g); ++v) own_.push_back(graph.job(v) ? length(*graph.job(v)) : Duration{});
    before_.assign(own_.size(), Duration{});
    after_.assign(own_.size(), Duration{});
    next_.assign(own_.size(), none);
    for (const Vertex v : order_) look_ahead(v);
    for (auto v = order_.rbegin(); v != order_.rend(); ++v) push_on(*v);
  }

  static constexpr Vertex none = std::numeric_limits<Vertex>::max();
  Duration through(Vertex v) const { return before_[v] + after_[v]; }
  Duration before(Vertex v) const { return before_[v]; }
  Vertex next(Vertex v) const { return next_[v]; }

 private:
  /// How long it takes from the start of v to the start of w at least.
  Duration between(Vertex v, const Wait& wait) const { return (wait.from_start ? Duration{} : own_[v]) + wait.delay; }

  void look_ahead(Vertex v) {
    const Graph& g = graph_.graph();
    after_[v] = own_[v];
    for (auto [edge, last] = boost::out_edges(v, g); edge != last; ++edge) {
      const Vertex w = boost::target(*edge, g);
      const Duration way = between(v, g[*edge]) + after_[w];
      if (way < after_[v] || (way == after_[v] && next_[v] != none)) continue;
      after_[v] = way;
      next_[v] = w;
    }
  }
  void push_on(Vertex v) {
    const Graph& g = graph_.graph();
    for (auto [edge, last] = boost::out_edges(v, g); edge != last; ++edge) {
      Duration& before = before_[boost::target(*edge, g)];
      before = std::max(before, before_[v] + between(v, g[*edge]));
    }
  }

  const DependencyGraph& graph_;
  std::vector<Vertex> order_, next_;
  std::vector<Duration> own_, before_, after_;
};

/// The number of the connected component of each vertex, whatever way edges point.
std::vector<std::size_t> components_of(const Graph& graph) {
  const std::size_t n = boost::num_vertices(graph);
  std::vector<std::size_t> rank(n), parent(n);
  const auto by_vertex = [](std::vector<std::size_t>& values) {
    return boost::make_iterator_property_map(values.begin(), boost::identity_property_map{});
  };
  boost::disjoint_sets sets{by_vertex(rank), by_vertex(parent)};
  for (Vertex v = 0; v < n; ++v) sets.make_set(v);
  for (auto [edge, last] = boost::edges(graph); edge != last; ++edge)
    sets.union_set(boost::source(*edge, graph), boost::target(*edge, graph));
  std::vector<std::size_t> component(n);
  for (Vertex v = 0; v < n; ++v) component[v] = sets.find_set(v);
  return component;
}

Workflow make_workflow(const DependencyGraph& graph, const Lengths& lengths, const std::vector<Vertex>& members) {
  Workflow flow;
  Vertex start = members.front();
  for (const Vertex v : members) {
    if (lengths.before(v) == Duration{} && lengths.through(v) > flow.critical_length) {
      flow.critical_length = lengths.through(v);
      start = v;
    }
    if (graph.job(v)) flow.jobs.push_back(*graph.job(v));
  }
  for (Vertex v = start; v != Lengths::none; v = lengths.next(v))
    if (graph.job(v)) flow.critical_path.push_back(*graph.job(v));
  std::vector<std::pair<JobId, Duration>> slack;
  for (const Vertex v : members)
    if (graph.job(v)) slack.emplace_back(*graph.job(v), flow.critical_length - lengths.through(v));
  std::sort(slack.begin(), slack.end());
  std::sort(flow.jobs.begin(), flow.jobs.end());
  for (const auto& one : slack) flow.slack.push_back(one.second);
  return flow;
}

}  // namespace

std::vector<JobId> find_circle(const JobLinks& links, std::size_t jobs) {
  const DependencyGraph graph{links, jobs};
  const Graph& g = graph.graph();
  const std::size_t n = boost::num_vertices(g);
  if (n == 0) return {};
  std::vector<int> component(n);
  const int components = boost::strong_components(
      g, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, g)));
  std::vector<std::size_t> size(static_cast<std::size_t>(components), 0);
  for (const int c : component) ++size[static_cast<std::size_t>(c)];
  for (Vertex v = 0; v < n; ++v) {
    const bool waits_for_itself = boost::edge(v, v, g).second;
    if (size[static_cast<std::size_t>(component[v])] < 2 && !waits_for_itself) continue;
    const auto way = waits_for_itself ? std::vector<Vertex>{v} : walk_round(g, component, v);
    std::vector<JobId> circle;
    for (auto at = way.rbegin(); at != way.rend(); ++at)  // edges lead to who waits
      if (graph.job(*at)) circle.push_back(*graph.job(*at));
    return circle;
  }
  return {};
}

std::vector<Workflow> workflows(const JobLinks& links, std::size_t jobs,
                                const std::function<Duration(JobId)>& length) {
  const DependencyGraph graph{links, jobs};
  const Lengths lengths{graph, length};
  const auto component = components_of(graph.graph());
  std::vector<std::vector<Vertex>> members(component.size());
  for (Vertex v = 0; v < component.size(); ++v) members[component[v]].push_back(v);
  std::vector<Workflow> flows;
  for (const auto& one : members) {
    if (one.size() < 2) continue;
    Workflow flow = make_workflow(graph, lengths, one);
    if (flow.jobs.size() > 1) flows.push_back(std::move(flow));
  }
  std::sort(flows.begin(), flows.end(),
            [](const Workflow& a, const Workflow& b) { return a.jobs.front() < b.jobs.front(); });
  return flows;
}

}  // namespace sluice
