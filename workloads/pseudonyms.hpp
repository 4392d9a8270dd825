#pragma once
// Names and what stands for them in files that are given away.

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"

namespace sluice::workloads {

enum class NameKind : std::uint8_t {
  user,
  account,
  group,
  host,
  job,
  cluster,
  path,
  mail,
  wckey,
  reservation,
  text,
  uid,
  gid,
  count_
};

/// First learns names, then replaces them, the same one always alike.
///
/// Hosts are replaced by the letters between their digits, so that ranges stay ranges: "gpu-a[01-04]" -> "naa[01-04]".
/// Their order is kept. Other names are numbered in an order drawn by the seed, so that the numbers tell nothing.
/// root, slurm, nobody and the empty name stand for themselves.
class Pseudonyms {
 public:
  explicit Pseudonyms(std::uint64_t seed) : seed_{seed} {}

  /// Takes over the names of an earlier save(). False after an error.
  bool load(const SourceText& map, Diagnostics& diags);
  /// Lines `kind,name,pseudonym`, sorted.
  std::string save() const;

  /// While learning: notes the name and returns it. After settle(): what stands for it; every name was noted.
  std::string of(NameKind kind, std::string_view name);
  /// A hostlist, its ranges kept; ALL, DEFAULT, localhost, (null), Unknown and "None assigned" are no names.
  std::string hosts(std::string_view list);
  /// Ends the learning.
  void settle();

  std::size_t size(NameKind kind) const { return known_[index(kind)].size(); }

 private:
  static constexpr std::size_t kinds = static_cast<std::size_t>(NameKind::count_);
  static std::size_t index(NameKind kind) { return static_cast<std::size_t>(kind); }
  void settle_hosts();
  void settle_numbered(NameKind kind);

  std::uint64_t seed_;
  bool settled_ = false;
  std::array<std::set<std::string, std::less<>>, kinds> noted_;
  std::array<std::map<std::string, std::string, std::less<>>, kinds> known_;
};

}  // namespace sluice::workloads
