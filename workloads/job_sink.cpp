#include "workloads/job_sink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "workloads/line_source.hpp"

namespace sluice::workloads {
namespace {

constexpr std::size_t printed_broken_rows = 10;

}  // namespace

JobSink::JobSink(const ReadOptions& options, Diagnostics& diags) : options_{options}, diags_{diags} {
  if (options.choose.empty()) return;
  choice_ = JobChoice::make(options.choose, diags);
  done_ = !choice_;
}

bool JobSink::time_base(const TimeBase& base) {
  has_time_base_ = true;
  workload_.time_base = base;
  const auto window = read_window(options_.from, options_.to, base, diags_);
  if (!window || (choice_ && !choice_->begin(base, diags_))) return !(done_ = true);
  window_ = *window;
  return true;
}

void JobSink::release() {
  if (!std::exchange(holds_all_, false) || !choice_) return;
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < workload_.jobs.size(); ++i)
    if (choice_->wants(workload_, workload_.jobs[i])) kept.push_back(i);
  if (!workload_.recorded.empty()) workload_.recorded.resize(workload_.jobs.size());
  workload_.select(kept);
}

/// Nobody else has a row behind those in use.
void JobSink::forget_extras(std::uint32_t row) {
  if (row > pinned_extras_ && row + 1 == workload_.extras.size()) workload_.extras.pop_back();
}

void JobSink::skip(std::string_view cause) {
  auto& skipped = workload_.report.skipped;
  const auto known = std::find_if(skipped.begin(), skipped.end(), [&](const auto& one) { return one.first == cause; });
  if (known != skipped.end())
    ++known->second;
  else
    skipped.emplace_back(cause, 1);
}

void JobSink::broken(Location at, Complaint complaint, std::string_view source_line) {
  if (++broken_ > options_.skip_bad_rows) {
    if (options_.skip_bad_rows > 0)
      complaint.message += fmt::format(" (broken row number {}, {} allowed)", broken_, options_.skip_bad_rows);
    return reject(std::move(at), std::move(complaint), source_line);
  }
  skip("broken row");
  if (broken_ <= printed_broken_rows)
    diags_.warning(std::move(at), std::move(complaint.message), std::move(complaint.hint), source_line);
}

void JobSink::reject(Location at, Complaint complaint, std::string_view source_line) {
  diags_.error(std::move(at), std::move(complaint.message), std::move(complaint.hint), source_line);
  done_ = true;
}

RequestId JobSink::tasks(std::int64_t n) {
  const auto [known, is_new] = tasks_.try_emplace(n);
  if (is_new) {
    JobRequest request;
    request.ntasks = n;
    known->second = workload_.intern(request);
  }
  return known->second;
}

RequestId JobSink::gpus(std::int64_t n) {
  const auto [known, is_new] = gpus_.try_emplace(n);
  if (is_new) {
    JobRequest request;
    request.gpus.push_back({"gpu", {}, n});
    known->second = workload_.intern(request);
  }
  return known->second;
}

std::uint32_t JobSink::kind(std::string_view name) {
  if (name.empty()) return 0;
  const auto [known, is_new] = kinds_.try_emplace(std::string{name});
  if (is_new) {
    JobExtras row;
    row.kind = name;
    known->second = pinned_extras_ = extras(std::move(row));
  }
  return known->second;
}

std::uint32_t JobSink::extras(JobExtras row) {
  auto& table = workload_.extras;
  if (table.back() != row) table.push_back(std::move(row));
  return static_cast<std::uint32_t>(table.size() - 1);
}

void JobSink::complain_of_nothing(const std::string& file) {
  const LoadReport& report = workload_.report;
  if (report.rows == 0) return reject({file}, {"no jobs: the trace has no data rows", {}}, {});
  std::string causes;
  const auto add = [&](std::size_t count, std::string_view cause) {
    if (count > 0) causes += fmt::format("{}{}: {}", causes.empty() ? "" : ", ", cause, count);
  };
  add(report.before_from, "before --from");
  add(report.after_to, "at or after --to");
  for (const auto& [cause, count] : report.skipped) add(count, cause);
  if (choice_) add(choice_->left_out(), "left out by --transform");
  reject({file}, {fmt::format("no job is left of {} rows ({})", report.rows, causes), {}}, {});
}

std::optional<Workload> JobSink::finish(const LineSource& lines) {
  if (done_) return std::nullopt;
  if (!lines.failure().empty()) {
    diags_.error({lines.name(), lines.line(), 0}, fmt::format("cannot read on: {}", lines.failure()),
                 "if the file is compressed, it may have been cut short: copy it again");
    return std::nullopt;
  }
  if (broken_ > printed_broken_rows)
    diags_.warning({lines.name()}, fmt::format("{} more broken rows were left out", broken_ - printed_broken_rows));
  release();
  if (workload_.jobs.empty()) complain_of_nothing(lines.name());
  if (done_) return std::nullopt;
  const auto unlimited = static_cast<std::size_t>(
      std::count_if(workload_.jobs.begin(), workload_.jobs.end(), [](const JobSpec& job) { return !job.limit; }));
  if (unlimited == workload_.jobs.size())
    assume("no job has a time limit: the limit is the true run time");
  else if (unlimited > 0)
    assume(
        fmt::format("{} of {} jobs have no time limit: theirs is the true run time", unlimited, workload_.jobs.size()));
  if (choice_) choice_->state(workload_);
  if (!workload_.recorded.empty()) workload_.recorded.resize(workload_.jobs.size());
  workload_.finish();
  return std::move(workload_);
}

}  // namespace sluice::workloads
