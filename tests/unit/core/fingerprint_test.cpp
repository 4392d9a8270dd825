#include <catch2/catch.hpp>
#include <initializer_list>
#include <set>

#include "simulator/core/fingerprint.hpp"

namespace sluice {
namespace {

std::uint64_t of(std::initializer_list<std::uint64_t> values) {
  Fingerprint fingerprint;
  for (const auto value : values) fingerprint.fold(value);
  return fingerprint.value();
}

}  // namespace

TEST_CASE("equal streams have equal fingerprints, others not", "[core][fingerprint]") {
  CHECK(of({1, 2, 3}) == of({1, 2, 3}));
  const std::set<std::uint64_t> distinct{of({}), of({0}), of({0, 0}), of({1, 2}), of({2, 1}), of({1}), of({1, 2, 0})};
  CHECK(distinct.size() == 7);
}

TEST_CASE("a fingerprint is the same on every platform", "[core][fingerprint]") {
  CHECK(of({}) == 0x510e527fade682d1ULL);
  Fingerprint narrow, wide;
  narrow.fold(std::uint32_t{7});
  wide.fold(std::int64_t{7});
  CHECK(narrow.value() == wide.value());
}

}  // namespace sluice
