#include "workloads/transforms/job_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/numbers.hpp"
#include "workloads/state_words.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

void complain(const Transform& step, Diagnostics& diags, const std::string& message, std::string hint) {
  diags.error(step.at, fmt::format("{}: {}", step.info->name, message), std::move(hint), step.source_line);
}

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// The conditions of one filter; those not given hold for every job.
class Conditions {
 public:
  explicit Conditions(const TransformArguments& arguments)
      : users_{arguments.list("user")},
        accounts_{arguments.list("account")},
        qos_{arguments.list("qos")},
        partitions_{arguments.list("partition")},
        kinds_{arguments.list("kind")},
        states_{arguments.list("state")},
        min_gpus_{arguments.whole("min_gpus")},
        max_gpus_{arguments.whole("max_gpus")},
        min_cpus_{arguments.whole("min_cpus")},
        max_cpus_{arguments.whole("max_cpus")},
        min_run_{arguments.length("min_run")},
        max_run_{arguments.length("max_run")} {}

  bool hold(const Workload& workload, const JobSpec& job) const {
    const JobRequest& request = workload.request(job.request);
    return is_in(users_, workload.users.text(job.user)) && is_in(accounts_, workload.accounts.text(job.account)) &&
           is_in(qos_, workload.qos.text(job.qos)) && is_in(kinds_, workload.extras[job.extras].kind) &&
           is_in(states_, state_word(job.outcome)) && names_partition(request.partition) &&
           is_within(min_gpus_, max_gpus_, requested_gpus(request)) &&
           is_within(min_cpus_, max_cpus_, requested_cpus(request)) && is_within(min_run_, max_run_, job.duration);
  }

 private:
  using List = const std::vector<std::string>*;

  static bool is_in(List list, std::string_view text) { return list == nullptr || holds(*list, text); }
  bool names_partition(std::string_view partitions) const {
    if (partitions_ == nullptr) return true;
    const auto names = split(partitions, ',');
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return holds(*partitions_, name); });
  }
  template <class Value>
  static bool is_within(const Value* low, const Value* high, Value value) {
    return (low == nullptr || value >= *low) && (high == nullptr || value <= *high);
  }

  List users_, accounts_, qos_, partitions_, kinds_, states_;
  const std::int64_t *min_gpus_, *max_gpus_, *min_cpus_, *max_cpus_;
  const Duration *min_run_, *max_run_;
};

/// What `state` lists, checked. False after a complaint.
bool knows_states(const Transform& step, Diagnostics& diags) {
  const auto* states = step.arguments.list("state");
  if (states == nullptr) return true;
  std::vector<std::string_view> known;
  for (const auto outcome : all_outcomes) known.push_back(state_word(outcome));
  for (const auto& state : *states) {
    if (std::find(known.begin(), known.end(), state) != known.end()) continue;
    auto hint = did_you_mean(state, known);
    if (hint.empty()) hint = fmt::format("states: {}", fmt::join(known, ", "));
    complain(step, diags, fmt::format("'{}' is no state that a job of a trace ends in", state), std::move(hint));
    return false;
  }
  return true;
}

/// One end of a cut, counted from the zero. False after a complaint: a date without a calendar.
bool read_end(const Transform& step, std::string_view name, const TimeBase& base, std::optional<Time>& end,
              Diagnostics& diags) {
  const auto* text = step.arguments.text(name);
  if (text == nullptr) return true;
  if (const auto seconds = parse_seconds(*text)) return end = Time{*seconds - base.zero}, true;
  const auto origin = base.calendar_origin();
  if (!origin) {
    complain(step, diags, fmt::format("{} is a date, but the trace does not say when its time 0 was", name),
             "write seconds in the trace's own time");
    return false;
  }
  end = Time{parse_civil(*text).value() - *origin - base.zero};
  return true;
}

bool is_cut(const Transform& step) { return step.info->apply == cut; }

bool has_an_end(const Transform& step, Diagnostics& diags) {
  if (step.arguments.text("from") != nullptr || step.arguments.text("to") != nullptr) return true;
  complain(step, diags, "needs from, to or both", "write cut=from=2020-09-01,to=2020-10-01");
  return false;
}

}  // namespace

std::size_t choosing_steps(std::span<const Transform> steps) {
  const auto other = std::find_if(steps.begin(), steps.end(),
                                  [](const Transform& step) { return !is_cut(step) && step.info->apply != filter; });
  return static_cast<std::size_t>(other - steps.begin());
}

std::optional<JobChoice> JobChoice::make(std::span<const Transform> steps, Diagnostics& diags) {
  JobChoice choice;
  for (const Transform& step : steps) {
    if (is_cut(step) ? !has_an_end(step, diags) : !knows_states(step, diags)) return std::nullopt;
    Condition wants;
    if (!is_cut(step)) {
      const bool these = *step.arguments.text("keep") == "these";
      wants = [these, all = Conditions{step.arguments}](const Workload& workload, const JobSpec& job) {
        return all.hold(workload, job) == these;
      };
    }
    choice.steps_.push_back({&step, std::move(wants)});
  }
  return choice;
}

bool JobChoice::begin(const TimeBase& base, Diagnostics& diags) {
  for (Step& one : steps_) {
    if (!is_cut(*one.step)) continue;
    std::optional<Time> from, to;
    if (!read_end(*one.step, "from", base, from, diags) || !read_end(*one.step, "to", base, to, diags)) return false;
    if (from && to && *from >= *to) return complain(*one.step, diags, "from is not before to", {}), false;
    one.wants = [from, to](const Workload&, const JobSpec& job) {
      return (!from || job.submit >= *from) && (!to || job.submit < *to);
    };
  }
  return true;
}

bool JobChoice::wants(const Workload& workload, const JobSpec& job) {
  for (Step& one : steps_) {
    ++one.seen;
    if (!one.wants(workload, job)) return false;
    ++one.kept;
  }
  return true;
}

void JobChoice::state(Workload& workload) const {
  for (const Step& one : steps_)
    workload.report.assumptions.push_back(fmt::format("{}: {} of {} jobs are {}", one.step->info->name, one.kept,
                                                      one.seen, is_cut(*one.step) ? "in the window" : "kept"));
}

}  // namespace sluice::workloads
