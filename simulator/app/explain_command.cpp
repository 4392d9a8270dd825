#include "simulator/app/explain_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "simulator/app/prepared_run.hpp"
#include "simulator/app/recorded_run.hpp"
#include "simulator/app/version.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/report/explanation.hpp"

namespace sluice::app {
namespace {

using Json = nlohmann::json;

/// What run.json says, as far as simulating again needs it.
struct RecordedInputs {
  std::vector<std::string> arguments;
  std::vector<report::InputFile> inputs;
  std::string commit, fingerprint;
};

report::InputFile recorded_input(const Json& input) {
  report::InputFile file{input.at("role").get<std::string>(), input.at("path").get<std::string>(), std::nullopt};
  if (const Json& hash = input.at("xxh64"); !hash.is_null())
    file.digest = FileDigest{input.at("bytes").get<std::uint64_t>(), std::stoull(hash.get<std::string>(), nullptr, 16)};
  return file;
}

RecordedInputs read_record(const std::string& results) {
  const std::string path = (std::filesystem::path{results} / "run.json").string();
  std::ifstream file{path};
  if (!file) refuse(path, "cannot be read", "give the folder that `sluice run --out` has written");
  const Json run = Json::parse(file, nullptr, false);
  try {
    const auto commit = run.at("commit");
    RecordedInputs record{run.at("arguments").get<std::vector<std::string>>(), {},
                          commit.is_null() ? "" : commit.get<std::string>(), run.at("fingerprint").get<std::string>()};
    for (const Json& input : run.at("inputs")) record.inputs.push_back(recorded_input(input));
    return record;
  } catch (const std::exception&) {
    refuse(path, "is not a run.json of sluice", {});
  }
}

JobId find_job(const std::string& id, const Workload& workload) {
  std::vector<std::string_view> ids, tasks;
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) {
    const auto one = workload.job_id(JobId{i});
    if (one == id) return JobId{i};
    ids.push_back(one);
    if (one.size() > id.size() && one.starts_with(id) && one[id.size()] == '_') tasks.push_back(one);
  }
  std::string hint = did_you_mean(id, ids);
  if (!tasks.empty()) hint = fmt::format("it is an array: its tasks are {} to {}", tasks.front(), tasks.back());
  refuse("JOBID", fmt::format("the run has no job '{}'", id), hint);
}

}  // namespace

CLI::App* add_explain_command(CLI::App& app, ExplainArguments& arguments) {
  CLI::App* command = app.add_subcommand("explain", "Tell why a job of a run waited: every interval with its Reason");
  command->add_option("job", arguments.job, "The job's id in the trace; of an array's task 12_3")->required()->type_name("JOBID");
  command->add_option("results", arguments.results, "A folder written by `sluice run --out`")->required()->type_name("RESULTS");
  command->add_flag("--json", arguments.json, "Print JSON, with every interval and every change of priority");
  command->footer(
      "Simulates the run again and tells of one job: what it asked for, when it was submitted, started and ended, and its\n"
      "wait in intervals, each with Slurm's Reason. For Priority: behind which jobs it stood, each the first in the queue\n"
      "for so long. For Priority and Resources: which of the resources it asks for was held most on the nodes on which it\n"
      "may run, and by which jobs, users and partitions, as shares of what was held. Then its priority, term by term.\n"
      "Refuses (exit code 2) when a file that the run has read is not what it was.\n"
      "Example: sluice explain 1017 results/demo");
  return command;
}

ExitCode explain(const ExplainArguments& arguments, const Policies& policies, const std::atomic<bool>& stop) {
  const RecordedInputs record = read_record(arguments.results);
  const RunArguments run = recorded_arguments(record.arguments, arguments.results);
  insist_on_readable_inputs(record.inputs);
  const auto prepared = prepare_run(run, policies, Remarks::kept);
  insist_on_same_inputs(record.inputs, inputs_of(run, *prepared));
  report::JobWatch watch{find_job(arguments.job, prepared->workload), prepared->workload, prepared->cluster};
  Simulation simulation{prepared->workload, prepared->cluster, std::move(prepared->policies), {&watch},
                        Memo::on, run.trace.seed};
  if (prepared->start_usage) simulation.begin_with(*prepared->start_usage);
  simulation.let_commands_change(prepared->cluster);
  simulation.set_commands(prepared->commands);
  simulation.decide_from(prepared->decides_from);
  const RunStatistics statistics = simulation.run({prepared->until, &stop});
  if (stop.load()) return ExitCode::interrupted;
  if (hex64(statistics.fingerprint) != record.fingerprint)
    refuse(arguments.results, "simulating it again gives another run",
           record.commit == commit() ? std::string{} : fmt::format("it was written by commit {}, this is {}", record.commit, commit()));
  watch.finish();
  const auto explanation = report::explain(watch);
  fmt::print("{}", arguments.json ? report::explanation_json(explanation) : report::explanation_text(explanation));
  return ExitCode::fine;
}

}  // namespace sluice::app
