#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "simulator/app/other_commands.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/suggest.hpp"

namespace sluice::app {
namespace {

/// Hands a stream's text on to a file in blocks.
class FileBuffer final : public std::streambuf {
 public:
  explicit FileBuffer(AtomicFile& file) : file_{file} {}

 private:
  int overflow(int c) override {
    if (c == traits_type::eof()) return 0;
    const char one = static_cast<char>(c);
    file_.write({&one, 1});
    return c;
  }
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    file_.write({text, static_cast<std::size_t>(size)});
    return size;
  }
  AtomicFile& file_;
};

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& kind : workloads::generated_kinds()) names.emplace_back(kind.name);
  return names;
}

std::string kind_list() {
  std::string text = "Kinds, with their presets (the first is the default):\n";
  for (const auto& kind : workloads::generated_kinds()) {
    text += fmt::format("  {:<8} {}\n", kind.name, kind.meaning);
    for (const auto& preset : kind.presets)
      text += fmt::format("    {:<8} {} ({} jobs, capacity {}, {})\n             source: {}\n", preset.name,
                          preset.meaning, preset.jobs, preset.capacity,
                          preset.load ? fmt::format("load {}", *preset.load) : "the source's own pace", preset.source);
  }
  return text;
}

/// Throws BadInput when the kind has no such preset.
void check_preset(const GenerateArguments& a, workloads::GeneratedKind kind) {
  if (workloads::generated_preset(kind, a.preset) != nullptr) return;
  std::vector<std::string_view> names;
  for (const auto& preset : workloads::generated_kind(kind).presets) names.push_back(preset.name);
  const std::string near = did_you_mean(a.preset, names);
  const std::string hint = near.empty() ? fmt::format("write one of {}", fmt::join(names, ", ")) : near;
  throw BadInput{fmt::format("error: kind '{}' has no preset '{}'\n  hint: {}\n", a.kind, a.preset, hint)};
}

workloads::GenerateOptions options_of(const GenerateArguments& a) {
  workloads::GenerateOptions options;
  options.kind = workloads::generated_kind_from_name(a.kind).value_or(options.kind);
  check_preset(a, options.kind);
  options.preset = a.preset;
  if (a.jobs > 0) options.jobs = a.jobs;
  if (a.capacity > 0) options.capacity = a.capacity;
  if (a.load > 0) options.load = a.load;
  options.seed = a.seed;
  return options;
}

}  // namespace

CLI::App* add_generate_command(CLI::App& app, GenerateArguments& a) {
  CLI::App* command = app.add_subcommand("generate", "Make up a trace, as native CSV");
  command->add_option("--kind", a.kind, "What kind of workload")
      ->check(CLI::IsMember(kind_names()))
      ->capture_default_str();
  command->add_option("--preset", a.preset, "Which of the kind's (below)")->type_name("NAME");
  command->add_option("--jobs", a.jobs, "How many jobs (default: the preset's)")->check(CLI::PositiveNumber);
  command->add_option("--seed", a.seed, "The same seed gives the same bytes")->capture_default_str();
  command->add_option("--capacity", a.capacity, "GPUs (ml) or processors it is made for (default: the preset's)")
      ->check(CLI::PositiveNumber);
  command->add_option("--load", a.load, "Asked over available GPU or processor time (default: the preset's)")
      ->check(CLI::PositiveNumber);
  command->add_option("--out", a.out, "The file to write (default: standard output)")->type_name("FILE");
  command->footer(kind_list());
  return command;
}

ExitCode generate(const GenerateArguments& a) {
  const auto options = options_of(a);
  if (a.out.empty()) {
    workloads::generate(options, std::cout);
    std::cout.flush();
    return ExitCode::fine;
  }
  AtomicFile file{a.out};
  FileBuffer buffer{file};
  std::ostream stream{&buffer};
  workloads::generate(options, stream);
  file.commit();
  return ExitCode::fine;
}

}  // namespace sluice::app
