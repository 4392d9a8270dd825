#pragma once
// What an operator types: scontrol and scancel as typed commands, whoever executes them (events.csv, a shell).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/units.hpp"

namespace sluice::conf {

/// Job ids as typed: 12, 12_3, 12_[1-3], or @name for the job of that name in the trace.
using JobNames = std::vector<std::string>;
/// `key=value` pairs that have no field of their own, keys in lower case, in the order given.
using KeyValues = std::vector<std::pair<std::string, std::string>>;

/// The same with `KEY+=VALUE` and `KEY-=VALUE`, and the byte of the line at which each begins.
struct TypedPair {
  enum class Sign : std::uint8_t { sets, adds, removes };
  std::string key, value;  ///< the key as typed
  Sign sign = Sign::sets;
  std::size_t position = 0;

  std::size_t value_position() const { return position + key.size() + (sign == Sign::sets ? 1 : 2); }
};
using TypedPairs = std::vector<TypedPair>;

struct HoldJobs {
  JobNames jobs;
  enum class By : std::uint8_t { admin, user } by = By::admin;  ///< user: uhold
};
struct ReleaseJobs {
  JobNames jobs;
};
struct RequeueJobs {
  JobNames jobs;
  bool hold = false;  ///< requeuehold
};
struct SuspendJobs {
  JobNames jobs;
};
struct ResumeJobs {
  JobNames jobs;
};
struct TopJobs {
  JobNames jobs;
};

/// `scontrol update jobid=...`. Absent: not changed.
struct UpdateJob {
  JobNames jobs;
  std::optional<std::int64_t> nice;
  std::optional<std::uint32_t> priority;  ///< 0: hold; 4294967295 (-1): back to what the plugin computes
  std::optional<TimeLimit> time_limit;
  std::optional<Duration> time_limit_by;  ///< timelimit=+5 or -5, timelimit+=5 or -=5: more than it was, or less
  std::optional<std::string> partition, qos, account;
  std::optional<std::int64_t> array_throttle;
  TypedPairs other;
};
struct UpdateNodes {
  std::string nodes;                 ///< a hostlist
  std::optional<std::string> state;  ///< in lower case: drain, resume, down, undrain, idle, ...
  std::optional<std::string> reason;
  TypedPairs other;
};
/// `scontrol create|update partitionname=...`.
struct UpdatePartition {
  enum class Kind : std::uint8_t { update, create } kind = Kind::update;
  std::string name;
  std::size_t name_position = 0;  ///< byte of the line
  TypedPairs changes;
};
struct DeletePartition {
  std::string name;
  std::size_t name_position = 0;
};
/// `scontrol create|update reservation ...`; keys in lower case.
struct ChangeReservation {
  enum class Kind : std::uint8_t { create, update } kind = Kind::create;
  std::string name;
  KeyValues fields;
};
struct DeleteReservation {
  std::string name;
};

/// scancel. Filters hold together; with no jobs named, all jobs that meet them.
struct CancelJobs {
  JobNames jobs;
  std::optional<std::string> user, account, partition, qos, name, state, signal;
};

/// `node-kill N` and `node-start N`: a node's daemon dies without a word, and comes back.
struct KillNode {
  std::string node;
};
struct StartNode {
  std::string node;
};

/// `sacctmgr ...`: what follows that word, for the reader of accounting commands.
struct AccountingCommand {
  std::string text;
};

using OperatorCommand = std::variant<HoldJobs, ReleaseJobs, RequeueJobs, SuspendJobs, ResumeJobs, TopJobs, UpdateJob,
                                     UpdateNodes, UpdatePartition, DeletePartition, ChangeReservation, DeleteReservation,
                                     CancelJobs, KillNode, StartNode, AccountingCommand>;

/// One command line. Words may be quoted with ' or "; commands, objects and keys may be in any case and abbreviated as
/// scontrol allows (`jobid`, `job`, `nodename`, `part`). `at` is where the line begins, for diagnostics.
/// nullopt after an error. Source: scontrol(1), scancel(1).
std::optional<OperatorCommand> parse_command(std::string_view line, const Location& at, Diagnostics& diags);

/// The jobs a command names; empty for one that is not about named jobs.
const JobNames& jobs_of(const OperatorCommand& command);

}  // namespace sluice::conf
