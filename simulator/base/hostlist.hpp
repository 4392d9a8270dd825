#pragma once
// Slurm's short form of many host names, `n[001-128,200],login1`: read, written, and the order nodes stand in.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace sluice {

/// What is wrong with a hostlist, and at which byte of it (from 0).
struct HostlistError {
  std::size_t position = 0;
  std::string message;
  bool operator==(const HostlistError&) const = default;
};

/// One comma-separated item of a hostlist, e.g. `n[001-128,200]`, and the byte of the list where it begins.
struct HostlistItem {
  std::size_t position = 0;
  std::string_view text;
};

/// One range inside brackets may name this many hosts (Slurm's MAX_RANGE), a whole list sixteen times that.
inline constexpr std::size_t max_hostlist_range = 65536;
inline constexpr std::size_t max_hostlist_names = 16 * max_hostlist_range;

/// The items of a list, cut at commas and white space outside brackets. Empty items are dropped.
tl::expected<std::vector<HostlistItem>, HostlistError> split_hostlist(std::string_view text);

/// All names of a list, in its order, duplicates kept. `n[08-10]` keeps its zeros: n08 n09 n10. Several brackets in one
/// item make the cross product, the right-most varying fastest. O(names).
/// Source: slurm.conf(5), hostlist.c.
tl::expected<std::vector<std::string>, HostlistError> expand_hostlist(std::string_view text);

/// The order of node indices: runs of digits compare as numbers, so n2 < n10. Names that differ only in leading
/// zeros compare as text.
std::strong_ordering compare_natural(std::string_view a, std::string_view b);

/// Names in the given order as Slurm writes them: n001 n002 n003 n007 login -> `n[001-003,007],login`.
std::string compress_hostlist(std::span<const std::string> names);

/// The names of all nodes in index order, prepared so that sets of nodes are written fast.
class NodeNames {
 public:
  NodeNames() = default;
  explicit NodeNames(std::span<const std::string> names);

  std::size_t size() const { return names_.size(); }

  /// Appends the name of one node. index < size().
  void append_name(std::string& out, std::uint32_t index) const;

  /// Appends the hostlist of the nodes first, first+1, ..., first+count-1 of each run. `runs` is any range of things
  /// with `first` and `count`, e.g. those of an Allocation; runs ascend and stay below size(). O(pieces written),
  /// however many nodes a piece holds; allocates only where `out` must grow.
  template <class Runs>
  void append_runs(std::string& out, const Runs& runs) const {
    Writer writer{*this, out};
    for (const auto& run : runs) writer.add(run.first, run.count);
    writer.finish();
  }

 private:
  struct Name {
    std::uint32_t prefix = 0;     ///< index into prefixes_
    std::uint32_t piece_end = 0;  ///< first index after the consecutive numbers this name stands among
    std::uint64_t number = 0;
    std::int32_t width = 0;  ///< digits; 0: the name ends in none and the prefix is all of it
  };

  /// Joins what is consecutive into pieces and what shares a prefix into brackets.
  class Writer {
   public:
    Writer(const NodeNames& names, std::string& out) : names_{names}, out_{out} {}
    void add(std::uint32_t first, std::uint32_t count);
    void finish();

   private:
    void write_piece();

    const NodeNames& names_;
    std::string& out_;
    std::uint32_t begin_ = 0, end_ = 0;  ///< the piece not yet written; empty at first
    std::size_t number_at_ = 0;          ///< where the number after the open prefix begins in out_
    std::uint32_t prefix_ = 0;
    bool any_ = false, bracket_ = false, numbered_ = false;
  };

  std::vector<Name> names_;
  std::vector<std::string> prefixes_;
};

}  // namespace sluice
