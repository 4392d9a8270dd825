#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <sstream>

#include "simulator/app/other_commands.hpp"
#include "simulator/base/atomic_file.hpp"

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
  std::string text = "Kinds:\n";
  for (const auto& kind : workloads::generated_kinds())
    text += fmt::format("  {:<8} {} (default: {} jobs, capacity {}, load {})\n", kind.name, kind.meaning,
                        kind.defaults.jobs, kind.defaults.capacity, kind.defaults.load);
  return text;
}

workloads::GenerateOptions options_of(const GenerateArguments& a) {
  workloads::GenerateOptions options;
  for (const auto& kind : workloads::generated_kinds())
    if (kind.name == a.kind) options = kind.defaults;
  if (a.jobs > 0) options.jobs = a.jobs;
  if (a.capacity > 0) options.capacity = a.capacity;
  if (a.load > 0) options.load = a.load;
  options.seed = a.seed;
  return options;
}

}  // namespace

CLI::App* add_generate_command(CLI::App& app, GenerateArguments& a) {
  CLI::App* command = app.add_subcommand("generate", "Make up a trace, as native CSV");
  command->add_option("--kind", a.kind, "What kind of workload")->check(CLI::IsMember(kind_names()))
      ->capture_default_str();
  command->add_option("--jobs", a.jobs, "How many jobs")->check(CLI::PositiveNumber);
  command->add_option("--seed", a.seed, "The same seed gives the same bytes")->capture_default_str();
  command->add_option("--capacity", a.capacity, "GPUs (ml) or processors (stress) it is made for")
      ->check(CLI::PositiveNumber);
  command->add_option("--load", a.load, "Asked over available GPU or processor time")->check(CLI::PositiveNumber);
  command->add_option("--out", a.out, "The file to write (default: standard output)")->type_name("FILE");
  command->footer(kind_list());
  return command;
}

ExitCode generate(const GenerateArguments& a) {
  if (a.out.empty()) {
    workloads::generate(options_of(a), std::cout);
    std::cout.flush();
    return ExitCode::fine;
  }
  AtomicFile file{a.out};
  FileBuffer buffer{file};
  std::ostream stream{&buffer};
  workloads::generate(options_of(a), stream);
  file.commit();
  return ExitCode::fine;
}

}  // namespace sluice::app
