#include "tests/support/books.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace sluice::test {
namespace {

constexpr std::size_t most_complaints = 20;

/// Written out here on purpose: the model has its own.
Amount all_of(const NodeSpec& node, const ClusterSpec& cluster) {
  Amount all;
  if (node.state != NodeState::up) return all;
  const NodeClass& what = cluster.classes[node.node_class.index()];
  all.cpus = static_cast<std::int32_t>(what.cpus);
  all.memory = std::max<std::int64_t>(0, what.real_memory.value - what.mem_spec_limit.value);
  for (std::size_t k = 0; k < what.gres.size(); ++k) all.gres[k] = static_cast<std::int32_t>(what.gres[k].count);
  return all;
}

std::int64_t gpus_in(const Amount& amount, const NodeClass& what) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < what.gres.size(); ++k) sum += what.gres[k].name == "gpu" ? amount.gres[k] : 0;
  return sum;
}

void add(Amount& to, int factor, const Amount& what) {
  to.cpus += factor * what.cpus;
  to.memory += factor * what.memory;
  for (std::size_t k = 0; k < to.gres.size(); ++k) to.gres[k] += factor * what.gres[k];
}

bool within(const Amount& low, const Amount& high) {
  bool fine = low.cpus <= high.cpus && low.memory <= high.memory;
  for (std::size_t k = 0; k < low.gres.size(); ++k) fine = fine && low.gres[k] <= high.gres[k];
  return fine;
}

}  // namespace

Books::Books(const Workload& workload, const ClusterSpec& cluster)
    : workload_{workload}, cluster_{cluster}, jobs_(workload.jobs.size()), devices_(cluster.nodes.size(), 0) {
  for (const auto& node : cluster.nodes) capacity_.push_back(all_of(node, cluster));
  free_ = capacity_;
}

void Books::expect(bool holds, JobId job, Time now, const char* what) {
  if (holds || complaints_.size() >= most_complaints) return;
  complaints_.push_back(
      fmt::format("job {} at {} ms: {}", workload_.job_id(job), now.time_since_epoch().count(), what));
}

void Books::job_submitted(JobId job, Time now) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::unsubmitted, job, now, "submitted twice");
  const Time told = workload_.jobs[job.index()].submit;
  const bool tries_again = commanded_ && cluster_.job_settings.max_job_count <= static_cast<std::int64_t>(jobs_.size());
  expect(tries_again ? now >= told : now == told, job, now, "submitted at another time than the trace says");
  entry.status = Entry::Status::waiting;
  ++submitted_;
  ++waiting_;
}

void Books::job_rejected(JobId job, Time now, std::string_view message) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::unsubmitted, job, now, "rejected after it was submitted");
  expect(!message.empty(), job, now, "rejected without a message");
  entry.status = Entry::Status::rejected;
  entry.message = message;
}

void Books::check_request(JobId job, Time now, const Allocation& allocation) {
  const JobSpec& spec = jobs_as_they_are_ != nullptr ? jobs_as_they_are_->spec(job) : workload_.jobs[job.index()];
  const JobRequest& wanted = workload_.request(spec.request);
  const std::int64_t gpus = requested_gpus(wanted);
  if (cluster_.is_pool) {
    expect(allocation.cpus == (gpus > 0 ? gpus : requested_cpus(wanted)), job, now, "another number of slots");
    return;
  }
  const bool is_whole = wanted.sharing == Sharing::exclusive || cluster_.select.name == "select/linear" ||
                        cluster_.partitions[allocation.partition.index()].always_exclusive;
  expect(is_whole ? allocation.gpus >= gpus : allocation.gpus == gpus, job, now, "another number of GPUs");
  const std::int64_t cut = cut_tasks_ ? allocation.nodes * (wanted.cpus_per_task.value_or(1) - 1) : 0;
  // select/linear gives a stretch of nodes with CPUs enough as far as MaxNodes goes. Source: select_linear.c, _job_test.
  const bool is_cut_stretch = wanted.layout.contiguous && cluster_.select.name == "select/linear";
  if (gpus == 0 && !wanted.layout.overcommit && !is_cut_stretch)
    expect(allocation.cpus + cut >= requested_cpus(wanted), job, now, "fewer CPUs than asked for");
  if (!wanted.min_nodes) return;
  // Slurm's selection takes more nodes where the least do not have what the job asks for in all.
  const bool is_open = cut_tasks_ && !wanted.max_nodes;
  expect(allocation.nodes >= *wanted.min_nodes, job, now, "fewer nodes than asked for");
  if (!is_open)
    expect(allocation.nodes <= wanted.max_nodes.value_or(*wanted.min_nodes), job, now, "more nodes than asked for");
}

/// Cores may be told apart only after the start.
bool same_parts(const Allocation& a, const Allocation& b) {
  return a.partition == b.partition && a.runs == b.runs && a.takes == b.takes;
}

/// Gives (plus) or takes (minus) the allocation's parts of each node.
void Books::move(JobId job, Time now, const Allocation& allocation, Sign sign) {
  const auto& members = cluster_.partitions[allocation.partition.index()].nodes;
  std::int64_t nodes = 0, cpus = 0, memory = 0, gpus = 0;
  for (const NodeRun& run : allocation.runs)
    for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
      const Amount& take = allocation.takes[run.take];
      const NodeClass& what = cluster_.class_of(NodeId{n});
      const bool is_member = std::find(members.begin(), members.end(), NodeId{n}) != members.end();
      // An operator may take nodes from a partition while jobs run there.
      expect(is_member || jobs_[job.index()].status == Entry::Status::running, job, now, "not of its partition");
      add(free_[n], static_cast<int>(sign), take);
      Amount left = free_[n];
      if (sharing_) left.cpus = std::max(left.cpus, 0);
      expect(within(Amount{}, left), job, now, "a node is over-allocated");
      expect(within(free_[n], capacity_[n]), job, now, "a node gets back more than it gave");
      const std::int64_t here = gpus_in(take, what);
      const auto shares = [](const GresCount& gres) { return is_gpu_share(gres.name); };
      if (std::any_of(what.gres.begin(), what.gres.end(), shares)) {
        ++nodes;
        cpus += take.cpus;
        memory += take.memory;
        gpus += here;
        continue;
      }
      expect(here > 64 || std::popcount(run.devices) == here, job, now, "other GPU devices than GPUs");
      const bool free = (devices_[n] & run.devices) == 0;
      const bool held = (devices_[n] & run.devices) == run.devices;
      expect(sign == Sign::minus ? free : held, job, now, "a GPU has two holders or none");
      devices_[n] ^= run.devices;
      ++nodes;
      cpus += take.cpus;
      memory += take.memory;
      gpus += here;
    }
  expect(nodes == allocation.nodes && cpus == allocation.cpus && memory == allocation.memory && gpus == allocation.gpus,
         job, now, "the allocation's totals are not the sums of its parts");
}

void Books::job_started(JobId job, Time now, const Allocation& allocation) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::waiting, job, now, "started, but it was not waiting");
  expect(now >= workload_.jobs[job.index()].submit, job, now, "started before it was submitted");
  check_request(job, now, allocation);
  move(job, now, allocation, Sign::minus);
  entry.status = Entry::Status::running;
  entry.start = now;
  entry.has_started = true;
  entry.held = allocation;
  --waiting_;
  ++running_;
}

void Books::job_ended(JobId job, Time now, EndState state, const Allocation& allocation) {
  Entry& entry = jobs_[job.index()];
  const JobSpec& spec = workload_.jobs[job.index()];
  expect(entry.status == Entry::Status::running, job, now, "ended, but it was not running");
  const bool cut = spec.limit && *spec.limit < spec.duration;
  const Time own_end = entry.start + (cut ? *spec.limit : spec.duration);
  // A limit of an association or QOS may run out before.
  const bool out_of_limits = cluster_.accounting && state == EndState::timeout && now < own_end;
  const bool lost_batch_host = state == EndState::failed && entry.end == now;  // it has just been shrunk
  const bool is_own_end = state != EndState::cancelled && state != EndState::preempted && state != EndState::node_fail &&
                          !lost_batch_host;
  if (!commanded_) {
    expect(out_of_limits || now == own_end, job, now, "ended at another time than its own");
    expect(out_of_limits || (state == EndState::timeout) == cut, job, now, "a timeout, or none, against its limit");
  } else if (is_own_end) {
    // Less than a minute before its deadline a job without a limit gets none to run.
    const bool has_no_time = jobs_as_they_are_ != nullptr && jobs_as_they_are_->spec(job).limit == Duration{};
    const bool may_be_none = spec.duration == Duration{} || has_no_time || workload_.extras[spec.extras].deadline;
    // Its reservation may be over at the look that finds its nodes up.
    const bool is_too_late = state == EndState::timeout && cluster_.power.has_resume_program;
    expect(now > entry.start || may_be_none || is_too_late, job, now, "ended before it ran");
  }
  expect(same_parts(allocation, entry.held), job, now, "gives back something else than it got");
  move(job, now, entry.held, Sign::plus);
  entry.status = Entry::Status::ended;
  entry.end = now;
  entry.end_state = state;
  --running_;
  ++finished_;
}

void Books::job_shrunk(JobId job, Time now, const ClosedRun& run, const Allocation& before, const Allocation& kept) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::running, job, now, "shrunk, but it was not running");
  expect(run.start == entry.start && run.state == EndState::resizing, job, now, "a part of another run was closed");
  expect(same_parts(before, entry.held), job, now, "had something else before than it got");
  expect(kept.nodes > 0 && kept.nodes < before.nodes, job, now, "keeps no or all nodes");
  const auto has = [&before](const NodeRun& some) {
    return std::any_of(before.runs.begin(), before.runs.end(), [&some](const NodeRun& all) {
      return all.first <= some.first && some.first + some.count <= all.first + all.count && all.devices == some.devices;
    });
  };
  expect(std::all_of(kept.runs.begin(), kept.runs.end(), has), job, now, "keeps what it did not have");
  move(job, now, before, Sign::plus);
  move(job, now, kept, Sign::minus);
  entry.held = kept;
  entry.end = now;
}

void Books::job_requeued(JobId job, Time now, const ClosedRun& run, const Allocation& allocation) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::running, job, now, "requeued, but it was not running");
  expect(run.start == entry.start, job, now, "the run that was closed began at another time");
  expect(same_parts(allocation, entry.held), job, now, "gives back something else than it got");
  move(job, now, entry.held, Sign::plus);
  entry.status = Entry::Status::waiting;
  entry.has_started = false;
  entry.held = {};
  ++entry.requeues;
  --running_;
  ++waiting_;
}

void Books::ended_job_requeued(JobId job, Time now, const ClosedRun& run) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::ended, job, now, "requeued as one that has ended, but it has not");
  expect(!entry.has_started || run.start == entry.start, job, now, "the run that was closed began at another time");
  entry.status = Entry::Status::waiting;
  entry.has_started = false;
  entry.held = {};
  ++entry.requeues;
  --finished_;
  ++waiting_;
}

void Books::job_dropped(JobId job, Time now, EndState state) {
  Entry& entry = jobs_[job.index()];
  expect(entry.status == Entry::Status::waiting, job, now, "withdrawn, but it was not waiting");
  entry.status = Entry::Status::ended;
  entry.end = now;
  entry.end_state = state;
  --waiting_;
  ++finished_;
}

LoadSample Books::load() const {
  LoadSample load;
  load.pending = waiting_;
  load.running = running_;
  for (std::size_t n = 0; n < free_.size(); ++n) {
    if (cluster_.nodes[n].state != NodeState::up) continue;
    const NodeClass& what = cluster_.class_of(NodeId{static_cast<std::uint32_t>(n)});
    load.total_cpus += capacity_[n].cpus;
    load.used_cpus += capacity_[n].cpus - free_[n].cpus;
    load.total_memory += capacity_[n].memory;
    load.used_memory += capacity_[n].memory - free_[n].memory;
    load.total_gpus += gpus_in(capacity_[n], what);
    load.used_gpus += gpus_in(capacity_[n], what) - gpus_in(free_[n], what);
    ++load.total_nodes;
    load.used_nodes += free_[n] == capacity_[n] ? 0 : 1;
  }
  return load;
}

void Books::settled(Time now, const LoadSample& told) {
  expect(now >= last_, JobId{0}, now, "time went backwards");
  last_ = now;
  LoadSample own = load();
  if (sharing_) {
    own.used_cpus = told.used_cpus;
    own.used_nodes = told.used_nodes;
  }
  const bool same_use = told.pending == own.pending && told.running == own.running && told.used_cpus == own.used_cpus &&
                        told.used_gpus == own.used_gpus && told.used_nodes == own.used_nodes &&
                        told.used_memory == own.used_memory;
  expect(commanded_ ? same_use : told == own, JobId{0}, now, "the load told is not that of the books");
  expect(submitted_ == finished_ + running_ + waiting_, JobId{0}, now, "submitted != finished + running + waiting");
}

}  // namespace sluice::test
