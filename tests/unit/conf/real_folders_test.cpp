// Real configurations, which are not in this tree: each loads with exactly what was judged right by hand, and what is
// written of it loads as the same cluster.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>

#include "conf_folder.hpp"
#include "round_trip.hpp"

namespace {

using namespace sluice;
namespace fs = std::filesystem;

/// Of a folder that is refused, nodes and partitions are 0.
struct Expected {
  const char* folder;
  std::size_t errors, warnings, nodes, partitions, switches, associations;
};

// Errors that are really there: a missing include (hf-cluster), a Jinja template (imperial-biomedia), a partition of an
// undefined node (stanford-power9). Warnings that are really there: lines that the publisher blanked (anw-lab, idia,
// nstda-tara, taltech, uam-iztakat, uco-creic), gres.conf with fewer devices (dgx-single, micro), no topology.conf
// (epcc-cirrus), DefaultTime beyond MaxTime (ubhpc-production, ucr-hpcc, ubhpc), keys given twice (nstda-tara, ubhpc),
// switches with unknown nodes or without a common top (ubhpc-production, ubhpc), commands without a condition (micro).
constexpr Expected folders[] = {
    {"slurm-conf/anw-lab", 0, 2, 7, 3, 0, 0},     {"slurm-conf/circe-dgx2-2018", 0, 0, 37, 1, 0, 0},
    {"slurm-conf/dgx-single", 0, 1, 1, 1, 0, 0},  {"slurm-conf/epcc-cirrus", 0, 1, 407, 11, 0, 0},
    {"slurm-conf/harvey", 0, 0, 1, 1, 0, 0},      {"slurm-conf/hf-cluster", 1, 0, 0, 0, 0, 0},
    {"slurm-conf/idia", 0, 2, 1, 1, 0, 0},        {"slurm-conf/imperial-biomedia", 21, 1, 0, 0, 0, 0},
    {"slurm-conf/kaya-sim", 0, 0, 1, 1, 0, 0},    {"slurm-conf/lambda-workstation", 0, 0, 1, 1, 0, 0},
    {"slurm-conf/nstda-tara", 0, 3, 10, 5, 5, 0}, {"slurm-conf/stanford-power9", 1, 0, 0, 0, 0, 0},
    {"slurm-conf/sussex-pal", 0, 0, 4, 5, 0, 0},  {"slurm-conf/taltech", 0, 1, 31, 2, 0, 0},
    {"slurm-conf/uam-iztakat", 0, 2, 5, 2, 0, 0}, {"slurm-conf/ubhpc-production", 0, 5, 974, 4, 17, 0},
    {"slurm-conf/uco-creic", 0, 2, 127, 3, 0, 0}, {"slurm-conf/ucr-hpcc", 0, 1, 118, 13, 4, 0},
    {"slurm-ubccr/micro", 0, 3, 10, 2, 4, 11},    {"slurm-ubccr/ubhpc", 0, 4, 217, 2, 4, 160},
};

/// A folder of SLUICE_DATA; nothing, with a word on it, when it is not there.
std::optional<fs::path> data_folder(const std::string& name) {
  const char* data = std::getenv("SLUICE_DATA");
  if (data != nullptr && fs::is_directory(fs::path{data} / name)) return fs::path{data} / name;
  std::cout << "skipped: no data\n";
  return std::nullopt;
}

void check_folder(const Expected& expected, const fs::path& path) {
  CAPTURE(expected.folder);
  Diagnostics diags;
  const auto spec = conf::load_cluster(path, {}, diags);
  CAPTURE(diags.text());
  CHECK(diags.errors() == expected.errors);
  CHECK(diags.warnings() == expected.warnings);
  CHECK(spec.has_value() == (expected.errors == 0));
  if (!spec) return;
  CHECK(spec->nodes.size() == expected.nodes);
  CHECK(spec->partitions.size() == expected.partitions);
  CHECK(spec->topology.switches.size() == expected.switches);
  CHECK((spec->accounting ? spec->accounting->associations.size() : 0) == expected.associations);
  test::check_round_trip(*spec);
}

TEST_CASE("real configurations load, or are refused for what is wrong in them", "[conf][data]") {
  const auto data = data_folder("slurm-conf");
  if (!data) return;
  for (const auto& expected : folders) check_folder(expected, data->parent_path() / expected.folder);
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator{*data}) found += entry.is_directory() ? 1U : 0U;
  CHECK(found == 18);
}

TEST_CASE("what is wrong in a real configuration is said rightly", "[conf][data]") {
  const auto data = data_folder("slurm-conf");
  if (!data) return;
  const std::map<std::string, std::string> words{
      {"hf-cluster", "slurm_hf.conf': No such file"},
      {"imperial-biomedia", "cannot make sense of '{% for node"},
      {"stanford-power9", "no NodeName line defines node 'power9-compute-1'"},
      {"epcc-cirrus", "note: no slurm.conf here; reading cirrus-slurm.conf"},
      {"circe-dgx2-2018", "note: no slurm.conf here; reading slurm.conf.12202018"},
      {"nstda-tara", "warning: ClusterName is given twice; the last one counts"},
      {"ubhpc-production", "topology.conf: warning: 1 of 974 nodes is on no switch: cpn-u24-39"},
      {"ucr-hpcc", "partition short: DefaultTime=10080 is more than MaxTime=120 and is ignored"},
      {"idia", "warning: a line that was blanked is passed over"},
  };
  for (const auto& [folder, text] : words) {
    Diagnostics diags;
    static_cast<void>(conf::load_cluster(*data / folder, {}, diags));
    CAPTURE(folder, diags.text());
    CHECK(diags.text().find(text) != std::string::npos);
  }
}

}  // namespace
