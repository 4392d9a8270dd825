// Alibaba's GPU-sharing Kubernetes cluster of 2023: the lists openb_pod_list_*.csv.
// Source: https://github.com/alibaba/clusterdata, cluster-trace-gpu-v2023; Weng et al., USENIX ATC 2023

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/text.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t {
  name,
  cpu_milli,
  memory_mib,
  num_gpu,
  gpu_milli,
  gpu_spec,
  qos,
  pod_phase,
  creation_time,
  deletion_time,
  scheduled_time
};
constexpr std::array<std::string_view, 11> column_names{"name",          "cpu_milli",     "memory_mib",    "num_gpu",
                                                        "gpu_milli",     "gpu_spec",      "qos",           "pod_phase",
                                                        "creation_time", "deletion_time", "scheduled_time"};
constexpr std::size_t optional_from = gpu_spec;
/// How long a pod of a list without times stays: nothing ever leaves while such a list is packed.
constexpr Duration for_ever = std::chrono::hours{24 * 365};

class OpenbReader {
 public:
  OpenbReader(LineSource& lines, JobSink& sink)
      : rows_{lines, sink}, row_{rows_, sink, column_names, optional_from}, sink_{sink} {}

  void read() {
    if (sink_.done() || !sink_.time_base({})) return;
    has_times_ = row_.has(creation_time) && row_.has(deletion_time) && row_.has(scheduled_time);
    for_each_row(rows_, sink_, [this](auto) { read_row(); });
    sink_.assume("a pod is one task on one node; its processors are rounded up to whole ones");
    sink_.assume("a share of a GPU is asked for as one whole GPU, the share kept beside it");
    sink_.assume(
        "a single model of gpu_spec is asked for as a GPU type in lower case; a choice of several as any type");
    if (has_times_)
      sink_.assume("a pod runs from scheduled_time to deletion_time; its QoS class is read as the account");
    else
      sink_.assume("the list has no times: pods come one a second in the order of the file and stay for a year");
  }

 private:
  void read_row() {
    const auto request = read_request();
    if (!request) return;
    if (!has_times_) return add_timeless(*request);
    const auto created = row_.seconds(creation_time);
    if (!created) return;
    const auto deleted = row_.seconds(deletion_time);
    if (!deleted) return;
    std::optional<Duration> started;
    if (row_.is_given(scheduled_time) && !(started = row_.seconds(scheduled_time))) return;
    if (!sink_.wants(*created)) return;
    if (!started) return sink_.skip("never scheduled");
    if (*deleted <= *started) return sink_.skip("run time <= 0");
    JobSpec job;
    job.submit = Time{*created};
    job.duration = *deleted - *started;
    job.request = sink_.request(*request);
    job.account = sink_.account(row_.text(qos));
    if (row_.text(pod_phase) == "Failed") {
      job.outcome = Outcome::failed;
      job.exit_code = 1;
    }
    sink_.add(job, row_.text(name), {std::nullopt, Time{*started}, Time{*deleted}});
  }

  void add_timeless(const JobRequest& request) {
    const Duration submit = std::chrono::seconds{sink_.workload().report.rows - 1};
    if (!sink_.wants(submit)) return;
    JobSpec job;
    job.submit = Time{submit};
    job.duration = for_ever;
    job.request = sink_.request(request);
    sink_.add(job, row_.text(name));
  }

  std::optional<JobRequest> read_request() {
    const auto cpus = row_.whole(cpu_milli);
    if (!cpus) return std::nullopt;
    const auto memory = row_.whole(memory_mib);
    if (!memory) return std::nullopt;
    const auto gpus = row_.whole(num_gpu);
    if (!gpus) return std::nullopt;
    const auto milli = row_.whole(gpu_milli);
    if (!milli) return std::nullopt;
    JobRequest request;
    request.min_nodes = request.max_nodes = request.ntasks = 1;
    if (*cpus > 1000) request.cpus_per_task = (*cpus + 999) / 1000;
    if (*memory > 0) request.mem_per_node = Megabytes{*memory};
    if (*gpus > 0) request.gres_per_node.push_back({"gpu", type_asked_for(), *gpus});
    if (*gpus == 1 && *milli > 0 && *milli < 1000) request.gpu_share = static_cast<double>(*milli) / 1000.0;
    return request;
  }

  /// "V100M16" -> "v100m16"; "V100M16|V100M32" -> any, as a request names one type.
  std::string type_asked_for() const {
    if (!row_.is_given(gpu_spec)) return {};
    const auto models = row_.text(gpu_spec);
    return models.find('|') == std::string_view::npos ? to_lower(models) : std::string{};
  }

  CsvRows rows_;
  NamedCells row_;
  JobSink& sink_;
  bool has_times_ = false;
};

}  // namespace

bool recognises_openb(std::string_view head) {
  return has_columns(header_cells(head), std::span{column_names}.first(optional_from));
}

void read_openb(LineSource& lines, JobSink& sink) { OpenbReader{lines, sink}.read(); }

}  // namespace sluice::workloads
