#pragma once
// A sorted sequence in small blocks, each with a summary of its entries, so that questions over a range
// ("the first after here that is short enough", "how many CPUs up to here") skip whole blocks.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/check.hpp"

namespace sluice {

/// Entries in ascending order of `Entry::key()`, which must be unique and is compared with <.
///
/// `Summary` describes a block: a default-constructed one is empty, `add(entry)` extends it; `subtract(entry)` returns
/// false when removing needs a rebuild from the block's remaining entries.
/// insert and erase cost O(block) + O(log blocks); memory is O(entries). Iteration is in key order.
template <class Entry, class Summary>
class OrderedBlocks {
 public:
  using Key = decltype(std::declval<const Entry&>().key());
  static constexpr std::size_t block_capacity = 64;

  struct Block {
    std::size_t size = 0;
    Summary summary;
    std::array<Entry, block_capacity> entries;
    const Entry* begin() const { return entries.data(); }
    const Entry* end() const { return entries.data() + size; }
  };

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const Entry& front() const { return blocks_.front()->entries[0]; }
  /// Blocks in order; none is empty.
  const std::vector<std::unique_ptr<Block>>& blocks() const { return blocks_; }

  void insert(const Entry& entry) {
    ++size_;
    if (blocks_.empty()) {
      blocks_.push_back(new_block());
      append(*blocks_.front(), entry);
      return;
    }
    std::size_t at = block_of(entry.key());
    if (blocks_[at]->size == block_capacity) {
      split(at);
      if (at + 1 < blocks_.size() && !(entry.key() < blocks_[at + 1]->entries[0].key())) ++at;
    }
    Block& block = *blocks_[at];
    Entry* const begin = block.entries.data();
    Entry* const place = position(block, entry.key());
    std::copy_backward(place, begin + block.size, begin + block.size + 1);
    *place = entry;
    ++block.size;
    block.summary.add(entry);
  }

  /// The entry must be present.
  void erase(const Key& key) {
    SLUICE_CHECK(!blocks_.empty(), "erase from an empty sequence");
    const std::size_t at = block_of(key);
    Block& block = *blocks_[at];
    Entry* const place = position(block, key);
    SLUICE_CHECK(place != block.entries.data() + block.size && !(key < place->key()), "erase of an absent entry");
    const Entry gone = *place;
    std::copy(place + 1, block.entries.data() + block.size, place);
    --block.size;
    --size_;
    if (block.size == 0) {
      spare_.push_back(std::move(blocks_[at]));
      blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (!block.summary.subtract(gone)) {
      block.summary = {};
      for (const Entry& entry : block) block.summary.add(entry);
    }
  }

  void clear() {
    for (auto& block : blocks_) spare_.push_back(std::move(block));
    blocks_.clear();
    size_ = 0;
  }

  /// The first entry with a key greater than `after` for which `entry_ok` holds, skipping blocks for which
  /// `block_ok(summary)` does not; nullptr if none. O(blocks + block).
  template <class BlockOk, class EntryOk>
  const Entry* find_after(const Key& after, BlockOk block_ok, EntryOk entry_ok) const {
    if (blocks_.empty()) return nullptr;
    for (std::size_t b = block_of(after); b < blocks_.size(); ++b) {
      const Block& block = *blocks_[b];
      if (!block_ok(block.summary)) continue;
      for (const Entry& entry : block)
        if (after < entry.key() && entry_ok(entry)) return &entry;
    }
    return nullptr;
  }

  /// find_after() from the very beginning.
  template <class BlockOk, class EntryOk>
  const Entry* find_first(BlockOk block_ok, EntryOk entry_ok) const {
    for (const auto& block : blocks_)
      if (block_ok(block->summary))
        for (const Entry& entry : *block)
          if (entry_ok(entry)) return &entry;
    return nullptr;
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& block : blocks_)
      for (const Entry& entry : *block) visit(entry);
  }

  /// As a plain sequence: which entries share a block shows nowhere.
  void fields(Archive& archive) {
    std::vector<Entry> entries;
    if (!archive.is_loading()) for_each([&](const Entry& entry) { entries.push_back(entry); });
    archive(entries);
    if (!archive.is_loading()) return;
    clear();
    for (const Entry& entry : entries) insert(entry);
  }

 private:
  /// Last block whose first key is <= key; 0 if there is none.
  std::size_t block_of(const Key& key) const {
    const auto after = std::partition_point(blocks_.begin() + 1, blocks_.end(),
                                            [&](const auto& block) { return !(key < block->entries[0].key()); });
    return static_cast<std::size_t>(after - blocks_.begin()) - 1;
  }

  static Entry* position(Block& block, const Key& key) {
    Entry* const begin = block.entries.data();
    if (block.size > 0 && begin[block.size - 1].key() < key) return begin + block.size;
    return std::partition_point(begin, begin + block.size, [&](const Entry& e) { return e.key() < key; });
  }

  static void append(Block& block, const Entry& entry) {
    block.entries[block.size++] = entry;
    block.summary.add(entry);
  }

  std::unique_ptr<Block> new_block() {
    if (spare_.empty()) return std::make_unique<Block>();
    auto block = std::move(spare_.back());
    spare_.pop_back();
    block->size = 0;
    block->summary = {};
    return block;
  }

  void split(std::size_t at) {
    Block& full = *blocks_[at];
    auto upper = new_block();
    const std::size_t half = block_capacity / 2;
    for (std::size_t i = half; i < block_capacity; ++i) append(*upper, full.entries[i]);
    full.size = half;
    full.summary = {};
    for (const Entry& entry : full) full.summary.add(entry);
    blocks_.insert(blocks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(upper));
  }

  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<std::unique_ptr<Block>> spare_;
  std::size_t size_ = 0;
};

}  // namespace sluice
