#include <catch2/catch.hpp>
#include <vector>

#include "simulator/base/check.hpp"
#include "simulator/model/running_jobs.hpp"
#include "simulator/model/waiting_queue.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;

QueueEntry waiting(std::uint32_t job, double priority, Duration submit, std::uint32_t shape) {
  return {{priority, Time{submit}, JobId{job}}, 1min, ShapeId{shape}};
}

std::vector<std::uint32_t> jobs(const WaitingQueue::Entries& entries) {
  std::vector<std::uint32_t> all;
  entries.for_each([&](const QueueEntry& entry) { all.push_back(entry.place.job.value); });
  return all;
}

}  // namespace

TEST_CASE("the queue: higher priority first, then earlier submission, then lower id", "[model][queue]") {
  WaitingQueue queue;
  queue.resize_shapes(2);
  queue.insert(waiting(3, 1.0, 5s, 0));
  queue.insert(waiting(1, 0.5, 1s, 1));
  queue.insert(waiting(2, 1.0, 5s, 1));
  queue.insert(waiting(4, 1.0, 4s, 0));
  CHECK(jobs(queue.all()) == std::vector<std::uint32_t>{4, 2, 3, 1});
  CHECK(jobs(queue.of_shape(ShapeId{1})) == std::vector<std::uint32_t>{2, 1});
  CHECK(queue.front().place.job == JobId{4});
}

TEST_CASE("shapes are listed while one of their jobs waits", "[model][queue]") {
  WaitingQueue queue;
  queue.resize_shapes(3);
  const auto a = waiting(0, 0, 0s, 2), b = waiting(1, 0, 0s, 0), c = waiting(2, 0, 0s, 2);
  for (const auto& entry : {a, b, c}) queue.insert(entry);
  CHECK(queue.shapes().size() == 2);
  queue.erase(a.place, a.shape);
  CHECK(queue.shapes().size() == 2);
  queue.erase(c.place, c.shape);
  CHECK(queue.shapes() == std::vector<ShapeId>{ShapeId{0}});
  queue.erase(b.place, b.shape);
  CHECK(queue.empty());
  CHECK(queue.shapes().empty());
}

TEST_CASE("when enough CPUs are free, jobs that end together are counted together", "[model][running]") {
  RunningJobs running;
  running.insert({{Time{10s}, JobId{0}}, 2, 0});
  running.insert({{Time{20s}, JobId{1}}, 3, 1});
  running.insert({{Time{20s}, JobId{2}}, 4, 2});
  running.insert({{Time{30s}, JobId{3}}, 5, 3});
  const auto then = [&](std::int64_t wanted, Duration now = 0s) {
    return earliest_free_cpus(running, 1, wanted, Time{now});
  };
  CHECK(then(1).at == Time{0s});
  CHECK(then(1).cpus == 1);
  CHECK(then(3).at == Time{10s});
  CHECK(then(4).at == Time{20s});
  CHECK(then(4).cpus == 10);
  CHECK(then(15).at == Time{30s});
  CHECK(then(4, 25s).at == Time{25s});  // believed to have ended already
  CHECK_THROWS_AS(then(16), InternalError);
}

}  // namespace sluice
