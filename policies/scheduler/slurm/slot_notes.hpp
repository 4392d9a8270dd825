#pragma once
// What a pass or cycle notes of some of the jobs in the queue.

#include <cstdint>
#include <vector>

namespace sluice::scheduler::slurm {

/// A value for some of the slots of a queue. Forgetting all costs nothing, however many slots there are.
template <class Value>
class SlotNotes {
 public:
  /// Forgets all.
  void begin(std::size_t slots) {
    if (notes_.size() < slots) notes_.resize(slots);
    ++round_;
  }
  /// Null: nothing has been noted.
  const Value* find(std::uint32_t slot) const {
    return notes_[slot].round == round_ ? &notes_[slot].value : nullptr;
  }
  void put(std::uint32_t slot, const Value& value) { notes_[slot] = {round_, value}; }

 private:
  struct Note {
    std::uint64_t round = 0;
    Value value{};
  };
  std::vector<Note> notes_;
  std::uint64_t round_ = 0;
};

}  // namespace sluice::scheduler::slurm
