#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "policies/catalogue.hpp"

namespace sluice {
namespace {

template <class Entries>
std::vector<std::string> names(const Entries& entries) {
  std::vector<std::string> all;
  for (const auto* entry : entries) all.emplace_back(entry->name);
  return all;
}

template <class Entries>
void check_entries(const Entries& entries, const std::string& prefix) {
  const ClusterSpec cluster;
  const Location nowhere;
  for (const auto* entry : entries) {
    CAPTURE(entry->name);
    CHECK(entry->name.starts_with(prefix));
    CHECK_FALSE(entry->meaning.empty());
    Diagnostics diags;
    CHECK(parse_options("", entry->options, entry->name, cluster, nowhere, "", diags).has_value());
    for (const Option& option : entry->options) {
      CAPTURE(option.name);
      CHECK_FALSE(option.meaning.empty());
      Diagnostics own;
      const std::string written =
          std::string{option.name} + (option.unit == "flag" ? "" : "=") + std::string{option.default_value};
      CHECK(parse_options(written, entry->options, entry->name, cluster, nowhere, written, own).has_value());
      CHECK(own.text() == "");
    }
  }
}

}  // namespace

TEST_CASE("every policy has a Slurm-like name, a meaning, and options whose defaults are valid",
          "[policies][catalogue]") {
  const Policies all = builtin_policies();
  check_entries(all.schedulers(), "sched/");
  check_entries(all.priorities(), "priority/");
  check_entries(all.placements(), "select/");
}

TEST_CASE("no two policies of a family have one name", "[policies][catalogue]") {
  const Policies all = builtin_policies();
  for (auto list : {names(all.schedulers()), names(all.priorities()), names(all.placements())}) {
    std::sort(list.begin(), list.end());
    CHECK(std::adjacent_find(list.begin(), list.end()) == list.end());
    CHECK_FALSE(list.empty());
  }
}

TEST_CASE("an entry of a known name replaces the known one", "[policies][catalogue]") {
  Policies all = builtin_policies();
  const std::size_t before = all.priorities().size();
  PriorityEntry mine = *all.priorities().front();
  mine.meaning = "my own";
  all.add(mine);
  CHECK(all.priorities().size() == before);
  CHECK(all.priorities().front()->meaning == "my own");
  PriorityEntry other = mine;
  other.name = "priority/other";
  all.add(other);
  CHECK(all.priorities().size() == before + 1);
}

}  // namespace sluice
