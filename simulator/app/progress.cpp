#include "simulator/app/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "simulator/base/civil_time.hpp"

namespace sluice::app {
namespace {

using namespace std::chrono_literals;

std::string simulated(Time now, const TimeBase& base) {
  const Duration there = now.time_since_epoch() + base.zero;
  if (base.is_calendar) return format_civil(there);
  if (base.origin_of_base) return format_civil(there + *base.origin_of_base);
  return fmt::format("day {}", now.time_since_epoch() / std::chrono::days{1});
}

}  // namespace

Progress::Progress(const Workload& workload) : workload_{workload}, is_shown_{isatty(STDERR_FILENO) == 1} {}

Progress::~Progress() {
  if (has_line_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::show(Time now, const LoadSample& load) {
  const auto clock = Clock::now();
  if (clock - shown_ < 200ms) return;
  shown_ = clock;
  has_line_ = true;
  const double elapsed = std::chrono::duration<double>(clock - began_).count();
  const double share = static_cast<double>(submitted_) / static_cast<double>(std::max<std::size_t>(1, workload_.jobs.size()));
  const double left = share > 0 ? elapsed * (1 - share) / share : 0;
  fmt::print(stderr, "\r\x1b[K{:3.0f} %  {}  {:.0f} jobs/s  {} running, {} waiting  {:.0f} s left", 100 * share,
             simulated(now, workload_.time_base), static_cast<double>(submitted_) / elapsed, load.running, load.pending,
             left);
  std::fflush(stderr);
}

}  // namespace sluice::app
