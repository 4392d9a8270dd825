#pragma once
// Traces that a test writes down, and what reading them gave.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "workloads/reader.hpp"

namespace sluice::workloads {

/// A file in a temporary folder of its own, removed with the object. It is named in diagnostics by its path, which
/// `TraceRead::text` shortens to the bare name.
class TraceFile {
 public:
  TraceFile(std::string_view name, std::string_view content);
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct TraceRead {
  std::optional<Workload> workload;
  std::string text;  ///< the diagnostics, with the bare file name
};

TraceRead read_trace(const std::filesystem::path& path, const ReadOptions& options = {});
TraceRead read_text(std::string_view content, const ReadOptions& options = {}, std::string_view name = "trace");

enum class Packed { gzip, zstd };
std::string packed(std::string_view content, Packed how);

}  // namespace sluice::workloads
