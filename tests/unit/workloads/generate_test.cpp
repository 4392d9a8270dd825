#include "workloads/generate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

std::string generated(const GenerateOptions& options) {
  std::ostringstream out;
  generate(options, out);
  return out.str();
}

/// The cells of a generated trace, by the names of their columns.
using Row = std::map<std::string, std::string>;
std::vector<Row> rows_of(const std::string& csv) {
  std::vector<Row> rows;
  std::vector<std::string_view> header;
  for (const auto line : split(csv, '\n')) {
    const auto cells = split(line, ',');
    if (header.empty()) {
      header = cells;
    } else if (cells.size() == header.size()) {
      Row& row = rows.emplace_back();
      for (std::size_t i = 0; i < cells.size(); ++i) row[std::string{header[i]}] = cells[i];
    }
  }
  return rows;
}

double load_of(const std::string& csv, std::int64_t capacity) {
  double area = 0, first = 0, last = 0;
  const auto rows = rows_of(csv);
  for (const auto& row : rows) {
    const bool on_cpus = row.count("gpus") > 0 && row.at("gpus").empty() && row.at("gpus-per-node").empty();
    double run = to_seconds(*parse_seconds(row.at("duration")));
    if (row.count("state") > 0 && row.at("state") == "TIMEOUT") run = *parse_number(row.at("time")) * 60;
    if (!on_cpus) area += run * *parse_number(row.at("ntasks"));
  }
  const auto submit = [](const Row& row) {
    const auto number = parse_seconds(row.at("submit"));
    return to_seconds(number ? *number : *parse_civil(row.at("submit")));
  };
  first = submit(rows.front());
  last = submit(rows.back());
  return area / (static_cast<double>(capacity) * (last - first));
}

std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::vector<GenerateOptions> all_presets(std::size_t jobs) {
  std::vector<GenerateOptions> list;
  for (const auto& kind : generated_kinds())
    for (const auto& preset : kind.presets)
      list.push_back({.kind = kind.kind, .preset = preset.name, .jobs = jobs, .seed = 1, .capacity = {}, .load = {}});
  return list;
}

TEST_CASE("generated traces depend on the seed and on nothing else", "[workloads][generate]") {
  for (auto options : all_presets(300)) {
    CAPTURE(options.preset);
    const auto first = generated(options);
    CHECK(first == generated(options));
    options.seed = 2;
    CHECK(first != generated(options));
  }
}

TEST_CASE("generated traces have the same bytes with every compiler", "[workloads][generate]") {
  std::string hashes;
  for (const auto& options : all_presets(200))
    hashes += std::string{options.preset} + " " + std::to_string(fnv(generated(options))) + "\n";
  CHECK(hashes == R"(demo 11009029683595524341
venus 9918744574582564797
philly 692196899485888385
pai 616620978744564702
itp 10854075512139192869
acme 17409829126341217318
batch 4684432642546879513
all 3075984217182978351
steady 9100414758401527379
)");
}

TEST_CASE("generated traces have as many jobs as asked for, in order of submission", "[workloads][generate]") {
  for (const std::size_t jobs : {1U, 2U, 7U, 1'000U}) {
    for (const auto& options : all_presets(jobs)) {
      CAPTURE(options.preset, jobs);
      const auto rows = rows_of(generated(options));
      CHECK(rows.size() == jobs);
      const auto number = [](const Row& row) { return parse_seconds(row.at("submit")); };
      const auto date = [](const Row& row) { return parse_civil(row.at("submit")); };
      CHECK(std::is_sorted(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
        return number(a) ? number(a) < number(b) : date(a) < date(b);
      }));
      std::set<std::string> ids;
      for (const auto& row : rows) ids.insert(row.at("job_id"));
      CHECK(ids.size() == jobs);
    }
  }
}

TEST_CASE("generated traces meet a load that is asked for", "[workloads][generate]") {
  for (auto options : all_presets(5'000)) {
    CAPTURE(options.preset);
    options.capacity = 512;
    options.load = 0.8;
    CHECK(load_of(generated(options), 512) == Approx(0.8).epsilon(0.05));
  }
}

TEST_CASE("no generated job is larger than the cluster", "[workloads][generate]") {
  for (const std::int64_t capacity : {1, 3, 8, 12}) {
    for (auto options : all_presets(500)) {
      CAPTURE(options.preset, capacity);
      options.capacity = capacity;
      for (const auto& row : rows_of(generated(options))) CHECK(*parse_whole(row.at("ntasks")) <= capacity);
    }
  }
}

TEST_CASE("a chain waits for jobs that come before it and complete", "[workloads][generate]") {
  for (const auto* preset : {"venus", "acme"}) {
    CAPTURE(preset);
    std::map<std::string, Row> seen;
    std::size_t waiting = 0;
    for (const auto& row : rows_of(generated({.kind = GeneratedKind::ml, .preset = preset, .jobs = 5'000}))) {
      seen[row.at("job_id")] = row;
      const auto& dependency = row.at("dependency");
      if (dependency.empty()) continue;
      REQUIRE(dependency.rfind("afterok:@", 0) == 0);
      const auto first = seen.find(dependency.substr(9));
      REQUIRE(first != seen.end());
      CHECK(first->second.at("state") == "COMPLETED");
      CHECK(first->second.at("user") == row.at("user"));
      ++waiting;
    }
    CHECK(waiting > 50);
  }
}

TEST_CASE("the tasks of a generated job array are alike and come at the same moment", "[workloads][generate]") {
  std::map<std::string, std::vector<Row>> arrays;
  for (const auto& row : rows_of(generated({.kind = GeneratedKind::ml, .preset = "itp", .jobs = 5'000}))) {
    const auto& id = row.at("job_id");
    if (const auto dash = id.find('_'); dash != std::string::npos) arrays[id.substr(0, dash)].push_back(row);
  }
  CHECK(arrays.size() > 50);
  for (const auto& [id, tasks] : arrays) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      CHECK(tasks[i].at("job_id") == id + "_" + std::to_string(i + 1));
      for (const auto* same : {"user", "submit", "ntasks", "kind", "job-name"})
        CHECK(tasks[i].at(same) == tasks.front().at(same));
    }
  }
}

TEST_CASE("the demo is a week of everything that people do", "[workloads][generate]") {
  const auto rows = rows_of(generated({.kind = GeneratedKind::ml, .preset = "demo"}));
  CHECK(rows.size() == 600);
  std::map<std::string, std::size_t> count;
  for (const auto& row : rows)
    for (const auto* name : {"kind", "state", "partition"}) ++count[row.at(name)];
  for (const auto* kind : {"training", "sweep", "notebook", "inference", "evaluation", "preprocessing", "debug"}) {
    CAPTURE(kind);
    CHECK(count[kind] >= 20);
  }
  for (const auto* state : {"FAILED", "CANCELLED", "TIMEOUT"}) {
    CAPTURE(state);
    CHECK(count[state] >= 15);
  }
  for (const auto* partition : {"train", "debug", "cpu"}) CHECK(count[partition] >= 50);
  const auto days =
      to_seconds(*parse_civil(rows.back().at("submit")) - *parse_civil(rows.front().at("submit"))) / 86'400;
  CHECK(days > 5);
  CHECK(days < 8);
}

TEST_CASE("a job of the demo that times out would run longer than its limit, and no other would",
          "[workloads][generate]") {
  for (const auto& row : rows_of(generated({.kind = GeneratedKind::ml, .preset = "demo", .jobs = 3'000})))
    CHECK((*parse_whole(row.at("duration")) > *parse_whole(row.at("time")) * 60) == (row.at("state") == "TIMEOUT"));
}

}  // namespace
}  // namespace sluice::workloads
