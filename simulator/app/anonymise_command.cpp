#include "simulator/app/anonymise_command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "simulator/base/atomic_file.hpp"
#include "workloads/anonymise.hpp"
#include "workloads/byte_source.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

/// Of a folder, the files in it, in the order of their names.
struct Choice {
  fs::path path;
  bool from_folder = false;
};
std::vector<Choice> files_in(const std::vector<std::string>& paths) {
  std::vector<Choice> out;
  for (const auto& path : paths) {
    if (!fs::is_directory(path)) {
      out.push_back({path, false});
      continue;
    }
    const auto begin = out.size();
    for (const auto& file : fs::directory_iterator{path})
      if (file.is_regular_file()) out.push_back({file.path(), true});
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
              [](const Choice& a, const Choice& b) { return a.path < b.path; });
  }
  return out;
}

/// A file's text, unpacked, and its name without .gz and .zst.
std::optional<std::string> unpacked(const fs::path& path, Diagnostics& diags) {
  constexpr std::size_t block = 1U << 16;
  const auto bytes = workloads::open_bytes(path, diags);
  if (!bytes) return std::nullopt;
  std::string text;
  for (std::size_t got = block; got == block;) {
    const auto size = text.size();
    text.resize(size + block);
    got = bytes->read(std::span{text}.subspan(size));
    text.resize(size + got);
  }
  return text;
}
std::string plain_name(const fs::path& path) {
  const auto end = path.extension();
  return (end == ".gz" || end == ".zst" ? path.stem() : path.filename()).string();
}

std::vector<workloads::NamedText> read_files(const std::vector<std::string>& paths, Diagnostics& diags) {
  std::vector<workloads::NamedText> files;
  std::vector<std::string> names;
  for (const auto& [path, from_folder] : files_in(paths)) {
    auto text = unpacked(path, diags);
    if (!text) continue;
    if (from_folder && !workloads::can_anonymise(*text)) {
      diags.note({path.string()}, "is of no known kind and left out");
      continue;
    }
    auto name = plain_name(path);
    if (std::find(names.begin(), names.end(), name) != names.end())
      diags.error({path.string()}, "has the name of another file",
                  "files of one name cannot be in one folder: use two runs and --map");
    names.push_back(name);
    files.push_back({(path.parent_path() / name).string(), std::move(*text)});
  }
  return files;
}

workloads::Pseudonyms known_names(const AnonymiseArguments& a, Diagnostics& diags) {
  workloads::Pseudonyms names{a.seed};
  if (a.map.empty()) return names;
  if (const auto map = read_source(a.map, diags)) names.load(*map, diags);
  return names;
}

std::string counts(const workloads::Pseudonyms& names) {
  using workloads::NameKind;
  return fmt::format("replaced: {} users, {} accounts, {} parts of host names, {} job names",
                     names.size(NameKind::user), names.size(NameKind::account), names.size(NameKind::host),
                     names.size(NameKind::job));
}

}  // namespace

CLI::App* add_anonymise_command(CLI::App& app, AnonymiseArguments& a) {
  CLI::App* command =
      app.add_subcommand("anonymise", "Replace the names in a cluster's files, so that they can be shared");
  command->add_option("files", a.files, "slurm.conf and its relatives, sacctmgr dump and commands, sacct -P, CSV traces; of a folder, "
                               "those of its files that are such")
      ->required()
      ->type_name("FILE|DIR");
  command->add_option("--out", a.out, "The folder to write, under the files' own names")->required()->type_name("DIR");
  command->add_option("--seed", a.seed, "Seed of the order in which names are numbered")->capture_default_str();
  command->add_option("--map", a.map, "Names of an earlier run, as its --map-out wrote them")->type_name("FILE");
  command->add_option("--map-out", a.map_out, "Write who is who into this file; keep it to yourself")
      ->type_name("FILE");
  command->footer(
      "Partitions, QOS, features and types of GRES keep their names; comments and passwords are removed.\n"
      "Look through the result before you give it away: what stands where no name belongs is not found.");
  return command;
}

ExitCode anonymise(const AnonymiseArguments& a) {
  Diagnostics diags;
  const auto files = read_files(a.files, diags);
  auto names = known_names(a, diags);
  if (!diags.ok()) throw BadInput{diags.text()};
  const auto shared = workloads::anonymise(files, names, diags);
  if (!shared) throw BadInput{diags.text()};
  ResultsFolder folder{a.out};
  for (const auto& file : *shared) folder.write(std::filesystem::path{file.name}.filename().string(), file.text);
  folder.commit();
  if (!a.map_out.empty()) {
    AtomicFile map{a.map_out};
    map.write(names.save());
    map.commit();
  }
  fmt::print(stderr, "{}{}\n", diags.text(), counts(names));
  return ExitCode::fine;
}

}  // namespace sluice::app
