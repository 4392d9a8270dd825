#include "simulator/report/verify.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "simulator/report/verify_jobs.hpp"
#include "simulator/report/verify_nodes.hpp"
#include "simulator/report/verify_summary.hpp"

namespace sluice::report {

void VerifyReport::add(std::string_view job_id, std::string_view rule, std::string what) {
  ++total_;
  ++by_rule_.emplace(rule, 0).first->second;
  if (first_.size() < most_kept) first_.push_back({std::string{job_id}, std::string{rule}, std::move(what)});
}

std::string VerifyReport::text() const {
  std::string out;
  for (const auto& v : first_)
    out += v.job_id.empty() ? fmt::format("{}: {}\n", v.rule, v.what)
                            : fmt::format("{}: job {}: {}\n", v.rule, v.job_id, v.what);
  if (first_.size() < total_) out += fmt::format("... and {} more\n", total_ - first_.size());
  if (ok()) return fmt::format("{} jobs, {} allocations and {} numbers of the summary agree\n", jobs, intervals, values);
  out += fmt::format("{} violation{} in {} jobs:", total_, total_ == 1 ? "" : "s", jobs);
  for (const auto& entry : by_rule_) out += fmt::format(" {} {}", entry.second, entry.first);
  return out + '\n';
}

std::string VerifyReport::json() const {
  using Json = nlohmann::ordered_json;
  Json out = {{"ok", ok()}, {"jobs", jobs}, {"allocations", intervals}, {"summary_values", values}, {"violations", total_}};
  out["by_rule"] = Json::object();
  for (const auto& entry : by_rule_) out["by_rule"][entry.first] = entry.second;
  out["first"] = Json::array();
  for (const auto& v : first_) out["first"].push_back({{"job_id", v.job_id}, {"rule", v.rule}, {"what", v.what}});
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

VerifyReport verify_results(const std::filesystem::path& folder, const ClusterSpec& cluster, const ClusterSpec& ever) {
  VerifyReport report;
  const auto jobs = verify::read_jobs(folder / "jobs.csv", ever, report);
  if (!jobs) return report;
  const double busy_node_ms = verify::check_nodes(*jobs, ever, report);
  verify::check_summary(folder / "summary.json", *jobs, busy_node_ms, cluster, report);
  return report;
}

}  // namespace sluice::report
