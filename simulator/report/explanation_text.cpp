#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/report/explanation.hpp"
#include "simulator/report/terminal.hpp"

namespace sluice::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::size_t most_waits = 24;       // intervals shown; JSON has all
constexpr std::size_t most_priorities = 12;  // lines of priority terms

std::string length_text(Duration length) { return human_time(to_seconds(length)); }
std::string percent(double share) { return fmt::format("{:.1f}%", share * 100); }

class Writer {
 public:
  explicit Writer(const Explanation& explanation)
      : e_{explanation}, watch_{*explanation.watch}, workload_{watch_.workload()} {}

  std::string text() {
    add_request();
    add_story();
    if (watch_.is_submitted() && watch_.rejection().empty()) {
      add_waits();
      add_sums();
      add_priorities();
    }
    return std::move(out_);
  }

 private:
  std::string moment(Time time) const {
    const Duration in_trace = workload_.time_base.zero + time.time_since_epoch();
    if (workload_.time_base.is_calendar) return format_civil(in_trace);
    return fmt::format("{} s", to_seconds(in_trace));
  }
  std::string id(JobId job) const { return std::string{workload_.job_id(job)}; }
  std::string job_and_user(JobId job) const {
    const auto user = workload_.users.text(workload_.jobs[job.index()].user);
    return user.empty() ? "job " + id(job) : fmt::format("job {} ({})", id(job), user);
  }
  const JobSpec& spec() const { return workload_.jobs[watch_.job().index()]; }

  void line(std::string_view name, std::string_view value) {
    if (!value.empty()) fmt::format_to(Out{out_}, "{:<11}{}\n", name, value);
  }

  void add_request() {
    out_ += "Job " + id(watch_.job()) + '\n';
    const JobRequest& request = workload_.request(spec().request);
    std::string who{workload_.users.text(spec().user)};
    const auto add = [&who](std::string_view what, std::string_view name) {
      if (!name.empty()) fmt::format_to(Out{who}, "{}{} {}", who.empty() ? "" : ", ", what, name);
    };
    add("account", workload_.accounts.text(spec().account));
    add("QOS", workload_.qos.text(spec().qos));
    add("partition", request.partition);
    line("User", who);
    const Room& wanted = watch_.wanted();
    std::string asked;
    const auto count = [&asked](std::int64_t n, std::string_view what) {
      if (n > 0) fmt::format_to(Out{asked}, "{}{} {}{}", asked.empty() ? "" : ", ", human_count(n), what, n == 1 ? "" : "s");
    };
    if (!watch_.cluster().is_pool) count(watch_.wanted_nodes(), "node");
    count(wanted.cpus, watch_.cluster().is_pool ? "slot" : "CPU");
    count(wanted.gpus, "GPU");
    if (wanted.memory > 0) fmt::format_to(Out{asked}, ", {:.1f} GB", static_cast<double>(wanted.memory) / 1024);
    if (spec().limit) fmt::format_to(Out{asked}, "; time limit {}", sluice::time_text(*spec().limit));
    line("Asked for", asked);
    if (!watch_.cluster().is_pool && watch_.eligible_nodes() > 0)
      line("May run on", fmt::format("{} of {} nodes", human_count(static_cast<std::int64_t>(watch_.eligible_nodes())),
                                     human_count(static_cast<std::int64_t>(watch_.cluster().nodes.size()))));
  }

  void add_story() {
    if (!watch_.is_submitted()) return line("Submitted", fmt::format("{}, which the run did not come to", moment(spec().submit)));
    line("Submitted", moment(spec().submit));
    if (!watch_.rejection().empty()) return line("Refused", watch_.rejection());
    bool ran = false;
    for (const Stretch& stretch : watch_.stretches()) {
      if (stretch.waits_for) continue;
      ran = true;
      line("Started", moment(stretch.from) + where());
      const bool ended = watch_.end_state() && &stretch == &watch_.stretches().back();
      line(ended ? "Ended" : "Ran until", fmt::format("{}{}{}, after {}", moment(stretch.to), ended ? ", " : "",
                                                      ended ? end_state_name(*watch_.end_state()) : "",
                                                      length_text(stretch.to - stretch.from)));
    }
    if (!ran) line("Started", watch_.end_state() ? "never" : "not before the end of the run");
  }

  std::string where() const {
    const ClusterSpec& cluster = watch_.cluster();
    if (cluster.is_pool || watch_.allocation().runs.empty()) return {};
    std::vector<std::string> names;
    for (const auto& node : cluster.nodes) names.push_back(node.name);
    std::string text = " on ";
    NodeNames{names}.append_runs(text, watch_.allocation().runs);
    return text;
  }

  void add_waits() {
    if (e_.waits.empty()) {
      out_ += "\nIt did not wait.\n";
      return;
    }
    fmt::format_to(Out{out_}, "\nWaited {}\n", length_text(e_.waited));
    fmt::format_to(Out{out_}, "{:>12}{:>12}{:>12}  {}\n", "from", "to", "for", "because of");
    const std::size_t shown_before = e_.waits.size() > most_waits ? most_waits / 2 : e_.waits.size();
    const std::size_t shown_after = e_.waits.size() > most_waits ? e_.waits.size() - most_waits / 2 : e_.waits.size();
    for (std::size_t i = 0; i < e_.waits.size(); ++i) {
      if (i == shown_before && shown_after > shown_before)
        fmt::format_to(Out{out_}, "{:>38}... {} more intervals (all with --json)\n", "", shown_after - shown_before);
      if (i < shown_before || i >= shown_after) add_wait(e_.waits[i]);
    }
  }

  void add_wait(const Wait& wait) {
    const auto since_submission = [&](Time t) { return '+' + length_text(t - spec().submit); };
    const std::string_view word = wait.reason == Reason::none ? "no decision yet (None)" : reason_name(wait.reason);
    const std::string_view reason = wait.text.empty() ? word : std::string_view{wait.text};
    fmt::format_to(Out{out_}, "{:>12}{:>12}{:>12}  {}\n", since_submission(wait.from), since_submission(wait.to),
                   length_text(wait.to - wait.from), reason);
    const auto detail = [&](std::string_view text) { fmt::format_to(Out{out_}, "{:>38}  {}\n", "", text); };
    if (!wait.behind.empty()) {
      std::string text = "behind ";
      for (const auto& [job, time] : wait.behind)
        fmt::format_to(Out{text}, "{}{} for {}", text.size() > 7 ? ", " : "", job_and_user(job), length_text(time));
      detail(text);
    }
    if (!wait.scarcity) return;
    const Scarcity& scarcity = *wait.scarcity;
    std::string text = fmt::format("{} {} held: ", scarcity.resource, percent(scarcity.held));
    append_parts(text, scarcity.jobs, [this](JobId job) { return job_and_user(job); });
    detail(text);
    text.clear();
    if (!(scarcity.users.size() == 1 && scarcity.users.front().whose.empty())) {
      text = "by user: ";
      append_parts(text, scarcity.users, [](const std::string& name) { return name.empty() ? "(none)" : name; });
      detail(text);
    }
    if (scarcity.partitions.size() < 2) return;
    text = "by partition: ";
    append_parts(text, scarcity.partitions, [](const std::string& name) { return name; });
    detail(text);
  }

  template <class Parts, class Name>
  static void append_parts(std::string& text, const Parts& parts, Name name) {
    double rest = 1;
    bool first = true;
    for (const auto& part : parts) {
      fmt::format_to(Out{text}, "{}{} {}", first ? "" : ", ", name(part.whose), percent(part.share));
      rest -= part.share;
      first = false;
    }
    if (rest > 0.0005) fmt::format_to(Out{text}, ", others {}", percent(rest));
  }

  void add_sums() {
    if (e_.waits.size() < 2) return;
    out_ += "\nIn all\n";
    for (const auto& [reason, time] : e_.by_reason)
      fmt::format_to(Out{out_}, "{:>12}{:>8}  {}\n", length_text(time),
                     percent(static_cast<double>(time.count()) / static_cast<double>(e_.waited.count())), reason_name(reason));
    if (watch_.later_started_earlier() > 0)
      fmt::format_to(Out{out_}, "{} submitted later started while it waited.\n",
                     watch_.later_started_earlier() == 1 ? "1 job" : human_count(static_cast<std::int64_t>(watch_.later_started_earlier())) + " jobs");
  }

  /// Evenly chosen lines, the first and the last among them.
  void add_priorities() {
    const auto& all = watch_.priorities();
    const bool is_flat = all.size() == 1 && all.front().terms.empty();
    if (all.empty() || is_flat) return;
    fmt::format_to(Out{out_}, "\nPriority{}\n{:>12}{:>14}", all.size() > most_priorities ? fmt::format(" ({} of {} changes)", most_priorities, all.size()) : "", "at", "total");
    const auto& terms = all.back().terms;
    for (const PriorityTerm& term : terms) fmt::format_to(Out{out_}, "{:>{}}", term.name, width(term));
    out_ += '\n';
    const std::size_t lines = std::min(all.size(), most_priorities);
    for (std::size_t i = 0; i < lines; ++i) {
      const PriorityAt& at = all[lines == 1 ? 0 : i * (all.size() - 1) / (lines - 1)];
      fmt::format_to(Out{out_}, "{:>12}{:>14}", '+' + length_text(at.at - spec().submit), number(at.total));
      for (const PriorityTerm& term : at.terms) fmt::format_to(Out{out_}, "{:>{}}", number(term.value), width(term));
      out_ += '\n';
    }
  }

  static std::size_t width(const PriorityTerm& term) { return std::max<std::size_t>(11, term.name.size() + 2); }
  static std::string number(double value) {
    return value == std::floor(value) && std::fabs(value) < 1e15 ? fmt::format("{:.0f}", value) : fmt::format("{:.6g}", value);
  }

  const Explanation& e_;
  const JobWatch& watch_;
  const Workload& workload_;
  std::string out_;
};

}  // namespace

std::string explanation_text(const Explanation& explanation) { return Writer{explanation}.text(); }

}  // namespace sluice::report
