#pragma once
// What fuzz targets share. A target is one function: it must take any bytes without a crash, a broken check or a wrong
// answer, and ends the program through require() when what it was given shows one.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/job_spec.hpp"
#include "workloads/reader.hpp"

/// Defined once by each target, called by libFuzzer or by seeds_main.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace sluice::fuzz {

/// The input as text.
std::string_view text_of(const std::uint8_t* data, std::size_t size);

/// Ends the target with this finding when `holds` is false: throws std::logic_error, which both runners report.
void require(bool holds, std::string_view finding);

/// A folder from a text that holds several files: each begins with a line `=== NAME`. What stands before the first is
/// the file `first`. Names are made of letters, digits, `.`, `_`, `-`. One folder a process; it is emptied each time.
class Folder {
 public:
  Folder(std::string_view files, std::string_view first);
  const std::filesystem::path& path() const { return path_; }
  void empty() const;
  void write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// Reads a trace from memory. A few broken rows are passed over, so that the rows behind them are reached.
std::optional<Workload> read_trace(std::string_view format, std::string_view text);

/// Holds of every workload: it can be described, written as SWF, and written as native CSV, which reads back equal.
void check_workload(const Workload& workload);

}  // namespace sluice::fuzz
