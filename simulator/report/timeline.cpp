#include "simulator/report/timeline.hpp"

#include "simulator/base/check.hpp"
#include "simulator/base/csv_text.hpp"

namespace sluice::report {

TimelineSink::TimelineSink(TimelineDetail detail, std::size_t max_rows) : detail_{detail}, max_rows_{max_rows} {
  SLUICE_CHECK(max_rows >= 4, "a timeline of {} rows", max_rows);
}

void TimelineSink::settled(Time now, const LoadSample& sample) {
  const bool thin = detail_ == TimelineDetail::thinned;
  // The first row stays, so only a later one gives way to its successor in the same interval.
  if (thin && rows_.size() > 1 && interval_of(rows_.back().at) == interval_of(now)) {
    rows_.back() = {now, sample};
    return;
  }
  if (thin && rows_.size() == max_rows_) {
    halve();
    settled(now, sample);
    return;
  }
  rows_.push_back({now, sample});
}

void TimelineSink::halve() {
  while (rows_.size() == max_rows_) {
    interval_ *= 2;
    std::size_t kept = 1;
    for (std::size_t i = 1; i < rows_.size(); ++i) {
      const bool last = i + 1 == rows_.size() || interval_of(rows_[i].at) != interval_of(rows_[i + 1].at);
      if (last) rows_[kept++] = rows_[i];
    }
    rows_.resize(kept);
  }
}

void write_timeline_csv(const TimelineSink& timeline, const TimeBase& base, OutputFile& file) {
  CsvText csv;
  csv.raw(timeline_csv_header).end_row();
  for (const auto& row : timeline.rows()) {
    csv.seconds(base.zero + row.at.time_since_epoch());
    const LoadSample& load = row.load;
    for (const auto value : {load.pending, load.running, load.used_cpus, load.total_cpus, load.used_gpus,
                             load.total_gpus, load.used_nodes, load.total_nodes, load.used_memory})
      csv.integer(value);
    csv.end_row();
    file.write(csv.view());
    csv.clear();
  }
}

}  // namespace sluice::report
