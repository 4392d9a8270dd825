#include "simulator/report/timeline.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report;
using namespace sluice::report::test;

LoadSample pending(std::int64_t n) {
  LoadSample load;
  load.pending = n;
  return load;
}

TEST_CASE("timeline.csv has a line an instant, in the trace's own base", "[report]") {
  TimelineSink sink{TimelineDetail::all};
  sink.settled(at(0), {3, 1, 8, 32, 2, 8, 1, 4, 500, 4000});
  sink.settled(at_ms(1500), {0, 4, 32, 32, 8, 8, 4, 4, 4000, 4000});
  TimeBase base;
  base.zero = std::chrono::seconds{100};
  TemporaryFolder folder;
  OutputFile file{folder.path() / "t.csv"};
  write_timeline_csv(sink, base, file);
  file.close();
  CHECK(read_text(folder.path() / "t.csv") ==
        "t,pending,running,used_cpus,total_cpus,used_gpus,total_gpus,used_nodes,total_nodes,used_memory_mb\n"
        "100,3,1,8,32,2,8,1,4,500\n"
        "101.5,0,4,32,32,8,8,4,4,4000\n");
}

TEST_CASE("A thinned timeline stays within its rows and keeps the first and the last sample", "[report]") {
  TimelineSink sink{TimelineDetail::thinned, 10};
  for (std::int64_t i = 0; i <= 1000; ++i) {
    sink.settled(at(i), pending(i));
    REQUIRE(sink.rows().size() <= 10);
    REQUIRE(sink.rows().front().at == at(0));
    REQUIRE(sink.rows().back().at == at(i));
  }
  CHECK(sink.rows().size() >= 5);
  for (std::size_t i = 1; i < sink.rows().size(); ++i) CHECK(sink.rows()[i - 1].at < sink.rows()[i].at);
}

TEST_CASE("Thinning keeps the last sample of an interval", "[report]") {
  TimelineSink sink{TimelineDetail::thinned, 100};
  for (const std::int64_t ms : {0, 100, 900, 1000, 1999}) sink.settled(at_ms(ms), pending(ms));
  REQUIRE(sink.rows().size() == 3);
  CHECK(sink.rows()[0].load.pending == 0);
  CHECK(sink.rows()[1].load.pending == 900);
  CHECK(sink.rows()[2].load.pending == 1999);
}

TEST_CASE("Samples all at one instant do not fill a timeline for ever", "[report]") {
  TimelineSink sink{TimelineDetail::thinned, 4};
  for (std::int64_t i = 0; i < 100; ++i) sink.settled(at(5), pending(i));
  CHECK(sink.rows().size() == 2);
}

}  // namespace
