#pragma once
// One sbatch command line, from wherever its words come: a script's #SBATCH lines, an event file, sacct's SubmitLine.

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/base/array_tasks.hpp"
#include "simulator/base/complaint.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/sbatch_options.hpp"
#include "workloads/shell_words.hpp"

namespace sluice::workloads {

/// A complaint and where it belongs: line and column as in ShellWord.
struct PlacedComplaint {
  std::size_t line = 0;
  std::size_t column = 0;
  Complaint complaint;
};

/// An option that a job uses although it has no effect yet.
struct IdleOption {
  const SbatchOption* option = nullptr;
  std::size_t line = 0;
  std::size_t column = 0;
};

/// What a command asks for.
struct SbatchJob {
  JobRequest request;
  JobExtras extras;  ///< all but array, begin and deadline, which need to know the job's id and submission
  std::optional<Duration> limit;
  std::string user, account, qos;
  std::optional<ArrayTasks> array;
  std::optional<Moment> begin, deadline;
  std::vector<IdleOption> idle;
  std::vector<PlacedComplaint> errors;
};

/// The options of one command, the later ones winning over the earlier of the same name.
///
/// Options are read as getopt_long reads them: long ones may be shortened while they stay unique, short ones may share
/// a dash. Source: sbatch(1), getopt(3).
class SbatchCommand {
 public:
  /// Takes the options off the words, up to the first word that is none (sbatch's script). Returns how many it took.
  std::size_t take(std::span<const ShellWord> words);
  /// An option by its long name, as SBATCH_* variables and table columns give it. False: there is none of this name.
  bool set(std::string_view name, const ShellWord& value);
  /// Forgets what a component of a heterogeneous job does not inherit from the one before: its resources.
  void begin_component();

  SbatchJob read() const;

 private:
  struct Given {
    const SbatchOption* option = nullptr;
    ShellWord value;
    std::size_t column = 0;  ///< of the option itself
  };
  std::size_t take_long(std::span<const ShellWord> words);
  std::size_t take_letters(std::span<const ShellWord> words);
  void give(const SbatchOption& option, ShellWord value, std::size_t column);
  void complain(const ShellWord& at, std::string message, std::string hint = {});

  std::vector<Given> given_;
  std::vector<PlacedComplaint> errors_;
};

/// Says once an option that it has no effect.
class IdleOptionWarnings {
 public:
  /// Whether this is the first use of the option.
  bool is_new(const SbatchOption& option) { return seen_.insert(option.name).second; }
  /// The words of the warning.
  static std::string text(const SbatchOption& option);

 private:
  std::set<std::string_view> seen_;
};

}  // namespace sluice::workloads
