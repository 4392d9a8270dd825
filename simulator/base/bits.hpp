#pragma once
// Counts of bits in bitmaps and other work on whole bitmaps, by the processor's own instructions where it has them. The
// same answers either way.

#include <cstddef>
#include <cstdint>
#include <span>

namespace sluice {

std::size_t count_bits(std::span<const std::uint64_t> words);
/// Bits that are set in both; as many words in each.
std::size_t count_common_bits(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b);
/// Among bits first, first+1, ..., first+count-1; bit i is in word i / 64, the lowest bit first.
std::size_t count_bits_in(std::span<const std::uint64_t> words, std::size_t first, std::size_t count);

bool has_bits(std::span<const std::uint64_t> words);
/// Equal words and seeds give equal numbers.
std::uint64_t hash_bits(std::span<const std::uint64_t> words, std::uint64_t seed);

/// Takes from `a` what is not in `b`; as many words in each.
void keep_common_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b);
/// Adds to `a` what is in `b`; takes from `a` what is in `b`.
void add_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b);
void drop_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b);
/// Adds to `a` what is in b and in c.
void add_common_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b, std::span<const std::uint64_t> c);
/// Whether what is in a and in b is also in c and in d; as many words in each.
bool is_common_within(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                      std::span<const std::uint64_t> c, std::span<const std::uint64_t> d);

}  // namespace sluice
