// Event files of the Slurm simulator of the University at Buffalo's Center for Computational Research: when what is
// done, and behind a bar the sbatch command.
// Source: https://github.com/ubccr-slurm-simulator/slurm_simulator; Simakov et al., JSSPP 2022.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/text.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/numbers.hpp"
#include "workloads/sbatch_command.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

/// A job with walltime 0 (or -1) is ended by its limit: it would run this much longer.
constexpr Duration beyond_limit = 24h;

using Words = std::vector<ShellWord>;

/// Takes `-name value` out of the words. The value, or nullopt when it is not there.
std::optional<ShellWord> take_value(Words& words, std::string_view name) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& word) { return word.text == name; });
  if (found == words.end() || found + 1 == words.end()) return std::nullopt;
  ShellWord value = *(found + 1);
  words.erase(found, found + 2);
  return value;
}

/// jobid_00017 -> 17; other names say nothing.
std::string_view number_of(std::string_view name) {
  constexpr std::string_view prefix = "jobid_";
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  while (name.size() > 1 && name.front() == '0') name.remove_prefix(1);
  return !name.empty() && std::all_of(name.begin(), name.end(), is_digit) ? name : std::string_view{};
}

class UbReader {
 public:
  UbReader(LineSource& lines, JobSink& sink) : lines_{lines}, sink_{sink} {}

  void read() {
    if (!sink_.time_base({})) return;
    while (!sink_.done() && lines_.next()) {
      const auto line = trim(lines_.text());
      if (!line.empty() && line.front() != '#') read_row();
    }
    if (to_limit_ > 0)
      sink_.assume(fmt::format("{} job{} with -sim-walltime 0 or less run until the time limit ends them", to_limit_,
                               to_limit_ == 1 ? "" : "s"));
    if (cancelled_ > 0)
      sink_.assume(fmt::format("{} job{} with -cancel-in: cancelling is not simulated yet, they run on", cancelled_,
                               cancelled_ == 1 ? "" : "s"));
  }

 private:
  void read_row() {
    sink_.begin_row();
    const auto line = lines_.text();
    const auto bar = std::min(line.find('|'), line.size());
    auto when = split_shell_words(line.substr(0, bar)).words;
    const auto time = take_value(when, "-dt");
    const auto event = take_value(when, "-e");
    const auto submit = time ? parse_seconds(time->text) : std::nullopt;
    if (!submit)
      return broken(time ? time->column : 0,
                    {"-dt wants seconds since the start", "as in `-dt 90 -e submit_batch_job | ...`"});
    if (!event || bar == line.size())
      return broken(bar, {"wants an event and a bar", "as in `-dt 90 -e submit_batch_job | ...`"});
    if (!sink_.wants(*submit)) return;
    if (event->text != "submit_batch_job") return sink_.skip("event other than submit_batch_job");
    auto words = split_shell_words(line, bar + 1);
    if (words.open_quote) return broken(*words.open_quote, {"a quote is never closed", {}});
    read_job(*submit, std::move(words.words));
  }

  void read_job(Duration submit, Words words) {
    const auto walltime = take_value(words, "-sim-walltime");
    if (take_value(words, "-cancel-in")) ++cancelled_;
    SbatchCommand command;
    command.take(words);
    const auto job = command.read();
    for (const auto& error : job.errors) return broken(error.column, error.complaint);
    warn_of_idle_options(job);
    const auto ran = walltime ? parse_seconds(walltime->text) : std::nullopt;
    if (!ran)
      return broken(walltime ? walltime->column : 0, {"-sim-walltime wants seconds", "0 runs until the time limit"});
    if (*ran <= 0s && !job.limit)
      return broken(walltime->column, {"the job runs until its time limit, but has none", "give it one with -t"});
    JobSpec spec;
    spec.submit = Time{submit};
    spec.duration = *ran > 0s ? *ran : *job.limit + beyond_limit;
    if (*ran <= 0s) ++to_limit_;
    spec.limit = job.limit;
    spec.user = sink_.user(job.user);
    spec.account = sink_.account(job.account);
    spec.qos = sink_.qos(job.qos);
    spec.request = sink_.request(job.request);
    add(spec, job, submit);
  }

  void add(JobSpec& spec, const SbatchJob& job, Duration submit) {
    JobExtras extras = job.extras;
    if (job.begin) extras.begin = resolve_moment(*job.begin, submit, Calendar::unknown);
    if (job.deadline) extras.deadline = resolve_moment(*job.deadline, submit, Calendar::unknown);
    const auto number = number_of(job.extras.name);
    const auto id = number.empty() ? fmt::format("{}", sink_.workload().report.rows) : std::string{number};
    if (!number.empty()) extras.name.clear();  // the id again
    if (!job.array) {
      spec.extras = sink_.extras(extras);
      return sink_.add(spec, id);
    }
    extras.array = id;
    extras.array_limit = job.array->limit;
    for (const auto task : job.array->tasks) {
      extras.array_task = task;
      spec.extras = sink_.extras(extras);
      sink_.add(spec, fmt::format("{}_{}", id, task));
    }
  }

  void warn_of_idle_options(const SbatchJob& job) {
    for (const auto& idle : job.idle)
      if (idle_.is_new(*idle.option))
        sink_.diagnostics().warning(lines_.place(idle.column), IdleOptionWarnings::text(*idle.option), {},
                                    lines_.line_around(idle.column));
  }

  void broken(std::size_t column, Complaint complaint) {
    sink_.broken(lines_.place(column), std::move(complaint), lines_.line_around(column));
  }

  LineSource& lines_;
  JobSink& sink_;
  IdleOptionWarnings idle_;
  std::size_t to_limit_ = 0, cancelled_ = 0;
};

}  // namespace

bool recognises_ub_events(std::string_view head) {
  while (!head.empty()) {
    const auto end = std::min(head.find('\n'), head.size());
    const auto line = trim(head.substr(0, end));
    head.remove_prefix(std::min(end + 1, head.size()));
    if (line.empty() || line.front() == '#') continue;
    return line.starts_with("-") && line.find("-dt ") != std::string_view::npos &&
           line.find('|') != std::string_view::npos;
  }
  return false;
}

void read_ub_events(LineSource& lines, JobSink& sink) { UbReader{lines, sink}.read(); }

}  // namespace sluice::workloads
