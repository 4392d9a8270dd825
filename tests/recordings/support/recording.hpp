#pragma once
// One recording of a real slurmctld: its inputs and what was written down while it ran. Nothing here interprets.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/units.hpp"
#include "simulator/conf/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "tests/recordings/support/text_files.hpp"

namespace sluice::recordings {

using Seconds = std::chrono::seconds;

/// A row of workload.csv, as Sluice's own reader takes it: one submission, possibly of an array.
struct Submission {
  std::string name;  ///< the row's id, which is the job's name but for --job-name
  std::string user, account, qos;
  JobRequest request;
  std::optional<std::chrono::minutes> limit;
  std::int64_t nice = 0;
  std::optional<Seconds> begin_after;     ///< --begin=now+N
  std::optional<Seconds> deadline_after;  ///< --deadline=now+N
  std::optional<std::chrono::minutes> time_min;
  std::optional<Seconds> borrow_warning;  ///< --signal=R:...@N
  bool hold = false;
  std::string dependency, reservation;
  std::string het_group;                    ///< of a component of a heterogeneous job: its first one's name
  std::size_t tasks = 0;                    ///< of an array
  std::optional<std::int64_t> task_limit;   ///< of an array: so many at once
};

/// A row of events.csv: what an operator is to do, jobs as @name. commands.log says when it was done.
struct Planned {
  Time at{};
  conf::OperatorCommand command;
};

/// What a scenario's two recordings share.
struct Inputs {
  std::string name;
  ClusterSpec cluster;
  AccountingSpec accounting;
  std::vector<Submission> submissions;
  std::vector<Planned> events;
  /// Keys of each partition's line of slurm.conf; of one that operators create, those of the command.
  std::map<std::string, std::string> partition_lines;
  Seconds epilog{};  ///< how long nodes clean up behind a job, if the recorder made them
};

/// A row of decisions.csv: what slurmctld logged. Times are since the recording's t=0.
struct Decision {
  Time at{};
  std::string who, what;
  std::string job;     ///< the plain job id: 36 for "18_3(36)", 18 for "18_*"; "18_3" where the log says no more
  std::string logged;  ///< as it stands in the log
  std::string detail;
};

/// A row of sacct: one run of a job or array task, or one that never ran.
struct SacctRow {
  std::string raw_id, id;  ///< JobIDRaw, and JobID as 18_3
  std::string name, user, account, qos, partition, state, nodes;
  std::string exit;  ///< "1:0": code and signal
  Seconds submit{};
  std::optional<Seconds> eligible, start, end;
  std::optional<Seconds> limit;
  Seconds suspended{};
  TresCounts allocated, requested;
};

/// A line of submitted.csv.
struct Submitted {
  std::string name;
  Time at{};
  std::string job;  ///< empty: refused
};

struct Executed {
  Time at{};
  bool succeeded = false;
  std::string command;  ///< with job ids in place of @names
};

/// A row of passes.csv: a priority pass, distilled from slurmctld.log.
struct DistilledPass {
  Time at{};      ///< of its first log line
  Seconds now{};  ///< the second it took for its beginning
  Cells late;     ///< jobs that ended while it ran, and whose last slice was charged by both
};

/// "job 5 ran for 60 seconds" of slurmctld.log: a slice that was charged, by a pass or at the job's end.
struct ChargedSlice {
  Time at{};
  std::string job;
  Seconds length{};
};

/// Some nodes of a run, and what it held of each of them.
struct HeldPart {
  std::string nodes;
  std::int64_t cpus = 0, memory = 0;  ///< memory in MB
  std::string cpu_ids;                ///< "0-2,7"
  std::string gres;                   ///< "gpu:a100:2(IDX:0-1)"; empty: none, or not shown
};

/// What scontrol said of a run's nodes, while it ran (with its GRES) or afterwards.
struct HeldNodes {
  std::string job;
  Seconds start{};
  bool has_gres = false;
  std::vector<HeldPart> parts;
};

/// What a client printed at one moment.
struct Snapshot {
  Time at{};
  std::vector<Cells> rows;
};

/// A row of nodes.csv, distilled from slurmctld.log: what becomes of nodes beside the commands.
struct NodeNote {
  enum class What : std::uint8_t { silent, down, answers, reserved } what = What::silent;
  Time at{};
  std::string name;   ///< of the reservation that has these nodes from now on
  std::string nodes;
};

struct Recording {
  std::string run;
  std::vector<Decision> decisions;
  std::vector<SacctRow> sacct;
  std::vector<Submitted> submitted;
  std::vector<Executed> commands;  ///< but those of sacctmgr
  std::vector<Snapshot> sprio, sshare, squeue;
  std::vector<ChargedSlice> charged;  ///< empty when the recording has no slurmctld.log.gz
  std::vector<DistilledPass> passes;  ///< empty when the recording has no passes.csv
  std::vector<HeldNodes> held;
  std::vector<NodeNote> notes;        ///< by time; empty when the recording has no nodes.csv
  // The recorder's own settings, beside the scenario's.
  Seconds min_job_age{300};       ///< how long slurmctld kept ended jobs
  Seconds message_timeout{10};
};

/// "18_3(36)" is job 36; of "18_*" the job is 18.
std::string plain_id(std::string_view id);

/// Reads a folder laid out as the recordings' README says. Throws BadRecording.
Inputs read_inputs(const std::filesystem::path& scenario);
/// `run` is one of its folders run1, run2, ...
Recording read_recording(const std::filesystem::path& run);

}  // namespace sluice::recordings
