#pragma once
// What every format reader writes into: applies the window, counts what is left out and why, and gives up when too
// many rows are broken.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/base/complaint.hpp"
#include "workloads/numbers.hpp"
#include "workloads/reader.hpp"
#include "workloads/recent_cache.hpp"
#include "workloads/transforms/job_choice.hpp"
#include "workloads/window.hpp"

namespace sluice::workloads {

/// Order of calls: time_base() once, before the first wants(). Then for each data row begin_row(), and after it either
/// broken(), or wants() and, if that is true, skip() or add(). Stop when done() is true.
class JobSink {
 public:
  JobSink(const ReadOptions& options, Diagnostics& diags);

  Diagnostics& diagnostics() { return diags_; }
  const ReadOptions& options() const { return options_; }
  Workload& workload() { return workload_; }

  /// Says what the trace's times mean and so fixes the window. False when the window does not fit (reported).
  bool time_base(const TimeBase& base);
  bool has_time_base() const { return has_time_base_; }

  /// A file that is read beside the trace itself.
  void note_file(const std::filesystem::path& file) const {
    if (options_.on_file) options_.on_file(file);
  }

  void begin_row() { ++workload_.report.rows; }
  /// Whether a job submitted then (trace's own base) is inside the window; counts it when it is not.
  bool wants(Duration submit) {
    if (window_.from && submit < *window_.from) return ++workload_.report.before_from, false;
    if (window_.to && submit >= *window_.to) return ++workload_.report.after_to, false;
    return true;
  }
  /// A row in order that cannot be simulated. `cause` is one of a few fixed texts.
  void skip(std::string_view cause);
  /// A row that cannot be understood.
  void broken(Location at, Complaint complaint, std::string_view source_line);
  /// A mistake that no row count excuses, such as an unknown column.
  void reject(Location at, Complaint complaint, std::string_view source_line);
  /// An error was reported elsewhere: nothing comes of this workload.
  void give_up() { done_ = true; }
  /// A run that is longer than longest_length, as between two wrong dates, is skipped.
  void add(const JobSpec& job, std::string_view id) {
    if (job.duration > longest_length && !holds_all_) {
      forget_extras(job.extras);
      skip("run time beyond 1900 years");
      return;
    }
    if (choice_ && !holds_all_ && !choice_->wants(workload_, job)) return forget_extras(job.extras);
    pinned_extras_ = std::max(pinned_extras_, job.extras);
    workload_.jobs.push_back(job);
    workload_.add_id(id);
  }
  /// The same with what the trace's own scheduler did, in the trace's own base. Jobs without it cost nothing until the
  /// first one that has it.
  void add(const JobSpec& job, std::string_view id, const RecordedRun& history) {
    const std::size_t before = workload_.jobs.size();
    add(job, id);
    if (workload_.jobs.size() == before) return;
    workload_.recorded.resize(workload_.jobs.size());
    workload_.recorded.back() = history;
  }
  /// For readers that change jobs after add(): ReadOptions::choose waits until finish().
  void hold_all() { holds_all_ = true; }

  NameId user(std::string_view name) { return intern(recent_users_, workload_.users, name); }
  NameId account(std::string_view name) { return intern(recent_accounts_, workload_.accounts, name); }
  NameId qos(std::string_view name) { return intern(recent_qos_, workload_.qos, name); }

  /// `--ntasks=n`, n tasks of one processor on any nodes.
  RequestId tasks(std::int64_t n);
  /// `--gpus=n`, n GPUs on any nodes.
  RequestId gpus(std::int64_t n);

  RequestId request(const JobRequest& request) { return workload_.intern(request); }

  /// The row of extras that says what a job is for and nothing else; 0 for an empty text.
  std::uint32_t kind(std::string_view name);
  /// A row of extras; the one before is taken again when it is the same.
  std::uint32_t extras(JobExtras row);

  void assume(std::string statement) { workload_.report.assumptions.push_back(std::move(statement)); }
  /// An error was reported: nothing more is needed.
  bool done() const { return done_; }

  /// Checks that there are jobs, states what is missing from all of them and sorts them. nullopt: error reported.
  std::optional<Workload> finish(const LineSource& lines);

 private:
  static NameId intern(RecentCache<NameId>& recent, Names& names, std::string_view name) {
    if (name.empty()) return {};
    if (const NameId* known = recent.find(name)) return *known;
    const NameId id = names.intern(name);
    recent.put(name, id);
    return id;
  }
  void complain_of_nothing(const std::string& file);
  void forget_extras(std::uint32_t row);
  void release();

  const ReadOptions& options_;
  Diagnostics& diags_;
  Workload workload_;
  Window window_;
  RecentCache<NameId> recent_users_, recent_accounts_, recent_qos_;
  std::unordered_map<std::int64_t, RequestId> tasks_, gpus_;
  std::unordered_map<std::string, std::uint32_t> kinds_;
  std::optional<JobChoice> choice_;  ///< of the options
  std::uint32_t pinned_extras_ = 0;  ///< the rows up to this one are in use
  bool holds_all_ = false;
  std::size_t broken_ = 0;
  bool has_time_base_ = false;
  bool done_ = false;
};

}  // namespace sluice::workloads
