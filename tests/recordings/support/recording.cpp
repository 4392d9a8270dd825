#include "tests/recordings/support/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/load.hpp"
#include "tests/recordings/support/recorded_updates.hpp"
#include "workloads/reader.hpp"

namespace sluice::recordings {
namespace {

using std::filesystem::path;

/// 2026-01-05T08:00:00, the t=0 of all recordings.
const Duration recordings_zero = *parse_civil("2026-01-05T08:00:00");

std::optional<Seconds> civil_seconds(std::string_view text) {
  const auto civil = parse_civil(text);
  if (!civil) return std::nullopt;
  return std::chrono::floor<Seconds>(*civil - recordings_zero);
}

std::int64_t whole_number(const std::string& text) { return std::strtoll(text.c_str(), nullptr, 10); }

/// "62.50G" in MB: sacct prints sizes with two decimals where they are not whole.
std::int64_t megabytes(const std::string& text) {
  char* unit = nullptr;
  double value = std::strtod(text.c_str(), &unit);
  for (const char scale : {'M', 'G', 'T'}) {
    if (*unit == scale) break;
    value *= 1024;
  }
  return std::llround(*unit == '\0' ? std::strtod(text.c_str(), nullptr) : value);
}

TresCounts tres_counts(std::string_view text) {
  TresCounts counts;
  for (const auto item : split(text, ',')) {
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string name{item.substr(0, equals)}, value{item.substr(equals + 1)};
    counts.emplace(name, name == "mem" ? megabytes(value) : whole_number(value));
  }
  return counts;
}

/// An array is one submission, though the workload has a job for each of its tasks.
std::vector<Submission> read_submissions(const path& file) {
  Diagnostics diags;
  workloads::ReadOptions options;
  options.format = "csv";
  const auto workload = workloads::read_workload(file, options, diags);
  if (!workload) throw BadRecording{diags.text()};
  std::vector<Submission> submissions;
  for (std::uint32_t row = 0; row < workload->jobs.size(); ++row) {
    const JobSpec& job = workload->jobs[row];
    const JobExtras& extras = workload->extras[job.extras];
    Submission one;
    one.name = extras.array.empty() ? std::string{workload->job_id(JobId{row})} : extras.array;
    if (!submissions.empty() && submissions.back().name == one.name) {
      ++submissions.back().tasks;
      continue;
    }
    if (!extras.array.empty()) one.tasks = 1;
    one.task_limit = extras.array_limit;
    one.user = workload->users.text(job.user);
    one.account = workload->accounts.text(job.account);
    one.qos = workload->qos.text(job.qos);
    one.request = workload->request(job.request);
    if (job.limit) one.limit = std::chrono::ceil<std::chrono::minutes>(*job.limit);
    one.nice = extras.nice;
    const auto after = [&](Duration when) {
      return std::chrono::floor<Seconds>(when - job.submit.time_since_epoch());
    };
    if (extras.begin) one.begin_after = after(*extras.begin);
    if (extras.deadline) one.deadline_after = after(*extras.deadline);
    if (extras.time_min) one.time_min = std::chrono::ceil<std::chrono::minutes>(*extras.time_min);
    if (extras.borrow_warning) one.borrow_warning = std::chrono::floor<Seconds>(*extras.borrow_warning);
    one.hold = extras.hold;
    one.dependency = extras.dependency;
    one.reservation = extras.reservation;
    one.het_group = extras.het_group;
    submissions.push_back(std::move(one));
  }
  return submissions;
}

/// Of a partition.
bool is_creation(std::string_view line) { return line.find("scontrol create partitionname=") != std::string_view::npos; }

std::vector<Planned> read_events(const path& file) {
  std::vector<Planned> events;
  if (!std::filesystem::exists(file)) return events;
  const Table table{file, ','};
  Diagnostics diags;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const Location line{file.string(), row + 2, 1};
    if (is_creation(table.at(row, "command"))) continue;
    if (auto command = conf::parse_command(table.at(row, "command"), line, diags))
      events.push_back({parse_moment(table.at(row, "t")), std::move(*command)});
  }
  if (!diags.ok()) throw BadRecording{diags.text()};
  return events;
}

path needed_file(const path& folder, std::string_view name) {
  const auto file = find_file(folder, name);
  if (!file) throw BadRecording{fmt::format("{}: there is no {}", folder.string(), name)};
  return *file;
}

std::vector<Decision> read_decisions(const path& folder) {
  std::vector<Decision> decisions;
  const Table table{needed_file(folder, "decisions.csv"), ','};
  for (std::size_t i = 0; i < table.size(); ++i)
    decisions.push_back({parse_decision_moment(table.at(i, "t")), table.at(i, "who"), table.at(i, "what"),
                         plain_id(table.at(i, "job")), table.at(i, "job"), table.at(i, "detail")});
  return decisions;
}

std::vector<SacctRow> read_sacct(const path& file) {
  std::vector<SacctRow> rows;
  const Table table{file, '|'};
  for (std::size_t i = 0; i < table.size(); ++i) {
    SacctRow row;
    row.raw_id = table.at(i, "JobIDRaw");
    row.id = table.at(i, "JobID");
    row.name = table.at(i, "JobName");
    row.user = table.at(i, "User");
    row.account = table.at(i, "Account");
    row.qos = table.at(i, "QOS");
    row.partition = table.at(i, "Partition");
    row.state = table.at(i, "State");
    row.nodes = table.at(i, "NodeList");
    row.exit = table.at(i, "ExitCode");
    row.submit = civil_seconds(table.at(i, "Submit")).value_or(Seconds{});
    row.eligible = civil_seconds(table.at(i, "Eligible"));
    row.start = civil_seconds(table.at(i, "Start"));
    row.end = civil_seconds(table.at(i, "End"));
    if (const auto limit = parse_time(table.at(i, "Timelimit")); limit && limit->length)
      row.limit = std::chrono::floor<Seconds>(*limit->length);
    if (const auto suspended = parse_time(table.at(i, "Suspended")); suspended && suspended->length)
      row.suspended = std::chrono::floor<Seconds>(*suspended->length);
    row.allocated = tres_counts(table.at(i, "AllocTRES"));
    row.requested = tres_counts(table.at(i, "ReqTRES"));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Submitted> read_submitted(const path& file) {
  std::vector<Submitted> rows;
  const Table table{file, ','};
  for (std::size_t i = 0; i < table.size(); ++i)
    rows.push_back({table.at(i, "id"), parse_moment(table.at(i, "t_submit")), table.at(i, "jobid")});
  return rows;
}

/// "248.053 rc=0 root scontrol update jobid=5 nice=200 -> what it printed"; lines of output follow.
std::vector<Executed> read_commands(const path& file) {
  std::vector<Executed> commands;
  for (const auto& line : read_lines(file)) {
    const auto words = split(line, ' ');
    if (words.size() < 4 || !words[1].starts_with("rc=")) continue;
    if (words[3] == "sacctmgr" || words[3] == "sbatch" || (words.size() > 4 && words[4] == "show")) continue;
    if (is_creation(line)) continue;
    const auto from = static_cast<std::size_t>(words[3].data() - line.data());
    const auto arrow = std::min(line.find(" -> "), line.size());
    // What is said of a whole array reaches the tasks that are left.
    const auto finished = line.find(": Job has already finished", arrow);
    const bool is_of_others = finished != std::string::npos && line.find("_", arrow) < finished;
    commands.push_back({parse_moment(words[0]), words[1] == "rc=0" || is_of_others, line.substr(from, arrow - from)});
  }
  return commands;
}

std::vector<Snapshot> read_snapshots(const path& folder, std::string_view name) {
  std::vector<Snapshot> snapshots;
  const auto file = find_file(folder, name);
  if (!file) return snapshots;
  for (const auto& line : read_lines(*file)) {
    if (line.starts_with("### t="))
      snapshots.push_back({parse_moment(std::string_view{line}.substr(6)), {}});
    else if (!line.empty() && !snapshots.empty())
      snapshots.back().rows.push_back(cells(line, '|'));
  }
  return snapshots;
}

/// "[2026-01-05T08:00:20.113] priority/multifactor: _apply_new_usage: job 1 ran for 20 seconds with TRES counts of"
std::vector<ChargedSlice> read_charged_slices(const path& log) {
  std::vector<ChargedSlice> slices;
  for (const auto& line : read_lines(log)) {
    const auto ran = line.find(" ran for ");
    const auto job = line.rfind("job ", ran);
    const auto at = ran == std::string::npos ? std::nullopt : parse_civil(std::string_view{line}.substr(1, 23));
    if (!at || job == std::string::npos) continue;
    slices.push_back({Time{*at - recordings_zero}, line.substr(job + 4, ran - job - 4),
                      Seconds{whole_number(line.substr(ran + 9))}});
  }
  return slices;
}

/// The value of " KEY=" in a line of scontrol, up to the next blank; "" if there is none.
std::string_view value_of(std::string_view line, std::string_view key) {
  const auto at = line.find(key);
  if (at == std::string_view::npos) return {};
  const auto from = at + key.size();
  return line.substr(from, line.find_first_of(" ;", from) - from);
}

/// How many numbers "0-3,8" names.
std::int64_t count_of_ids(std::string_view ids) {
  std::int64_t count = 0;
  for (const auto range : split(ids, ',')) {
    const auto dash = range.find('-');
    if (dash == std::string_view::npos) {
      count += range.empty() ? 0 : 1;
    } else {
      count += whole_number(std::string{range.substr(dash + 1)}) - whole_number(std::string{range.substr(0, dash)}) + 1;
    }
  }
  return count;
}

/// "... Nodes=n[01-02] CPU_IDs=0-7 Mem=8000 GRES= Nodes=n03 CPU_IDs=..."
std::vector<HeldPart> read_parts(std::string_view line) {
  std::vector<HeldPart> parts;
  for (auto at = line.find(" Nodes="); at != std::string_view::npos;) {
    const auto next = line.find(" Nodes=", at + 1);
    const auto piece = line.substr(at, next - at);
    if (piece.find(" CPU_IDs=") != std::string_view::npos)
      parts.push_back({std::string{value_of(piece, " Nodes=")}, count_of_ids(value_of(piece, " CPU_IDs=")),
                       whole_number(std::string{value_of(piece, " Mem=")}), std::string{value_of(piece, " CPU_IDs=")},
                       std::string{value_of(piece, " GRES=")}});
    at = next;
  }
  return parts;
}

/// alloc.snap: "5 - 2026-01-05T08:00:36 n[07-08] | Nodes=n07 CPU_IDs=0-5 Mem=24000 GRES=gpu:v100:4(IDX:0-3); Nodes=..."
/// scontrol_jobs.txt: "JobId=5 ... StartTime=2026-01-05T08:00:36 ... Nodes=n07 CPU_IDs=0-5 Mem=24000 GRES= ..."
std::vector<HeldNodes> read_held_nodes(const path& folder) {
  std::vector<HeldNodes> held;
  if (const auto file = find_file(folder, "alloc.snap"))
    for (const auto& line : read_lines(*file)) {
      const auto words = split(line, ' ');
      const auto start = words.size() < 4 ? std::nullopt : civil_seconds(words[2]);
      if (start) held.push_back({std::string{words[0]}, *start, true, read_parts(line)});
    }
  if (const auto file = find_file(folder, "scontrol_jobs.txt"))
    for (const auto& line : read_lines(*file)) {
      const auto start = civil_seconds(value_of(line, " StartTime="));
      const auto parts = read_parts(line);
      if (start && !parts.empty()) held.push_back({std::string{value_of(line, "JobId=")}, *start, false, parts});
    }
  return held;
}

/// "MinJobAge               = 86400 sec" of scontrol show config.
void read_config(const path& folder, Recording& recording) {
  const auto file = find_file(folder, "scontrol_config.txt");
  if (!file) return;
  for (const auto& line : read_lines(*file)) {
    const auto seconds = [&] { return Seconds{whole_number(line.substr(line.find('=') + 1))}; };
    if (line.starts_with("MinJobAge")) recording.min_job_age = seconds();
    if (line.starts_with("MessageTimeout")) recording.message_timeout = seconds();
  }
}

}  // namespace

std::string plain_id(std::string_view id) {
  const auto open = id.find('(');
  if (open != std::string_view::npos) return std::string{id.substr(open + 1, id.find(')') - open - 1)};
  if (id.ends_with("_*")) id.remove_suffix(2);
  return std::string{id};
}

namespace {

/// "PartitionName=a Nodes=n[1-4] ..."; recorded configurations have no DEFAULT and no continued lines of partitions.
std::map<std::string, std::string> read_partition_lines(const path& file) {
  std::map<std::string, std::string> lines;
  constexpr std::string_view key = "PartitionName=";
  for (const auto& line : read_lines(file))
    if (line.starts_with(key)) lines[line.substr(key.size(), line.find(' ') - key.size())] = line;
  return lines;
}

/// Those that operators create are there from the beginning: nobody asks for them before.
void create_partitions(Inputs& inputs, const path& file) {
  if (!std::filesystem::exists(file)) return;
  for (const auto& line : read_lines(file)) {
    const auto words = split(line, ' ');
    if (words.size() < 3 || !is_creation(line)) continue;
    conf::UpdatePartition create;
    create.name = words[2].substr(words[2].find('=') + 1);
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto equals = words[i].find('=');
      conf::TypedPair& pair = create.changes.emplace_back();
      pair.key = words[i].substr(0, equals);
      pair.value = words[i].substr(equals + 1);
    }
    inputs.cluster.partitions.emplace_back().name = create.name;
    change_partition(inputs, create);
  }
}

Seconds read_epilog(const path& file) {
  std::ifstream in{file};
  const auto facts = nlohmann::json::parse(in, nullptr, false);
  return facts.is_discarded() ? Seconds{} : Seconds{facts.value("epilog", 0)};
}

}  // namespace

Inputs read_inputs(const path& scenario) {
  Inputs inputs;
  inputs.name = scenario.filename().string();
  Diagnostics diags;
  auto cluster = conf::load_cluster(scenario, {}, diags);
  if (!cluster) throw BadRecording{diags.text()};
  if (!cluster->accounting) throw BadRecording{fmt::format("{}: there is no accounting.cmds", scenario.string())};
  inputs.cluster = std::move(*cluster);
  inputs.accounting = *inputs.cluster.accounting;
  inputs.partition_lines = read_partition_lines(scenario / "slurm.conf");
  create_partitions(inputs, scenario / "events.csv");
  inputs.submissions = read_submissions(scenario / "workload.csv");
  inputs.events = read_events(scenario / "events.csv");
  inputs.epilog = read_epilog(scenario / "scenario.json");
  return inputs;
}

namespace {

std::vector<NodeNote> read_node_notes(const path& file) {
  using What = NodeNote::What;
  constexpr std::pair<std::string_view, What> words[] = {
      {"silent", What::silent}, {"down", What::down}, {"answers", What::answers}, {"reserved", What::reserved}};
  std::vector<NodeNote> notes;
  const Table table{file, ','};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto word = std::find_if(std::begin(words), std::end(words),
                                   [&](const auto& one) { return one.first == table.at(i, "what"); });
    if (word == std::end(words)) throw BadRecording{"nodes.csv: unknown row"};
    notes.push_back({word->second, parse_decision_moment(table.at(i, "t")), std::string{table.at(i, "reservation")},
                     std::string{table.at(i, "nodes")}});
  }
  return notes;
}

}  // namespace

Recording read_recording(const path& run) {
  Recording recording;
  recording.run = run.filename().string();
  recording.decisions = read_decisions(run);
  recording.sacct = read_sacct(needed_file(run, "sacct.txt"));
  recording.submitted = read_submitted(needed_file(run, "submitted.csv"));
  recording.commands = read_commands(needed_file(run, "commands.log"));
  recording.sprio = read_snapshots(run, "sprio.snap");
  recording.sshare = read_snapshots(run, "sshare.snap");
  recording.squeue = read_snapshots(run, "squeue.snap");
  if (const auto log = find_file(run, "slurmctld.log")) recording.charged = read_charged_slices(*log);
  if (const auto file = find_file(run, "passes.csv")) {
    const Table table{*file, ','};
    for (std::size_t i = 0; i < table.size(); ++i)
      recording.passes.push_back({parse_decision_moment(table.at(i, "t")), Seconds{whole_number(table.at(i, "now"))},
                                  cells(table.at(i, "late"), ' ')});
  }
  recording.held = read_held_nodes(run);
  if (const auto file = find_file(run, "nodes.csv")) recording.notes = read_node_notes(*file);
  read_config(run, recording);
  return recording;
}

}  // namespace sluice::recordings
