#include "workloads/gpu_job.hpp"

namespace sluice::workloads {

std::optional<JobSpec> gpu_job(Duration submit, Duration ran, std::int64_t gpus, JobSink& sink) {
  if (!sink.wants(submit)) return std::nullopt;
  if (ran <= Duration{}) return sink.skip("run time <= 0"), std::nullopt;
  if (gpus <= 0) return sink.skip("GPUs <= 0"), std::nullopt;
  JobSpec job;
  job.submit = Time{submit};
  job.duration = ran;
  job.request = sink.gpus(gpus);
  return job;
}

}  // namespace sluice::workloads
