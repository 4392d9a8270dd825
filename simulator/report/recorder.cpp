#include "simulator/report/recorder.hpp"

#include "simulator/report/jobs_csv.hpp"
#include "simulator/report/workflows.hpp"

namespace sluice::report {

void Recorder::job_submitted(JobId job, Time now) {
  jobs_.job_submitted(job, now);
  reasons_.job_submitted(job, now);
  for (auto& sink : more_) sink->job_submitted(job, now);
}

void Recorder::job_rejected(JobId job, Time now, std::string_view message) {
  jobs_.job_rejected(job, now, message);
  for (auto& sink : more_) sink->job_rejected(job, now, message);
}

void Recorder::job_started(JobId job, Time now, const Allocation& allocation) {
  jobs_.job_started(job, now, allocation);
  busy_.job_started(job, now, allocation);
  reasons_.job_started(job, now, allocation);
  for (auto& sink : more_) sink->job_started(job, now, allocation);
}

void Recorder::job_configuring(JobId job, Time now, const Allocation& allocation) {
  busy_.job_configuring(job, now, allocation);
  for (auto& sink : more_) sink->job_configuring(job, now, allocation);
}

void Recorder::job_configured(JobId job, Time now) {
  jobs_.job_configured(job, now);
  busy_.job_configured(job, now);
  for (auto& sink : more_) sink->job_configured(job, now);
}

void Recorder::job_ended(JobId job, Time now, EndState state, const Allocation& allocation) {
  jobs_.job_ended(job, now, state, allocation);
  busy_.job_ended(job, now, state, allocation);
  for (auto& sink : more_) sink->job_ended(job, now, state, allocation);
}

void Recorder::job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) {
  jobs_.job_shrunk(job, now, run, before, kept);
  busy_.job_shrunk(job, now, run, before, kept);
  for (auto& sink : more_) sink->job_shrunk(job, now, run, before, kept);
}

void Recorder::job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation& allocation) {
  jobs_.job_requeued(job, now, run, allocation);
  busy_.job_ended(job, now, run.state, allocation);
  reasons_.job_submitted(job, now);
  for (auto& sink : more_) sink->job_requeued(job, now, run, allocation);
}

void Recorder::ended_job_requeued(JobId job, Time now, const ClosedRun& run) {
  jobs_.ended_job_requeued(job, now, run);
  reasons_.job_submitted(job, now);
  for (auto& sink : more_) sink->ended_job_requeued(job, now, run);
}

void Recorder::job_dropped(JobId job, Time now, EndState state) {
  jobs_.job_dropped(job, now, state);
  busy_.job_dropped(job, now, state);
  reasons_.job_dropped(job, now, state);
  for (auto& sink : more_) sink->job_dropped(job, now, state);
}

void Recorder::reason_described(JobId job, Time now, std::string_view text) {
  jobs_.reason_described(job, now, text);
  for (auto& sink : more_) sink->reason_described(job, now, text);
}

void Recorder::job_suspended(JobId job, Time now) {
  jobs_.job_suspended(job, now);
  for (auto& sink : more_) sink->job_suspended(job, now);
}

void Recorder::job_resumed(JobId job, Time now) {
  jobs_.job_resumed(job, now);
  for (auto& sink : more_) sink->job_resumed(job, now);
}

void Recorder::reason_changed(JobId job, Time now, Reason reason) {
  jobs_.reason_changed(job, now, reason);
  reasons_.reason_changed(job, now, reason);
  for (auto& sink : more_) sink->reason_changed(job, now, reason);
}

void Recorder::settled(Time now, const LoadSample& sample) {
  timeline_.settled(now, sample);
  for (auto& sink : more_) sink->settled(now, sample);
}

void Recorder::write(const std::filesystem::path& path, const JobTable& jobs, const Summary& summary,
                     const RunRecord& record) {
  ResultsFolder folder{path};
  const JobRows all = rows(jobs);
  auto jobs_file = folder.open("jobs.csv");
  write_jobs_csv(all, jobs_file);
  jobs_file.close();
  auto timeline_file = folder.open("timeline.csv");
  write_timeline_csv(timeline_, all.workload().time_base, timeline_file);
  timeline_file.close();
  folder.write("summary.json", summary_json(summary));
  if (const auto flows = workflow_runs(all); !flows.empty()) {
    auto file = folder.open("workflows.csv");
    write_workflows_csv(flows, all.workload(), file);
    file.close();
  }
  if (const auto arrays = array_runs(all); !arrays.empty()) {
    auto file = folder.open("arrays.csv");
    write_arrays_csv(arrays, all.workload().time_base, file);
    file.close();
  }
  const FinishedRun run{all, summary, record};
  for (auto& sink : more_) sink->write(run, folder);
  folder.write("run.json", run_json(record));
  folder.commit();
}

void Recorder::fields(Archive& archive) {
  archive(jobs_, timeline_, busy_, reasons_);
  archive.expect(more_.size());
  for (auto& sink : more_) sink->fields(archive);
}

}  // namespace sluice::report
