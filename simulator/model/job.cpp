#include "simulator/model/job.hpp"

#include <unordered_map>

namespace sluice {

std::string_view end_state_name(EndState state) {
  switch (state) {
    case EndState::completed: return "COMPLETED";
    case EndState::failed: return "FAILED";
    case EndState::cancelled: return "CANCELLED";
    case EndState::timeout: return "TIMEOUT";
    case EndState::node_fail: return "NODE_FAIL";
    case EndState::out_of_memory: return "OUT_OF_MEMORY";
    case EndState::preempted: return "PREEMPTED";
    case EndState::deadline: return "DEADLINE";
    case EndState::requeued: return "REQUEUED";
    case EndState::resizing: return "RESIZING";
  }
  return "COMPLETED";
}

JobSpec& JobTable::own_spec(JobId id) {
  JobLife& life = own_life(id);
  if (life.own_spec == nullptr) life.spec = life.own_spec = &own_specs.emplace_back(*life.spec);
  return *life.own_spec;
}

JobLife& JobTable::own_life(JobId id) {
  Job& own = job(id);
  if (own.life == 0) {
    const JobSpec& spec = workload->jobs[id.index()];
    own.life = static_cast<std::uint32_t>(lives.size());
    JobLife& life = lives.emplace_back();
    life.spec = &spec;
    life.submit = spec.submit;
  }
  return lives[own.life];
}

/// Who has a description of his own is known by its place among them.
void JobTable::fields(Archive& archive) {
  archive(jobs, own_specs, lives);
  std::vector<std::uint32_t> own;  // by life: one more than the row of its own description; 0: none
  if (!archive.is_loading()) {
    std::unordered_map<const JobSpec*, std::uint32_t> rows;
    for (const JobSpec& spec : own_specs) rows.emplace(&spec, static_cast<std::uint32_t>(rows.size() + 1));
    for (const JobLife& life : lives) own.push_back(life.own_spec == nullptr ? 0 : rows.at(life.own_spec));
  }
  archive(own);
  if (!archive.is_loading()) return;
  for (std::uint32_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].life == 0) continue;
    JobLife& life = lives.at(jobs[i].life);
    const std::uint32_t row = own.at(jobs[i].life);
    life.own_spec = row == 0 ? nullptr : &own_specs.at(row - 1);
    life.spec = row == 0 ? &workload->jobs[i] : life.own_spec;
  }
}

}  // namespace sluice
