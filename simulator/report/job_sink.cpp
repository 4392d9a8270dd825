#include "simulator/report/job_sink.hpp"

#include <algorithm>
#include <limits>

#include "simulator/base/check.hpp"

namespace sluice::report {
namespace {

std::uint32_t narrow(std::int64_t value) {
  SLUICE_CHECK(value >= 0 && value <= std::numeric_limits<std::uint32_t>::max(), "{} does not fit a record", value);
  return static_cast<std::uint32_t>(value);
}

bool same_totals(const JobRecord& record, const Allocation& a) {
  return record.nodes == a.nodes && record.cpus == a.cpus && record.memory == a.memory && record.gpus == a.gpus;
}

}  // namespace

JobSink::JobSink(const ClusterSpec& cluster, std::size_t jobs) : node_text_{cluster} { records_.reserve(jobs); }

JobRecord& JobSink::at(JobId job) {
  if (job.index() >= records_.size()) records_.resize(job.index() + 1);
  return records_[job.index()];
}

void JobSink::hold(JobRecord& record, const Allocation& allocation) {
  record.nodes = narrow(allocation.nodes);
  record.cpus = narrow(allocation.cpus);
  record.gpus = narrow(allocation.gpus);
  record.memory = allocation.memory;
  record.partition = allocation.partition;
  record.text = texts_.size();
  node_text_.append_csv(texts_, allocation);
  record.text_size = narrow(static_cast<std::int64_t>(texts_.size() - record.text));
}

void JobSink::job_submitted(JobId job, Time) {
  JobRecord& record = at(job);
  record.fate = Fate::pending;
  record.started = false;
}

void JobSink::job_rejected(JobId job, Time, std::string_view message) {
  JobRecord& record = at(job);
  record.fate = Fate::rejected;
  record.rejection = messages_.intern(message);
}

void JobSink::job_started(JobId job, Time start, const Allocation& allocation) {
  JobRecord& record = at(job);
  record.fate = Fate::running;
  record.started = true;
  record.start = start;
  hold(record, allocation);
  suspensions_.erase(job);
  reason_texts_.erase(job);
}

void JobSink::job_configured(JobId job, Time now) {
  at(job).start = now;
  const auto found = suspensions_.find(job);
  if (found == suspensions_.end()) return;
  if (found->second.since) found->second = {Duration{}, now};
  else suspensions_.erase(found);
}

void JobSink::job_ended(JobId job, Time end, EndState state, const Allocation& allocation) {
  JobRecord& record = at(job);
  record.fate = Fate::ended;
  record.end = end;
  record.end_state = state;
  if (record.started && !same_totals(record, allocation)) hold(record, allocation);
  if (const auto found = suspensions_.find(job); found != suspensions_.end())
    found->second = {found->second.until(end), std::nullopt};
}

/// slurmdbd begins a new row for the job, as if it had been submitted then. Source: slurmctld's job_pre_resize_acctg; recordings.
void JobSink::job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) {
  const auto known = suspensions_.find(job);
  const bool is_suspended = known != suspensions_.end() && known->second.since;
  job_requeued(job, now, run, before);
  JobRecord& record = at(job);
  record.fate = Fate::running;
  record.started = true;
  record.start = now;
  record.lost_batch_host = before.runs.front().first != kept.runs.front().first;
  hold(record, kept);
  if (is_suspended) suspensions_[job].since = now;
}

void JobSink::job_requeued(JobId job, Time end, const ClosedRun& run, const Allocation& allocation) {
  job_ended(job, end, run.state, allocation);
  ended_job_requeued(job, end, run);
}

void JobSink::ended_job_requeued(JobId job, Time, const ClosedRun& run) {
  JobRecord& record = at(job);
  record.end_state = run.state;
  ClosedRun closed = run;
  if (is_resized(record)) closed.submit = closed.eligible = closed.start = record.start;
  earlier_.push_back({record, closed, suspended(job, record.end)});
  suspensions_.erase(job);
  record = JobRecord{};
  record.fate = Fate::pending;
  record.earlier = static_cast<std::uint32_t>(earlier_.size() - 1);
}

std::vector<const EarlierRun*> JobSink::earlier(const JobRecord& record) const {
  std::vector<const EarlierRun*> runs;
  for (std::uint32_t row = record.earlier; row != 0; row = earlier_[row].record.earlier) runs.push_back(&earlier_[row]);
  std::reverse(runs.begin(), runs.end());
  return runs;
}

void JobSink::job_dropped(JobId job, Time end, EndState state) {
  JobRecord& record = at(job);
  record.fate = Fate::ended;
  record.end = end;
  record.end_state = state;
  reason_texts_.erase(job);
}

void JobSink::job_suspended(JobId job, Time now) { suspensions_[job].since = now; }

void JobSink::job_resumed(JobId job, Time now) {
  Suspension& known = suspensions_[job];
  known = {known.until(now), std::nullopt};
}

void JobSink::reason_changed(JobId job, Time, Reason) {
  if (!reason_texts_.empty()) reason_texts_.erase(job);
}

void JobSink::reason_described(JobId job, Time, std::string_view text) {
  if (text.empty()) reason_texts_.erase(job);
  else reason_texts_.insert_or_assign(job, std::string{text});
}

std::string_view JobSink::reason_text(JobId job) const {
  const auto found = reason_texts_.find(job);
  return found == reason_texts_.end() ? std::string_view{} : found->second;
}

Duration JobSink::suspended(JobId job, Time now) const {
  const auto found = suspensions_.find(job);
  return found == suspensions_.end() ? Duration{} : found->second.until(now);
}

}  // namespace sluice::report
