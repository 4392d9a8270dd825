#include "simulator/app/recorded_run.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

namespace sluice::app {

void refuse(std::string_view where, std::string_view what, std::string_view hint) {
  throw BadInput{fmt::format("{}: error: {}\n{}", where, what, hint.empty() ? std::string{} : fmt::format("  hint: {}\n", hint))};
}

RunArguments recorded_arguments(const std::vector<std::string>& recorded, const std::string& where) {
  CLI::App app;
  RunArguments arguments;
  const CLI::App* command = add_run_command(app, arguments);
  std::vector<const char*> argv;
  for (const auto& text : recorded) argv.push_back(text.c_str());
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError&) {
    refuse(where, "its run was told something that this sluice does not know", "run it again");
  }
  if (!command->parsed()) refuse(where, "was not written by `sluice run`", {});
  return arguments;
}

void insist_on_readable_inputs(const std::vector<report::InputFile>& recorded) {
  for (const auto& input : recorded)
    if (!std::filesystem::exists(input.path))
      refuse(input.path.string(), "is gone: it was an input of the run", "run from the same folder as then");
}

void insist_on_same_inputs(const std::vector<report::InputFile>& recorded, const std::vector<report::InputFile>& now) {
  constexpr const char* again = "only the run's own inputs will do: run it again, or restore the file";
  for (std::size_t i = 0; i < recorded.size(); ++i) {
    const std::string path = recorded[i].path.string();
    if (i >= now.size() || now[i].path != recorded[i].path) refuse(path, "is no longer an input of the run", again);
    if (!now[i].digest || !recorded[i].digest)
      refuse(path, "cannot be read again", "run from the same folder as then, with files rather than pipes");
    if (now[i].digest != recorded[i].digest) refuse(path, "has changed since the run", again);
  }
  if (now.size() > recorded.size())
    refuse(now[recorded.size()].path.string(), "is new: it was no input of the run", again);
}

}  // namespace sluice::app
