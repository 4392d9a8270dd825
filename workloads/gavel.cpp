// Job lists of Gavel and, with more columns, of Shockwave: tab-separated lines without a header, told apart by the
// number of their cells. Gavel's count steps, so its table of steps per second must lie beside the list. Source:
// https://github.com/stanford-futuredata/gavel (job.py), https://github.com/uw-mad-dash/shockwave

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/text.hpp"
#include "workloads/byte_source.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

/// Where the cells are that matter. A duration of 0 means that there is none.
struct Layout {
  std::size_t cells, steps, scale, arrival, duration;
};
constexpr Layout layouts[] = {
    {7, 4, 6, 5, 0},     // Gavel, early: type, command, step flag, data flag, steps, arrival, scale
    {10, 5, 6, 9, 0},    // Gavel: type, command, folder, step flag, data flag, steps, scale, weight, SLO, arrival
    {12, 5, 6, 11, 10},  // Shockwave: the same with a batch-size mode behind scale and a duration before arrival
};
constexpr std::size_t job_type = 0;

const Layout* layout_of(const std::vector<std::string_view>& cells) {
  const auto found = std::find_if(std::begin(layouts), std::end(layouts),
                                  [&](const Layout& one) { return one.cells == cells.size(); });
  return found == std::end(layouts) ? nullptr : found;
}

/// Steps per second of each type of job on V100 GPUs, by the number of GPUs: Gavel counted its steps with these.
class Speeds {
 public:
  /// Reads simulation_throughputs.json, also packed, from the list's folder or the one above. False: there is none.
  bool load_beside(const std::string& list, JobSink& sink) {
    const auto file = file_beside(list);
    if (file.empty()) return false;
    sink.note_file(file);
    auto bytes = open_bytes(file, sink.diagnostics());
    if (bytes == nullptr) return false;
    LineSource lines{file.string(), std::move(bytes)};
    std::string text;
    while (lines.next()) text.append(lines.text()).push_back('\n');
    const auto table = nlohmann::json::parse(text, nullptr, false);
    if (!table.is_object() || !table.contains("v100") || !table["v100"].is_object()) return false;
    for (const auto& [key, value] : table["v100"].items()) read_entry(key, value);
    return true;
  }

  struct Speed {
    double steps_per_second;
    bool is_scaled;  ///< from fewer GPUs, in proportion
  };
  std::optional<Speed> of(std::string_view type, std::int64_t gpus) const {
    const auto known = by_type_.find(type);
    if (known == by_type_.end()) return std::nullopt;
    auto best = known->second.upper_bound(gpus);
    if (best == known->second.begin()) return std::nullopt;
    --best;
    const double factor = static_cast<double>(gpus) / static_cast<double>(best->first);
    return Speed{best->second * factor, best->first != gpus};
  }

 private:
  static std::filesystem::path file_beside(const std::filesystem::path& list) {
    const auto folder = list.parent_path();
    for (const auto& place : {folder, folder.parent_path()})
      for (const auto* name :
           {"simulation_throughputs.json", "simulation_throughputs.json.gz", "simulation_throughputs.json.zst"}) {
        std::error_code failed;
        if (std::filesystem::exists(place / name, failed)) return place / name;
      }
    return {};
  }

  /// "('ResNet-18 (batch size 16)', 1)": {"null": 32.35, ...}
  void read_entry(const std::string& key, const nlohmann::json& value) {
    const auto first = key.find('\''), last = key.rfind('\'');
    if (first == last || !value.is_object() || !value.contains("null") || !value["null"].is_number()) return;
    const auto gpus = parse_whole(trim(std::string_view{key}.substr(last + 2, key.size() - last - 3)));
    const double speed = value["null"].get<double>();
    if (gpus && *gpus > 0 && speed > 0.0) by_type_[key.substr(first + 1, last - first - 1)][*gpus] = speed;
  }

  std::map<std::string, std::map<std::int64_t, double>, std::less<>> by_type_;
};

class GavelReader {
 public:
  GavelReader(LineSource& lines, JobSink& sink) : lines_{lines}, sink_{sink} {}

  void read() {
    if (!sink_.time_base({})) return;
    while (!sink_.done() && lines_.next())
      if (!trim(lines_.text()).empty()) read_row();
    if (sink_.done()) return;
    sink_.assume(gpus_in_total);
    sink_.assume("the type of job is its name; commands, weights and SLOs are not used");
    if (has_speeds_) sink_.assume("the run time is the number of steps by Gavel's speed on V100 GPUs");
    if (scaled_ > 0)
      sink_.assume(fmt::format("{} jobs have more GPUs than the speeds of their type: these were scaled in proportion",
                               scaled_));
  }

 private:
  void read_row() {
    sink_.begin_row();
    cells_ = split(lines_.text(), '\t');
    const auto* layout = layout_of(cells_);
    if (layout == nullptr)
      return broken(lines_.text().size(), fmt::format("the row has {} cells, not 7, 10 or 12", cells_.size()));
    const auto submit = parse_seconds(trim(cells_[layout->arrival]));
    if (!submit) return wants(layout->arrival, "arrival", "a number of seconds");
    const auto gpus = parse_whole(trim(cells_[layout->scale]));
    if (!gpus || *gpus < 1) return wants(layout->scale, "scale factor", "a number of GPUs from 1");
    const auto ran = layout->duration > 0 ? stated_run_time(*layout) : run_time_of_steps(*layout, *gpus);
    if (!ran) return;
    auto job = gpu_job(*submit, *ran, *gpus, sink_);
    if (!job) return;
    if (is_scaled_) ++scaled_;
    JobExtras extras;
    extras.kind = "training";
    extras.name = cells_[job_type];
    extras.comment = fmt::format("steps={}", trim(cells_[layout->steps]));
    job->extras = sink_.extras(std::move(extras));
    sink_.add(*job, fmt::format("{}", sink_.workload().report.rows));
  }

  std::optional<Duration> stated_run_time(const Layout& layout) {
    const auto ran = parse_seconds(trim(cells_[layout.duration]));
    if (!ran) wants(layout.duration, "duration", "a number of seconds");
    return ran;
  }

  std::optional<Duration> run_time_of_steps(const Layout& layout, std::int64_t gpus) {
    const auto steps = parse_whole(trim(cells_[layout.steps]));
    if (!steps || *steps < 0) return wants(layout.steps, "total steps", "a whole number from 0"), std::nullopt;
    if (!has_speeds_ && !(has_speeds_ = speeds_.load_beside(lines_.name(), sink_))) {
      sink_.reject({lines_.name()},
                   {"the list counts steps, and there is no table of steps per second",
                    "put Gavel's simulation_throughputs.json beside it"},
                   {});
      return std::nullopt;
    }
    const auto speed = speeds_.of(cells_[job_type], gpus);
    if (!speed) return wants(job_type, "job type", "one that simulation_throughputs.json knows"), std::nullopt;
    const double seconds = static_cast<double>(*steps) / speed->steps_per_second;
    if (seconds > 1e12) return wants(layout.steps, "total steps", "less"), std::nullopt;
    is_scaled_ = speed->is_scaled;
    return Duration{std::llround(seconds * 1000.0)};
  }

  void wants(std::size_t cell, std::string_view name, std::string_view wanted) {
    broken(static_cast<std::size_t>(cells_[cell].data() - lines_.text().data()),
           fmt::format("{} should be {}, got '{}'", name, wanted, cells_[cell]));
  }
  void broken(std::size_t offset, std::string message) {
    sink_.broken(lines_.place(offset), {std::move(message), {}}, lines_.line_around(offset));
  }

  LineSource& lines_;
  JobSink& sink_;
  std::vector<std::string_view> cells_;
  Speeds speeds_;
  bool has_speeds_ = false;
  bool is_scaled_ = false;  ///< the current row's speed
  std::size_t scaled_ = 0;  ///< kept jobs with such a speed
};

}  // namespace

bool recognises_gavel(std::string_view head) {
  const auto first = split(head.substr(0, head.find('\n')), '\t');
  const auto* layout = layout_of(first);
  return layout != nullptr && parse_whole(trim(first[layout->scale])) && parse_seconds(trim(first[layout->arrival])) &&
         !parse_seconds(first[job_type]);
}

void read_gavel(LineSource& lines, JobSink& sink) { GavelReader{lines, sink}.read(); }

}  // namespace sluice::workloads
