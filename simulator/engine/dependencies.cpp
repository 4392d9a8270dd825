#include "simulator/engine/dependencies.hpp"

#include <algorithm>

namespace sluice {
namespace {

bool ended_well(const Ended& ended) { return ended.state == EndState::completed; }

}  // namespace

Dependencies::Dependencies(const JobLinks& links, const JobTable& jobs, Duration min_job_age,
                           std::optional<std::size_t> most_corresponding)
    : links_{links}, jobs_{jobs}, min_job_age_{min_job_age}, states_(links.condition_count(), State::open),
      counts_(links.condition_count() > 0 ? jobs.size() : 0), namesakes_(links.namesakes()),
      corresponding_{links, jobs, most_corresponding} {
  for (const TaskArray& array : links.arrays()) arrays_.push_back({array.tasks.size(), array.tasks.size(), 0, 0, {}, {}});
}

Dependencies::Standing Dependencies::standing(JobId job) const {
  if (const auto own = replaced_.find(job); own != replaced_.end()) return standing_of(own->second);
  const std::size_t conditions = links_.conditions(job).size();
  if (conditions == 0) return Standing::met;
  if (!corresponding_.is_split(job)) return Standing::waiting;
  const Counts& counts = counts_[job.index()];
  const std::size_t met = conditions - counts.open - counts.failed;
  if (links_.join(job) == Dependency::Join::any) {
    if (met > 0) return Standing::met;
    return counts.open > 0 ? Standing::waiting : Standing::never;
  }
  if (counts.failed > 0) return Standing::never;
  return counts.open > 0 ? Standing::waiting : Standing::met;
}

Dependencies::ArrayProgress* Dependencies::progress(JobId job) {
  const auto array = links_.array_of(job);
  return array ? &arrays_[array->index()] : nullptr;
}

void Dependencies::submitted(JobId job, Time now) {
  const auto conditions = links_.conditions(job);
  if (!conditions.empty()) {
    counts_[job.index()].open = static_cast<std::uint32_t>(conditions.size());
    for (std::uint32_t c = 0; c < conditions.size(); ++c) update(job, c, now);
  }
  if (const auto group = links_.namesakes_of(job)) {
    namesakes_[group->index()].pending.insert(job);
    test(*group);
  }
}

void Dependencies::rejected(JobId job, Time now) {
  if (auto* array = progress(job)) {
    --array->unstarted;
    --array->unended;
    ++array->rejected;
  }
  corresponding_.left(job, changed_);
  tell_about(job, now);
}

void Dependencies::started(JobId job, Time now) {
  auto* array = progress(job);
  if (array != nullptr && array->unstarted > 0) --array->unstarted;
  const bool is_first = array != nullptr && !array->first_start;
  if (is_first) array->first_start = now;
  corresponding_.left(job, changed_);
  tell(links_.dependents_of(job), now);
  judge_replaced(now);
  if (is_first) tell(links_.dependents_of(*links_.array_of(job)), now);
  if (const auto group = links_.namesakes_of(job)) {
    namesakes_[group->index()].pending.erase(job);
    ++namesakes_[group->index()].running;
  }
}

void Dependencies::leave_namesakes(JobId job) {
  const auto group = links_.namesakes_of(job);
  if (!group) return;
  if (namesakes_[group->index()].pending.erase(job) == 0) --namesakes_[group->index()].running;
  test(*group);
}

void Dependencies::completing(JobId job) {
  completing_.insert(job);
  leave_namesakes(job);
}

void Dependencies::ended(JobId job, Time now) {
  const bool was_completing = completing_.erase(job) > 0;
  const auto& end = std::get<Ended>(jobs_.job(job).state);
  if (auto* array = progress(job)) {
    --array->unended;
    if (!ended_well(end)) ++array->bad;
    if (!array->first_start) array->first_start = now;
    array->last_end = now;
  }
  if (!end.start) corresponding_.left(job, changed_);
  tell_about(job, now);
  if (!was_completing) leave_namesakes(job);
}

void Dependencies::requeued(JobId job, From from, Time) {
  const bool was_completing = completing_.erase(job) > 0;
  if (auto* array = progress(job); array != nullptr && from != From::running && !was_completing) {
    ++array->unended;
    if (from == From::ended_badly) --array->bad;
  }
  corresponding_.returned(job);
  if (const auto group = links_.namesakes_of(job)) {
    namesakes_[group->index()].pending.insert(job);
    if (from == From::running) --namesakes_[group->index()].running;
    test(*group);
  }
}

void Dependencies::wake(JobId job, Time now) {
  judge_replaced(now);
  const auto conditions = links_.conditions(job);
  for (std::uint32_t c = 0; c < conditions.size(); ++c)
    if (conditions[c].type == DependencyType::after) update(job, c, now);
}

void Dependencies::tell(std::span<const Dependent> dependents, Time now) {
  for (const Dependent& dependent : dependents)
    if (std::holds_alternative<Pending>(jobs_.job(dependent.job).state)) update(dependent.job, dependent.condition, now);
}

void Dependencies::replace(JobId job, std::vector<Condition> conditions, bool any_is_enough, Time now) {
  std::vector<State> states(conditions.size(), State::open);
  replaced_.insert_or_assign(job, Replaced{std::move(conditions), std::move(states), any_is_enough});
  judge_replaced(now);
  changed_.push_back(job);
}

Dependencies::Standing Dependencies::standing_of(const Replaced& own) {
  const auto count = [&](State state) { return std::count(own.states.begin(), own.states.end(), state); };
  const bool is_open = count(State::open) > 0;
  if (own.states.empty()) return Standing::met;
  if (own.any_is_enough && count(State::met) > 0) return Standing::met;
  if (own.any_is_enough) return is_open ? Standing::waiting : Standing::never;
  if (count(State::failed) > 0) return Standing::never;
  return is_open ? Standing::waiting : Standing::met;
}

/// Few jobs have such: all of them are looked at.
void Dependencies::judge_replaced(Time now) {
  for (auto& [job, own] : replaced_) {
    if (!std::holds_alternative<Pending>(jobs_.job(job).state)) continue;
    for (std::size_t c = 0; c < own.conditions.size(); ++c) {
      if (own.states[c] != State::open) continue;
      own.states[c] = judge(job, own.conditions[c], now);
      if (own.states[c] != State::open) changed_.push_back(job);
    }
  }
}

/// An array is told about when the last of its tasks has ended.
void Dependencies::tell_about(JobId job, Time now) {
  judge_replaced(now);
  tell(links_.dependents_of(job), now);
  const auto* array = progress(job);
  if (array != nullptr && array->unended == 0) tell(links_.dependents_of(*links_.array_of(job)), now);
}

Dependencies::Parent Dependencies::parent(const Condition& condition) const {
  Parent parent;
  if (condition.of == Condition::Of::array) {
    const ArrayProgress& array = arrays_[condition.row];
    parent.exists = array.rejected < links_.arrays()[condition.row].tasks.size();
    parent.ended = array.unended == 0;
    parent.well = array.bad == 0;
    parent.start = array.first_start;
    parent.end = array.last_end;
    return parent;
  }
  const JobState& state = jobs_.job(JobId{condition.row}).state;
  parent.exists = condition.of == Condition::Of::job && !std::holds_alternative<Rejected>(state);
  if (const auto* running = std::get_if<Running>(&state)) parent.start = running->start;
  const JobLife* life = parent.exists ? jobs_.life(JobId{condition.row}) : nullptr;
  parent.special_exit = life != nullptr && life->hold == Hold::special_exit && std::holds_alternative<Pending>(state);
  if (const auto* ended = std::get_if<Ended>(&state)) {
    parent.ended = !is_completing(JobId{condition.row});
    parent.well = ended_well(*ended);
    parent.start = ended->start.value_or(ended->end);
    parent.end = ended->end;
  }
  return parent;
}

Dependencies::State Dependencies::judge(JobId job, const Condition& condition, Time now) {
  const Parent parent = this->parent(condition);
  if (!parent.exists) return State::met;
  const bool is_purged = min_job_age_ > Duration{} && jobs_.submit(job) - parent.end > min_job_age_;
  if (parent.ended && is_purged) return State::met;
  switch (condition.type) {
    case DependencyType::after:
      if (!parent.start) return State::open;
      if (*parent.start + condition.delay <= now) return State::met;
      wakes_.emplace_back(*parent.start + condition.delay, job);
      return State::open;
    case DependencyType::afterany:
    case DependencyType::afterburstbuffer: return parent.ended ? State::met : State::open;
    case DependencyType::afterok:
    case DependencyType::aftercorr:
      if (!parent.ended) return State::open;
      return parent.well ? State::met : State::failed;
    case DependencyType::afternotok:
      if (parent.special_exit) return State::met;
      if (!parent.ended) return State::open;
      return parent.well ? State::failed : State::met;
    case DependencyType::expand:
      if (parent.ended) return State::failed;
      return parent.start ? State::met : State::open;
    case DependencyType::singleton: break;
  }
  return State::open;  // see test()
}

void Dependencies::update(JobId job, std::uint32_t index, Time now) {
  const Condition& condition = links_.conditions(job)[index];
  State& state = states_[links_.first_condition(job) + index];
  if (state != State::open || condition.of == Condition::Of::namesakes) return;
  state = judge(job, condition, now);
  if (state == State::open) return;
  Counts& counts = counts_[job.index()];
  --counts.open;
  if (state == State::failed) ++counts.failed;
  changed_.push_back(job);
}

/// A singleton may go when nobody of its user and name runs, and none of those that wait was submitted before it.
void Dependencies::test(NamesakesId row) {
  const Namesakes& group = namesakes_[row.index()];
  if (group.running > 0 || group.pending.empty()) return;
  const JobId job = *group.pending.begin();
  const auto conditions = links_.conditions(job);
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    State& state = states_[links_.first_condition(job) + c];
    if (conditions[c].of != Condition::Of::namesakes || state != State::open) continue;
    state = State::met;
    --counts_[job.index()].open;
    changed_.push_back(job);
  }
}

}  // namespace sluice
