#include <catch2/catch.hpp>

#include "tests/support/loops_table.hpp"

namespace sluice::test {

TEST_CASE("the first job of a partition that does not fit keeps all behind it from the partition",
          "[scenario][main_pass]") {
  check_loop(R"(
    nodes     4
    partition main 0-3
    running   0-1 until=600
    job A nodes=1 prio=30 | start 2
    job B nodes=2 prio=20 | Resources
    job C nodes=1 prio=10 | Priority      # node 3 stays idle: only backfill passes the queue
  )");
}

TEST_CASE("a blocked partition keeps its nodes from overlapping partitions of the same pass",
          "[scenario][main_pass]") {
  check_loop(R"(
    nodes     4
    partition high 0-1 tier=2
    partition low  1-3 tier=1
    running   0 until=600
    job A nodes=2 prio=10 in=high | Resources
    job B nodes=1 prio=90 in=low  | start 2    # not node 1
    job C nodes=2 prio=80 in=low  | Resources
    job D nodes=1 prio=70 in=low  | Priority
  )");
  check_loop(R"(
    nodes     2
    partition high 0-1 tier=2
    partition low  0-1 tier=1
    running   0 until=600
    job A nodes=2 prio=10 in=high | Resources
    job B nodes=1 prio=90 in=low  | Resources  # none of its nodes is left to the partition
  )");
}

TEST_CASE("a default pass looks at one record more than default_queue_depth, and blocked ones count",
          "[scenario][main_pass]") {
  check_loop(R"(
    nodes     8
    options   default_queue_depth=2
    partition main 0-7
    loop      default
    job A nodes=1 prio=40 | start 0
    job B nodes=1 prio=30 | start 1
    job C nodes=1 prio=20 | start 2
    job D nodes=1 prio=10 | -
  )");
  check_loop(R"(
    nodes     4
    options   default_queue_depth=2
    partition main 0-1 tier=2
    partition rest 2-3
    running   0 until=600
    loop      default
    job A nodes=2 prio=40 in=main | Resources
    job B nodes=1 prio=30 in=main | Priority
    job C nodes=1 prio=20 in=main | Priority
    job D nodes=1 prio=10 in=rest | -
  )");
  check_loop(R"(
    nodes     4
    options   default_queue_depth=2
    partition main 0-3
    loop      full                      # the pass of every minute has no bound
    job A nodes=1 prio=40 | start 0
    job B nodes=1 prio=30 | start 1
    job C nodes=1 prio=20 | start 2
    job D nodes=1 prio=10 | start 3
  )");
}

TEST_CASE("partition_job_depth and sched_max_job_start bound a pass", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     4
    options   partition_job_depth=1
    partition main 0-1 tier=2
    partition rest 2-3
    job A nodes=1 prio=40 in=main | start 0
    job B nodes=1 prio=30 in=main | Priority
    job C nodes=1 prio=20 in=rest | start 2
  )");
  check_loop(R"(
    nodes     4
    options   sched_max_job_start=1
    partition main 0-3
    job A nodes=1 prio=40 | start 0
    job B nodes=1 prio=30 | -
  )");
}

TEST_CASE("a job that names its nodes, is too young or of too little priority blocks nobody", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     4
    partition main 0-3
    running   0 until=600
    job A nodes=1 prio=30 on=0 nodes=1 | start 1    # this machine takes any node
    job B nodes=4 prio=20 on=0-3       | Resources  # its nodes leave the pass
    job C nodes=1 prio=10              | Resources
  )");
  check_loop(R"(
    nodes     2
    options   bf_min_age_reserve=60
    partition main 0-1
    at        100
    running   0 until=600
    job A nodes=2 prio=30 eligible=50 | Resources
    job B nodes=2 prio=25             | Resources
    job C nodes=1 prio=20 eligible=0  | start 1
    job D nodes=1 prio=10 eligible=0  | Resources
    job E nodes=1 prio=5  eligible=0  | Priority
  )");
  check_loop(R"(
    nodes     2
    options   bf_min_prio_reserve=25
    partition main 0-1
    running   0 until=600
    job A nodes=2 prio=20              | Resources
    job B nodes=1 prio=10              | start 1
  )");
}

TEST_CASE("a job that a limit stops stands in nobody's way, but for assoc_limit_stop", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    job A nodes=1 prio=30 stopped      | QOSMaxJobsPerUserLimit
    job B nodes=1 prio=20 stopped-late | QOSMaxJobsPerUserLimit
    job C nodes=1 prio=10              | start 0
  )");
  check_loop(R"(
    nodes     2
    options   assoc_limit_stop
    partition main 0-1
    job B nodes=1 prio=20 stopped-late | QOSMaxJobsPerUserLimit
    job C nodes=1 prio=10              | Priority
  )");
}

TEST_CASE("a job in several partitions goes to the first that has room, and is held only if none could ever",
          "[scenario][main_pass]") {
  check_loop(R"(
    nodes     3
    partition one 0 tier=2
    partition two 1-2
    running   0 until=600
    job A nodes=1 in=one,two prio=20 | Resources, start 1 in=two
    job B nodes=1 in=one,two prio=10 | Priority, start 2 in=two
    job C nodes=1 in=two never       | held
  )");
}

TEST_CASE("an array starts task by task, and what one task is refused for holds for all", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     4
    partition main 0-3
    job A nodes=1 prio=30 array=2   | start 0, start 1
    job B nodes=1 prio=20 array=3%1 | start 2, JobArrayTaskLimit
    job C nodes=1 prio=10           | start 3
  )");
}

TEST_CASE("the order is tier, priority, submission, id, and array tasks before their head", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     9
    partition low  0-8 tier=1
    partition high 0-8 tier=2
    job A nodes=1 in=low  prio=99           | start 4
    job B nodes=1 in=high prio=10 submit=7  | start 2
    job C nodes=1 in=high prio=10 submit=3  | start 1
    job D nodes=1 in=high prio=20 submit=9  | start 0
    job E nodes=1 in=high prio=10 submit=7  | start 3
  )");
}

TEST_CASE("a limit beyond the partition's keeps a job out; none given becomes the partition's", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     2
    partition main 0-1 max=10
    job A nodes=1 limit=11 | PartitionTimeLimit
    job B nodes=1 limit=10 | start 0
    job C nodes=1          | start 1
  )");
}

TEST_CASE("a job that can no longer meet its deadline is ended", "[scenario][main_pass]") {
  check_loop(R"(
    nodes     2
    partition main 0-1
    at        100
    job A nodes=1 limit=10 deadline=699           | ended
    job B nodes=1 limit=10 deadline=700           | start 0
    job C nodes=1 limit=10 least=2 deadline=300   | start 1
  )");
}

}  // namespace sluice::test
