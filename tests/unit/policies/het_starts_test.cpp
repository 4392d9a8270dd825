#include "policies/scheduler/slurm/het_starts.hpp"

#include <catch2/catch.hpp>

namespace sluice::scheduler::slurm {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t first = 1, second = 2;
const PartitionId a{0}, b{1};

/// The first job holds `a` from 400 and `b` from 200 on, the second has a component in `b` at 600.
HetStarts with_two_jobs() {
  HetStarts starts;
  starts.begin_cycle();
  REQUIRE_FALSE(starts.would_deadlock(first, a, seconds{400}));
  REQUIRE_FALSE(starts.would_deadlock(first, b, seconds{200}));
  REQUIRE_FALSE(starts.would_deadlock(second, b, seconds{600}));
  return starts;
}

}  // namespace

TEST_CASE("a component is not planned before a job that starts sooner than that in another partition of both", "[het]") {
  CHECK(with_two_jobs().would_deadlock(second, a, seconds{300}));
  CHECK_FALSE(with_two_jobs().would_deadlock(second, a, seconds{150}));  // sooner than all of the first job
  CHECK_FALSE(with_two_jobs().would_deadlock(second, a, seconds{500}));  // behind it
}

TEST_CASE("a new cycle knows nothing of what was promised", "[het]") {
  HetStarts starts = with_two_jobs();
  starts.begin_cycle();
  CHECK_FALSE(starts.would_deadlock(second, a, seconds{300}));
}

}  // namespace sluice::scheduler::slurm
