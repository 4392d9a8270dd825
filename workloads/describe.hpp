#pragma once
// The statistics of a trace: what people look at before they believe a simulation of it.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "simulator/model/job_spec.hpp"
#include "workloads/job_size.hpp"

namespace sluice::workloads {

/// Median, mean and some more of a sample. Quantiles interpolate between neighbours. All in seconds.
struct SampleStatistics {
  std::size_t count = 0;
  double mean = 0, p10 = 0, median = 0, p90 = 0, p99 = 0, max = 0;
};

/// ln(seconds) ~ Normal(mu, sigma), fitted by its moments; ks is the largest distance of the distributions.
struct LognormalFit {
  std::size_t count = 0;
  double mu = 0, sigma = 0, ks = 0;
};

/// Jobs of a range of sizes: "3-4".
struct SizeBucket {
  std::string name;
  double share_of_jobs = 0, share_of_time = 0;  ///< of jobs, of resource time
  std::optional<LognormalFit> run_time;         ///< of at least 30 jobs
};

struct UserSkew {
  std::size_t users = 0;
  std::optional<double> zipf_exponent;  ///< of jobs by rank, over the busier half of the users, at least 10
  double largest_share_of_jobs = 0;
  double top_share_of_time = 0;  ///< of the 5 % of users (at least one) with the most resource time
  double same_user_next = 0;     ///< P(the next job has the same user)
};

struct EndState {
  Outcome outcome = Outcome::completed;
  double share_of_jobs = 0, share_of_time = 0;
};

/// Times in seconds. What a trace cannot tell is absent. Resource time is size x run time.
struct TraceStatistics {
  std::string format;
  SizeUnit unit = SizeUnit::cpus;
  std::size_t rows = 0, jobs = 0;
  std::vector<std::pair<std::string, std::size_t>> left_out;  ///< rows that are no jobs, by cause
  std::string first, last;  ///< submissions, as dates or seconds of the trace's own base
  double span_days = 0;     ///< between them

  SampleStatistics run_time;
  double mean_size = 0, max_size = 0;
  std::vector<SizeBucket> sizes;  ///< those that have jobs
  std::optional<LognormalFit> run_time_fit;
  double resource_hours = 0;
  std::optional<double> capacity;
  std::optional<double> load;  ///< resource time over capacity x span

  std::optional<double> interarrival_mean, interarrival_cv;  ///< CV: standard deviation over mean
  std::optional<double> hourly_mean, hourly_idc;         ///< IDC: variance over mean of jobs per hour from the first
  std::optional<std::array<double, 24>> hour_profile;    ///< 1 is the average rate
  std::optional<std::array<double, 7>> weekday_profile;  ///< Monday first

  std::optional<SampleStatistics> wait;  ///< as recorded, since the job became eligible where that is known
  std::optional<UserSkew> users;
  double with_limit = 0;                         ///< share of jobs
  std::optional<SampleStatistics> run_of_limit;  ///< run time over limit
  std::vector<EndState> end_states;              ///< those that occur
  std::vector<std::string> assumptions;
};

struct DescribeOptions {
  std::optional<double> capacity;  ///< in the unit; > 0
  std::optional<SizeUnit> unit;    ///< absent: size_unit()
};

/// The workload has at least one job. O(jobs log jobs).
TraceStatistics describe(const Workload& workload, const DescribeOptions& options);

/// For people.
std::string describe_text(const TraceStatistics& statistics);
/// One JSON object with the members of TraceStatistics; absent ones are null.
std::string describe_json(const TraceStatistics& statistics);

}  // namespace sluice::workloads
