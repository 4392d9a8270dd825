#include "workloads/script_shelf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/byte_source.hpp"
#include "workloads/csv_rows.hpp"
#include "workloads/line_source.hpp"

namespace sluice::workloads {
namespace {

/// SBATCH_TIMELIMIT -> time. Source: sbatch(1), INPUT ENVIRONMENT VARIABLES.
std::string option_of_variable(std::string_view name) {
  constexpr std::string_view prefix = "SBATCH_";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> others{
      {{"ARRAY_INX", "array"}, {"MEM_PER_NODE", "mem"}, {"REQ_SWITCH", "switches"}, {"TIMELIMIT", "time"}}};
  if (!name.starts_with(prefix)) return {};
  name.remove_prefix(prefix.size());
  for (const auto& other : others)
    if (name == other.first) return std::string{other.second};
  auto option = to_lower(name);
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

std::int64_t gpus_of(const std::vector<SbatchJob>& jobs) {
  std::int64_t sum = 0;
  for (const auto& job : jobs) sum += requested_gpus(job.request);
  return sum;
}

}  // namespace

Location place_in(const SourceText& source, std::size_t line, std::size_t column) {
  return {source.name, line, column + 1};
}

void ScriptShelf::reject(const SourceText& source, const PlacedComplaint& what) {
  sink_.reject(place_in(source, what.line, what.column), what.complaint, source.line(what.line));
}

void ScriptShelf::read_environment(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return;
  sink_.note_file(file);
  const auto source = read_source(file, sink_.diagnostics());
  if (!source) return;
  for (std::size_t number = 1; number <= source->lines.size(); ++number) read_variable(*source, number);
}

/// [export] SBATCH_NAME=VALUE.
void ScriptShelf::read_variable(const SourceText& source, std::size_t number) {
  auto split = split_shell_words(source.line(number), 0, number);
  if (split.open_quote) reject(source, {number, *split.open_quote, {"a quote is never closed", {}}});
  for (auto& word : split.words) {
    if (word.text == "export") continue;
    const auto equals = std::min(word.text.find('='), word.text.size());
    const auto option = option_of_variable(word.text.substr(0, equals));
    const ShellWord value{word.text.substr(std::min(equals + 1, word.text.size())), word.line,
                          word.column + equals + 1};
    SbatchCommand trial;
    if (!trial.set(option, value)) {
      sink_.diagnostics().warning(place_in(source, word.line, word.column),
                                  fmt::format("sbatch has no variable '{}'", word.text.substr(0, equals)), {},
                                  source.line(number));
      continue;
    }
    const auto errors = trial.read().errors;
    for (const auto& error : errors) reject(source, error);
    if (errors.empty()) environment_.emplace_back(option, ShellWord{value.text, 0, 0});
  }
}

void ScriptShelf::read_side_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return;
  sink_.note_file(file);
  auto bytes = open_bytes(file, sink_.diagnostics());
  if (bytes == nullptr) return;
  LineSource lines{file.string(), std::move(bytes)};
  CsvRows rows{lines, sink_};
  const auto header = rows.header();
  if (!find_column(header, "script"))
    return sink_.reject(rows.header_place(0),
                        {"there is no column 'script'", "it names the script that a row is about"},
                        rows.source_line(0));
  for (std::size_t column = 0; column < header.size(); ++column) {
    RunFacts trial;
    auto complaint = header[column] == "script" ? std::nullopt : read_run_fact(header[column], "1", trial);
    if (complaint) sink_.reject(rows.header_place(column), std::move(*complaint), rows.source_line(column));
  }
  while (!sink_.done() && rows.next()) {
    if (rows.complaint())
      return sink_.reject(rows.place(rows.suspect()), *rows.complaint(), rows.source_line(rows.suspect()));
    SideRow row;
    for (std::size_t column = 0; column < header.size(); ++column) {
      const auto cell = rows.cells()[column];
      if (header[column] == "script") {
        row.script = cell, row.at = rows.place(column), row.line = rows.source_line(column);
      } else if (!cell.empty()) {
        if (auto complaint = read_run_fact(header[column], cell, row.facts))
          sink_.reject(rows.place(column), std::move(*complaint), rows.source_line(column));
      }
    }
    side_rows_.push_back(std::move(row));
  }
}

void ScriptShelf::add(SourceText source, const RunFacts& listed) {
  ShelvedScript one;
  const std::filesystem::path path{source.name};
  one.file = path.filename().string();
  one.stem = path.stem().string();
  one.source = std::move(source);
  one.script = read_script(one.source);
  for (const auto& error : one.script.errors) reject(one.source, error);
  one.facts = facts_of(one);
  one.facts.add(listed);
  read_jobs(one);
  warn_of_idle_options(one);
  check_gpus(one);
  scripts_.push_back(std::move(one));
}

/// What the script's comments say, and over it what the side file does.
RunFacts ScriptShelf::facts_of(const ShelvedScript& one) {
  RunFacts facts;
  for (const auto& word : one.script.facts) {
    const auto equals = std::min(word.text.find('='), word.text.size());
    const auto value = word.text.substr(std::min(equals + 1, word.text.size()));
    if (auto complaint = read_run_fact(word.text.substr(0, equals), value, facts))
      reject(one.source, {word.line, word.column, std::move(*complaint)});
  }
  for (auto& row : side_rows_) {
    if (row.script != one.file && row.script != one.stem) continue;
    facts.add(row.facts);
    row.used = true;
  }
  return facts;
}

void ScriptShelf::read_jobs(ShelvedScript& one) {
  std::vector<std::pair<std::size_t, std::size_t>> reported;
  for (auto& command : one.script.components) {
    for (const auto& variable : environment_) command.set(variable.first, variable.second);
    one.jobs.push_back(command.read());
    for (const auto& error : one.jobs.back().errors) {
      const std::pair place{error.line, error.column};
      if (std::find(reported.begin(), reported.end(), place) != reported.end()) continue;  // inherited
      reported.push_back(place);
      reject(one.source, error);
    }
    if (one.jobs.back().array && one.script.components.size() > 1)
      reject(one.source, {0, 0, {"a heterogeneous job cannot be an array", {}}});
  }
}

void ScriptShelf::warn_of_idle_options(const ShelvedScript& one) {
  for (const auto& job : one.jobs)
    for (const auto& idle : job.idle)
      if (idle_.is_new(*idle.option))
        sink_.diagnostics().warning(place_in(one.source, idle.line, idle.column),
                                    IdleOptionWarnings::text(*idle.option), {}, one.source.line(idle.line));
}

void ScriptShelf::check_gpus(const ShelvedScript& one) {
  const auto gpus = gpus_of(one.jobs);
  const SbatchScript& script = one.script;
  if (gpus == 0 && script.gpu_user) {
    const auto& word = *script.gpu_user;
    sink_.diagnostics().warning(place_in(one.source, word.line, word.column),
                                fmt::format("'{}' is for GPUs, but the job asks for none", word.text),
                                "ask for them, as --gpus-per-node=1, or load what runs on CPUs",
                                one.source.line(word.line));
  }
  if (gpus > 0 && !script.gpu_user && !script.modules.empty() && !script.brings_software)
    sink_.diagnostics().warning({one.source.name},
                                fmt::format("the job asks for {} GPU{}, but loads no module for them "
                                            "(it loads {})",
                                            gpus, gpus == 1 ? "" : "s", fmt::join(script.modules, ", ")));
}

void ScriptShelf::report_unused_rows() {
  std::vector<std::string_view> names;
  for (const auto& one : scripts_) names.push_back(one.file);
  for (const auto& row : side_rows_)
    if (!row.used)
      sink_.diagnostics().warning(row.at, fmt::format("there is no script '{}' here", row.script),
                                  did_you_mean(row.script, names), row.line);
}

}  // namespace sluice::workloads
