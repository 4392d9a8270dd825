#include "policies/placement/cons_tres/choice.hpp"

#include <algorithm>

namespace sluice::cons_tres {
namespace {

constexpr std::int64_t any_number = any_number_of_tasks;

/// Whether nodes of different classes may start different numbers of tasks.
bool tasks_depend_on_hardware(const Question& q) {
  const Demand& d = q.demand;
  return d.ntasks_per_node == 0 && (d.ntasks_per_socket > 0 || d.ntasks_per_core > 0 || q.settings.one_task_per_core);
}

}  // namespace

Choice::Choice(const Question& question, Rooms& rooms, ChoiceScratch& scratch, NodeSet& chosen)
    : q_{question}, rooms_{rooms}, scratch_{scratch}, chosen_{chosen}, has_required_{question.demand.has_required()} {
  if (!tasks_depend_on_hardware(question)) same_tasks_ = tasks_of({});
}

/// How many tasks a node may start, by what the job says about tasks.
Choice::Tasks Choice::tasks_of(const Hardware& hardware) const {
  const Demand& d = q_.demand;
  if (d.ntasks_per_node > 0) return {d.ntasks_per_node, d.ntasks_per_node};
  if (d.ntasks_per_socket > 0) return {d.ntasks_per_socket, d.ntasks_per_socket * hardware.sockets};
  const std::int64_t per_core = d.ntasks_per_core > 0 ? d.ntasks_per_core : (q_.settings.one_task_per_core ? 1 : 0);
  if (per_core > 0) return {per_core, per_core * hardware.usable_cores()};
  const bool per_gpu =
      std::any_of(d.gres.begin(), d.gres.end(), [](const GresDemand& gres) { return gres.ntasks_per_gpu > 0; });
  if (per_gpu) {
    const std::int64_t here = d.ntasks / std::max<std::int64_t>(1, d.asked_min_nodes);
    return {here, here};
  }
  if (d.asked_max_nodes == 1) return {std::max<std::int64_t>(1, d.ntasks), d.ntasks > 0 ? d.ntasks : any_number};
  const bool one_each = d.ntasks > 0 && d.ntasks == d.asked_min_nodes && d.ntasks == d.asked_max_nodes;
  if (d.ntasks == 1 || one_each) return {1, 1};
  return {1, any_number};
}

/// False: `nodes` nodes are too few.
bool Choice::open(std::int64_t nodes) {
  const Demand& d = q_.demand;
  chosen_.reset(rooms_.candidates.capacity());
  if (nodes < q_.counts.min) return false;
  scratch_.gres_so_far.assign(d.gres.size(), 0);
  has_total_ = std::any_of(d.gres.begin(), d.gres.end(), [](const GresDemand& gres) { return gres.total > 0; });
  rem_cpus_ = d.min_cpus;
  min_rem_nodes_ = q_.counts.min;
  max_nodes_ = q_.counts.max;
  rem_nodes_ = has_total_ ? std::min(q_.counts.min, q_.counts.wanted) : std::max(q_.counts.min, q_.counts.wanted);
  most_kept_ = 0;
  if (min_rem_nodes_ > 1 && !d.is_whole())
    for (const Hardware& hardware : q_.hardware) most_kept_ = std::max(most_kept_, kept_back(hardware));
  rem_max_ = std::max({d.max_cpus.value_or(d.min_cpus), d.gres_cpus_per_node * rem_nodes_, d.gres_cpus_of_job});
  return true;
}

bool Choice::topology_decides(const Question& question) {
  const Settings& settings = question.settings;
  if (settings.topology == Topology::none || settings.topology == Topology::block)
    return settings.topology == Topology::block;
  return !settings.topology_optional || question.demand.switches.has_value();
}

bool Choice::evaluate() {
  if (!open(static_cast<std::int64_t>(rooms_.candidates.count()))) return false;
  const Demand& d = q_.demand;
  // Blocks go before all other ways, unless none of their nodes is at hand.
  if (q_.settings.topology == Topology::block && rooms_.candidates.count_common(q_.blocks.nodes()) > 0) return by_block();
  if (d.spread) return by_weight(Scan::ascending);
  if (q_.idle_last != nullptr && !d.contiguous) return by_weight(Scan::busy_first);
  if (q_.settings.least_loaded || q_.cluster.partitions[d.partition.index()].least_loaded_nodes) return least_loaded();
  if (q_.settings.pack_serial_at_end && d.min_cpus == 1 && q_.counts.wanted == 1) return by_weight(Scan::descending);
  if (d.contiguous || q_.settings.topology == Topology::block || !topology_decides(q_)) return by_stretches();
  return q_.settings.topology == Topology::dragonfly ? by_dragonfly() : by_tree();
}

/// 0 where they are too few for the least number of tasks; else as many, and no more tasks than they serve.
std::int32_t Choice::bound_by_tasks(std::int32_t cpus, Tasks& tasks) const {
  const Demand& d = q_.demand;
  if (!d.overcommit) {
    const std::int64_t fit = cpus / d.cpus_per_task;
    if (fit < tasks.least) return 0;
    tasks.most = std::min(tasks.most, fit);
  }
  return tasks.most == 0 ? 0 : cpus;
}

std::int32_t Choice::look(Node node) {
  Tasks tasks = same_tasks_ ? *same_tasks_ : tasks_of(q_.hardware_of(node));
  const std::int32_t cpus = bound_by_tasks(rooms_.cpus[node], tasks);
  if (cpus == 0 || q_.demand.gres.empty()) return cpus;
  if (rooms_.places == nullptr) return look_at_gres(node, tasks.least, tasks.most);
  NodeSight& sight = rooms_.sights[node];
  const NearQuestion question{q_.demand, q_.settings, q_.hardware_of(node), rooms_.look, scratch_.gres_so_far};
  const std::int32_t near = look_near(question, cpus, tasks.least, tasks.most, sight, rooms_.gres_of(node));
  rooms_.cores[node] = sight.left.count();
  return near;
}

/// As many CPUs as the tasks, or the devices, of one node can need. What devices the CPUs leave usable is kept.
std::int32_t Choice::look_at_gres(Node node, std::int64_t least_tasks, std::int64_t most_tasks) {
  const Demand& d = q_.demand;
  const Hardware& hardware = q_.hardware_of(node);
  std::int64_t cores_left = rooms_.cores[node];
  const std::int64_t threads = hardware.threads;
  const std::int64_t used_threads = d.threads_per_core > 0 ? std::min(threads, d.threads_per_core) : threads;
  const std::int64_t step = least_tasks;
  std::int64_t cpus = rooms_.cpus[node];
  bool cpus_by_gres = false;
  for (std::size_t g = 0; g < d.gres.size(); ++g) {
    const GresDemand& wanted = d.gres[g];
    GresOffer& here = rooms_.gres_of(node)[g];
    const std::int64_t missing = std::max<std::int64_t>(0, total_of(wanted) - scratch_.gres_so_far[g]);
    std::int64_t most = here.cap > 0 && missing > 0 ? std::min(missing, here.cap) : here.cap;
    const std::int64_t on_sockets = wanted.per_socket * std::max<std::int64_t>(1, d.sockets_per_node);
    if (most > 0 && (wanted.per_node > most || on_sockets > most)) return 0;
    if (wanted.per_node > 0 && wanted.per_task > 0) {
      const std::int64_t tasks = wanted.per_node / wanted.per_task;
      if (tasks == 0 || tasks > most_tasks || tasks < least_tasks) return 0;
    }
    std::int64_t per_device = wanted.cpus_per_gpu;
    if (per_device == 0 && wanted.ntasks_per_gpu > 0)
      per_device = wanted.ntasks_per_gpu * d.cpus_per_task;
    else if (per_device == 0)
      per_device = wanted.default_cpus_per_gpu;
    cpus_by_gres = cpus_by_gres || wanted.cpus_per_gpu > 0 || (wanted.ntasks_per_gpu == 0 && per_device > 0);

    std::int64_t usable = here.free;
    if (wanted.per_socket > usable) return 0;
    if (per_device > 0) {
      most = most > 0 ? std::min(cpus / per_device, most) : cpus / per_device;
      usable = std::min(usable, most);
    }
    if (usable == 0 || wanted.per_node > usable || wanted.per_task > usable) return 0;
    if (wanted.per_task > 0) most_tasks = std::min(most_tasks, usable / wanted.per_task);
    if (step > 1) most_tasks -= most_tasks % step;
    if (most_tasks == 0) return 0;
    if (most_tasks == any_number) {
      if (per_device > 0) here.total = std::min(here.total, cpus / per_device);
      continue;
    }

    std::int64_t per_task = d.cpus_per_task;
    if (d.ntasks_per_core == 1 || (d.ntasks_per_core == 0 && q_.settings.one_task_per_core))
      per_task = (per_task + used_threads - 1) / used_threads * used_threads;
    std::int64_t cores = 0;
    for (;; --most_tasks) {
      cores = (most_tasks * per_task + used_threads - 1) / used_threads;
      if (cores <= cores_left || most_tasks < least_tasks) break;
    }
    if (per_device > 0) {
      std::int64_t devices = usable;
      if (wanted.per_node > 0)
        devices = wanted.per_node;
      else if (wanted.per_socket > 0)
        devices = wanted.per_socket * hardware.sockets;
      else if (wanted.per_task > 0)
        devices = wanted.per_task * most_tasks;
      cores = std::max(cores, (devices * per_device + threads - 1) / threads);
    }
    if (cores > cores_left) return 0;
    // Cores that are not needed go one by one, and each takes its CPUs along when they are too many for the rest.
    if (cpus > cores * threads) cpus -= (cpus - cores * threads + threads - 1) / threads * threads;
    cores_left = cores;
    rooms_.cores[node] = static_cast<std::int32_t>(cores);
    if (per_device > 0) {
      here.total = std::min(here.total, cpus / per_device);
      if (wanted.per_node > here.total || wanted.per_task > here.total) return 0;
    }
  }
  if (!cpus_by_gres && (d.cpus_per_task > 1 || !q_.settings.one_task_per_core))
    cpus = std::min(cpus, most_tasks * d.cpus_per_task);
  return static_cast<std::int32_t>(cpus);
}

/// CPUs of such a node that are kept back for each node that is still owed.
std::int64_t Choice::kept_back(const Hardware& hardware) const {
  const std::int64_t core = cpus_of_core(q_.demand, hardware, q_.settings);
  const bool sockets = q_.settings.of_partition[q_.demand.partition.index()] == Granularity::socket;
  return sockets ? core * hardware.cores_per_socket : core;
}

/// A core is kept back for each node that is still owed; whole nodes are taken as they are.
std::int32_t Choice::bound_to_share(Node node, std::int32_t cpus) {
  const Demand& d = q_.demand;
  if (d.is_whole()) return cpus;
  const std::int64_t owed = std::max<std::int64_t>(0, min_rem_nodes_ - 1);
  if (cpus <= rem_max_ - owed * most_kept_) return cpus;
  const std::int64_t share = rem_max_ - (owed > 0 ? owed * kept_back(q_.hardware_of(node)) : 0);
  if (cpus > share) {
    cpus = static_cast<std::int32_t>(std::max({share, d.min_cpus_per_node, d.gres_cpus_per_node}));
    rooms_.cpus[node] = cpus;
  }
  return cpus;
}

std::int32_t Choice::take(Node node, std::int32_t offered) {
  std::int32_t cpus = bound_to_share(node, offered);
  if (has_total_) add_gres(node, cpus);
  rem_cpus_ -= cpus;
  rem_max_ -= cpus;
  --rem_nodes_;
  --min_rem_nodes_;
  --max_nodes_;
  chosen_.insert(NodeId{node});
  return cpus;
}

void Choice::add_gres(Node node, std::int32_t& cpus) {
  if (cpus == 0) return;
  const Demand& d = q_.demand;
  std::int64_t rounded = 0;
  for (std::size_t g = 0; g < d.gres.size(); ++g) {
    const GresDemand& wanted = d.gres[g];
    if (wanted.total == 0) continue;
    std::int64_t devices = rooms_.gres_of(node)[g].total;
    if (wanted.cpus_per_gpu > 0) {
      devices = std::min(devices, cpus / wanted.cpus_per_gpu);
      rounded = std::max(rounded, devices * wanted.cpus_per_gpu);
    }
    scratch_.gres_so_far[g] += devices;
  }
  if (rounded > 0) cpus = static_cast<std::int32_t>(rounded);
}

bool Choice::gres_met() const {
  if (!has_total_) return true;
  for (std::size_t g = 0; g < q_.demand.gres.size(); ++g)
    if (total_of(q_.demand.gres[g]) > scratch_.gres_so_far[g]) return false;
  return true;
}

bool Choice::gres_would_do(std::span<const std::int64_t> more) const {
  for (std::size_t g = 0; g < q_.demand.gres.size(); ++g)
    if (total_of(q_.demand.gres[g]) > scratch_.gres_so_far[g] + more[g]) return false;
  return true;
}

bool Choice::gres_would_do_on(Node node) const {
  const auto here = rooms_.gres_of(node);
  for (std::size_t g = 0; g < q_.demand.gres.size(); ++g)
    if (total_of(q_.demand.gres[g]) > scratch_.gres_so_far[g] + here[g].total) return false;
  return true;
}

void Choice::count_gres(std::span<std::int64_t> sums, Node node) const {
  const auto here = rooms_.gres_of(node);
  for (std::size_t g = 0; g < sums.size(); ++g) sums[g] += here[g].total;
}

bool Choice::enough_nodes(std::int64_t nodes) const {
  return nodes >= rem_nodes_ - spare_nodes();
}

Choice::Progress Choice::take_required() {
  if (!has_required_) return Progress::open;
  if (static_cast<std::int64_t>(q_.demand.required.count()) > max_nodes_) return Progress::failed;
  const std::int64_t before = rem_cpus_;
  bool lacking = false;
  q_.demand.required.for_each([&](NodeId node) {
    if (lacking) return;
    const std::int32_t cpus = look(node.value);
    lacking = cpus == 0 || take(node.value, cpus) == 0;
  });
  if (lacking) return Progress::failed;
  if (done()) return Progress::done;
  if (max_nodes_ <= 0) return Progress::failed;
  if (q_.demand.max_cpus && before - rem_cpus_ > *q_.demand.max_cpus) return Progress::failed;
  return Progress::open;
}

void Choice::list_weights() {
  auto& list = scratch_.weights;
  list.clear();
  rooms_.candidates.for_each([&](NodeId node) {
    const std::uint64_t weight = q_.weights[node.index()];
    if (list.empty() || list.back() != weight) list.push_back(weight);
  });
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace sluice::cons_tres
