// Choosing nodes under topology/block: all in one block, as small as can be, and there in as few base blocks as can be.

#include <algorithm>
#include <functional>

#include "policies/placement/cons_tres/choice.hpp"

namespace sluice::cons_tres {
namespace {

std::int64_t rounded_up(std::int64_t count, std::int64_t of) { return (count + of - 1) / of; }

}  // namespace

/// A piece of a job (all of it, or one segment) on its way into base blocks.
struct Choice::Piece {
  Piece(const Blocks& all, std::int64_t wanted)
      : blocks{all}, span{all.span_for(wanted)},
        parts_left{rounded_up(wanted, static_cast<std::int64_t>(span.part) * all.base_nodes())},
        counts_parts{span.whole != span.part * static_cast<std::size_t>(parts_left)}, used(all.size()) {}

  const Blocks& blocks;
  BlockSpan span;
  std::int64_t parts_left;  ///< blocks of the next smaller size that it may still begin to use
  bool counts_parts;        ///< whether fewer of them than its block has
  std::vector<bool> used;   ///< base blocks that it is on
  std::size_t first = 0, end = 0;  ///< base blocks of the block it lies in
  std::vector<std::int64_t> nodes, part_nodes;  ///< that could be taken: by base block, by part

  bool same_part(std::size_t a, std::size_t b) const { return a / span.part == b / span.part; }
  bool is_on_part_of(std::size_t base) const {
    for (std::size_t other = 0; other < used.size(); ++other)
      if (used[other] && same_part(other, base)) return true;
    return false;
  }
  /// Those base blocks on which any of the nodes are.
  void use_those_of(const NodeSet& taken) {
    for (std::size_t base = first; base < end; ++base) {
      if (used[base] || blocks[base].count_common(taken) == 0) continue;
      if (!is_on_part_of(base)) --parts_left;
      used[base] = true;
    }
  }
  void count(const NodeSet& open) {
    nodes.assign(blocks.size(), 0);
    part_nodes.assign(blocks.size() / span.part + 1, 0);
    for (std::size_t base = first; base < end; ++base) {
      if (used[base]) continue;
      nodes[base] = static_cast<std::int64_t>(blocks[base].count_common(open));
      part_nodes[base / span.part] += nodes[base];
    }
  }
  /// Positive: base block a suits better than b, which comes before it.
  int compare_parts(std::size_t a, std::size_t b, std::int64_t wanted) const {
    if (!counts_parts || same_part(a, b)) return 0;
    const bool known_a = is_on_part_of(a), known_b = is_on_part_of(b);
    if (known_a != known_b) return known_a ? 1 : -1;
    const std::int64_t in_a = part_nodes[a / span.part], in_b = part_nodes[b / span.part];
    const bool fits_a = in_a >= wanted, fits_b = in_b >= wanted;
    if (fits_a != fits_b) return fits_a ? 1 : -1;
    if (in_a == in_b) return 0;
    return (in_a < in_b) == fits_a ? 1 : -1;
  }
  bool suits_better(std::size_t a, std::size_t b, std::int64_t wanted) const {
    if (const int parts = compare_parts(a, b, wanted); parts != 0) return parts > 0;
    const bool fits_a = nodes[a] >= wanted, fits_b = nodes[b] >= wanted;
    if (fits_a != fits_b) return fits_a;
    return fits_a ? nodes[a] <= nodes[b] : nodes[a] >= nodes[b];
  }
  std::optional<std::size_t> best(std::int64_t wanted) const {
    std::optional<std::size_t> found;
    for (std::size_t base = first; base < end; ++base)
      if (!used[base] && (!found || suits_better(base, *found, wanted))) found = base;
    return found;
  }
};

/// Nodes that a piece could have of base blocks first to end - 1 without using more parts than it may.
std::int64_t Choice::nodes_within(const Piece& piece, std::size_t first, std::size_t end, const NodeSet& pool) const {
  std::vector<std::int64_t> parts;
  for (std::size_t base = first; base < end; ++base) {
    if (base == first || !piece.same_part(base, base - 1)) parts.push_back(0);
    parts.back() += static_cast<std::int64_t>(piece.blocks[base].count_common(pool));
  }
  std::sort(parts.begin(), parts.end(), std::greater<>{});
  if (piece.counts_parts && static_cast<std::int64_t>(parts.size()) > piece.parts_left)
    parts.resize(static_cast<std::size_t>(piece.parts_left));
  std::int64_t nodes = 0;
  for (const std::int64_t part : parts) nodes += part;
  return nodes;
}

/// The block in which the piece is to lie: the one of required nodes; else, of those with enough nodes and CPUs, the last
/// one with the fewest free nodes among those that have a node as light as any. False: there is none.
bool Choice::find_block(Piece& piece, const NodeSet& pool, const NodeSet* required) const {
  std::optional<std::uint64_t> best_weight;
  std::int64_t best_nodes = 0;
  for (std::size_t first = 0; first < piece.blocks.size(); first += piece.span.whole) {
    const std::size_t end = std::min(first + piece.span.whole, piece.blocks.size());
    NodeSet here = piece.blocks[first];
    for (std::size_t base = first + 1; base < end; ++base) here |= piece.blocks[base];
    if (required != nullptr) {
      if (here.count_common(*required) == 0) continue;
      piece.first = first;
      piece.end = end;
      return here.count_common(*required) == required->count();
    }
    here &= pool;
    std::int64_t cpus = 0;
    std::optional<std::uint64_t> lightest;
    here.for_each([&](NodeId node) {
      cpus += rooms_.cpus[node.index()];
      const std::uint64_t weight = q_.weights[node.index()];
      if (!lightest || weight < *lightest) lightest = weight;
    });
    const auto nodes = static_cast<std::int64_t>(here.count());
    if (!lightest || cpus < rem_cpus_ || !enough_nodes(nodes_within(piece, first, end, pool))) continue;
    if (best_weight && (*lightest > *best_weight || (*lightest == *best_weight && nodes > best_nodes))) continue;
    best_weight = lightest;
    best_nodes = nodes;
    piece.first = first;
    piece.end = end;
  }
  return best_weight.has_value();
}

/// Nodes of a base block, ascending, until done or no more are allowed.
Choice::Progress Choice::fill_base_block(const NodeSet& block, const NodeSet& open) {
  Progress progress = Progress::open;
  NodeSet nodes = block;
  nodes &= open;
  nodes.for_each([&](NodeId node) {
    if (progress != Progress::open || max_nodes_ <= 0 || chosen_.contains(node)) return;
    take(node.value, scratch_.seen[node.index()]);
    if (done()) progress = Progress::done;
  });
  return progress;
}

/// Takes `nodes` nodes of `pool` for a piece. Source: eval_nodes_block().
bool Choice::place_piece(const NodeSet& pool, std::int64_t nodes, const NodeSet* required) {
  Piece piece{q_.blocks, nodes};
  scratch_.seen.assign(rooms_.candidates.capacity(), 0);
  if (required != nullptr && !take_all_required()) return false;
  if (!find_block(piece, pool, required)) return false;
  if (required != nullptr) {
    piece.use_those_of(*required);
    if (piece.parts_left < 0 && piece.counts_parts) return false;
    if (done()) return true;
    if (max_nodes_ <= 0) return false;
  }
  NodeSet open{pool.capacity()};
  for (std::size_t base = piece.first; base < piece.end; ++base) open |= piece.blocks[base];
  open &= pool;
  list_weights();
  const Groups groups = look_at_groups(open, 0);
  if (!groups.sufficient) return false;
  if (groups.any_lighter) {
    if (const Progress lighter = take_lighter(groups.lighter); lighter != Progress::open) return lighter == Progress::done;
    piece.use_those_of(groups.lighter);
    if (piece.parts_left < 0) return false;
  }
  open &= groups.best;
  for (std::size_t base = piece.first; base < piece.end; ++base)
    if (piece.used[base] && fill_base_block(piece.blocks[base], open) == Progress::done) return true;
  piece.count(open);
  for (std::int64_t before = rem_nodes_ + 1; before != rem_nodes_;) {
    before = rem_nodes_;
    const auto base = piece.best(rem_nodes_);
    if (!base) break;
    const bool begins_part = piece.counts_parts && !piece.is_on_part_of(*base);
    if (begins_part && piece.parts_left <= 0) break;
    if (fill_base_block(piece.blocks[*base], open) == Progress::done) return true;
    piece.used[*base] = true;
    if (begins_part) --piece.parts_left;
  }
  return min_rem_nodes_ <= 0 && rem_cpus_ <= 0 && gres_met();
}

/// What is left to do for the next piece of the job.
void Choice::open_piece(std::int64_t nodes) {
  const Demand& d = q_.demand;
  rem_nodes_ = nodes;
  min_rem_nodes_ = q_.counts.min / segments_;
  max_nodes_ = q_.counts.max / segments_;
  rem_cpus_ = d.min_cpus / segments_;
  rem_max_ = std::max({d.max_cpus.value_or(d.min_cpus) / segments_, d.gres_cpus_per_node * nodes,
                       d.gres_cpus_of_job / segments_});
  scratch_.gres_so_far.assign(d.gres.size(), 0);
}

/// With --segment each piece of that many nodes lies in one block; a segment larger than the job is none.
bool Choice::by_block() {
  const Demand& d = q_.demand;
  const std::int64_t nodes = std::min(q_.counts.min, q_.counts.wanted);
  const std::int64_t segment = d.segment && *d.segment <= nodes ? *d.segment : nodes;
  if (segment == 0 || nodes % segment != 0) return false;
  segments_ = nodes / segment;
  for (const GresDemand& gres : d.gres)
    if (gres.total % segments_ != 0) return false;
  NodeSet pool = rooms_.candidates;
  if (has_required_) {
    const auto required = d.required.count();
    if (d.required.count_common(pool) < required || d.required.count_common(q_.blocks.nodes()) < required) return false;
    if (static_cast<std::int64_t>(required) > q_.counts.max) return false;
    if (segments_ > 1 && static_cast<std::int64_t>(required) < nodes) return false;
    if (segments_ > 1) pool &= d.required;
  }
  const NodeSet* required = has_required_ && segments_ == 1 ? &d.required : nullptr;
  for (std::int64_t piece = 0; piece < segments_; ++piece) {
    open_piece(segment);
    if (!place_piece(pool, segment, required)) return false;
    pool -= chosen_;
  }
  return true;
}

}  // namespace sluice::cons_tres
