#include "simulator/report/wait_reasons.hpp"

#include <algorithm>

#include "simulator/base/check.hpp"

namespace sluice::report {

std::uint8_t WaitReasons::slot(Reason reason) {
  for (std::size_t i = 0; i < sums_.size(); ++i)
    if (sums_[i].reason == reason) return static_cast<std::uint8_t>(i);
  SLUICE_CHECK(sums_.size() < not_waiting, "a run knows more than {} Reasons", sums_.size());
  sums_.push_back({reason, 0, 0, {}});
  return static_cast<std::uint8_t>(sums_.size() - 1);
}

std::vector<WaitedFor> WaitReasons::sums(Time now) const {
  std::vector<WaitedFor> all;
  for (Sum sum : sums_) {
    sum.bring_to(std::max(now, sum.at));
    if (sum.job_ms > 0) all.push_back({sum.reason, static_cast<double>(sum.job_ms) / 1e3});
  }
  std::sort(all.begin(), all.end(), [](const WaitedFor& a, const WaitedFor& b) {
    return a.job_seconds != b.job_seconds ? a.job_seconds > b.job_seconds : a.reason < b.reason;
  });
  return all;
}

}  // namespace sluice::report
