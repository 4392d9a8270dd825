#include "simulator/model/waiting_queue.hpp"

namespace sluice {

void WaitingQueue::resize_shapes(std::size_t shapes) {
  by_shape_.resize(shapes);
  place_of_shape_.resize(shapes);
}

void WaitingQueue::insert(const QueueEntry& entry) {
  all_.insert(entry);
  Entries& same = by_shape_[entry.shape.index()];
  if (same.empty()) {
    place_of_shape_[entry.shape.index()] = static_cast<std::uint32_t>(waiting_shapes_.size());
    waiting_shapes_.push_back(entry.shape);
  }
  same.insert(entry);
}

void WaitingQueue::erase(const QueueKey& key, ShapeId shape) {
  all_.erase(key);
  Entries& same = by_shape_[shape.index()];
  same.erase(key);
  if (!same.empty()) return;
  const std::uint32_t place = place_of_shape_[shape.index()];
  waiting_shapes_[place] = waiting_shapes_.back();
  place_of_shape_[waiting_shapes_[place].index()] = place;
  waiting_shapes_.pop_back();
}

void WaitingQueue::clear() {
  all_.clear();
  for (const ShapeId shape : waiting_shapes_) by_shape_[shape.index()].clear();
  waiting_shapes_.clear();
}

/// The order of the shapes is that of the past, and so saved beside the entries.
void WaitingQueue::fields(Archive& archive) {
  archive(all_, waiting_shapes_);
  if (!archive.is_loading()) return;
  for (Entries& entries : by_shape_) entries.clear();
  all_.for_each([this](const QueueEntry& entry) { by_shape_[entry.shape.index()].insert(entry); });
  for (std::uint32_t place = 0; place < waiting_shapes_.size(); ++place)
    place_of_shape_[waiting_shapes_[place].index()] = place;
}

}  // namespace sluice
