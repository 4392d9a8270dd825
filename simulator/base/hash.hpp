#pragma once
// A content hash: XXH64 with seed 0, so that `xxhsum -H64 FILE` prints the same digits.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// XXH64 of all that was added, however it was cut into pieces. Not for secrets: collisions can be made.
/// Source: the xxHash specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
class ContentHash {
 public:
  ContentHash& add(std::string_view bytes);
  std::uint64_t value() const;

 private:
  static constexpr std::size_t stripe = 32;
  void mix(const char* block);

  std::array<std::uint64_t, 4> lanes_{0x60ea27eeadc0b5d6ULL, 0xc2b2ae3d27d4eb4fULL, 0, 0x61c8864e7a143579ULL};
  std::array<char, stripe> rest_{};
  std::size_t rest_size_ = 0;
  std::uint64_t length_ = 0;
};

std::uint64_t content_hash(std::string_view bytes);

struct FileDigest {
  std::uint64_t size = 0;  ///< bytes
  std::uint64_t hash = 0;
  bool operator==(const FileDigest&) const = default;
};

/// Size and hash of a file; nullopt when it cannot be read.
std::optional<FileDigest> digest_file(const std::filesystem::path& path);

/// 16 hexadecimal digits.
std::string hex64(std::uint64_t value);

}  // namespace sluice
