#include "simulator/report/job_rows.hpp"

#include <algorithm>

namespace sluice::report {

std::int64_t bounded_slowdown_micro(Duration wait, Duration run) {
  const std::int64_t below = std::max(run, slowdown_floor).count();
  const std::int64_t whole = (wait + run).count();
  if (whole <= below) return 1'000'000;
  // The whole part apart: the product of the rest stays far below 2^63.
  return whole / below * 1'000'000 + ((whole % below) * 1'000'000 + below / 2) / below;
}

std::string_view state_text(const JobRecord& record) {
  switch (record.fate) {
    case Fate::unsubmitted: return "";
    case Fate::pending: return "PENDING";
    case Fate::running: return "RUNNING";
    case Fate::rejected: return "REJECTED";
    case Fate::ended: return end_state_name(record.end_state);
  }
  return "";
}

JobRow JobRows::operator[](std::size_t index) const {
  JobRow row;
  row.id = JobId{static_cast<std::uint32_t>(index)};
  row.spec = &jobs_->spec(row.id);
  row.record = &sink_->record(row.id);
  row.eligible = jobs_->job(row.id).eligible;
  row.submit = jobs_->submit(row.id);
  row.request = row.spec->request;
  if (const JobLife* life = jobs_->life(row.id)) row.restarts = life->restarts;
  if (row.record->started) row.start = row.record->start;
  if (row.record->fate == Fate::ended) row.end = row.record->end;
  row.is_resized = sink_->is_resized(*row.record);
  if (row.is_resized) row.submit = row.record->start;
  if (row.is_resized) row.eligible = row.record->start;
  if (row.end) row.suspended = sink_->suspended(row.id, *row.end);
  return row;
}

std::vector<JobRow> JobRows::earlier(const JobRow& last) const {
  std::vector<JobRow> rows;
  if (last.record->earlier == 0) return rows;
  std::uint32_t runs = 0;
  for (const EarlierRun* run : sink_->earlier(*last.record)) {
    JobRow& row = rows.emplace_back();
    row.id = last.id;
    row.spec = last.spec;
    row.record = &run->record;
    row.submit = run->run.submit;
    row.request = run->run.request;
    row.restarts = runs;
    row.is_resized = sink_->is_resized(run->record);
    if (run->run.state != EndState::resizing) ++runs;
    row.eligible = run->run.eligible;
    if (run->record.started) row.start = run->run.start;
    row.end = run->record.end;
    row.suspended = run->suspended;
  }
  return rows;
}

std::optional<Duration> JobRows::whole_run(const JobRow& row, const std::vector<JobRow>& earlier) const {
  auto length = row.run();
  const JobRow* part = &row;
  for (auto before = earlier.rbegin(); length && part->is_resized && before != earlier.rend(); part = &*before++)
    *length += *before->run();
  return length;
}

std::string_view JobRows::reason(const JobRow& row) const {
  const auto message = sink_->rejection(*row.record);
  return message.empty() ? reason_name(job(row.id).reason) : message;
}

std::string_view JobRows::partition(RequestId request) const {
  const auto& asked = workload().request(request).partition;
  if (!asked.empty()) return asked;
  for (const auto& partition : cluster_->partitions)
    if (partition.is_default) return partition.name;
  return "";
}

bool JobRows::chose_partition(const JobRow& row) const {
  return row.record->started && partition(row.request).find(',') != std::string_view::npos;
}

std::string_view JobRows::partition(const JobRow& row) const {
  return chose_partition(row) ? cluster_->partitions[row.record->partition.index()].name : partition(row.request);
}

}  // namespace sluice::report
