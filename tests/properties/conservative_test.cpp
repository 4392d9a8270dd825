// Conservative backfilling's promises, seen from outside: what a job is promised when it comes is the start it would
// have if nobody came after it and everybody used up their limits (which they must have done until then, as an early
// end leaves places that are only taken when the next job ends).

#include <rapidcheck/catch.h>

#include <optional>

#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

/// The world as it was known when job `last` came, going on without surprises; nothing if there had been one before.
std::optional<Case> as_promised(const CaseDraw& draw, const Run& real, std::size_t last) {
  CaseDraw cut = draw;
  cut.jobs.resize(last + 1);
  Case what = build(cut);
  const Time came = what.workload.jobs[last].submit;
  for (std::size_t i = 0; i <= last; ++i) {
    JobSpec& job = what.workload.jobs[i];
    const bool gone = real.jobs[i].status == Entry::Status::ended && real.jobs[i].end <= came;
    if (gone && job.duration < job.limit.value_or(job.duration)) return std::nullopt;
    job.duration = job.limit.value_or(job.duration);
  }
  return what;
}

}  // namespace

TEST_CASE("conservative backfilling never puts off what it promised a job at its submission",
          "[property][conservative]") {
  rc::prop("promises", [] {
    PolicyNames names{"sched/conservative", ""};
    names.order = *rc::gen::element<std::string>("priority/basic", "priority/sjf");
    CaseDraw draw = *any_case(any_cluster(), rc::gen::just(names));
    if (draw.jobs.size() > 25) draw.jobs.resize(25);
    const Run real = run(build(draw));
    for (std::size_t last = 0; last < draw.jobs.size(); ++last) {
      if (real.jobs[last].status != Entry::Status::ended) continue;
      const auto world = as_promised(draw, real, last);
      if (!world) break;
      const Time promised = run(*world).jobs[last].start;
      RC_ASSERT(whole_seconds(real.jobs[last].start) <= whole_seconds(promised));
    }
  });
}

}  // namespace sluice::test
