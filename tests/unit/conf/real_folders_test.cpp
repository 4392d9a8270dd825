// Real configurations, which are not in this tree: every one is read to its end, and those that slurmctld would take
// are taken.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>

#include "conf_folder.hpp"

namespace {

using namespace sluice;
namespace fs = std::filesystem;

/// Copies a folder, leaving out the lines that whoever published it blanked.
void copy_without_redacted_lines(const fs::path& from, const test::ConfFolder& to) {
  for (const auto& file : fs::directory_iterator{from}) {
    std::ifstream in{file.path()};
    std::string text;
    for (std::string line; std::getline(in, line);) text += (line == "REDACTED" ? "#" : line) + "\n";
    to.write(file.path().filename().string(), text);
  }
}

TEST_CASE("real configurations load, or are refused for what is wrong in them", "[conf][data]") {
  const char* data = std::getenv("SLUICE_DATA");
  if (data == nullptr || !fs::is_directory(fs::path{data} / "slurm-conf")) {
    std::cout << "skipped: no data\n";
    return;
  }
  // Errors that are really there: a missing include, a Jinja template, a partition of an undefined node.
  const std::map<std::string, std::string> refused{
      {"hf-cluster", "slurm_hf.conf': No such file"},
      {"imperial-biomedia", "cannot make sense of '{% for node"},
      {"stanford-power9", "no NodeName line defines node 'power9-compute-1'"},
  };
  int folders = 0;
  for (const auto& entry : fs::directory_iterator{fs::path{data} / "slurm-conf"}) {
    if (!entry.is_directory()) continue;
    const auto name = entry.path().filename().string();
    CAPTURE(name);
    ++folders;
    test::ConfFolder folder;
    copy_without_redacted_lines(entry.path(), folder);
    const auto spec = folder.load();
    CAPTURE(folder.said());
    const auto reason = refused.find(name);
    CHECK(spec.has_value() == (reason == refused.end()));
    if (reason != refused.end()) CHECK(folder.said().find(reason->second) != std::string::npos);
    if (spec) CHECK_FALSE(spec->nodes.empty());
  }
  CHECK(folders == 18);
}

}  // namespace
