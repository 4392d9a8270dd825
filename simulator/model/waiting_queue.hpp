#pragma once
// The jobs that wait, in the order in which they are to be considered, and indexed by what they need: a scheduler
// never has to walk past jobs that cannot start.

#include <cstdint>
#include <limits>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"
#include "simulator/base/ordered_blocks.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

/// The place of a job in the queue: higher priority first, then earlier submission, then the lower id.
/// Source: sort_job_queue2 of slurmctld, as far as one partition tier goes.
struct QueueKey {
  double priority = 0;
  Time submit{};
  JobId job;
  bool operator==(const QueueKey&) const = default;
  friend void fields(Archive& archive, QueueKey& key) { all_fields<3>(archive, key); }
  friend bool operator<(const QueueKey& a, const QueueKey& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    if (a.submit != b.submit) return a.submit < b.submit;
    return a.job < b.job;
  }
};

/// A waiting job. `length` is how long the scheduler believes it would run.
struct QueueEntry {
  QueueKey place;
  Duration length{};
  ShapeId shape;
  const QueueKey& key() const { return place; }
  friend void fields(Archive& archive, QueueEntry& entry) { all_fields<3>(archive, entry); }
};

/// The shortest length in a block of entries.
struct ShortestLength {
  Duration shortest = Duration::max();
  void add(const QueueEntry& entry) { shortest = std::min(shortest, entry.length); }
  bool subtract(const QueueEntry& entry) const { return entry.length > shortest; }
};

/// Insertion and removal are O(log n + 64). Iteration over all entries exists but is for tests and small queues.
class WaitingQueue {
 public:
  using Entries = OrderedBlocks<QueueEntry, ShortestLength>;

  /// Shapes are dense; all that will ever be used are announced before the first insert.
  void resize_shapes(std::size_t shapes);

  bool empty() const { return all_.empty(); }
  std::size_t size() const { return all_.size(); }
  const QueueEntry& front() const { return all_.front(); }
  const Entries& all() const { return all_; }
  const Entries& of_shape(ShapeId shape) const { return by_shape_[shape.index()]; }
  /// Shapes with at least one waiting job, in no particular but a deterministic order.
  const std::vector<ShapeId>& shapes() const { return waiting_shapes_; }

  void insert(const QueueEntry& entry);
  void erase(const QueueKey& key, ShapeId shape);
  void clear();

  void fields(Archive& archive);

 private:
  Entries all_;
  std::vector<Entries> by_shape_;
  std::vector<ShapeId> waiting_shapes_;
  std::vector<std::uint32_t> place_of_shape_;
};

}  // namespace sluice
