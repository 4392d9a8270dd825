#include <catch2/catch.hpp>

#include "simulator/model/job_spec.hpp"
#include "simulator/model/reason.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;

void add(Workload& workload, const char* id, Duration submit) {
  JobSpec job;
  job.submit = Time{submit};
  job.duration = 1s;
  workload.jobs.push_back(job);
  workload.add_id(id);
}

}  // namespace

TEST_CASE("jobs are sorted by submission with their ids, and the first one is the zero", "[model][workload]") {
  Workload workload;
  add(workload, "late", 30s);
  add(workload, "early", 10s);
  add(workload, "late too", 30s);
  workload.finish();
  CHECK(workload.job_id(JobId{0}) == "early");
  CHECK(workload.job_id(JobId{1}) == "late");
  CHECK(workload.job_id(JobId{2}) == "late too");
  CHECK(workload.jobs[0].submit == Time{0s});
  CHECK(workload.jobs[1].submit == Time{20s});
  CHECK(workload.time_base.zero == Duration{10s});
}

TEST_CASE("equal requests are one request", "[model][workload]") {
  Workload workload;
  JobRequest request;
  request.ntasks = 4;
  const auto first = workload.intern(request);
  request.gpus = {{"gpu", "a100", 2}};
  const auto second = workload.intern(request);
  CHECK(first != second);
  request.gpus.clear();
  CHECK(workload.intern(request) == first);
  CHECK(workload.requests().size() == 2);
}

TEST_CASE("what a request names in total", "[model][request]") {
  JobRequest plain;
  CHECK(requested_cpus(plain) == 1);
  CHECK(requested_gpus(plain) == 0);
  JobRequest r;
  r.min_nodes = 3;
  r.ntasks_per_node = 2;
  r.cpus_per_task = 4;
  CHECK(requested_cpus(r) == 24);
  r.gres_per_node = {{"gpu", "", 2}, {"shard", "", 9}};
  CHECK(requested_gpus(r) == 6);
  r.gpus = {{"gpu", "a100", 1}, {"gpu", "v100", 4}};
  CHECK(requested_gpus(r) == 5);
}

TEST_CASE("every Reason has its own word, and the word leads back to it", "[model][reason]") {
  std::size_t known = 0;
  for (std::uint16_t i = 0; i <= static_cast<std::uint16_t>(Reason::reservation); ++i) {
    const auto reason = static_cast<Reason>(i);
    CHECK(reason_from_name(reason_name(reason)) == reason);
    ++known;
  }
  CHECK(known >= 16);
  CHECK(reason_name(Reason::partition_time_limit) == "PartitionTimeLimit");
  CHECK_FALSE(reason_from_name("Lunch"));
}

}  // namespace sluice
