#pragma once
// The scripts of a workload with all that is known of them, before they become jobs.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/source.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/run_facts.hpp"
#include "workloads/sbatch_command.hpp"
#include "workloads/sbatch_script.hpp"

namespace sluice::workloads {

struct ShelvedScript {
  SourceText source;
  std::string file, stem;  ///< `train.sh`, `train`
  SbatchScript script;
  RunFacts facts;
  std::vector<SbatchJob> jobs;  ///< one a component
};

/// Gathers scripts and reports to the sink what is wrong with them, what they use without effect, and modules that do
/// not go with the GPUs asked for.
class ScriptShelf {
 public:
  explicit ScriptShelf(JobSink& sink) : sink_{sink} {}

  /// `sbatch.env`: lines SBATCH_NAME=VALUE. Before the scripts; a file that is not there is no mistake.
  void read_environment(const std::filesystem::path& file);
  /// `durations.csv`: likewise.
  void read_side_file(const std::filesystem::path& file);
  /// `listed`: what a list says of this script; it wins over side file and script.
  void add(SourceText source, const RunFacts& listed = {});
  /// Rows of the side file that no script took.
  void report_unused_rows();

  std::span<const ShelvedScript> scripts() const { return scripts_; }

 private:
  struct SideRow {
    std::string script;
    RunFacts facts;
    Location at;
    std::string line;
    bool used = false;
  };

  void reject(const SourceText& source, const PlacedComplaint& what);
  void read_variable(const SourceText& source, std::size_t number);
  void read_side_row(std::span<const std::string> header, std::span<const std::string_view> cells, SideRow& row);
  RunFacts facts_of(const ShelvedScript& one);
  void read_jobs(ShelvedScript& one);
  void warn_of_idle_options(const ShelvedScript& one);
  void check_gpus(const ShelvedScript& one);

  JobSink& sink_;
  std::vector<std::pair<std::string, ShellWord>> environment_;  ///< by option
  std::vector<SideRow> side_rows_;
  std::vector<ShelvedScript> scripts_;
  IdleOptionWarnings idle_;
};

/// A place of a script in a diagnostic.
Location place_in(const SourceText& source, std::size_t line, std::size_t column);

}  // namespace sluice::workloads
