#include "simulator/engine/array_book.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace sluice {
namespace {

/// Job 0, an array of jobs 1 to 3, job 4.
Workload array_between_two_jobs() {
  Workload w;
  for (std::uint32_t i = 0; i < 5; ++i) {
    JobSpec job;
    job.extras = static_cast<std::uint32_t>(w.extras.size());
    JobExtras& extras = w.extras.emplace_back();
    if (i >= 1 && i <= 3) {
      extras.array = "a";
      extras.array_task = i;
    }
    w.jobs.push_back(job);
    w.add_id("j" + std::to_string(i));
  }
  return w;
}

}  // namespace

TEST_CASE("a task that splits off keeps its array's place in slurmctld's list, and the rest goes to the end",
          "[unit][engine][array]") {
  const Workload workload = array_between_two_jobs();
  const JobLinks links{workload};
  ArrayBook arrays{links};
  for (std::uint32_t i = 0; i < 4; ++i) arrays.submitted(JobId{i});
  arrays.split(JobId{1});
  arrays.submitted(JobId{4});
  arrays.split(JobId{3});
  // Task 3 has the record that the array got when task 1 left, before job 4 came; task 2 the one after it.
  CHECK(arrays.is_listed_before(JobId{0}, JobId{1}));
  CHECK(arrays.is_listed_before(JobId{1}, JobId{3}));
  CHECK(arrays.is_listed_before(JobId{3}, JobId{4}));
  CHECK(arrays.is_listed_before(JobId{4}, JobId{2}));
  CHECK_FALSE(arrays.is_listed_before(JobId{2}, JobId{2}));
}

}  // namespace sluice
