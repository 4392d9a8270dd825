#pragma once
// A set of nodes as a bitmap over node indices.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/bits.hpp"
#include "simulator/base/ids.hpp"

namespace sluice {

/// Nodes 0 .. capacity-1. Iteration is in index order. Set algebra is O(capacity / 64).
class NodeSet {
 public:
  NodeSet() = default;
  explicit NodeSet(std::size_t capacity) : words_((capacity + 63) / 64), capacity_{capacity} {}

  std::size_t capacity() const { return capacity_; }
  bool contains(NodeId n) const { return (words_[n.index() / 64] >> (n.index() % 64) & 1) != 0; }
  void insert(NodeId n) { words_[n.index() / 64] |= std::uint64_t{1} << (n.index() % 64); }
  void erase(NodeId n) { words_[n.index() / 64] &= ~(std::uint64_t{1} << (n.index() % 64)); }

  /// Nodes first, first+1, ..., first+count-1. O(count / 64).
  void insert(NodeId first, std::size_t count) {
    for_each_part(first, count, [this](std::size_t word, std::uint64_t mask) { words_[word] |= mask; });
  }
  void erase(NodeId first, std::size_t count) {
    for_each_part(first, count, [this](std::size_t word, std::uint64_t mask) { words_[word] &= ~mask; });
  }
  /// How many nodes from `first` on are in the set without a gap, counted up to the end of first's word: [0, 64].
  std::uint32_t stretch(NodeId first) const {
    return static_cast<std::uint32_t>(std::countr_one(words_[first.index() / 64] >> (first.index() % 64)));
  }

  std::size_t count() const { return count_bits(words_); }
  /// Size of the intersection. Both sets have the same capacity.
  std::size_t count_common(const NodeSet& other) const { return count_common_bits(words_, other.words_); }
  /// How many of the nodes first, first+1, ..., first+count-1 are in the set. O(count / 64).
  std::size_t count_in(NodeId first, std::size_t count) const { return count_bits_in(words_, first.index(), count); }
  /// The first of them that is; nullopt: none.
  std::optional<NodeId> first_in(NodeId first, std::size_t count) const {
    const std::size_t found = find(first.index(), 0);
    if (found >= std::min(capacity_, first.index() + count)) return std::nullopt;
    return NodeId{static_cast<std::uint32_t>(found)};
  }
  bool is_empty() const { return !has_bits(words_); }
  /// Equal sets and seeds give equal numbers.
  std::uint64_t hash(std::uint64_t seed) const { return hash_bits(words_, seed); }
  /// No node at all, of as many as `capacity`. Keeps its memory.
  void reset(std::size_t capacity) {
    words_.assign((capacity + 63) / 64, 0);
    capacity_ = capacity;
  }
  NodeSet& operator&=(const NodeSet& other) {
    keep_common_bits(words_, other.words_);
    return *this;
  }
  NodeSet& operator|=(const NodeSet& other) {
    add_bits(words_, other.words_);
    return *this;
  }
  NodeSet& operator-=(const NodeSet& other) {
    drop_bits(words_, other.words_);
    return *this;
  }
  /// Adds what is in a and in b.
  void insert_common(const NodeSet& a, const NodeSet& b) {
    add_common_bits(words_, a.words_, b.words_);
  }
  bool operator==(const NodeSet&) const = default;

  /// The bitmap, 64 nodes a word, lowest index in the lowest bit.
  const std::vector<std::uint64_t>& words() const { return words_; }

  void fields(Archive& archive) { archive(words_, capacity_); }

  template <class Visit>
  void for_each(Visit visit) const {
    for (std::size_t w = 0; w < words_.size(); ++w)
      for (std::uint64_t word = words_[w]; word != 0; word &= word - 1)
        visit(NodeId{static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word)))});
  }

  /// Calls visit(first, count) for each stretch of neighbours that is as long as it can be, ascending.
  template <class Visit>
  void for_each_stretch(Visit visit) const {
    for (std::size_t first = find(0, 0); first < capacity_;) {
      const std::size_t end = find(first, ~std::uint64_t{0});
      visit(NodeId{static_cast<std::uint32_t>(first)}, static_cast<std::uint32_t>(end - first));
      first = find(end, 0);
    }
  }

 private:
  /// The first bit from `from` on that differs from those of `same`, or the capacity.
  std::size_t find(std::size_t from, std::uint64_t same) const {
    if (from >= capacity_) return capacity_;
    std::size_t w = from / 64;
    std::uint64_t differing = (words_[w] ^ same) & ~std::uint64_t{0} << (from % 64);
    while (differing == 0 && ++w < words_.size()) differing = words_[w] ^ same;
    return differing == 0 ? capacity_ : std::min(capacity_, w * 64 + static_cast<std::size_t>(std::countr_zero(differing)));
  }
  /// Words and masks of the nodes first, first+1, ..., first+count-1.
  template <class Visit>
  static void for_each_part(NodeId first, std::size_t count, Visit visit) {
    for (std::size_t n = first.index(); count > 0;) {
      const std::size_t bits = std::min(count, 64 - n % 64);
      visit(n / 64, (~std::uint64_t{0} >> (64 - bits)) << (n % 64));
      n += bits;
      count -= bits;
    }
  }

  std::vector<std::uint64_t> words_;
  std::size_t capacity_ = 0;
};

}  // namespace sluice
