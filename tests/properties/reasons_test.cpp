// Every moment that a job waits has exactly one Reason.

#include <rapidcheck/catch.h>

#include <fmt/format.h>

#include <map>

#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

/// Keeps a diary of each job's Reasons and notes whatever cannot be.
class ReasonDiary final : public Observer {
 public:
  struct Interval {
    Time from{}, to{};
    Reason reason = Reason::none;
    bool operator==(const Interval&) const = default;
  };
  struct Job {
    Time submitted{};
    Time since{};
    std::optional<Reason> waits_for;  ///< absent: it does not wait
    std::optional<Time> started;
    std::vector<Interval> waits;
  };

  void job_submitted(JobId job, Time now) override { jobs_[job] = {now, now, Reason::none, {}, {}}; }
  void reason_changed(JobId id, Time now, Reason reason) override {
    const auto found = jobs_.find(id);
    if (found == jobs_.end() || !found->second.waits_for) return wrong("a Reason is told of a job that does not wait", id);
    if (reason == Reason::none) wrong("a Reason is taken back", id);
    if (reason == found->second.waits_for) wrong("a Reason is told twice", id);
    close(found->second, now);
    found->second.waits_for = reason;
  }
  void job_started(JobId id, Time now, const Allocation&) override {
    Job& job = jobs_.at(id);
    close(job, now);
    job.waits_for.reset();
    job.started = now;
  }
  void settled(Time, const LoadSample& load) override {
    std::int64_t waiting = 0, first = 0, behind = 0;
    for (const auto& [id, job] : jobs_) {
      if (!job.waits_for) continue;
      ++waiting;
      if (*job.waits_for == Reason::none) wrong("a job waits without a Reason after a decision", id);
      first += *job.waits_for == Reason::resources ? 1 : 0;
      behind += *job.waits_for == Reason::priority ? 1 : 0;
    }
    if (waiting != load.pending) wrong("not every pending job has a Reason", JobId{0});
    if (behind > 0 && first == 0) wrong("jobs wait for Priority behind nobody", JobId{0});
    if (first > 1) wrong("two jobs are first in the queue", JobId{0});
  }

  const std::map<JobId, Job>& jobs() const { return jobs_; }
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  void close(Job& job, Time now) {
    if (job.since < now) job.waits.push_back({job.since, now, *job.waits_for});
    job.since = now;
  }
  void wrong(const char* what, JobId job) { complaints_.push_back(fmt::format("{} (job {})", what, job.value)); }

  std::map<JobId, Job> jobs_;
  std::vector<std::string> complaints_;
};

}  // namespace

TEST_CASE("every waiting second of every job has exactly one Reason", "[property][reason]") {
  rc::prop("intervals without gaps, from submission to start", [] {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    ReasonDiary diary;
    const Run done = run(what, Memo::on, {&diary});
    if (!diary.complaints().empty()) RC_FAIL(diary.complaints().front());
    for (const auto& [id, job] : diary.jobs()) {
      if (!job.started) continue;
      Time at = job.submitted;
      for (const auto& wait : job.waits) {
        RC_ASSERT(wait.from == at);
        RC_ASSERT(wait.reason != Reason::none);
        at = wait.to;
      }
      RC_ASSERT(at == *job.started);
    }
    RC_ASSERT(done.complaints.empty());
  });
}

TEST_CASE("what the engine remembers changes no Reason", "[property][reason]") {
  rc::prop("the same diary with and without memory", [] {
    const Case what = build(*any_case(any_cluster(), any_policies()));
    ReasonDiary with, without;
    run(what, Memo::on, {&with});
    run(what, Memo::off, {&without});
    for (const auto& [id, job] : with.jobs()) RC_ASSERT(job.waits == without.jobs().at(id).waits);
  });
}

}  // namespace sluice::test
