#pragma once
// What a trace looks like in numbers: the marginals that generated traces are held to.

#include <array>
#include <cstddef>
#include <string_view>

namespace sluice::workloads {

/// 1, 2, 3-4, 5-8, 9-16, 17-32, 33-64 and more than 64 GPUs or processors.
inline constexpr std::array<std::string_view, 8> size_names{"1", "2", "3-4", "5-8", "9-16", "17-32", "33-64", ">64"};

struct Ends {
  double completed = 0, cancelled = 0, failed = 0;  ///< shares of 1
};

struct Marginals {
  std::size_t jobs = 0;
  double mean_size = 0;
  std::array<double, 8> size_jobs{}, size_time{};  ///< shares of 1
  std::array<double, 5> run_quantiles{};           ///< seconds, at 10, 50, 90, 99 % and the mean
  double mean_gap = 0, gap_cv = 0;                 ///< between submissions: seconds; deviation over mean
  double hourly_idc = 0, hourly_lag1 = 0;          ///< of jobs an hour: variance over mean; autocorrelation
  Ends end_jobs, end_time;
  double top_users_time = 0;  ///< the share of GPU or processor time that the top 5 % of users take
  double same_user_next = 0;  ///< how often the next job has the same user
};

/// Of the jobs with GPUs, or of all when there is no column for them. Reads what generate() writes and no more: the
/// generators are tested without the readers.
Marginals marginals_of(std::string_view csv);

}  // namespace sluice::workloads
