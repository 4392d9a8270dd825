#include "simulator/base/bits.hpp"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sluice {
namespace {

// Compilers that build for every x86-64 processor count bits in software: the instruction came a little later. Each
// loop is therefore there twice, and that which counts three times: newer processors count eight words at once.
#if defined(__x86_64__)
#define SLUICE_COUNTS_NATIVELY __attribute__((target("popcnt")))
#define SLUICE_COUNTS_WIDELY __attribute__((target("avx512f,avx512vpopcntdq")))
#define SLUICE_IS_WIDE __attribute__((target("avx2")))
bool counts_natively() { return __builtin_cpu_supports("popcnt") != 0; }
bool counts_widely() { return __builtin_cpu_supports("avx512vpopcntdq") != 0; }
bool is_wide() { return __builtin_cpu_supports("avx2") != 0; }
#else
#define SLUICE_COUNTS_NATIVELY
#define SLUICE_IS_WIDE
bool counts_natively() { return false; }
bool is_wide() { return false; }
#endif

constexpr std::uint64_t all = ~std::uint64_t{0};

std::size_t common_portably(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  std::size_t total = 0;
  for (std::size_t w = 0; w < words; ++w) total += static_cast<std::size_t>(std::popcount(a[w] & b[w]));
  return total;
}

SLUICE_COUNTS_NATIVELY std::size_t common_natively(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  std::size_t total = 0;
  for (std::size_t w = 0; w < words; ++w) total += static_cast<std::size_t>(__builtin_popcountll(a[w] & b[w]));
  return total;
}

#if defined(__x86_64__)
/// What is left of the last eight words is masked.
SLUICE_COUNTS_WIDELY std::size_t common_widely(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  constexpr std::size_t lanes = 8;
  __m512i sums = _mm512_setzero_si512();
  for (std::size_t w = 0; w < words; w += lanes) {
    const std::size_t left = words - w;
    const auto mask = static_cast<__mmask8>(left < lanes ? (1U << left) - 1U : 0xffU);
    const __m512i both = _mm512_and_si512(_mm512_maskz_loadu_epi64(mask, a + w), _mm512_maskz_loadu_epi64(mask, b + w));
    sums = _mm512_add_epi64(sums, _mm512_popcnt_epi64(both));
  }
  std::uint64_t counts[lanes];
  _mm512_storeu_si512(counts, sums);
  std::size_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  return total;
}
#endif

std::size_t common(const std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
#if defined(__x86_64__)
  constexpr std::size_t few = 8;
  if (words > few && counts_widely()) return common_widely(a, b, words);
#endif
  return counts_natively() ? common_natively(a, b, words) : common_portably(a, b, words);
}

[[gnu::always_inline]] inline void keep(std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  for (std::size_t w = 0; w < words; ++w) a[w] &= b[w];
}
void keep_portably(std::uint64_t* a, const std::uint64_t* b, std::size_t words) { keep(a, b, words); }
SLUICE_IS_WIDE void keep_widely(std::uint64_t* a, const std::uint64_t* b, std::size_t words) { keep(a, b, words); }

[[gnu::always_inline]] inline void drop(std::uint64_t* a, const std::uint64_t* b, std::size_t words) {
  for (std::size_t w = 0; w < words; ++w) a[w] &= ~b[w];
}
void drop_portably(std::uint64_t* a, const std::uint64_t* b, std::size_t words) { drop(a, b, words); }
SLUICE_IS_WIDE void drop_widely(std::uint64_t* a, const std::uint64_t* b, std::size_t words) { drop(a, b, words); }

[[gnu::always_inline]] inline void add_common(std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c,
                                              std::size_t words) {
  for (std::size_t w = 0; w < words; ++w) a[w] |= b[w] & c[w];
}
void add_common_portably(std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c, std::size_t words) {
  add_common(a, b, c, words);
}
SLUICE_IS_WIDE void add_common_widely(std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c,
                                      std::size_t words) {
  add_common(a, b, c, words);
}

/// A few words at a time, as looking after each would cost more than it saves.
[[gnu::always_inline]] inline bool within(const std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c,
                                          const std::uint64_t* d, std::size_t words) {
  constexpr std::size_t step = 8;
  std::uint64_t beyond = 0;
  std::size_t w = 0;
  for (; w + step <= words && beyond == 0; w += step)
    for (std::size_t i = w; i < w + step; ++i) beyond |= a[i] & b[i] & ~(c[i] & d[i]);
  for (; w < words; ++w) beyond |= a[w] & b[w] & ~(c[w] & d[w]);
  return beyond == 0;
}
bool within_portably(const std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c, const std::uint64_t* d,
                     std::size_t words) {
  return within(a, b, c, d, words);
}
SLUICE_IS_WIDE bool within_widely(const std::uint64_t* a, const std::uint64_t* b, const std::uint64_t* c,
                                  const std::uint64_t* d, std::size_t words) {
  return within(a, b, c, d, words);
}

}  // namespace

std::size_t count_bits(std::span<const std::uint64_t> words) { return common(words.data(), words.data(), words.size()); }

std::size_t count_common_bits(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b) {
  return common(a.data(), b.data(), a.size());
}

std::size_t count_bits_in(std::span<const std::uint64_t> words, std::size_t first, std::size_t count) {
  if (count == 0) return 0;
  const std::size_t last = first + count - 1;
  const std::uint64_t* const from = words.data() + first / 64;
  const std::size_t more = last / 64 - first / 64;
  const std::uint64_t head = all << (first % 64), tail = all >> (63 - last % 64);
  if (more == 0) {
    const std::uint64_t mask = head & tail;
    return common(from, &mask, 1);
  }
  return common(from, &head, 1) + common(from + 1, from + 1, more - 1) + common(from + more, &tail, 1);
}

bool has_bits(std::span<const std::uint64_t> words) {
  constexpr std::size_t step = 8;
  std::uint64_t any = 0;
  std::size_t w = 0;
  for (; w + step <= words.size() && any == 0; w += step)
    for (std::size_t i = w; i < w + step; ++i) any |= words[i];
  for (; w < words.size(); ++w) any |= words[w];
  return any != 0;
}

/// Two words at a time are multiplied, each changed by its place first, so that no product waits for another.
std::uint64_t hash_bits(std::span<const std::uint64_t> words, std::uint64_t seed) {
  __extension__ typedef unsigned __int128 Product;
  constexpr std::uint64_t step = 0x9e3779b97f4a7c15ULL;
  const auto fold = [](std::uint64_t a, std::uint64_t b) {
    const Product product = Product{a} * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  std::uint64_t sum = fold(seed ^ step, words.size() ^ ~step), place = step;
  std::size_t w = 0;
  for (; w + 2 <= words.size(); w += 2, place += 2 * step) sum += fold(words[w] ^ place, words[w + 1] ^ (place + step));
  if (w < words.size()) sum += fold(words[w] ^ place, step);
  return sum ^ sum >> 32;
}

void add_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b) { add_common_bits(a, b, b); }

void drop_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b) {
  is_wide() ? drop_widely(a.data(), b.data(), a.size()) : drop_portably(a.data(), b.data(), a.size());
}

void add_common_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b, std::span<const std::uint64_t> c) {
  const auto add = is_wide() ? add_common_widely : add_common_portably;
  add(a.data(), b.data(), c.data(), a.size());
}

void keep_common_bits(std::span<std::uint64_t> a, std::span<const std::uint64_t> b) {
  is_wide() ? keep_widely(a.data(), b.data(), a.size()) : keep_portably(a.data(), b.data(), a.size());
}

bool is_common_within(std::span<const std::uint64_t> a, std::span<const std::uint64_t> b,
                      std::span<const std::uint64_t> c, std::span<const std::uint64_t> d) {
  const auto compare = is_wide() ? within_widely : within_portably;
  return compare(a.data(), b.data(), c.data(), d.data(), a.size());
}

}  // namespace sluice
