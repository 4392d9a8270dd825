#pragma once
// A configuration folder for one test, removed afterwards.

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/load.hpp"

namespace sluice::test {

class ConfFolder {
 public:
  ConfFolder() {
    static std::atomic<int> made{0};
    path_ = std::filesystem::temp_directory_path() /
            ("sluice-conf-" + std::to_string(::getpid()) + "-" + std::to_string(made++));
    std::filesystem::create_directories(path_);
  }
  explicit ConfFolder(std::string_view slurm_conf) : ConfFolder() { write("slurm.conf", slurm_conf); }
  ~ConfFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ConfFolder(const ConfFolder&) = delete;
  ConfFolder& operator=(const ConfFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream{path_ / name, std::ios::binary} << text;
  }

  std::optional<ClusterSpec> load(const std::vector<conf::Override>& sets = {}) {
    return conf::load_cluster(path_, sets, diags);
  }

  /// What load() said, with the folder's path left out of it.
  std::string said() const {
    auto text = diags.text();
    const auto prefix = path_.string() + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at))
      text.erase(at, prefix.size());
    for (auto at = text.find(path_.string()); at != std::string::npos; at = text.find(path_.string(), at))
      text.replace(at, path_.string().size(), "FOLDER");
    return text;
  }

  Diagnostics diags;

 private:
  std::filesystem::path path_;
};

/// What loading this slurm.conf says.
inline std::string said(std::string_view slurm_conf, const std::vector<conf::Override>& sets = {}) {
  ConfFolder folder{slurm_conf};
  const auto spec = folder.load(sets);
  const bool refused = !spec;
  return folder.said() + (refused == folder.diags.ok() ? "BROKEN: nullopt iff errors\n" : "");
}

}  // namespace sluice::test
