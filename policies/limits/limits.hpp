#pragma once
// May it queue, and may it start now? Limits of QOS and associations, with slurmctld's precedence.

#include <optional>
#include <vector>

#include "policies/api/limits.hpp"
#include "policies/limits/limit_table.hpp"

namespace sluice::limits {

/// Answers for one cluster. The tables it is made of must outlive it. Each question costs O(limits that are set along the
/// job's QOS and accounts). Source: acct_policy.c of 22.05; limits.md names the order of tests.
class Limits final : public LimitPolicy {
 public:
  explicit Limits(const LimitsContext& context);

  std::optional<Reason> may_queue(const LimitedJob& job) const override;
  std::optional<Reason> may_be_considered(const LimitedJob& job) const override;
  std::optional<Reason> may_start(const LimitedJob& job) const override;
  std::optional<Reason> must_end(const LimitedJob& job, std::chrono::seconds has_run) const override;
  std::optional<std::chrono::minutes> time_limit(const accounting::Party& party) const override;
  std::optional<std::int64_t> priority_threshold(const accounting::Party& party) const override;

 private:
  std::vector<Scope> scopes_of(const LimitedJob& job) const;
  Question question(const LimitedJob& job) const;
  bool is_strict(const LimitedJob& job) const;

  LimitsContext books_;
  std::vector<LimitTable> associations_, qos_;
};

extern const LimitsEntry slurm;

inline constexpr const LimitsEntry* catalogue[] = {&slurm};

}  // namespace sluice::limits
