#include "workloads/byte_source.hpp"

#include <fmt/format.h>
#include <boost/iostreams/device/file.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>

#include <array>
#include <cstdint>
#include <fstream>
#include <ios>
#include <optional>
#include <string>

namespace sluice::workloads {
namespace {

namespace io = boost::iostreams;

enum class Packing { none, gzip, zstd };

class StreamBytes final : public ByteSource {
 public:
  StreamBytes(const std::filesystem::path& file, Packing packing) {
    constexpr std::streamsize block = 1 << 16;
    if (packing == Packing::gzip) stream_.push(io::gzip_decompressor{io::zlib::default_window_bits, block}, block);
    if (packing == Packing::zstd) stream_.push(io::zstd_decompressor{block}, block);
    stream_.push(io::file_source{file.string(), std::ios::in | std::ios::binary}, block);
  }
  std::size_t read(std::span<char> into) override {
    const auto got = stream_.sgetn(into.data(), static_cast<std::streamsize>(into.size()));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

 private:
  io::filtering_streambuf<io::input> stream_;
};

class PlainBytes final : public ByteSource {
 public:
  explicit PlainBytes(const std::filesystem::path& file) {
    stream_.pubsetbuf(nullptr, 0);  // the reader has a large buffer of its own
    if (stream_.open(file, std::ios::in | std::ios::binary) == nullptr) throw std::ios_base::failure{"cannot open"};
  }
  std::size_t read(std::span<char> into) override {
    const auto got = stream_.sgetn(into.data(), static_cast<std::streamsize>(into.size()));
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

 private:
  std::filebuf stream_;
};

Packing packing_of(std::istream& in) {
  std::array<unsigned char, 4> magic{};
  in.read(reinterpret_cast<char*>(magic.data()), magic.size());
  in.clear();
  in.seekg(0);
  if (magic[0] == 0x1f && magic[1] == 0x8b) return Packing::gzip;
  if (magic == std::array<unsigned char, 4>{0x28, 0xb5, 0x2f, 0xfd}) return Packing::zstd;
  return Packing::none;
}

/// `bytes` bytes as a little-endian number; nullopt when the file ends before.
std::optional<std::uint64_t> little_endian(std::istream& in, int bytes) {
  std::uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    const int c = in.get();
    if (c == std::char_traits<char>::eof()) return std::nullopt;
    value |= static_cast<std::uint64_t>(c) << (8 * i);
  }
  return value;
}

/// Steps over the blocks of one frame that starts after its magic number. False when the file ends inside it.
/// Source: RFC 8878, sections 3.1.1.1 and 3.1.1.2.
bool skip_zstd_frame(std::istream& in, std::uint64_t file_size) {
  const auto descriptor = little_endian(in, 1);
  if (!descriptor) return false;
  const bool single_segment = (*descriptor & 0x20U) != 0;
  const bool checksum = (*descriptor & 0x04U) != 0;
  constexpr std::array<int, 4> id_bytes{0, 1, 2, 4}, size_bytes{0, 2, 4, 8};
  const auto size_flag = *descriptor >> 6U;
  int header = (single_segment ? 0 : 1) + id_bytes[*descriptor & 3U] + size_bytes[size_flag];
  if (single_segment && size_flag == 0) ++header;
  in.seekg(header, std::ios::cur);
  for (bool last = false; !last;) {
    const auto block = little_endian(in, 3);
    if (!block) return false;
    last = (*block & 1U) != 0;
    const bool run_length = (*block >> 1U & 3U) == 1;
    in.seekg(run_length ? 1 : static_cast<std::streamoff>(*block >> 3U), std::ios::cur);
  }
  if (checksum) in.seekg(4, std::ios::cur);
  return in && static_cast<std::uint64_t>(in.tellg()) <= file_size;
}

/// The decompressor takes the end of the file for the end of the data, so the frames are counted off beforehand.
/// O(blocks), a block being up to 128 KiB.
bool zstd_is_whole(std::istream& in, std::uint64_t file_size) {
  while (in.peek() != std::char_traits<char>::eof()) {
    const auto magic = little_endian(in, 4);
    if (!magic) return false;
    if ((*magic & 0xfffffff0U) == 0x184d2a50U) {  // a skippable frame
      const auto size = little_endian(in, 4);
      if (!size) return false;
      in.seekg(static_cast<std::streamoff>(*size), std::ios::cur);
    } else if (*magic != 0xfd2fb528U || !skip_zstd_frame(in, file_size)) {
      return false;
    }
  }
  return true;
}

/// A pipe can be read only once, so nobody looks at its first bytes beforehand: it must hold plain text.
std::unique_ptr<ByteSource> open_pipe(const std::filesystem::path& file, Diagnostics& diags) {
  try {
    return std::make_unique<PlainBytes>(file);
  } catch (const std::ios_base::failure&) {
    diags.error({file.string()}, "cannot be opened");
    return nullptr;
  }
}

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& file, Diagnostics& diags) {
  const Location at{file.string()};
  std::error_code failed;
  if (std::filesystem::is_directory(file, failed)) {
    diags.error(at, "is a folder, not a trace");
    return nullptr;
  }
  if (std::filesystem::is_fifo(file, failed) || std::filesystem::is_character_file(file, failed))
    return open_pipe(file, diags);
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    diags.error(at, std::filesystem::exists(file, failed) ? "cannot be opened" : "no such file");
    return nullptr;
  }
  try {
    const Packing packing = packing_of(in);
    if (packing == Packing::none) return std::make_unique<PlainBytes>(file);
    if (packing == Packing::zstd && !zstd_is_whole(in, std::filesystem::file_size(file))) {
      diags.error(at, "the compressed data end early", "the file was cut short: copy it again");
      return nullptr;
    }
    return std::make_unique<StreamBytes>(file, packing);
  } catch (const std::exception& problem) {
    diags.error(at, fmt::format("cannot be opened: {}", problem.what()));
    return nullptr;
  }
}

}  // namespace sluice::workloads
