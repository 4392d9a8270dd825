#include "simulator/report/sacct_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <iterator>
#include <string>
#include <unordered_map>
#include <vector>

#include "simulator/accounting/requested_tres.hpp"
#include "simulator/accounting/tres_table.hpp"
#include "simulator/base/civil_time.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/parameters.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/licenses.hpp"

namespace sluice::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

const std::array<std::string, 1> counted{"gres/gpu"};  ///< beside Slurm's own

constexpr std::string_view header =
    "JobID|JobName|User|Account|QOS|Partition|Submit|Eligible|Start|End|Elapsed|ElapsedRaw|Suspended|Timelimit|State|ExitCode|"
    "DerivedExitCode|ReqNodes|ReqCPUS|ReqMem|ReqTRES|AllocNodes|AllocCPUS|AllocTRES|NTasks|NodeList|Constraints|Reservation|"
    "Reason|SubmitLine\n";

/// "12", "12_3", "12+1".
bool is_slurms(std::string_view id) {
  const auto sign = id.find_first_of("_+");
  const auto is_whole = [](std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_digit); };
  if (sign == std::string_view::npos) return is_whole(id);
  return is_whole(id.substr(0, sign)) && is_whole(id.substr(sign + 1));
}

/// Bars and line ends would be taken for those of the table.
std::string plain(std::string_view text) {
  std::string out{text};
  std::replace_if(out.begin(), out.end(), [](char c) { return c == '|' || c == '\n' || c == '\r'; }, '_');
  return out;
}

/// "n[001-004]" -> "n001".
std::string first_host(std::string_view hosts) {
  const auto names = expand_hostlist(hosts);
  return names && !names->empty() ? names->front() : std::string{hosts};
}

std::string exit_text(std::int64_t code, int signal = 0) { return fmt::format("{}:{}", code, signal); }

/// PrologFlags; X11 implies Contain.
bool has_contain(std::string_view flags) { return has_parameter(flags, "contain") || has_parameter(flags, "x11"); }

/// How a run and its steps end, as sacct has it.
struct Ending {
  std::string_view state;
  std::string exit;
  std::string_view step_state;
  std::string step_exit;
};

class Writer {
 public:
  Writer(const JobRows& rows, Time now, SacctSteps steps, const std::function<void(std::string_view)>& write)
      : rows_{rows}, now_{now}, steps_{steps}, write_{write} {
    for (const auto& [key, value] : rows.cluster().settings)
      if (equal_ignoring_case(key, "PrologFlags")) contains_ = has_contain(value);
    const Workload& workload = rows.workload();
    for (std::uint32_t i = 0; i < workload.jobs.size() && keeps_ids_; ++i) keeps_ids_ = is_slurms(workload.job_id(JobId{i}));
    if (!keeps_ids_)
      for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
        const JobExtras& extras = workload.extras[workload.jobs[i].extras];
        for (const std::string* group : {&extras.array, &extras.het_group})
          if (!group->empty()) leaders_.try_emplace(*group, i);
      }
  }

  void write() {
    out_ = header;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const JobRow row = rows_[i];
      if (row.record->fate == Fate::unsubmitted || row.record->fate == Fate::rejected) continue;
      for (const JobRow& run : rows_.earlier(row)) add(run);
      add(row);
      if (out_.size() < 1U << 18) continue;
      write_(out_);
      out_.clear();
    }
    write_(out_);
  }

 private:
  const JobExtras& extras(const JobRow& row) const { return rows_.workload().extras[row.spec->extras]; }

  void cell(std::string_view text) {
    out_ += text;
    out_ += '|';
  }

  static std::chrono::seconds whole(Time t) { return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()); }

  std::string moment(Time at) const {
    const TimeBase& base = rows_.workload().time_base;
    const Duration in_trace = std::chrono::floor<std::chrono::seconds>(base.zero + at.time_since_epoch());
    if (const auto origin = base.calendar_origin()) return format_civil(*origin + in_trace);
    return fmt::to_string(in_trace.count() / 1000);
  }

  /// Numbers begin at 1; tasks and components have that of the first of them.
  std::string id_of(const JobRow& row) const {
    if (keeps_ids_) return std::string{rows_.workload().job_id(row.id)};
    const JobExtras& own = extras(row);
    if (!own.array.empty() && own.array_task) return fmt::format("{}_{}", leaders_.at(own.array) + 1, *own.array_task);
    if (!own.het_group.empty())
      return fmt::format("{}+{}", leaders_.at(own.het_group) + 1, row.id.value - leaders_.at(own.het_group));
    return fmt::to_string(row.id.value + 1);
  }

  Ending ending_of(const JobRow& row) const {
    const JobRecord& record = *row.record;
    if (record.fate == Fate::pending) return {"PENDING", "0:0", {}, {}};
    if (record.fate == Fate::running) {
      const auto* running = std::get_if<Running>(&rows_.job(row.id).state);
      const bool is_suspended = running != nullptr && running->suspended;
      return {is_suspended ? "SUSPENDED" : "RUNNING", "0:0", "RUNNING", "0:0"};
    }
    const std::string_view state = end_state_name(record.end_state);
    switch (record.end_state) {
      case EndState::completed: return {state, "0:0", "COMPLETED", "0:0"};
      case EndState::failed: {
        if (record.lost_batch_host) return {state, exit_text(0, 9), "FAILED", exit_text(0, 9)};
        const std::string code = exit_text(std::max<std::int64_t>(row.spec->exit_code, 1));
        return {state, code, "FAILED", code};
      }
      case EndState::out_of_memory: return {state, exit_text(0, 125), "OUT_OF_MEMORY", exit_text(0, 125)};
      case EndState::node_fail: return {state, "0:0", "CANCELLED", "0:0"};
      case EndState::deadline: return {state, row.start ? "0:0" : "1:0", "CANCELLED", exit_text(0, 15)};
      case EndState::resizing: return {state, "0:0", {}, {}};
      case EndState::cancelled:
      case EndState::timeout:
      case EndState::preempted:
      case EndState::requeued: return {state, "0:0", "CANCELLED", exit_text(0, 15)};
    }
    return {state, "0:0", "COMPLETED", "0:0"};
  }

  Duration suspended(const JobRow& row) const {
    return row.record->fate == Fate::running ? rows_.sink().suspended(row.id, now_) : row.suspended;
  }

  /// Elapsed, as whole seconds from whole seconds.
  std::chrono::seconds elapsed(const JobRow& row) const {
    if (!row.start) return {};
    const auto away = std::chrono::floor<std::chrono::seconds>(suspended(row));
    return std::max(std::chrono::seconds{0}, whole(row.end.value_or(now_)) - whole(*row.start) - away);
  }

  void add_times(const JobRow& row, std::string_view before_start) {
    cell(row.start ? moment(*row.start) : std::string{before_start});
    cell(row.end ? moment(*row.end) : "Unknown");
    const auto length = elapsed(row);
    cell(time_text(length));
    cell(fmt::to_string(length.count()));
    cell(time_text(suspended(row)));
  }

  const PartitionSpec* partition(const JobRow& row) const {
    const std::string_view name = rows_.partition(row);
    const std::string_view first = name.substr(0, name.find(','));
    for (const PartitionSpec& one : rows_.cluster().partitions)
      if (one.name == first) return &one;
    return nullptr;
  }

  void add_licenses(const JobRow& row, std::string& tres) const {
    const auto wanted = parse_licenses(extras(row).licenses);
    if (!wanted) return;
    for (const auto& [name, count] : *wanted)
      fmt::format_to(Out{tres}, "{}license/{}={}", tres.empty() ? "" : ",", name, count);
  }

  /// In the order of their names, but for licences, which come last.
  static std::string tres_text(std::int64_t cpus, std::int64_t gpus, std::int64_t memory, std::int64_t nodes) {
    std::string text = fmt::format("cpu={}", cpus);
    if (gpus > 0) fmt::format_to(Out{text}, ",gres/gpu={}", gpus);
    if (memory > 0) fmt::format_to(Out{text}, ",mem={}M", memory);
    if (nodes > 0) fmt::format_to(Out{text}, ",node={}", nodes);
    return text;
  }

  void add_request(const JobRow& row) {
    const JobRequest& request = rows_.workload().request(row.request);
    const PartitionSpec* in = partition(row);
    std::int64_t cpus = 1, nodes = 1, memory = 0, gpus = 0;
    if (in != nullptr) {
      const auto asked = accounting::requested_tres(request, *in, rows_.cluster(), tres_);
      cpus = asked[accounting::TresTable::cpu.index()];
      nodes = asked[accounting::TresTable::node.index()];
      memory = asked[accounting::TresTable::mem.index()];
      gpus = asked.back();
    }
    cell(fmt::to_string(nodes));
    cell(fmt::to_string(cpus));
    cell(fmt::format("{}M", memory));
    std::string tres = tres_text(cpus, gpus, memory, nodes);
    add_licenses(row, tres);
    cell(tres);
  }

  void add_allocation(const JobRow& row) {
    const JobRecord& record = *row.record;
    if (!row.start) {
      cell("0");
      cell("0");
      return cell("");
    }
    cell(fmt::to_string(record.nodes));
    cell(fmt::to_string(record.cpus));
    std::string tres = tres_text(record.cpus, record.gpus, record.memory, record.nodes);
    add_licenses(row, tres);
    cell(tres);
  }

  /// A field of the sink's node text; commas inside quotes are part of it.
  std::string node_field(const JobRow& row, std::size_t wanted) const {
    const std::string_view text = rows_.sink().node_text(*row.record);
    std::string field;
    bool is_quoted = false;
    std::size_t at = 0;
    for (const char c : text) {
      if (c == '"') is_quoted = !is_quoted;
      else if (c == ',' && !is_quoted) ++at;
      else if (at == wanted) field += c;
    }
    return field;
  }

  /// What sacct has no column for and its reader takes from the command.
  std::string command(const JobRow& row) const {
    const JobExtras& own = extras(row);
    std::string line = "sbatch";
    if (rows_.workload().request(row.request).sharing == Sharing::exclusive) line += " --exclusive";
    if (!own.dependency.empty() && keeps_ids_) line += " --dependency=" + own.dependency;
    if (own.array_task) line += fmt::format(" --array={}", *own.array_task);
    if (own.array_task && own.array_limit) line += fmt::format("%{}", *own.array_limit);
    if (own.nice != 0) line += fmt::format(" --nice={}", own.nice);
    if (own.requeue) line += *own.requeue ? " --requeue" : " --no-requeue";
    if (own.no_kill) line += " --no-kill";
    if (own.time_min) line += " --time-min=" + time_text(*own.time_min);
    return line + " job.sh";
  }

  void add(const JobRow& row) {
    const JobExtras& own = extras(row);
    const Workload& workload = rows_.workload();
    const Ending ending = ending_of(row);
    const bool waits = row.record->fate == Fate::pending;
    const std::string id = id_of(row);
    cell(id);
    cell(plain(own.name.empty() ? std::string_view{"job"} : std::string_view{own.name}));
    cell(plain(workload.users.text(row.spec->user)));
    cell(plain(workload.accounts.text(row.spec->account)));
    cell(plain(workload.qos.text(row.spec->qos)));
    cell(rows_.partition(row));
    cell(moment(row.submit));
    cell(row.eligible ? moment(*row.eligible) : "Unknown");
    add_times(row, waits ? "Unknown" : "None");
    cell(row.spec->limit ? time_text(*row.spec->limit) : "Partition_Limit");
    cell(ending.state);
    cell(ending.exit);
    const bool steps_failed = !own.steps.empty() && ending.step_state == "FAILED";
    cell(steps_failed ? ending.exit : "0:0");
    add_request(row);
    add_allocation(row);
    cell("");
    cell(row.start ? node_field(row, 0) : "None assigned");
    cell(workload.request(row.request).constraint);
    cell(own.reservation);
    cell(reason_name(row.record->fate == Fate::pending ? rows_.job(row.id).reason : Reason::none));
    out_ += command(row);
    out_ += '\n';
    if (steps_ == SacctSteps::shown && row.start && !ending.step_state.empty()) add_steps(row, id, ending);
  }

  void add_steps(const JobRow& row, const std::string& id, const Ending& ending) {
    const std::string nodes = node_field(row, 0), cpus = node_field(row, 1);
    std::int64_t first_cpus = row.record->cpus;
    if (!cpus.empty()) first_cpus = std::atoll(cpus.c_str());
    add_step(row, id + ".batch", "batch", ending.step_state, ending.step_exit, {1, first_cpus, 1, first_host(nodes)});
    const Part all{row.record->nodes, row.record->cpus, row.record->nodes, nodes};
    const bool goes_on = row.record->fate == Fate::running;
    if (contains_)
      add_step(row, id + ".extern", "extern", goes_on ? "RUNNING" : "COMPLETED", "0:0", all);
    const auto& names = extras(row).steps;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool is_last = i + 1 == names.size();
      add_step(row, fmt::format("{}.{}", id, i), plain(names[i]), is_last ? ending.step_state : "COMPLETED",
               is_last ? ending.step_exit : "0:0", all);
    }
  }

  /// What a step has of the job.
  struct Part {
    std::int64_t nodes = 0, cpus = 0, tasks = 0;
    std::string hosts;
  };

  void add_step(const JobRow& row, std::string_view id, std::string_view name, std::string_view state, std::string_view exit,
                const Part& part) {
    cell(id);
    cell(name);
    cell("");
    cell(plain(rows_.workload().accounts.text(row.spec->account)));
    cell("");
    cell("");
    cell(moment(*row.start));
    cell(moment(*row.start));
    add_times(row, "Unknown");
    cell("");
    cell(state);
    cell(exit);
    out_ += "|||||";  // DerivedExitCode and what only jobs ask for
    cell(fmt::to_string(part.nodes));
    cell(fmt::to_string(part.cpus));
    cell(tres_text(part.cpus, 0, 0, part.nodes));
    cell(fmt::to_string(part.tasks));
    cell(part.hosts);
    out_ += "|||\n";
  }

  const JobRows& rows_;
  Time now_;
  SacctSteps steps_;
  const std::function<void(std::string_view)>& write_;
  accounting::TresTable tres_{counted};
  bool keeps_ids_ = true;
  bool contains_ = false;  ///< each run has an extern step
  std::unordered_map<std::string, std::uint32_t> leaders_;  ///< first task or component, by array or group
  std::string out_;
};

}  // namespace

void write_sacct(const JobRows& rows, Time now, SacctSteps steps, const std::function<void(std::string_view)>& write) {
  Writer{rows, now, steps, write}.write();
}

}  // namespace sluice::report
