#include "simulator/report/recorder.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report;
using namespace sluice::report::test;

class StartCounter final : public Sink {
 public:
  void job_started(JobId, Time, const Allocation&) override { ++starts_; }
  void write(const FinishedRun& run, ResultsFolder& folder) override {
    folder.write("starts.txt", std::to_string(starts_) + " of " + std::to_string(run.rows.size()) + '\n');
  }
  void fields(Archive& archive) override { archive(starts_); }

 private:
  int starts_ = 0;
};

class Unwilling final : public Sink {
 public:
  void write(const FinishedRun&, ResultsFolder&) override { throw WriteError{"unwilling", ENOSPC}; }
  void fields(Archive&) override {}
};

TEST_CASE("A sink that was added sees the run and writes its file with the others", "[report]") {
  SmallRun run;
  run.recorder.add(std::make_unique<StartCounter>());
  play(run);
  TemporaryFolder folder;
  run.write(folder.path() / "r");
  CHECK(read_text(folder.path() / "r" / "starts.txt") == "4 of 6\n");
  for (const auto* name : {"jobs.csv", "timeline.csv", "summary.json", "run.json"})
    CHECK(std::filesystem::file_size(folder.path() / "r" / name) > 0);
}

TEST_CASE("When one file cannot be written, none is", "[report]") {
  SmallRun run;
  run.recorder.add(std::make_unique<Unwilling>());
  play(run);
  TemporaryFolder folder;
  CHECK_THROWS_WITH(run.write(folder.path() / "r"), "cannot write unwilling: No space left on device");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("A million jobs cost 64 bytes each and their node text", "[report]") {
  CHECK(sizeof(JobRecord) <= 64);
}

TEST_CASE("A job whose allocation changed is remembered as it was at its end", "[report]") {
  SmallRun run;
  const JobId job = run.submit("1", at(0));
  run.start(job, at(0), some_nodes(0, 4, {8, 0, {}}));
  run.end(job, at(9), some_nodes(0, 2, {8, 0, {}}));
  const auto rows = run.recorder.rows(run.table);
  CHECK(rows[0].record->nodes == 2);
  CHECK(rows.sink().node_text(*rows[0].record) == "n[1-2],8(x2),,");
}

}  // namespace
