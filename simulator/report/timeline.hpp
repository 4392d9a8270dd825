#pragma once
// The cluster's load over time: timeline.csv.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/units.hpp"
#include "simulator/engine/observer.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::report {

enum class TimelineDetail : std::uint8_t {
  thinned,  ///< the last sample of each of equal intervals, which grow with the run
  all,      ///< a sample an instant
};

/// Keeps the load samples of a run.
///
/// Thinned, at most `max_rows` are kept: the first, the last, and in between the last of each interval. The interval
/// starts at 1 s and doubles whenever the rows run out, so the rows depend on the samples alone. Amortized O(1).
class TimelineSink final : public Observer {
 public:
  static constexpr std::size_t default_max_rows = 10'000;

  /// max_rows >= 4.
  explicit TimelineSink(TimelineDetail detail = TimelineDetail::thinned, std::size_t max_rows = default_max_rows);

  void settled(Time now, const LoadSample& sample) override;

  struct Row {
    Time at{};
    LoadSample load;
    bool operator==(const Row&) const = default;
    friend void fields(Archive& archive, Row& row) { all_fields<2>(archive, row); }
  };
  const std::vector<Row>& rows() const { return rows_; }

  void fields(Archive& archive) { archive(interval_, rows_); }

 private:
  std::int64_t interval_of(Time at) const { return at.time_since_epoch() / interval_; }
  void halve();

  TimelineDetail detail_;
  std::size_t max_rows_;
  Duration interval_ = std::chrono::seconds{1};
  std::vector<Row> rows_;
};

inline constexpr std::string_view timeline_csv_header =
    "t,pending,running,used_cpus,total_cpus,used_gpus,total_gpus,used_nodes,total_nodes,used_memory_mb";

/// Times are in the trace's own base. Throws WriteError.
void write_timeline_csv(const TimelineSink& timeline, const TimeBase& base, OutputFile& file);

}  // namespace sluice::report
