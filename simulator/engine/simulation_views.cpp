// What a simulation shows of itself while it runs.

#include "simulator/engine/simulation.hpp"

namespace sluice {

std::vector<NodeView> Simulation::nodes(Time at) const {
  std::vector<NodeView> views(state_.nodes.size());
  for (std::size_t n = 0; n < views.size(); ++n) {
    const NodeStatus& status = state_.nodes[n];
    views[n].down = status.down;
    views[n].drained = status.drained;
    views[n].failing = status.failing;
    views[n].silent = status.silent;
    if (!power_) continue;
    const NodeId node{static_cast<std::uint32_t>(n)};
    views[n].power_down_asked = power_->is_to_go_down(node);
    views[n].powering_down = power_->power(node) == PowerSaving::Power::going_down;
    views[n].powered_down = power_->power(node) == PowerSaving::Power::off;
    views[n].powering_up = power_->power(node) == PowerSaving::Power::booting;
  }
  for (const Job& job : state_.jobs.jobs) {
    const auto* running = std::get_if<Running>(&job.state);
    if (running == nullptr) continue;
    const Allocation& where = state_.cluster.allocation(running->allocation);
    for (const NodeRun& run : where.runs)
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n) views[n].used_cpus += where.takes[run.take].cpus;
  }
  if (!controller_) return views;
  const auto mark = [&](const NodeSet& nodes, bool NodeView::* what) {
    nodes.for_each([&](NodeId node) { views[node.index()].*what = true; });
  };
  const LiveController& controller = *controller_;
  mark(controller.completing(), &NodeView::completing);
  // slurmctld marks planned nodes only if they have no job. Source: backfill.c, _handle_planned.
  controller.planned_nodes().for_each([&](NodeId node) {
    views[node.index()].planned = views[node.index()].used_cpus == 0;
  });
  mark(controller.reservations().reserved_nodes(at), &NodeView::reserved);
  mark(controller.reservations().maintenance_nodes(at), &NodeView::maintenance);
  return views;
}

LoadSample Simulation::load() const {
  const auto& total = state_.cluster.total();
  const auto& used = state_.cluster.used();
  const auto& closed = state_.cluster.used_on_closed();
  LoadSample sample;
  sample.pending = state_.pending;
  sample.running = static_cast<std::int64_t>(state_.running.size());
  sample.used_cpus = used.cpus + closed.cpus;
  sample.total_cpus = total.cpus + closed.cpus;
  sample.used_gpus = used.gpus + closed.gpus;
  sample.total_gpus = total.gpus + closed.gpus;
  sample.used_nodes = used.nodes + closed.nodes;
  sample.total_nodes = total.nodes + closed.nodes;
  sample.used_memory = used.memory + closed.memory;
  sample.total_memory = total.memory + closed.memory;
  return sample;
}

}  // namespace sluice
