#pragma once
// A small memory of what texts meant a moment ago: traces repeat themselves.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::workloads {

/// Remembers the value of up to 4,096 texts; a newer text may push out an older one, so memory is bounded.
/// find() costs one hash and one comparison.
template <class Value>
class RecentCache {
 public:
  RecentCache() : slots_(slot_count) {}

  /// The value of `text`, or nullptr when it is not remembered. Valid until the next put().
  const Value* find(std::string_view text) const {
    const Slot& slot = slots_[hash(text) % slot_count];
    return slot.used && slot.text == text ? &slot.value : nullptr;
  }
  void put(std::string_view text, Value value) {
    Slot& slot = slots_[hash(text) % slot_count];
    slot.text = text;
    slot.value = value;
    slot.used = true;
  }

 private:
  static constexpr std::size_t slot_count = 4096;
  struct Slot {
    std::string text;
    Value value{};
    bool used = false;
  };

  static std::size_t hash(std::string_view text) {
    std::uint64_t h = text.size();
    for (; text.size() >= 8; text.remove_prefix(8)) h = mix(h, text);
    if (!text.empty()) h = mix(h, text);
    return static_cast<std::size_t>(h >> 32U);
  }
  static std::uint64_t mix(std::uint64_t h, std::string_view text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size() < 8 ? text.size() : 8);
    h = (h ^ word) * 0x9e3779b97f4a7c15ULL;
    return h ^ (h >> 29U);
  }

  std::vector<Slot> slots_;
};

}  // namespace sluice::workloads
