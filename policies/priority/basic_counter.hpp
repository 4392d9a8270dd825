#pragma once
// priority/basic as numbers: each new job gets one less than the one before.

#include <cstdint>

namespace sluice::priority {

/// Gives the k-th job 2^32 - 65536 - k, less its nice; the nice of one job does not shift later ones. A held job gets 0
/// and takes no number. Released and requeued jobs ask anew, and so come last.
/// Source: priority_basic.c; compared with 22.05.8.
class BasicCounter {
 public:
  std::uint32_t next(std::int64_t nice) {
    --last_;
    const std::int64_t own = last_ - nice;
    return static_cast<std::uint32_t>(own > 1 ? own : last_);
  }

 private:
  std::int64_t last_ = 0xffff0000;  ///< TOP_PRIORITY
};

}  // namespace sluice::priority
