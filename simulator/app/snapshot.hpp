#pragma once
// A file with the whole state of a run at one moment, from which it goes on as if it had never been stopped.

#include <filesystem>
#include <string>
#include <vector>

#include "simulator/base/archive.hpp"
#include "simulator/base/units.hpp"
#include "simulator/engine/simulation.hpp"
#include "simulator/report/recorder.hpp"
#include "simulator/report/run_json.hpp"

namespace sluice::app {

/// Whose snapshot it is, and of when. Inputs are named, not held.
struct SnapshotHead {
  std::string version, commit;          ///< of the program; another one may go on differently
  std::vector<std::string> arguments;   ///< argv of the run
  std::vector<report::InputFile> inputs;
  Time at{};                            ///< all events until then, itself included, have happened

  void fields(Archive& archive);
};

/// The file: a line that says what it is, its layout's version, size and XXH64 of what follows, then head and state.
/// It is there whole or not at all. Throws WriteError. Between two calls of Simulation::run.
void write_snapshot(const std::filesystem::path& file, SnapshotHead head, Simulation& simulation,
                    report::Recorder& recorder);

/// A file that was read and found whole.
class Snapshot {
 public:
  /// Throws BadInput for a file that cannot be read, is none of ours, is damaged, or is another program version's.
  static Snapshot read(const std::filesystem::path& file);

  const SnapshotHead& head() const { return head_; }
  /// Into what was made of the same inputs. Throws BadInput.
  void load(Simulation& simulation, report::Recorder& recorder) const;

 private:
  std::string file_, bytes_;
  SnapshotHead head_;
};

}  // namespace sluice::app
