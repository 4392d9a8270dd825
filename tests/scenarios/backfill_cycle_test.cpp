#include <catch2/catch.hpp>

#include "tests/support/loops_table.hpp"

namespace sluice::test {

TEST_CASE("a short job passes one that waits, as long as it ends before the promise", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    running   0 until=600
    loop      backfill
    job A nodes=2 limit=10 prio=30 | plan 600-1200 0-1
    job B nodes=1 limit=9  prio=20 | start 1
  )");
}

TEST_CASE("a job whose limit ends where a promise begins is in its way", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    running   0 until=600
    loop      backfill
    job A nodes=2 limit=10 prio=30 | plan 600-1200 0-1
    job B nodes=1 limit=10 prio=20 | plan 1200-1800 1    # the one that is idle now
  )");
}

TEST_CASE("promises begin on the floored minute", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    running   0 until=176            # promised from 120 on
    at        25
    loop      backfill
    job A nodes=2 limit=5 prio=30 | plan 176-420 0-1
    job B nodes=1 limit=2 prio=20 | plan 420-540 1
    job C nodes=1 limit=1 prio=10 | start 1
  )");
}

TEST_CASE("a job waits behind promises rather than take their nodes", "[scenario][backfill]") {
  check_loop(R"(
    nodes     3
    partition main 0-2
    running   0-2 until=300
    loop      backfill
    job A nodes=2 limit=10 prio=30 | plan 300-900 0-1
    job B nodes=1 limit=60 prio=20 | plan 300-3900 2
    job C nodes=2 limit=5  prio=10 | plan 900-1200 0-1
  )");
}

TEST_CASE("plans beyond the window are estimates that hold nobody up", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    options   bf_window=10
    partition main 0-1
    running   0 until=900
    loop      backfill
    job A nodes=2 limit=10 prio=30 | estimate 900
    job B nodes=1 limit=60 prio=20 | start 1
  )");
}

TEST_CASE("counters stop the jobs of one user, partition or cycle", "[scenario][backfill]") {
  check_loop(R"(
    nodes     4
    options   bf_max_job_user=1
    partition main 0-3
    loop      backfill
    job A nodes=1 limit=1 prio=40 user=1 | start 0
    job B nodes=1 limit=1 prio=30 user=1 | -
    job C nodes=1 limit=1 prio=20 user=2 | start 1
  )");
  check_loop(R"(
    nodes     4
    options   bf_max_job_part=1
    partition one 0-1
    partition two 2-3
    loop      backfill
    job A nodes=1 limit=1 prio=40 in=one | start 0
    job B nodes=1 limit=1 prio=30 in=one | -
    job C nodes=1 limit=1 prio=20 in=two | start 2
  )");
  check_loop(R"(
    nodes     4
    options   bf_max_job_test=2
    partition main 0-3
    loop      backfill
    job A nodes=1 limit=1 prio=40 stopped | -     # only tests of nodes count
    job B nodes=1 limit=1 prio=30         | start 0
    job C nodes=1 limit=1 prio=20         | start 1
    job D nodes=1 limit=1 prio=10         | -
  )");
  check_loop(R"(
    nodes     4
    options   bf_max_job_start=1
    partition main 0-3
    loop      backfill
    job A nodes=1 limit=1 prio=40 | start 0
    job B nodes=1 limit=1 prio=30 | -
  )");
}

TEST_CASE("jobs below bf_min_prio_reserve or bf_min_age_reserve start but are promised nothing", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    options   bf_min_prio_reserve=25
    partition main 0-1
    running   0 until=600
    loop      backfill
    job A nodes=2 limit=10 prio=20 | -
    job B nodes=1 limit=60 prio=10 | start 1
  )");
  check_loop(R"(
    nodes     2
    options   bf_min_age_reserve=60
    partition main 0-1
    at        120
    running   0 until=600
    loop      backfill
    job A nodes=2 limit=10 prio=30 eligible=100 | -
    job B nodes=2 limit=10 prio=20 eligible=0   | plan 600-1200 0-1
    job C nodes=1 limit=60 prio=10 eligible=0   | plan 1200-4800 1
  )");
  check_loop(R"(
    nodes     1
    options   bf_job_part_count_reserve=1
    partition main 0
    running   0 until=600
    loop      backfill
    job A nodes=1 limit=10 prio=30 | plan 600-1200 0
    job B nodes=1 limit=10 prio=20 | -
  )");
}

TEST_CASE("a job in two partitions keeps the earlier plan, and with bf_one_resv_per_job only the first",
          "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition slow 0
    partition fast 1
    running   0 until=900
    running   1 until=300
    loop      backfill
    job A nodes=1 limit=10 prio=30 in=slow,fast | plan 900-1500 0, plan 300-900 1
    job B nodes=1 limit=10 prio=20 in=slow      | plan 1500-2100 0
    job C nodes=1 limit=10 prio=10 in=fast      | plan 900-1500 1
  )");
  check_loop(R"(
    nodes     2
    options   bf_one_resv_per_job
    partition slow 0
    partition fast 1
    running   0 until=900
    running   1 until=300
    loop      backfill
    job A nodes=1 limit=10 prio=30 in=slow,fast | plan 900-1500 0
    job C nodes=1 limit=10 prio=10 in=fast      | plan 300-900 1
  )");
}

TEST_CASE("a job with a least time runs with that when a cycle starts it, and one without a limit with the most",
          "[scenario][backfill]") {
  check_loop(R"(
    nodes     3
    partition main 0-2 max=90
    running   0 until=600
    loop      backfill
    job A nodes=3 limit=10 prio=30         | plan 600-1200 0-2
    job B nodes=1 limit=60 least=5 prio=20 | start 1
    job C nodes=1 limit=60 least=9 prio=15 | start 2
    job D nodes=1 prio=10                  | plan 1200-6600 1
  )");
}

TEST_CASE("a job with least time and deadline gets what lies between it and promises on its nodes",
          "[scenario][backfill]") {
  check_loop(R"(
    nodes     1
    partition main 0
    at        60
    loop      backfill
    job A nodes=1 limit=30 least=5 deadline=1260 prio=30 | start 0 limit=20
    job B nodes=1 limit=30 deadline=900 prio=20          | ended
  )");
}

TEST_CASE("a job that a limit would stop with its nodes is promised nothing", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    running   0 until=600
    loop      backfill
    job A nodes=2 limit=10 prio=30 stopped-late | QOSMaxJobsPerUserLimit
    job B nodes=1 limit=60 prio=20              | start 1
  )");
}

TEST_CASE("with assoc_limit_stop a job that a limit stops keeps its nodes from others",
          "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    options   assoc_limit_stop
    loop      backfill
    job A nodes=2 limit=10 prio=30 stopped-late | plan 500-1080 0-1
    job B nodes=1 limit=7  prio=20              | start 0
    job C nodes=1 limit=9  prio=10              | plan 1080-1620 1
  )");
}

TEST_CASE("nodes that clean up are planned for a second later", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    cleaning  0
    loop      backfill
    job A nodes=2 limit=10 prio=30 | plan 1-600 0-1
    job B nodes=1 limit=1  prio=20 | plan 600-660 0
  )");
}

TEST_CASE("tasks of an array are planned one by one, up to a bound and to the room they have", "[scenario][backfill]") {
  check_loop(R"(
    nodes     2
    options   bf_max_job_array_resv=2
    partition main 0-1
    running   0 until=600
    loop      backfill
    job A nodes=1 limit=10 prio=30 array=5 | start 1, plan 600-1200 0  # and another task on 1
    job B nodes=1 limit=1  prio=20         | plan 1200-1260 0
  )");
  check_loop(R"(
    nodes     2
    partition main 0-1
    running   0 until=600
    loop      backfill
    job A nodes=1 limit=10 prio=30 array=5%1 | start 1
    job B nodes=1 limit=1  prio=20           | plan 600-660 0
  )");
}

}  // namespace sluice::test
