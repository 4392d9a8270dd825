#include "simulator/base/hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <vector>

namespace sluice {
namespace {

constexpr std::uint64_t p1 = 0x9e3779b185ebca87ULL;
constexpr std::uint64_t p2 = 0xc2b2ae3d27d4eb4fULL;
constexpr std::uint64_t p3 = 0x165667b19e3779f9ULL;
constexpr std::uint64_t p4 = 0x85ebca77c2b2ae63ULL;
constexpr std::uint64_t p5 = 0x27d4eb2f165667c5ULL;

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

template <class Word>
Word read(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

constexpr std::uint64_t round(std::uint64_t lane, std::uint64_t word) {
  return std::rotl(lane + word * p2, 31) * p1;
}

std::uint64_t fold_tail(std::uint64_t hash, std::string_view tail) {
  for (; tail.size() >= 8; tail.remove_prefix(8))
    hash = std::rotl(hash ^ round(0, read<std::uint64_t>(tail.data())), 27) * p1 + p4;
  if (tail.size() >= 4) {
    hash = std::rotl(hash ^ (read<std::uint32_t>(tail.data()) * p1), 23) * p2 + p3;
    tail.remove_prefix(4);
  }
  for (const char c : tail) hash = std::rotl(hash ^ (static_cast<unsigned char>(c) * p5), 11) * p1;
  return hash;
}

constexpr std::uint64_t avalanche(std::uint64_t hash) {
  hash = (hash ^ (hash >> 33)) * p2;
  hash = (hash ^ (hash >> 29)) * p3;
  return hash ^ (hash >> 32);
}

}  // namespace

void ContentHash::mix(const char* block) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) lanes_[i] = round(lanes_[i], read<std::uint64_t>(block + 8 * i));
}

ContentHash& ContentHash::add(std::string_view bytes) {
  length_ += bytes.size();
  if (rest_size_ > 0) {
    const std::size_t part = std::min(bytes.size(), stripe - rest_size_);
    std::memcpy(rest_.data() + rest_size_, bytes.data(), part);
    rest_size_ += part;
    bytes.remove_prefix(part);
    if (rest_size_ < stripe) return *this;
    mix(rest_.data());
    rest_size_ = 0;
  }
  for (; bytes.size() >= stripe; bytes.remove_prefix(stripe)) mix(bytes.data());
  if (!bytes.empty()) std::memcpy(rest_.data(), bytes.data(), bytes.size());
  rest_size_ = bytes.size();
  return *this;
}

std::uint64_t ContentHash::value() const {
  std::uint64_t hash = p5;
  if (length_ >= stripe) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) + std::rotl(lanes_[3], 18);
    for (const auto lane : lanes_) hash = (hash ^ round(0, lane)) * p1 + p4;
  }
  return avalanche(fold_tail(hash + length_, {rest_.data(), rest_size_}));
}

std::uint64_t content_hash(std::string_view bytes) { return ContentHash{}.add(bytes).value(); }

std::optional<FileDigest> digest_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in) return std::nullopt;
  FileDigest digest;
  ContentHash hash;
  std::vector<char> block(1U << 18);
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto got = static_cast<std::size_t>(in.gcount());
    hash.add({block.data(), got});
    digest.size += got;
  }
  if (in.bad()) return std::nullopt;
  digest.hash = hash.value();
  return digest;
}

std::string hex64(std::uint64_t value) { return fmt::format("{:016x}", value); }

}  // namespace sluice
