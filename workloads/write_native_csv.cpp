#include "workloads/write_native_csv.hpp"

#include <fmt/format.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/csv_text.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "workloads/extras_columns.hpp"
#include "workloads/state_words.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t block = 1U << 20;

std::string number(const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}", *value) : std::string{};
}
std::string megabytes(const std::optional<Megabytes>& value) {
  return value ? fmt::format("{}", value->value) : std::string{};
}

std::string nodes(const JobRequest& r) {
  if (!r.min_nodes) return {};
  if (!r.max_nodes) return fmt::format("{}-", *r.min_nodes);
  return r.max_nodes == r.min_nodes ? number(r.min_nodes) : fmt::format("{}-{}", *r.min_nodes, *r.max_nodes);
}

/// "a100:4,2": as --gpus takes it.
std::string gpus(const std::vector<GresCount>& list) {
  std::string text;
  for (const auto& gres : list)
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ",", gres.type, gres.type.empty() ? "" : ":", gres.count);
  return text;
}

/// "gpu:a100:4,nvme:1": as --gres takes it.
std::string gres(const std::vector<GresCount>& list) {
  std::string text;
  for (const auto& one : list)
    text +=
        fmt::format("{}{}{}{}:{}", text.empty() ? "" : ",", one.name, one.type.empty() ? "" : ":", one.type, one.count);
  return text;
}

std::string switches(const JobRequest& r) {
  if (!r.layout.switches) return {};
  const auto count = number(r.layout.switches);
  return r.layout.switch_wait ? fmt::format("{}@{}", count, time_text(*r.layout.switch_wait)) : count;
}

std::string flag(bool given) { return given ? "yes" : ""; }

/// A column that belongs to the request.
struct RequestColumn {
  std::string_view name;
  std::string (*write)(const JobRequest& request);
};
constexpr std::array<RequestColumn, 36> request_columns{{
    {"partition", [](const JobRequest& r) { return r.partition; }},
    {"nodes", nodes},
    {"ntasks", [](const JobRequest& r) { return number(r.ntasks); }},
    {"cpus-per-task", [](const JobRequest& r) { return number(r.cpus_per_task); }},
    {"ntasks-per-node", [](const JobRequest& r) { return number(r.ntasks_per_node); }},
    {"mem", [](const JobRequest& r) { return megabytes(r.mem_per_node); }},
    {"mem-per-cpu", [](const JobRequest& r) { return megabytes(r.mem_per_cpu); }},
    {"mem-per-gpu", [](const JobRequest& r) { return megabytes(r.mem_per_gpu); }},
    {"gpus", [](const JobRequest& r) { return gpus(r.gpus); }},
    {"gres", [](const JobRequest& r) { return gres(r.gres_per_node); }},
    {"gpus-per-task", [](const JobRequest& r) { return gpus(r.gpus_per_task); }},
    {"cpus-per-gpu", [](const JobRequest& r) { return number(r.cpus_per_gpu); }},
    {"gpu-share", [](const JobRequest& r) { return r.gpu_share ? fmt::format("{}", *r.gpu_share) : std::string{}; }},
    {"constraint", [](const JobRequest& r) { return r.constraint; }},
    {"nodelist", [](const JobRequest& r) { return r.nodelist; }},
    {"exclude", [](const JobRequest& r) { return r.exclude; }},
    {"exclusive",
     [](const JobRequest& r) {
       if (r.sharing == Sharing::exclusive) return std::string{"yes"};
       return std::string{r.sharing == Sharing::exclusive_user ? "user" : ""};
     }},
    {"oversubscribe",
     [](const JobRequest& r) { return std::string{r.sharing == Sharing::oversubscribe ? "yes" : ""}; }},
    {"ntasks-per-socket", [](const JobRequest& r) { return number(r.layout.ntasks_per_socket); }},
    {"ntasks-per-core", [](const JobRequest& r) { return number(r.layout.ntasks_per_core); }},
    {"ntasks-per-gpu", [](const JobRequest& r) { return number(r.layout.ntasks_per_gpu); }},
    {"mincpus", [](const JobRequest& r) { return number(r.layout.min_cpus); }},
    {"tmp", [](const JobRequest& r) { return megabytes(r.layout.tmp); }},
    {"sockets-per-node", [](const JobRequest& r) { return number(r.layout.sockets_per_node); }},
    {"cores-per-socket", [](const JobRequest& r) { return number(r.layout.cores_per_socket); }},
    {"threads-per-core", [](const JobRequest& r) { return number(r.layout.threads_per_core); }},
    {"core-spec", [](const JobRequest& r) { return number(r.layout.core_spec); }},
    {"gpus-per-socket", [](const JobRequest& r) { return gpus(r.layout.gpus_per_socket); }},
    {"gres-flags",
     [](const JobRequest& r) {
       if (r.layout.gres_binding == GresBinding::enforce) return std::string{"enforce-binding"};
       return std::string{r.layout.gres_binding == GresBinding::disable ? "disable-binding" : ""};
     }},
    {"switches", switches},
    {"segment", [](const JobRequest& r) { return number(r.layout.segment); }},
    {"prefer", [](const JobRequest& r) { return r.layout.prefer; }},
    {"contiguous", [](const JobRequest& r) { return flag(r.layout.contiguous); }},
    {"spread-job", [](const JobRequest& r) { return flag(r.layout.spread); }},
    {"use-min-nodes", [](const JobRequest& r) { return flag(r.layout.use_min_nodes); }},
    {"overcommit", [](const JobRequest& r) { return flag(r.layout.overcommit); }},
}};

/// The cells of every row of a table (requests, extras), each written once, and which columns any job needs.
class CellTable {
 public:
  CellTable(std::size_t rows, std::size_t columns) : columns_{columns}, cells_(rows * columns), is_used_(columns) {}

  std::string& cell(std::size_t row, std::size_t column) { return cells_[row * columns_ + column]; }
  void use(std::size_t row) {
    for (std::size_t column = 0; column < columns_; ++column)
      if (!cell(row, column).empty()) is_used_[column] = true;
  }
  bool is_used(std::size_t column) const { return is_used_[column]; }
  std::size_t columns() const { return columns_; }

 private:
  std::size_t columns_;
  std::vector<std::string> cells_;
  std::vector<bool> is_used_;
};

bool is_whole_minutes(Duration limit) { return limit % 1min == 0s; }

class NativeWriter {
 public:
  explicit NativeWriter(const Workload& workload)
      : w_{workload},
        origin_{workload.time_base.calendar_origin()},
        requests_{workload.requests().size(), request_columns.size()},
        extras_{workload.extras.size(), extras_columns().size()} {
    fill();
    look();
  }

  void write(std::ostream& out) {
    write_header();
    for (std::uint32_t i = 0; i < w_.jobs.size(); ++i) {
      write_row(i);
      if (text_.size() < block) continue;
      out << text_.view();
      text_.clear();
    }
    out << text_.view();
  }

 private:
  enum Part : std::size_t {
    user,
    account,
    qos,
    limit_time,
    limit_exact,
    exit_code,
    state,
    begin_at,
    deadline_at,
    eligible_at,
    start_at,
    end_at,
    part_count
  };

  void fill() {
    for (std::size_t row = 0; row < w_.requests().size(); ++row)
      for (std::size_t c = 0; c < request_columns.size(); ++c)
        requests_.cell(row, c) = request_columns[c].write(w_.requests()[row]);
    for (std::size_t row = 0; row < w_.extras.size(); ++row)
      for (std::size_t c = 0; c < extras_.columns(); ++c)
        extras_.cell(row, c) = extras_columns()[c].write(w_.extras[row]);
  }

  /// Which columns there will be.
  void look() {
    std::vector<bool> request_seen(w_.requests().size()), extras_seen(w_.extras.size());
    const auto first_use = [](std::vector<bool>& seen, std::size_t row) { return !seen[row] && (seen[row] = true); };
    for (const JobSpec& job : w_.jobs) {
      if (first_use(request_seen, job.request.index())) requests_.use(job.request.index());
      if (first_use(extras_seen, job.extras)) extras_.use(job.extras);
      has_[user] = has_[user] || !w_.users.text(job.user).empty();
      has_[account] = has_[account] || !w_.accounts.text(job.account).empty();
      has_[qos] = has_[qos] || !w_.qos.text(job.qos).empty();
      if (job.limit) has_[is_whole_minutes(*job.limit) ? limit_time : limit_exact] = true;
      has_[exit_code] = has_[exit_code] || job.exit_code != 0;
      has_[state] = has_[state] || job.outcome != Outcome::completed || job.exit_code != 0;
      has_[begin_at] = has_[begin_at] || w_.extras[job.extras].begin;
      has_[deadline_at] = has_[deadline_at] || w_.extras[job.extras].deadline;
    }
    for (const RecordedRun& run : w_.recorded) {
      has_[eligible_at] = has_[eligible_at] || run.eligible;
      has_[start_at] = has_[start_at] || run.start;
      has_[end_at] = has_[end_at] || run.end;
    }
  }

  void write_header() {
    text_.raw("job_id");
    name(user, "user");
    name(account, "account");
    name(qos, "qos");
    text_.raw("submit").raw("duration");
    name(limit_time, "time");
    name(limit_exact, "limit");
    for (std::size_t c = 0; c < requests_.columns(); ++c)
      if (requests_.is_used(c)) text_.raw(request_columns[c].name);
    name(exit_code, "exit-code");
    name(state, "state");
    for (std::size_t c = 0; c < extras_.columns(); ++c)
      if (extras_.is_used(c)) text_.raw(extras_columns()[c].name);
    name(begin_at, "begin");
    name(deadline_at, "deadline");
    name(eligible_at, "eligible");
    name(start_at, "start");
    name(end_at, "end");
    text_.end_row();
  }
  void name(Part part, std::string_view column) {
    if (has_[part]) text_.raw(column);
  }

  void write_row(std::uint32_t i) {
    const JobSpec& job = w_.jobs[i];
    cell(w_.job_id(JobId{i}));
    if (has_[user]) cell(w_.users.text(job.user));
    if (has_[account]) cell(w_.accounts.text(job.account));
    if (has_[qos]) cell(w_.qos.text(job.qos));
    moment(job.submit.time_since_epoch());
    text_.seconds(job.duration);
    write_limit(job);
    for (std::size_t c = 0; c < requests_.columns(); ++c)
      if (requests_.is_used(c)) cell(requests_.cell(job.request.index(), c));
    if (has_[exit_code]) text_.integer(job.exit_code);
    if (has_[state]) text_.raw(state_word(job.outcome));
    for (std::size_t c = 0; c < extras_.columns(); ++c)
      if (extras_.is_used(c)) cell(extras_.cell(job.extras, c));
    const JobExtras& extras = w_.extras[job.extras];
    if (has_[begin_at]) moment(extras.begin);
    if (has_[deadline_at]) moment(extras.deadline);
    write_history(i);
    text_.end_row();
  }

  void write_limit(const JobSpec& job) {
    const bool whole = job.limit && is_whole_minutes(*job.limit);
    if (has_[limit_time]) text_.raw(whole ? time_text(*job.limit) : std::string{});
    if (!has_[limit_exact]) return;
    if (job.limit && !whole)
      text_.seconds(*job.limit);
    else
      text_.empty();
  }

  void write_history(std::uint32_t i) {
    const RecordedRun run = w_.recorded.empty() ? RecordedRun{} : w_.recorded[i];
    const auto since_zero = [](const std::optional<Time>& time) {
      return time ? std::optional{time->time_since_epoch()} : std::nullopt;
    };
    if (has_[eligible_at]) moment(since_zero(run.eligible));
    if (has_[start_at]) moment(since_zero(run.start));
    if (has_[end_at]) moment(since_zero(run.end));
  }

  void moment(const std::optional<Duration>& since_zero) {
    if (!since_zero)
      text_.empty();
    else if (origin_)
      text_.raw(format_civil(*since_zero + w_.time_base.zero + *origin_));
    else
      text_.seconds(*since_zero + w_.time_base.zero);
  }

  /// Blanks at the ends of a cell are only its own within quotes.
  void cell(std::string_view value) {
    if (value.empty() || (!is_space(value.front()) && !is_space(value.back()))) {
      text_.text(value);
      return;
    }
    std::string quoted{'"'};
    for (const char c : value) quoted.append(c == '"' ? 2 : 1, c);
    text_.raw(quoted += '"');
  }

  const Workload& w_;
  std::optional<Duration> origin_;
  CellTable requests_, extras_;
  std::array<bool, part_count> has_{};
  CsvText text_;
};

}  // namespace

void write_native_csv(const Workload& workload, std::ostream& out) { NativeWriter{workload}.write(out); }

}  // namespace sluice::workloads
