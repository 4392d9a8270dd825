#pragma once
// A file written through a stream: whole or not at all, packed as its name says.

#include <filesystem>
#include <functional>
#include <iosfwd>

namespace sluice::workloads {

/// Calls `write` with a stream; what it writes becomes the file, gzip when the name ends in .gz, zstd when in .zst.
/// A file of that name is replaced. Throws WriteError; then nothing is left.
void write_packed_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write);

}  // namespace sluice::workloads
