#pragma once
// A set of nodes as a bitmap over node indices.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/base/archive.hpp"
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
    for_each_mask(first, count, [](std::uint64_t& word, std::uint64_t mask) { word |= mask; });
  }
  void erase(NodeId first, std::size_t count) {
    for_each_mask(first, count, [](std::uint64_t& word, std::uint64_t mask) { word &= ~mask; });
  }
  /// How many nodes from `first` on are in the set without a gap, counted up to the end of first's word: [0, 64].
  std::uint32_t stretch(NodeId first) const {
    return static_cast<std::uint32_t>(std::countr_one(words_[first.index() / 64] >> (first.index() % 64)));
  }

  std::size_t count() const {
    std::size_t total = 0;
    for (const auto word : words_) total += static_cast<std::size_t>(std::popcount(word));
    return total;
  }
  /// Size of the intersection. Both sets have the same capacity.
  std::size_t count_common(const NodeSet& other) const {
    std::size_t total = 0;
    for (std::size_t w = 0; w < words_.size(); ++w)
      total += static_cast<std::size_t>(std::popcount(words_[w] & other.words_[w]));
    return total;
  }
  NodeSet& operator&=(const NodeSet& other) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= other.words_[w];
    return *this;
  }
  NodeSet& operator|=(const NodeSet& other) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] |= other.words_[w];
    return *this;
  }
  NodeSet& operator-=(const NodeSet& other) {
    for (std::size_t w = 0; w < words_.size(); ++w) words_[w] &= ~other.words_[w];
    return *this;
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

 private:
  template <class Change>
  void for_each_mask(NodeId first, std::size_t count, Change change) {
    for (std::size_t n = first.index(); count > 0;) {
      const std::size_t bits = std::min(count, 64 - n % 64);
      change(words_[n / 64], (~std::uint64_t{0} >> (64 - bits)) << (n % 64));
      n += bits;
      count -= bits;
    }
  }

  std::vector<std::uint64_t> words_;
  std::size_t capacity_ = 0;
};

}  // namespace sluice
