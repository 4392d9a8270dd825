#include "simulator/model/job.hpp"

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

}  // namespace sluice
