#pragma once
// The bytes of a trace file, decompressed on the way when the file is gzip or zstd.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "simulator/base/diagnostics.hpp"

namespace sluice::workloads {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills `into` from the front and says how much of it; less than its size only at the end, 0 after it.
  /// Throws std::ios_base::failure when the file cannot be read or ends inside compressed data.
  virtual std::size_t read(std::span<char> into) = 0;
};

/// Opens a file as it is. gzip and zstd are told by their first bytes, not by the name; a pipe must hold plain text.
/// nullptr when an error was reported: no such file, a folder, a zstd file cut short.
std::unique_ptr<ByteSource> open_bytes(const std::filesystem::path& file, Diagnostics& diags);

}  // namespace sluice::workloads
