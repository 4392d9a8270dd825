// Whatever becomes of jobs and nodes under slurmctld's loops, the books balance, limits hold, every waiting second has one
// Reason, and a run that is saved in the middle goes on as if it had not been. A case is one number:
//   SLUICE_LIFE_SEED=123 test_properties_slurm_life       that case alone, with all that happens in it
//   SLUICE_LIFE_SECONDS=300 test_properties_slurm_life    new cases for so long
//   SLUICE_LIFE_FROM=1000 SLUICE_LIFE_CASES=500           from which on, and how many
//   SLUICE_LIFE_ALL=1                                     those after a failure, too

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <map>

#include "policies/catalogue.hpp"
#include "simulator/app/inputs.hpp"
#include "simulator/base/archive.hpp"
#include "simulator/engine/simulation.hpp"
#include "tests/properties/slurm_draws.hpp"

namespace sluice::test {
namespace {

/// Prints what happens.
class Teller final : public Observer {
 public:
  void job_submitted(JobId job, Time now) override { tell(job, now, "submitted"); }
  void job_rejected(JobId job, Time now, std::string_view message) override { tell(job, now, message); }
  void job_started(JobId job, Time now, const Allocation& where) override {
    tell(job, now, fmt::format("starts on {} nodes, {} CPUs, from node {}", where.nodes, where.cpus, where.runs.front().first));
  }
  void job_ended(JobId job, Time now, EndState state, const Allocation&) override { tell(job, now, end_state_name(state)); }
  void job_shrunk(JobId job, Time now, const ClosedRun&, const Allocation&, const Allocation& kept) override {
    tell(job, now, fmt::format("goes on with {} nodes, from node {}", kept.nodes, kept.runs.front().first));
  }
  void job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation&) override {
    tell(job, now, fmt::format("requeued as {}", end_state_name(run.state)));
  }
  void ended_job_requeued(JobId job, Time now, const ClosedRun&) override { tell(job, now, "requeued after its end"); }
  void job_dropped(JobId job, Time now, EndState state) override { tell(job, now, end_state_name(state)); }
  void reason_changed(JobId job, Time now, Reason reason) override { tell(job, now, reason_name(reason)); }

 private:
  static void tell(JobId job, Time now, std::string_view what) {
    fmt::print("{:>9.3f} job {} {}\n", to_seconds(now - Time{}), job.value, what);
  }
};

/// Components of heterogeneous jobs, jobs whose reservation has fewer nodes than they want, and while somebody waits for a
/// reservation that may start late those that would borrow its nodes. Jobs with --time-min: that their limit is too long for
/// their partition backfill takes back. The tasks of an array with that which is at their head.
bool is_passed_over(JobId job, const Simulation& simulation) {
  const auto is_alone = [](const JobExtras& e) {
    return !e.het_group.empty() || !e.reservation.empty() || e.borrow_warning || e.time_min;
  };
  const JobExtras& own = simulation.jobs().extras(job);
  if (own.array.empty() || is_alone(own)) return is_alone(own);
  for (std::uint32_t i = 0; i < simulation.jobs().size(); ++i) {
    const JobExtras& other = simulation.jobs().extras(JobId{i});
    if (other.array == own.array && is_alone(other)) return true;
  }
  return false;
}

/// Keeps each job's Reasons and how much of the limits is used.
class Watch final : public Observer {
 public:
  Watch(const Workload& workload, bool limits) : workload_{workload}, limits_{limits}, jobs_(workload.jobs.size()) {}
  void watch(const Simulation& simulation) { simulation_ = &simulation; }

  void job_submitted(JobId job, Time now) override {
    wait(job, now);
    const ClusterSpec& cluster = simulation_->cluster().spec();
    if (known_jobs(now, cluster.times.min_job_age) >= cluster.job_settings.max_job_count) wrong(job, now, "more than MaxJobCount are known");
  }
  void job_requeued(JobId job, Time now, const ClosedRun&, const Allocation& allocation) override {
    use(job, allocation, -1);
    wait(job, now);
  }
  void ended_job_requeued(JobId job, Time now, const ClosedRun&) override { wait(job, now); }
  void job_started(JobId job, Time now, const Allocation& allocation) override {
    close(job, now);
    jobs_[job.index()].waits_for.reset();
    use(job, allocation, 1);
  }
  void job_shrunk(JobId job, Time, const ClosedRun&, const Allocation& before, const Allocation& kept) override {
    use(job, before, -1);
    use(job, kept, 1);
  }
  void job_ended(JobId job, Time, EndState, const Allocation& allocation) override { use(job, allocation, -1); }
  void job_dropped(JobId job, Time now, EndState) override {
    close(job, now);
    jobs_[job.index()].waits_for.reset();
  }
  void reason_changed(JobId job, Time now, Reason reason) override {
    if (!jobs_[job.index()].waits_for) return wrong(job, now, "a Reason is told of a job that does not wait");
    if (reason == jobs_[job.index()].waits_for) wrong(job, now, "a Reason is told twice");
    close(job, now);
    jobs_[job.index()].waits_for = reason;
  }

  /// A pass looks at all that wait once a minute; what it has looked at has a Reason, but for those it passes over. And under
  /// bf_licenses a job that lacks some stops the pass.
  void settled(Time now, const LoadSample&) override {
    if (simulation_->cluster().spec().scheduler.parameters.find("bf_licenses") != std::string::npos) return;
    for (std::uint32_t i = 0; i < jobs_.size(); ++i) {
      const bool is_late = jobs_[i].waits_for == Reason::none && now - jobs_[i].since > std::chrono::seconds{130};
      if (!is_late || jobs_[i].is_told || is_passed_over(JobId{i}, *simulation_)) continue;
      jobs_[i].is_told = true;
      wrong(JobId{i}, now, "waits without a Reason");
    }
  }

  std::vector<std::string> complaints() const { return complaints_; }

 private:
  struct Life {
    std::optional<Reason> waits_for;
    Time since{};
    bool is_told = false;
  };

  /// Those that slurmctld cannot have forgotten.
  std::int64_t known_jobs(Time now, Duration age) const {
    return std::count_if(simulation_->jobs().jobs.begin(), simulation_->jobs().jobs.end(), [&](const Job& job) {
      const auto* ended = std::get_if<Ended>(&job.state);
      if (ended != nullptr) return age == Duration{} || Time{floor_seconds(ended->end)} + age > now;
      return std::holds_alternative<Pending>(job.state) || std::holds_alternative<Running>(job.state);
    });
  }
  void wait(JobId job, Time now) {
    if (jobs_[job.index()].waits_for) wrong(job, now, "waits twice");
    jobs_[job.index()] = {Reason::none, now, false};
  }
  void close(JobId job, Time now) {
    Life& life = jobs_[job.index()];
    if (!life.waits_for) return wrong(job, now, "does not wait");
    if (now < life.since) wrong(job, now, "went back in time");
    life.since = now;
  }
  void use(JobId job, const Allocation& allocation, int sign) {
    const JobSpec& spec = simulation_->jobs().spec(job);  // an operator may have changed it
    if (workload_.qos.text(spec.qos) != "low") return;
    auto& of_user = low_jobs_[spec.user.value];
    of_user += sign;
    low_cpus_ += sign * allocation.cpus;
    if (!limits_) return;
    if (of_user > most_low_jobs_of_user) wrong(job, Time{}, "more than MaxJobsPerUser run");
    if (low_cpus_ > most_low_cpus) wrong(job, Time{}, "more than GrpTRES is held");
  }
  void wrong(JobId job, Time now, const char* what) {
    if (complaints_.size() < 10)
      complaints_.push_back(fmt::format("job {} at {} ms: {}", job.value, now.time_since_epoch().count(), what));
  }

  const Workload& workload_;
  const Simulation* simulation_ = nullptr;
  bool limits_;
  std::vector<Life> jobs_;
  std::map<std::uint32_t, std::int64_t> low_jobs_;
  std::int64_t low_cpus_ = 0;
  std::vector<std::string> complaints_;
};

/// With bf_licenses the main pass stops at a job that is short of them, and backfill may tell another Reason of it, and none
/// of those behind it. Source: job_scheduler.c.
bool somebody_waits_with_licenses(const Simulation& simulation, const Books& books) {
  for (std::uint32_t i = 0; i < books.jobs().size(); ++i)
    if (books.job(JobId{i}).status == Entry::Status::waiting && !simulation.jobs().extras(JobId{i}).licenses.empty())
      return true;
  return false;
}

/// One that runs to the end, or waits for what does not come.
void look_at_the_end(const Simulation& simulation, const Books& books, std::vector<std::string>& complaints) {
  const bool is_stopped_behind = somebody_waits_with_licenses(simulation, books);
  for (std::uint32_t i = 0; i < books.jobs().size(); ++i) {
    const auto status = books.job(JobId{i}).status;
    const Job& job = simulation.jobs().job(JobId{i});
    const auto* running = std::get_if<Running>(&job.state);
    if (status == Entry::Status::running && !(running != nullptr && running->suspended))
      complaints.push_back(fmt::format("job {} still runs", i));
    const bool has_no_reason = status == Entry::Status::waiting && job.reason == Reason::none;
    if (has_no_reason && !is_stopped_behind && !is_passed_over(JobId{i}, simulation))
      complaints.push_back(fmt::format("job {} waits at the end for nothing", i));
  }
}

/// What an operator suspends leaves its cores to others.
bool shares_cores(const SlurmLife& life) {
  const ClusterSpec& cluster = life.what.cluster;
  bool shares = cluster.preempt.mode.gang;
  const auto look_at = [&](const PartitionSpec& partition) {
    const auto mode = partition.over_subscribe.mode;
    shares = shares || mode == OverSubscribe::Mode::force || mode == OverSubscribe::Mode::yes;
  };
  for (const TimedCommand& one : life.commands) {
    shares = shares || std::holds_alternative<SuspendJobs>(one.what);
    if (const auto* change = std::get_if<ChangePartition>(&one.what)) look_at(change->as);
  }
  for (const PartitionSpec& partition : cluster.partitions) look_at(partition);
  return shares;
}

/// A simulation of the life, watched by nobody or by the books.
class Play {
 public:
  /// `cluster` is that of the life, and changes.
  Play(const SlurmLife& life, ClusterSpec& cluster, Memo memo, std::vector<Observer*> observers)
      : cluster_{cluster}, simulation_{life.what.workload, cluster_, policies(), std::move(observers), memo, 7} {
    simulation_.let_commands_change(cluster_);
    simulation_.set_commands(life.commands);
  }
  Simulation& simulation() { return simulation_; }
  std::uint64_t finish() { return simulation_.run().fingerprint; }
  std::string save() {
    Archive archive = Archive::saving();
    archive(simulation_);
    return archive.bytes();
  }
  void load(const std::string& bytes) {
    Archive archive = Archive::loading(bytes);
    archive(simulation_);
    archive.expect_end();
  }

 private:
  PolicySet policies() {
    Diagnostics diags;
    auto policies = app::choose_policies(cluster_, builtin_policies(), diags);
    if (!policies) throw std::invalid_argument{diags.text()};
    return std::move(*policies);
  }

  ClusterSpec& cluster_;
  Simulation simulation_;
};

/// Seen by the books and by those who wait.
std::uint64_t watched(const SlurmLife& life, std::vector<std::string>& complaints, Time& end) {
  ClusterSpec cluster = life.what.cluster;
  Books books{life.what.workload, cluster};
  books.expect_commands();
  books.expect_cut_tasks();
  if (shares_cores(life)) books.expect_sharing();
  Watch watch{life.what.workload, life.what.cluster.accounting_settings.enforce.limits};
  Teller teller;
  std::vector<Observer*> observers{&books, &watch};
  if (std::getenv("SLUICE_LIFE_SEED") != nullptr) observers.push_back(&teller);
  Play play{life, cluster, Memo::on, std::move(observers)};
  books.expect_updates(play.simulation().jobs());
  watch.watch(play.simulation());
  const RunStatistics done = play.simulation().run();
  end = done.end;
  complaints = books.complaints();
  const auto others = watch.complaints();
  complaints.insert(complaints.end(), others.begin(), others.end());
  if (!done.circle) look_at_the_end(play.simulation(), books, complaints);  // preemption may go round for ever
  return done.fingerprint;
}

std::string complaints_of(const SlurmLife& life, Draws& draws) {
  std::vector<std::string> complaints;
  Time end{};
  const std::uint64_t expected = watched(life, complaints, end);
  const Time middle{seconds(static_cast<int>(draws.below(static_cast<std::size_t>(whole_seconds(end) + 1))))};
  ClusterSpec of_stopped = life.what.cluster, of_resumed = life.what.cluster;
  Play stopped{life, of_stopped, Memo::off, {}};
  stopped.simulation().run({middle, nullptr});
  const std::string saved = stopped.save();
  if (stopped.finish() != expected) complaints.push_back("another run without shortcuts differs");
  Play resumed{life, of_resumed, Memo::on, {}};
  resumed.load(saved);
  if (resumed.save() != saved) complaints.push_back(fmt::format("saved at {} s: what is loaded saves otherwise", whole_seconds(middle)));
  if (resumed.finish() != expected) complaints.push_back(fmt::format("saved at {} s: it goes on otherwise", whole_seconds(middle)));
  std::string text;
  for (const std::string& one : complaints) text += one + "\n";
  return text;
}

std::string complaints_of(std::uint64_t seed) {
  Draws draws{seed};
  const SlurmLife life = some_slurm_life(draws);
  if (std::getenv("SLUICE_LIFE_SEED") != nullptr) fmt::print("{}", text_of(life));
  try {
    return complaints_of(life, draws);
  } catch (const std::exception& error) {
    return fmt::format("{}\n", error.what());
  }
}

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

}  // namespace

TEST_CASE("whatever becomes of jobs and nodes under slurmctld's loops, nothing is lost, leaked or done twice",
          "[life][slurm-life]") {
  const std::uint64_t cases_each_time = number_in("SLUICE_LIFE_CASES").value_or(150);
  const auto alone = number_in("SLUICE_LIFE_SEED");
  const auto long_enough = number_in("SLUICE_LIFE_SECONDS");
  const bool goes_on_after_failures = std::getenv("SLUICE_LIFE_ALL") != nullptr;
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t seed = alone.value_or(number_in("SLUICE_LIFE_FROM").value_or(1));
  for (std::uint64_t cases = 1;; ++cases, ++seed) {
    const std::string complaints = complaints_of(seed);
    INFO("SLUICE_LIFE_SEED=" << seed << '\n' << complaints);
    if (goes_on_after_failures) CHECK(complaints.empty());
    else REQUIRE(complaints.empty());
    const auto elapsed = std::chrono::steady_clock::now() - begun;
    const bool is_over = alone || (long_enough ? elapsed >= std::chrono::seconds{*long_enough} : cases >= cases_each_time);
    if (!is_over) continue;
    if (long_enough) fmt::print("{} cases, seeds {} to {}\n", cases, seed + 1 - cases, seed);
    return;
  }
}

}  // namespace sluice::test
