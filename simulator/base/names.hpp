#pragma once
// Texts that recur (users, accounts, QOS), each stored once and referred to by a dense id.

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "simulator/base/archive.hpp"
#include "simulator/base/ids.hpp"

namespace sluice {

/// A table of distinct texts. Row 0 is always the empty text, which means "not given".
/// Ids are dense in the order of first use, so equal inputs give equal ids. intern() is O(length).
class Names {
 public:
  Names() { intern({}); }
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  Names(Names&&) = default;
  Names& operator=(Names&&) = default;

  NameId intern(std::string_view text) {
    if (const auto found = ids_.find(text); found != ids_.end()) return found->second;
    const NameId id{static_cast<std::uint32_t>(texts_.size())};
    ids_.emplace(texts_.emplace_back(text), id);
    return id;
  }
  std::string_view text(NameId id) const { return texts_[id.index()]; }
  std::size_t size() const { return texts_.size(); }

  void fields(Archive& archive) {
    archive(texts_);
    if (!archive.is_loading()) return;
    ids_.clear();
    for (std::uint32_t row = 0; row < texts_.size(); ++row) ids_.emplace(texts_[row], NameId{row});
  }

 private:
  std::deque<std::string> texts_;  // a deque: the keys below point into it
  std::unordered_map<std::string_view, NameId> ids_;
};

}  // namespace sluice
