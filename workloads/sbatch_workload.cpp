#include "workloads/sbatch_workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "simulator/base/text.hpp"
#include "workloads/format_list.hpp"
#include "workloads/line_source.hpp"
#include "workloads/script_jobs.hpp"
#include "workloads/script_shelf.hpp"

namespace sluice::workloads {
namespace {

namespace fs = std::filesystem;

void read_side_files(ScriptShelf& shelf, const fs::path& folder) {
  shelf.read_environment(folder / "sbatch.env");
  shelf.read_side_file(folder / "durations.csv");
}

/// `errors`: how many there were before the scripts were read.
void finish(ScriptShelf& shelf, JobSink& sink, std::size_t errors) {
  if (sink.diagnostics().errors() != errors) sink.give_up();
  if (!sink.done()) add_script_jobs(shelf.scripts(), sink);
}

/// Regular files in the order of their names, hidden ones left out.
std::vector<fs::path> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{folder, error})
    if (entry.is_regular_file(error) && !entry.path().filename().string().starts_with('.'))
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

bool is_side_file(const fs::path& file) {
  return file.filename() == "durations.csv" || file.filename() == "sbatch.env";
}

/// `train.sh submit=60 duration=300`.
class ListReader {
 public:
  ListReader(LineSource& lines, JobSink& sink) : lines_{lines}, sink_{sink}, shelf_{sink} {}

  void read() {
    const auto folder = fs::path{lines_.name()}.parent_path();
    read_side_files(shelf_, folder);
    while (lines_.next()) read_line(folder);
    finish(shelf_, sink_, errors_);
  }

 private:
  void read_line(const fs::path& folder) {
    const auto split = split_shell_words(lines_.text());
    if (split.open_quote) complain(*split.open_quote, {"a quote is never closed", {}});
    if (split.words.empty() || split.open_quote) return;
    RunFacts facts;
    for (std::size_t i = 1; i < split.words.size(); ++i) {
      const auto& word = split.words[i];
      const auto equals = std::min(word.text.find('='), word.text.size());
      const auto value = word.text.substr(std::min(equals + 1, word.text.size()));
      if (auto complaint = read_run_fact(word.text.substr(0, equals), value, facts))
        complain(word.column, std::move(*complaint));
    }
    const auto file = folder / split.words.front().text;
    sink_.note_file(file);
    auto source = read_source(file, sink_.diagnostics(), lines_.place(split.words.front().column), lines_.text());
    if (source) shelf_.add(std::move(*source), facts);
  }

  void complain(std::size_t column, Complaint complaint) {
    sink_.reject(lines_.place(column), std::move(complaint), lines_.line_around(column));
  }

  LineSource& lines_;
  JobSink& sink_;
  ScriptShelf shelf_;
  std::size_t errors_ = sink_.diagnostics().errors();
};

bool names_a_script(std::string_view line) {
  constexpr std::array<std::string_view, 5> endings{".sh", ".sbatch", ".slurm", ".batch", ".job"};
  const auto split = split_shell_words(line);
  if (split.words.empty()) return false;
  return std::any_of(endings.begin(), endings.end(),
                     [&](auto ending) { return split.words.front().text.ends_with(ending); });
}

}  // namespace

bool recognises_sbatch(std::string_view head) { return is_script(head) && has_directives(head); }

void read_sbatch(LineSource& lines, JobSink& sink) {
  const std::size_t errors = sink.diagnostics().errors();
  ScriptShelf shelf{sink};
  read_side_files(shelf, fs::path{lines.name()}.parent_path());
  SourceText source;
  source.name = lines.name();
  if (!is_script(lines.head()))
    sink.reject({lines.name(), 1, 1}, {"this is no batch script", "its first line must begin with #!"}, {});
  while (lines.next()) source.lines.emplace_back(lines.text());
  if (!source.lines.empty()) shelf.add(std::move(source));
  finish(shelf, sink, errors);
}

/// A list's first line that says something names a script.
bool recognises_script_list(std::string_view head) {
  for (const auto line : split(head, '\n')) {
    const auto text = trim(line);
    if (text.empty() || (text.front() == '#' && !text.starts_with("#!"))) continue;
    return names_a_script(text);
  }
  return false;
}

void read_script_list(LineSource& lines, JobSink& sink) { ListReader{lines, sink}.read(); }

void read_script_folder(const fs::path& folder, JobSink& sink) {
  const std::size_t errors = sink.diagnostics().errors();
  ScriptShelf shelf{sink};
  read_side_files(shelf, folder);
  std::size_t others = 0;
  for (const auto& file : files_of(folder)) {
    if (is_side_file(file)) continue;
    sink.note_file(file);
    auto source = read_source(file, sink.diagnostics());
    if (!source) continue;
    const bool is_ours =
        is_script(source->line(1)) &&
        std::any_of(source->lines.begin(), source->lines.end(), [](const auto& line) { return has_directives(line); });
    if (is_ours)
      shelf.add(std::move(*source));
    else
      ++others;
  }
  shelf.report_unused_rows();
  if (others > 0)
    sink.assume(fmt::format("{} other file{} of the folder, which no batch script{}, left out", others,
                            others == 1 ? "" : "s", others == 1 ? " is" : "s are"));
  finish(shelf, sink, errors);
}

}  // namespace sluice::workloads
