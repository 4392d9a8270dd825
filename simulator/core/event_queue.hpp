#pragma once
// Future events in a fixed order: by time, then by rank within an instant, then by insertion.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

/// A priority queue of payloads. It knows nothing of what they mean.
///
/// Popping moves the clock; scheduling before the clock is a broken invariant. schedule and pop are O(log n).
/// `Payload` is copied around in the heap: keep it small and trivially copyable.
template <class Payload>
class EventQueue {
 public:
  struct Event {
    Time at{};
    std::uint64_t order = 0;  ///< rank in the top 8 bits, then the insertion number or the caller's place
    Payload what;
    std::uint8_t rank() const { return static_cast<std::uint8_t>(order >> 56); }
    friend void fields(Archive& archive, Event& event) { all_fields<3>(archive, event); }
  };

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  Time now() const { return now_; }
  const Event& next() const { return heap_.front(); }

  /// Events of one instant come out by ascending rank; rank < 256.
  void schedule(Time at, std::uint8_t rank, Payload what) { schedule_in_place(at, rank, inserted_++, std::move(what)); }

  /// The same with a `place` (below 2^56) of the caller's within the rank instead of the order of insertion.
  void schedule_in_place(Time at, std::uint8_t rank, std::uint64_t place, Payload what) {
    SLUICE_CHECK(at >= now_, "an event is scheduled in the past");
    heap_.push_back({at, std::uint64_t{rank} << 56 | place, std::move(what)});
    sift_up(heap_.size() - 1);
  }

  std::optional<Event> pop() {
    if (heap_.empty()) return std::nullopt;
    Event top = std::move(heap_.front());
    now_ = top.at;
    heap_.front() = std::move(heap_.back());
    heap_.pop_back();
    if (!heap_.empty()) sift_down();
    return top;
  }

  /// Moves the clock forward without an event. `to` must not lie behind the clock or beyond the next event.
  void advance(Time to) {
    SLUICE_CHECK(to >= now_ && (heap_.empty() || to <= heap_.front().at), "the clock skips an event");
    now_ = to;
  }

  /// Whether it holds of any future event, asked in no order. O(n).
  template <class Holds>
  bool any_of(Holds holds) const {
    return std::any_of(heap_.begin(), heap_.end(), [&](const Event& event) { return holds(event.what); });
  }

  /// The heap as it lies, and how many were ever inserted: the order goes on where it was.
  void fields(Archive& archive) { archive(heap_, now_, inserted_); }

 private:
  static bool before(const Event& a, const Event& b) { return a.at != b.at ? a.at < b.at : a.order < b.order; }

  void sift_up(std::size_t i) {
    Event moving = std::move(heap_[i]);
    while (i > 0) {
      const std::size_t parent = (i - 1) / 4;
      if (!before(moving, heap_[parent])) break;
      heap_[i] = std::move(heap_[parent]);
      i = parent;
    }
    heap_[i] = std::move(moving);
  }

  void sift_down() {
    Event moving = std::move(heap_.front());
    const std::size_t n = heap_.size();
    std::size_t i = 0;
    while (true) {
      const std::size_t first = 4 * i + 1;
      if (first >= n) break;
      std::size_t least = first;
      for (std::size_t child = first + 1; child < first + 4 && child < n; ++child)
        if (before(heap_[child], heap_[least])) least = child;
      if (!before(heap_[least], moving)) break;
      heap_[i] = std::move(heap_[least]);
      i = least;
    }
    heap_[i] = std::move(moving);
  }

  std::vector<Event> heap_;  // 4-ary: fewer cache lines than a binary heap
  std::uint64_t inserted_ = 0;
  Time now_{};
};

}  // namespace sluice
