#pragma once
// A number that two runs share exactly when the same things happened in the same order.

#include <cstdint>

#include "simulator/base/archive.hpp"

namespace sluice {

/// Order-sensitive 64-bit hash of a stream of integers. The same on every platform. Not cryptographic.
class Fingerprint {
 public:
  void fold(std::uint64_t value) {
    state_ = (state_ ^ value) * 0x9e3779b97f4a7c15ULL;
    state_ ^= state_ >> 32;
  }
  void fold(std::int64_t value) { fold(static_cast<std::uint64_t>(value)); }
  void fold(std::uint32_t value) { fold(std::uint64_t{value}); }

  std::uint64_t value() const { return state_; }
  void fields(Archive& archive) { archive(state_); }

 private:
  std::uint64_t state_ = 0x510e527fade682d1ULL;
};

}  // namespace sluice
