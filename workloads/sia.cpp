// Workloads of Sia and Pollux: name, time, application, num_replicas, batch_size. They say what is trained, not how
// long. Source: https://github.com/siasosp23/artifacts; Jayaram Subramanya et al., SOSP 2023

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t { name, time, application, num_replicas, batch_size };
constexpr std::array<std::string_view, 5> column_names{"name", "time", "application", "num_replicas", "batch_size"};

/// The applications stand for classes of jobs of the original traces by GPU time: up to 1 h (and at least a minute), to
/// 10 h, to 100 h, to 1000 h. This is the geometric middle of each. Source: sia-simulator/utils/generate_workload.py
struct Application {
  std::string_view name;
  Duration gpu_time;
};
constexpr Application applications[] = {
    {"cifar10", 465s}, {"ncf", 465s},        {"deepspeech2", 11'384s},
    {"bert", 11'384s}, {"yolov3", 113'842s}, {"imagenet", 1'138'420s},
};

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.seconds(time);
  if (!submit) return;
  const auto gpus = row.whole(num_replicas);
  if (!gpus) return;
  const auto known = std::find_if(std::begin(applications), std::end(applications),
                                  [&](const Application& one) { return one.name == row.text(application); });
  if (known == std::end(applications))
    return row.complain(application, "cifar10, ncf, deepspeech2, bert, yolov3 or imagenet");
  auto job = gpu_job(*submit, known->gpu_time / std::max<std::int64_t>(1, *gpus), *gpus, sink);
  if (!job) return;
  JobExtras extras;
  extras.kind = "training";
  extras.name = row.text(application);
  extras.comment = fmt::format("batch_size={}", row.text(batch_size));
  job->extras = sink.extras(std::move(extras));
  sink.add(*job, row.text(name));
}

}  // namespace

bool recognises_sia(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_sia(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, column_names};
  if (sink.done() || !sink.time_base({})) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  sink.assume(
      "the list has no run times: a job's GPU time is the middle of its application's class (cifar10, ncf 465 s; "
      "deepspeech2, bert 3.2 h; yolov3 32 h; imagenet 316 h), shared by its replicas");
  sink.assume(gpus_in_total);
}

}  // namespace sluice::workloads
