#include <cmath>
#include <nlohmann/json.hpp>

#include "simulator/base/hostlist.hpp"
#include "simulator/report/explanation.hpp"

namespace sluice::report {
namespace {

using Json = nlohmann::ordered_json;

double ratio(double value) { return std::round(value * 1e6) / 1e6; }

class Writer {
 public:
  explicit Writer(const Explanation& e) : e_{e}, watch_{*e.watch}, workload_{watch_.workload()} {}

  Json whole() const {
    const JobSpec& spec = workload_.jobs[watch_.job().index()];
    Json out;
    out["job_id"] = id(watch_.job());
    out["user"] = workload_.users.text(spec.user);
    out["account"] = workload_.accounts.text(spec.account);
    out["qos"] = workload_.qos.text(spec.qos);
    out["partition"] = workload_.request(spec.request).partition;
    out["asked"] = {{"nodes", watch_.wanted_nodes()}, {"cpus", watch_.wanted().cpus}, {"gpus", watch_.wanted().gpus},
                    {"memory_mb", watch_.wanted().memory},
                    {"limit_s", spec.limit ? Json(to_seconds(*spec.limit)) : Json(nullptr)}};
    out["eligible_nodes"] = watch_.eligible_nodes();
    out["submit"] = moment(spec.submit);
    out["submitted"] = watch_.is_submitted();
    out["refused"] = watch_.rejection().empty() ? Json(nullptr) : Json(watch_.rejection());
    out["state"] = watch_.end_state() ? Json(end_state_name(*watch_.end_state())) : Json(nullptr);
    out["runs"] = runs();
    out["waited_s"] = to_seconds(e_.waited);
    out["by_reason"] = Json::array();
    for (const auto& [reason, time] : e_.by_reason)
      out["by_reason"].push_back({{"reason", reason_name(reason)}, {"s", to_seconds(time)}});
    out["waits"] = Json::array();
    for (const Wait& wait : e_.waits) out["waits"].push_back(one(wait));
    out["later_started_earlier"] = watch_.later_started_earlier();
    out["priority"] = priorities();
    return out;
  }

 private:
  std::string id(JobId job) const { return std::string{workload_.job_id(job)}; }
  double moment(Time t) const { return to_seconds(workload_.time_base.zero + t.time_since_epoch()); }

  Json runs() const {
    Json out = Json::array();
    for (const Stretch& stretch : watch_.stretches())
      if (!stretch.waits_for) out.push_back({{"start", moment(stretch.from)}, {"end", moment(stretch.to)}});
    if (out.empty() || watch_.cluster().is_pool) return out;
    std::vector<std::string> names;
    for (const auto& node : watch_.cluster().nodes) names.push_back(node.name);
    std::string nodes;
    NodeNames{names}.append_runs(nodes, watch_.allocation().runs);
    out.back()["nodelist"] = nodes;
    return out;
  }

  Json one(const Wait& wait) const {
    Json out = {{"from", moment(wait.from)}, {"to", moment(wait.to)}, {"reason", reason_name(wait.reason)}};
    if (!wait.text.empty()) out["reason_text"] = wait.text;
    if (!wait.behind.empty()) {
      out["behind"] = Json::array();
      for (const auto& [job, time] : wait.behind)
        out["behind"].push_back({{"job_id", id(job)}, {"user", user(job)}, {"s", to_seconds(time)}});
    }
    if (!wait.scarcity) return out;
    const Scarcity& scarcity = *wait.scarcity;
    Json held = {{"resource", scarcity.resource}, {"held", ratio(scarcity.held)}};
    for (const auto& part : scarcity.jobs)
      held["jobs"].push_back({{"job_id", id(part.whose)}, {"user", user(part.whose)}, {"share", ratio(part.share)}});
    for (const auto& part : scarcity.users) held["users"].push_back({{"user", part.whose}, {"share", ratio(part.share)}});
    for (const auto& part : scarcity.partitions)
      held["partitions"].push_back({{"partition", part.whose}, {"share", ratio(part.share)}});
    out["scarce"] = std::move(held);
    return out;
  }

  std::string user(JobId job) const { return std::string{workload_.users.text(workload_.jobs[job.index()].user)}; }

  Json priorities() const {
    Json out = Json::array();
    for (const PriorityAt& at : watch_.priorities()) {
      Json terms = Json::object();
      for (const PriorityTerm& term : at.terms) terms[term.name] = term.value;
      out.push_back({{"at", moment(at.at)}, {"total", at.total}, {"terms", terms}});
    }
    return out;
  }

  const Explanation& e_;
  const JobWatch& watch_;
  const Workload& workload_;
};

}  // namespace

std::string explanation_json(const Explanation& explanation) {
  return Writer{explanation}.whole().dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace sluice::report
