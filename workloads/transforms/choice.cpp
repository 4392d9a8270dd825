// Transforms that leave jobs out: thin_users, filter.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/state_words.hpp"
#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

bool holds(const std::vector<std::string>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

template <class Wanted>
std::size_t keep_jobs(Workload& workload, Wanted wanted) {
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i)
    if (wanted(workload.jobs[i])) kept.push_back(i);
  workload.select(kept);
  workload.finish();
  return kept.size();
}

/// The users that have jobs, in the order of their own draws: the same user draws the same in any trace.
std::vector<NameId> users_by_draw(const Workload& workload, std::uint64_t seed) {
  std::vector<bool> has_jobs(workload.users.size());
  for (const auto& job : workload.jobs) has_jobs[job.user.index()] = true;
  std::vector<std::pair<double, NameId>> draws;
  for (std::uint32_t i = 0; i < has_jobs.size(); ++i) {
    if (!has_jobs[i]) continue;
    Rng rng{seed, fmt::format("transform.thin_users/{}", workload.users.text(NameId{i}))};
    draws.emplace_back(rng.uniform(), NameId{i});
  }
  std::stable_sort(draws.begin(), draws.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<NameId> users;
  for (const auto& draw : draws) users.push_back(draw.second);
  return users;
}

/// The conditions of one filter; those not given hold for every job.
class Conditions {
 public:
  Conditions(const Workload& workload, const TransformArguments& arguments)
      : workload_{workload},
        users_{arguments.list("user")},
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

  bool hold(const JobSpec& job) const {
    const JobRequest& request = workload_.request(job.request);
    return is_in(users_, workload_.users.text(job.user)) && is_in(accounts_, workload_.accounts.text(job.account)) &&
           is_in(qos_, workload_.qos.text(job.qos)) && is_in(kinds_, workload_.extras[job.extras].kind) &&
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

  const Workload& workload_;
  List users_, accounts_, qos_, partitions_, kinds_, states_;
  const std::int64_t *min_gpus_, *max_gpus_, *min_cpus_, *max_cpus_;
  const Duration *min_run_, *max_run_;
};

bool knows_states(const TransformCall& call) {
  const auto* states = call.arguments().list("state");
  if (states == nullptr) return true;
  std::vector<std::string_view> known;
  for (const auto outcome : all_outcomes) known.push_back(state_word(outcome));
  for (const auto& state : *states) {
    if (std::find(known.begin(), known.end(), state) != known.end()) continue;
    auto hint = did_you_mean(state, known);
    if (hint.empty()) hint = fmt::format("states: {}", fmt::join(known, ", "));
    call.complain(fmt::format("'{}' is no state that a job of a trace ends in", state), std::move(hint));
    return false;
  }
  return true;
}

}  // namespace

void thin_users(Workload& workload, const TransformCall& call) {
  const auto users = users_by_draw(workload, call.seed());
  if (users.size() == 1 && workload.users.text(users.front()).empty())
    return call.complain("the trace has no users", {});
  const double share = *call.arguments().number("share");
  const auto wanted = std::max(1L, std::lround(share * static_cast<double>(users.size())));
  std::vector<bool> is_kept(workload.users.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(wanted); ++i) is_kept[users[i].index()] = true;
  const std::size_t before = workload.jobs.size();
  const auto kept = keep_jobs(workload, [&](const JobSpec& job) { return is_kept[job.user.index()]; });
  call.state(workload, fmt::format("{} of {} users are kept, with {} of {} jobs", wanted, users.size(), kept, before));
}

void filter(Workload& workload, const TransformCall& call) {
  if (!knows_states(call)) return;
  const Conditions conditions{workload, call.arguments()};
  const bool these = *call.arguments().text("keep") == "these";
  const std::size_t before = workload.jobs.size();
  const auto kept = keep_jobs(workload, [&](const JobSpec& job) { return conditions.hold(job) == these; });
  call.state(workload, fmt::format("{} of {} jobs are kept", kept, before));
}

}  // namespace sluice::workloads
