#include "workloads/write_swf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "workloads/job_size.hpp"

namespace sluice::workloads {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// Seconds of a length, to the nearest.
std::int64_t seconds(Duration length) { return (length + std::chrono::milliseconds{500}).count() / 1000; }

/// Names as the numbers that SWF wants: their own when all are numbers, else 1, 2, 3, ... in order of first use.
class Numbers {
 public:
  template <class EachId>
  Numbers(const Names& names, EachId each_id) : numbers_(names.size(), -1) {
    std::vector<NameId> order;
    bool all_numbers = true;
    each_id([&](NameId id) {
      if (names.text(id).empty() || numbers_[id.index()] != -1) return;
      numbers_[id.index()] = 0;
      order.push_back(id);
      all_numbers = all_numbers && whole_number(names.text(id));
    });
    std::int64_t next = 1;
    for (const NameId id : order) numbers_[id.index()] = all_numbers ? *whole_number(names.text(id)) : next++;
    if (!all_numbers)
      for (const NameId id : order) legend_.emplace_back(numbers_[id.index()], names.text(id));
  }
  std::int64_t operator()(NameId id) const { return numbers_[id.index()]; }
  /// Number and name, where the numbers are ours.
  const std::vector<std::pair<std::int64_t, std::string>>& legend() const { return legend_; }

 private:
  std::vector<std::int64_t> numbers_;
  std::vector<std::pair<std::int64_t, std::string>> legend_;
};

class SwfWriter {
 public:
  explicit SwfWriter(const Workload& workload)
      : w_{workload},
        unit_{size_unit(workload)},
        users_{workload.users,
               [&](auto use) {
                 for (const auto& job : w_.jobs) use(job.user);
               }},
        groups_{workload.accounts,
                [&](auto use) {
                  for (const auto& job : w_.jobs) use(job.account);
                }},
        queues_{workload.qos,
                [&](auto use) {
                  for (const auto& job : w_.jobs) use(job.qos);
                }},
        partitions_{partition_names(workload),
                    [&](auto use) {
                      for (const auto& job : w_.jobs) use(partition_of_request_[job.request.index()]);
                    }},
        has_numeric_ids_{ids_are_numbers()} {}

  void write(std::ostream& out) {
    out << header();
    std::string rows;
    for (std::uint32_t i = 0; i < w_.jobs.size(); ++i) {
      append_row(rows, i);
      if (rows.size() < (1U << 20)) continue;
      out << rows;
      rows.clear();
    }
    out << rows;
  }

  std::vector<std::string> losses() const {
    std::vector<std::string> lost;
    const auto say = [&](std::size_t count, std::string_view what) {
      if (count > 0) lost.push_back(fmt::format("{} of {} jobs: {}", count, w_.jobs.size(), what));
    };
    say(count([&](const JobSpec& job) {
          return unit_ == SizeUnit::gpus && requested_gpus(w_.request(job.request)) == 0;
        }),
        "ask for no GPU and count as one, as sizes are GPUs");
    say(count([&](const JobSpec& job) { return names_more_than_a_size(w_.request(job.request)); }),
        "ask for more than a number of processors (nodes, memory, GPUs, features), which is left out");
    say(count([](const JobSpec& job) { return job.extras != 0; }),
        "have options beside their resources (names, dependencies, ...), which are left out");
    say(count([](const JobSpec& job) { return job.duration % std::chrono::seconds{1} != Duration{}; }),
        "run for a part of a second, which is rounded to whole ones, at least one");
    say(count([](const JobSpec& job) {
          return job.outcome == Outcome::node_fail || job.outcome == Outcome::out_of_memory || job.exit_code > 1;
        }),
        "end in a way that SWF does not know: they are failed");
    if (!has_numeric_ids_) lost.push_back("job ids are no numbers from 0, each once: jobs are numbered from 1");
    return lost;
  }

 private:
  /// The partition texts of the requests as a table of names; also notes which each request has.
  const Names& partition_names(const Workload& workload) {
    for (const auto& request : workload.requests())
      partition_of_request_.push_back(partition_table_.intern(request.partition));
    return partition_table_;
  }

  template <class Test>
  std::size_t count(Test test) const {
    return static_cast<std::size_t>(std::count_if(w_.jobs.begin(), w_.jobs.end(), test));
  }

  static bool names_more_than_a_size(const JobRequest& request) {
    JobRequest plain;
    plain.partition = request.partition;
    plain.ntasks = request.ntasks;
    JobRequest gpus;
    gpus.partition = request.partition;
    gpus.gpus = request.gpus;
    return request != plain && request != gpus;
  }

  bool ids_are_numbers() const {
    std::unordered_set<std::int64_t> seen;
    for (std::uint32_t i = 0; i < w_.jobs.size(); ++i) {
      const auto number = whole_number(w_.job_id(JobId{i}));
      if (!number || !seen.insert(*number).second) return false;
    }
    return true;
  }

  std::string header() const {
    std::string text = "; Version: 2.2\n";
    text += fmt::format("; Conversion: sluice, from format {}\n; MaxJobs: {}\n; MaxRecords: {}\n", w_.format,
                        w_.jobs.size(), w_.jobs.size());
    if (const auto origin = w_.time_base.calendar_origin())
      text += fmt::format("; UnixStartTime: {}\n", seconds(*origin + w_.time_base.zero));
    text += fmt::format("; Note: the size of a job is its number of {}s\n", size_unit_name(unit_));
    const auto legend = [&](std::string_view what, const Numbers& numbers) {
      for (const auto& [number, name] : numbers.legend()) text += fmt::format("; {}: {} {}\n", what, number, name);
    };
    legend("User", users_);
    legend("Group", groups_);
    legend("Queue", queues_);
    legend("Partition", partitions_);
    return text;
  }

  void append_row(std::string& rows, std::uint32_t i) const {
    const JobSpec& job = w_.jobs[i];
    const JobRequest& request = w_.request(job.request);
    const std::int64_t number = has_numeric_ids_ ? *whole_number(w_.job_id(JobId{i})) : i + 1;
    const std::int64_t procs = std::max<std::int64_t>(1, std::llround(std::ceil(job_size(request, unit_))));
    const std::int64_t run = std::max<std::int64_t>(1, seconds(job.duration));
    const std::int64_t memory = request.mem_per_cpu ? request.mem_per_cpu->value * 1024 : -1;
    fmt::format_to(std::back_inserter(rows), "{} {} {} {} {} -1 -1 {} {} {} {} {} {} -1 {} {} -1 -1\n", number,
                   seconds(submitted(job)), wait(i), run, procs, procs, job.limit ? seconds(*job.limit) : -1, memory,
                   status(job), users_(job.user), groups_(job.account), queues_(job.qos),
                   partitions_(partition_of_request_[job.request.index()]));
  }

  /// Since the header's start time; without one, since the trace's own 0.
  Duration submitted(const JobSpec& job) const {
    const Duration since_zero = job.submit.time_since_epoch();
    return w_.time_base.calendar_origin() ? since_zero : since_zero + w_.time_base.zero;
  }
  std::int64_t wait(std::uint32_t i) const {
    if (w_.recorded.empty() || !w_.recorded[i].start) return -1;
    return seconds(*w_.recorded[i].start - w_.jobs[i].submit);
  }
  static int status(const JobSpec& job) {
    if (job.outcome == Outcome::completed) return 1;
    return job.outcome == Outcome::cancelled ? 5 : 0;
  }

  const Workload& w_;
  SizeUnit unit_;
  Names partition_table_;
  std::vector<NameId> partition_of_request_;
  Numbers users_, groups_, queues_, partitions_;
  bool has_numeric_ids_;
};

}  // namespace

std::vector<std::string> write_swf(const Workload& workload, std::ostream& out) {
  SwfWriter writer{workload};
  writer.write(out);
  return writer.losses();
}

}  // namespace sluice::workloads
