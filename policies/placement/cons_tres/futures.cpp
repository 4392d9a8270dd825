#include "policies/placement/cons_tres/futures.hpp"

#include <algorithm>

namespace sluice::cons_tres {

void Futures::look_at(const Cluster& cluster, std::span<const RunningJob> running,
                      std::optional<std::uint64_t> version) {
  running_ = running;
  const auto both = version ? std::optional{std::pair{*version, cluster.version()}} : std::nullopt;
  if (cluster_ == &cluster && both && both == version_) return;
  cluster_ = &cluster;
  version_ = both;
  order_.clear();
  more_rows_.clear();
  row_by_state_.clear();
  parts_.clear();
  parts_from_.clear();
  for (const RunningJob& job : running) {
    parts_from_.push_back(static_cast<std::uint32_t>(parts_.size()));
    const Allocation& held = cluster.allocation(job.allocation);
    for (const NodeRun& run : held.runs) parts_.push_back({run.first, run.count, held.takes[run.take].cpus});
  }
  parts_from_.push_back(static_cast<std::uint32_t>(parts_.size()));
}

Futures::Freed Futures::freed(std::size_t job, const NodeSet& nodes) const {
  Freed sum;
  for (std::uint32_t p = parts_from_[job]; p < parts_from_[job + 1]; ++p) {
    const Part& part = parts_[p];
    const std::int64_t here = part.count == 1 ? nodes.contains(NodeId{part.first}) ? 1 : 0
                                              : static_cast<std::int64_t>(nodes.count_in(NodeId{part.first}, part.count));
    sum.nodes += here;
    sum.cpus += here * part.cpus;
  }
  return sum;
}

void Futures::open_present(State& state) {
  const auto& listed = cluster_->listed();
  state.ended = 0;
  state.row_of = cluster_->bucket_rows();
  state.rows = listed;
  state.place_of.assign(cluster_->bucket_slots(), no_place);
  state.has_layers = listed.size() <= Machine::most_layers;
  state.nodes.resize(state.has_layers ? listed.size() : 0);
  for (std::uint32_t place = 0; place < listed.size(); ++place) {
    const Bucket& bucket = cluster_->bucket(listed[place]);
    row_by_state_.emplace(Machine::Row{bucket.node_class, bucket.free}, listed[place]);
    state.place_of[listed[place]] = place;
    if (state.has_layers) state.nodes[place] = bucket.nodes;
  }
}

std::uint32_t Futures::row_for(const Machine::Row& row) {
  const auto next = static_cast<std::uint32_t>(cluster_->bucket_slots() + more_rows_.size());
  const auto [found, is_new] = row_by_state_.try_emplace(row, next);
  if (is_new) more_rows_.push_back(row);
  return found->second;
}

void Futures::move(State& state, std::uint32_t first, std::uint32_t count, std::uint32_t from, std::uint32_t to) {
  std::fill_n(state.row_of.begin() + first, count, to);
  if (!state.has_layers) return;
  if (state.place_of.size() <= to) state.place_of.resize(to + 1, no_place);
  if (state.place_of[to] == no_place) {
    state.has_layers = state.rows.size() < Machine::most_layers;
    if (!state.has_layers) return state.nodes.clear();
    state.place_of[to] = static_cast<std::uint32_t>(state.rows.size());
    state.rows.push_back(to);
    if (state.nodes.size() < state.rows.size()) state.nodes.emplace_back();
    state.nodes[state.place_of[to]].reset(state.row_of.size());
  }
  state.nodes[state.place_of[from]].erase(NodeId{first}, count);
  state.nodes[state.place_of[to]].insert(NodeId{first}, count);
}

/// Stretches of nodes that leave one row for another move together.
void Futures::end_job(State& state, std::size_t job) {
  const Allocation& held = cluster_->allocation(running_[job].allocation);
  for (const NodeRun& run : held.runs) {
    std::uint32_t last = Machine::no_row, to = Machine::no_row;
    const std::uint32_t end = run.first + run.count;
    for (std::uint32_t n = run.first, next = n; n < end; n = next) {
      const std::uint32_t from = state.row_of[n];
      while (next < end && state.row_of[next] == from) ++next;
      if (from == Machine::no_row) continue;  // closed
      if (from != last) {
        last = from;
        const std::size_t base = cluster_->bucket_slots();
        Machine::Row row;
        if (from >= base)
          row = more_rows_[from - base];
        else
          row = {cluster_->bucket(from).node_class, cluster_->bucket(from).free};
        row.free = combine(row.free, Sign::plus, held.takes[run.take]);
        to = row_for(row);
      }
      if (to != from) move(state, n, next - n, from, to);
    }
  }
}

/// Where the state is kept that has the most jobs ended, but no more than so many; it is moved on, or a copy of it.
Futures::State& Futures::state_before(std::size_t ended) {
  if (order_.empty()) {
    if (states_.empty()) states_.emplace_back();
    open_present(states_.front());
    order_.push_back(0);
  }
  auto next = std::upper_bound(order_.begin(), order_.end(), ended,
                               [this](std::size_t value, std::uint32_t state) { return value < states_[state].ended; });
  State& before = states_[*(next - 1)];
  if (before.ended == ended) return before;
  if (order_.size() == most_states && next - 1 != order_.begin()) return before;
  std::uint32_t spare = static_cast<std::uint32_t>(order_.size());
  if (order_.size() == most_states) {
    spare = *next;
    next = order_.erase(next);
  } else if (states_.size() == order_.size()) {
    states_.reserve(most_states);
    states_.emplace_back();
  }
  states_[spare] = states_[*(next - 1)];
  order_.insert(next, spare);
  return states_[spare];
}

void Futures::show(std::size_t ended, PartitionId partition, Machine& machine) {
  State& state = state_before(ended);
  for (; state.ended < ended; ++state.ended) end_job(state, state.ended);
  shown_.clear();
  if (state.has_layers)
    for (std::size_t place = 0; place < state.rows.size(); ++place)
      shown_.push_back({state.rows[place], &state.nodes[place]});
  machine.show(*cluster_, partition, state.row_of, more_rows_, shown_);
}

}  // namespace sluice::cons_tres
