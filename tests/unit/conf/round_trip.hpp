#pragma once
// Writes a cluster, reads it back, and tells whether it is the same.

#include <catch2/catch.hpp>

#include "conf_folder.hpp"
#include "simulator/conf/write_cluster.hpp"

namespace sluice::test {

inline void check_round_trip(const ClusterSpec& spec) {
  ConfFolder folder;
  for (const auto& file : conf::cluster_files(spec)) folder.write(file.name, file.text);
  const auto again = folder.load();
  CAPTURE(folder.said());
  REQUIRE(again);
  CHECK(again->name == spec.name);
  CHECK(again->settings == spec.settings);
  CHECK(again->classes == spec.classes);
  CHECK((again->nodes == spec.nodes));
  CHECK((again->partitions == spec.partitions));
  CHECK((again->topology == spec.topology));
  CHECK((again->gres == spec.gres));
  CHECK((again->accounting == spec.accounting));
  CHECK(same_cluster(*again, spec));
  // Written again, it is the same to the byte.
  const auto first = conf::cluster_files(spec), second = conf::cluster_files(*again);
  REQUIRE(first.size() == second.size());
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i].text == second[i].text);
}

}  // namespace sluice::test
