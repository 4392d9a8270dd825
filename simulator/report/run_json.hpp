#pragma once
// run.json: what a run was made from. With the same inputs, seed and commit the same results come out.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/hash.hpp"

namespace sluice::report {

/// A file that the run has read.
struct InputFile {
  std::string role;  ///< "trace", "slurm.conf", ...
  std::filesystem::path path;
  std::optional<FileDigest> digest;  ///< absent when it could not be read (a pipe)
};

/// Reads the whole file to hash it.
InputFile describe_input(std::string role, std::filesystem::path path);

struct RunRecord {
  std::vector<std::string> arguments;  ///< argv
  std::string cluster;                 ///< what --cluster said
  std::vector<std::string> sets;       ///< what each --set said
  std::vector<InputFile> inputs;
  std::uint64_t seed = 0;
  std::string version;  ///< "0.1.0"
  std::string commit;   ///< of the source; "" when unknown
  std::uint64_t fingerprint = 0;
};

/// run.json, with a final newline. Hashes are XXH64 (`xxhsum -H64`), in hex.
std::string run_json(const RunRecord& record);

}  // namespace sluice::report
