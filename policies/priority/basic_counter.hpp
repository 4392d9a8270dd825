#pragma once
// priority/basic as numbers: each new job gets one less than the one before.

#include <cstdint>

namespace sluice::priority {

/// Gives the k-th job 2^32 - 65536 - k, less its nice; the nice of one job does not shift later ones. A held job gets 0
/// and takes no number. Released and requeued jobs ask anew, and so come last.
/// Source: priority_basic.c; compared with 22.05.8.
class BasicCounter {
 public:
  std::uint32_t next(std::int64_t nice) { return of(++given_, nice); }
  /// That of the number-th job, the first being 1.
  static std::uint32_t of(std::uint32_t number, std::int64_t nice) {
    const std::int64_t plain = top - number;
    return static_cast<std::uint32_t>(plain - nice > 1 ? plain - nice : plain);
  }

 private:
  static constexpr std::int64_t top = 0xffff0000;  ///< TOP_PRIORITY
  std::uint32_t given_ = 0;
};

}  // namespace sluice::priority
