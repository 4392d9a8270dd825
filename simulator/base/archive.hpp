#pragma once
// State as bytes and back: what a snapshot is made of.

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "simulator/base/ids.hpp"

namespace sluice {

/// The bytes do not hold what is looked for in them: cut short, or another's.
class ArchiveError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Archive;

template <class T>
concept HasFieldsMember = requires(T& value, Archive& archive) { value.fields(archive); };
template <class T>
concept HasFieldsFriend = requires(T& value, Archive& archive) { fields(archive, value); };

/// Saves or loads, by the same description of what there is: `archive(a, b, c)` writes the three, or fills them.
///
/// A type takes part with a member `void fields(Archive&)`, or with a friend `fields(Archive&, T&)`; for a plain
/// struct the latter is `all_fields<N>(archive, value)`, which does not compile any more when it gets another member.
/// What a type can work out from its constructor's arguments it need not save.
///
/// The layout is that of the machine (little-endian here) and has no version of its own: the file around it has.
/// Hash tables are written in the order of their keys, so that equal states give equal bytes.
/// Loading checks every length against what is left, and throws ArchiveError.
class Archive {
 public:
  static Archive saving() { return Archive{}; }
  /// `bytes` must outlive it.
  static Archive loading(std::string_view bytes) { return Archive{bytes}; }

  bool is_loading() const { return is_loading_; }
  /// What was saved.
  const std::string& bytes() const { return out_; }
  /// Nothing is left to load.
  void expect_end() const {
    if (!in_.empty()) throw ArchiveError{"more than was expected"};
  }

  template <class... Values>
  void operator()(Values&... values) {
    (one(values), ...);
  }

  /// A number that must be the same when it is loaded: that of things which both sides know beforehand.
  void expect(std::uint64_t value) {
    std::uint64_t was = value;
    one(was);
    if (was != value) throw ArchiveError{"made for other inputs"};
  }

 private:
  Archive() = default;
  explicit Archive(std::string_view bytes) : in_{bytes}, is_loading_{true} {}

  void raw(void* data, std::size_t size) {
    if (size == 0) return;
    if (!is_loading_) {
      out_.append(static_cast<const char*>(data), size);
      return;
    }
    if (in_.size() < size) throw ArchiveError{"cut short"};
    std::memcpy(data, in_.data(), size);
    in_.remove_prefix(size);
  }

  /// Of a sequence whose elements take at least `least` bytes each.
  std::size_t length(std::size_t now, std::size_t least) {
    std::uint64_t size = now;
    raw(&size, sizeof size);
    if (is_loading_ && least > 0 && size > in_.size() / least) throw ArchiveError{"cut short"};
    return static_cast<std::size_t>(size);
  }

  template <class T>
  void one([[maybe_unused]] T& value) {
    if constexpr (std::is_empty_v<T>) {
    } else if constexpr (std::is_same_v<T, bool>) {
      auto byte = static_cast<std::uint8_t>(value);
      raw(&byte, 1);
      if (byte > 1) throw ArchiveError{"not a truth value"};
      value = byte == 1;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      raw(&value, sizeof value);
    } else if constexpr (HasFieldsMember<T>) {
      value.fields(*this);
    } else if constexpr (HasFieldsFriend<T>) {
      fields(*this, value);
    } else {
      special(value);
    }
  }

  template <class Tag>
  void special(Id<Tag>& id) {
    one(id.value);
  }
  template <class Rep, class Period>
  void special(std::chrono::duration<Rep, Period>& length) {
    Rep count = length.count();
    one(count);
    length = std::chrono::duration<Rep, Period>{count};
  }
  template <class Clock, class Length>
  void special(std::chrono::time_point<Clock, Length>& at) {
    Length since = at.time_since_epoch();
    one(since);
    at = std::chrono::time_point<Clock, Length>{since};
  }
  template <class A, class B>
  void special(std::pair<A, B>& pair) {
    one(pair.first);
    one(pair.second);
  }
  template <class T>
  void special(std::optional<T>& value) {
    bool there = value.has_value();
    one(there);
    if (is_loading_) value = there ? std::optional<T>{std::in_place} : std::nullopt;
    if (value) one(*value);
  }
  template <class... Ts>
  void special(std::variant<Ts...>& value) {
    auto which = static_cast<std::uint8_t>(value.index());
    one(which);
    if (which >= sizeof...(Ts)) throw ArchiveError{"an unknown alternative"};
    if (is_loading_) emplace(value, which, std::index_sequence_for<Ts...>{});
    std::visit([this](auto& what) { one(what); }, value);
  }
  template <class... Ts, std::size_t... rows>
  static void emplace(std::variant<Ts...>& value, std::size_t which, std::index_sequence<rows...>) {
    static_cast<void>(((which == rows ? (value.template emplace<rows>(), true) : false) || ...));
  }

  void special(std::string& text) {
    text.resize(length(text.size(), 1));
    raw(text.data(), text.size());
  }
  template <class T>
  void special(std::vector<T>& list) {
    constexpr bool plain = std::is_arithmetic_v<T>;
    list.resize(length(list.size(), plain ? sizeof(T) : 1));
    if constexpr (plain)
      raw(list.data(), list.size() * sizeof(T));
    else
      for (T& value : list) one(value);
  }
  void special(std::vector<bool>& list) {
    list.resize(length(list.size(), 1));
    for (std::size_t i = 0; i < list.size(); ++i) {
      bool value = list[i];
      one(value);
      list[i] = value;
    }
  }
  template <class T>
  void special(std::deque<T>& list) {
    list.resize(length(list.size(), 1));
    for (T& value : list) one(value);
  }
  template <class T, std::size_t n>
  void special(std::array<T, n>& list) {
    for (T& value : list) one(value);
  }
  template <class Key, class... Rest>
  void special(std::set<Key, Rest...>& keys) {
    std::vector<Key> list{keys.begin(), keys.end()};
    one(list);
    if (is_loading_) keys = {list.begin(), list.end()};
  }
  template <class Key, class Value, class... Rest>
  void special(std::map<Key, Value, Rest...>& map) {
    entries(map);
  }
  template <class Key, class Value, class... Rest>
  void special(std::unordered_map<Key, Value, Rest...>& map) {
    entries(map);
  }

  template <class Map>
  void entries(Map& map) {
    using Key = typename Map::key_type;
    std::vector<Key> keys;
    if (!is_loading_)
      for (const auto& [key, value] : map) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    one(keys);
    if (is_loading_) map.clear();
    for (const Key& key : keys) one(map[key]);
  }

  std::string out_;
  std::string_view in_;
  bool is_loading_ = false;
};

/// Every member of a plain struct, in order. `n` is their number: with another one it does not compile.
template <std::size_t n, class T>
void all_fields(Archive& archive, T& value) {
  static_assert(n >= 1 && n <= 16, "write more of these");
  if constexpr (n == 1) { auto& [a] = value; archive(a); }
  if constexpr (n == 2) { auto& [a, b] = value; archive(a, b); }
  if constexpr (n == 3) { auto& [a, b, c] = value; archive(a, b, c); }
  if constexpr (n == 4) { auto& [a, b, c, d] = value; archive(a, b, c, d); }
  if constexpr (n == 5) { auto& [a, b, c, d, e] = value; archive(a, b, c, d, e); }
  if constexpr (n == 6) { auto& [a, b, c, d, e, f] = value; archive(a, b, c, d, e, f); }
  if constexpr (n == 7) { auto& [a, b, c, d, e, f, g] = value; archive(a, b, c, d, e, f, g); }
  if constexpr (n == 8) { auto& [a, b, c, d, e, f, g, h] = value; archive(a, b, c, d, e, f, g, h); }
  if constexpr (n == 9) { auto& [a, b, c, d, e, f, g, h, i] = value; archive(a, b, c, d, e, f, g, h, i); }
  if constexpr (n == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = value; archive(a, b, c, d, e, f, g, h, i, j); }
  if constexpr (n == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = value; archive(a, b, c, d, e, f, g, h, i, j, k); }
  if constexpr (n == 12) { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value; archive(a, b, c, d, e, f, g, h, i, j, k, l); }
  if constexpr (n == 13) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value; archive(a, b, c, d, e, f, g, h, i, j, k, l, m); }
  if constexpr (n == 14) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o] = value; archive(a, b, c, d, e, f, g, h, i, j, k, l, m, o); }
  if constexpr (n == 15) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p] = value; archive(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p); }
  if constexpr (n == 16) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q] = value; archive(a, b, c, d, e, f, g, h, i, j, k, l, m, o, p, q); }
}

}  // namespace sluice
