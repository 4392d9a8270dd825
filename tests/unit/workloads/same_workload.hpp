#pragma once
// Whether two workloads are equal in all that matters, however their tables are numbered.

#include <string>

#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

/// The zero on the calendar, else in the trace's own base.
inline Duration absolute_zero(const TimeBase& base) { return base.zero + base.calendar_origin().value_or(Duration{}); }

/// Empty when they are equal, else the first difference found: "job 3: limit".
inline std::string difference(const Workload& a, const Workload& b) {
  if (a.jobs.size() != b.jobs.size()) return "number of jobs";
  if (absolute_zero(a.time_base) != absolute_zero(b.time_base)) return "zero";
  if (a.time_base.calendar_origin().has_value() != b.time_base.calendar_origin().has_value()) return "calendar";
  for (std::uint32_t i = 0; i < a.jobs.size(); ++i) {
    const JobSpec &x = a.jobs[i], &y = b.jobs[i];
    const auto differs = [&](std::string_view what) { return "job " + std::to_string(i) + ": " + std::string{what}; };
    if (a.job_id({i}) != b.job_id({i})) return differs("id");
    if (x.submit != y.submit) return differs("submit");
    if (x.duration != y.duration) return differs("duration");
    if (x.limit != y.limit) return differs("limit");
    if (x.exit_code != y.exit_code) return differs("exit code");
    if (x.outcome != y.outcome) return differs("outcome");
    if (a.users.text(x.user) != b.users.text(y.user)) return differs("user");
    if (a.accounts.text(x.account) != b.accounts.text(y.account)) return differs("account");
    if (a.qos.text(x.qos) != b.qos.text(y.qos)) return differs("qos");
    if (a.request(x.request) != b.request(y.request)) return differs("request");
    if (a.extras[x.extras] != b.extras[y.extras]) return differs("extras");
    const RecordedRun p = a.recorded.empty() ? RecordedRun{} : a.recorded[i];
    const RecordedRun q = b.recorded.empty() ? RecordedRun{} : b.recorded[i];
    if (p.eligible != q.eligible || p.start != q.start || p.end != q.end) return differs("history");
  }
  return {};
}

}  // namespace sluice::workloads
