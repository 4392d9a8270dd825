#include "workloads/sbatch_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "simulator/base/text.hpp"

namespace sluice::workloads {
namespace {

constexpr std::string_view directive = "#SBATCH";
constexpr std::string_view own_directive = "#SLUICE";

bool contains_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

/// The simple commands of a line, cut at ; and && and |.
std::vector<std::vector<ShellWord>> commands_of(const ShellWords& line) {
  std::vector<std::vector<ShellWord>> commands(1);
  for (const auto& word : line.words) {
    const bool ends = word.text == ";" || word.text == "&&" || word.text == "||" || word.text == "|";
    if (ends) commands.emplace_back();
    if (ends) continue;
    commands.back().push_back(word);
    if (word.text.size() < 2 || word.text.back() != ';') continue;
    commands.back().back().text.pop_back();
    commands.emplace_back();
  }
  return commands;
}

/// What a `module load` or `ml` command names. A quoted word may name several modules, or none: no name has blanks.
std::vector<ShellWord> modules_of(std::span<const ShellWord> command) {
  constexpr std::array<std::string_view, 3> loads{"load", "add", "try-load"};
  constexpr std::array<std::string_view, 12> others{"purge",  "list", "avail",  "av",  "spider", "show",
                                                    "unload", "swap", "switch", "use", "reset",  "restore"};
  const auto is_one = [](const auto& words, std::string_view text) {
    return std::find(words.begin(), words.end(), text) != words.end();
  };
  if (command.empty() || (command[0].text != "module" && command[0].text != "ml")) return {};
  std::size_t first = 1;
  if (command.size() > 1 && is_one(loads, command[1].text)) first = 2;
  if (first == 1 && (command[0].text == "module" || command.size() < 2 || is_one(others, command[1].text))) return {};
  std::vector<ShellWord> names;
  for (const auto& word : command.subspan(first))
    for (const auto name : split(word.text, ' '))
      if (!trim(name).empty() && !name.starts_with('-'))
        names.push_back({std::string{trim(name)}, word.line, word.column});
  return names;
}

class ScriptReader {
 public:
  explicit ScriptReader(const SourceText& source) : source_{source} { script_.components.emplace_back(); }

  SbatchScript read() && {
    for (std::size_t number = 1; number <= source_.lines.size(); ++number) read_line(source_.line(number), number);
    end_component();
    return std::move(script_);
  }

 private:
  void read_line(std::string_view line, std::size_t number) {
    if (line.starts_with(own_directive)) return read_facts(line, number);
    if (line.starts_with(directive)) {
      if (!in_body_) read_directive(line, number);
      return;
    }
    const auto text = trim(line);
    if (text.empty() || text.front() == '#') return;
    in_body_ = true;
    read_body(line, number);
  }

  std::vector<ShellWord> words_of(std::string_view line, std::size_t from, std::size_t number) {
    auto split = split_shell_words(line, from, number);
    if (split.open_quote) complain({{}, number, *split.open_quote}, "a quote is never closed");
    return std::move(split.words);
  }

  void read_facts(std::string_view line, std::size_t number) {
    for (auto& word : words_of(line, own_directive.size(), number)) script_.facts.push_back(std::move(word));
  }

  void read_directive(std::string_view line, std::size_t number) {
    for (auto& word : words_of(line, directive.size(), number)) {
      if (word.text != "hetjob" && word.text != "packjob") {
        words_.push_back(std::move(word));
        continue;
      }
      end_component();
      script_.components.push_back(script_.components.back());
      script_.components.back().begin_component();
    }
  }

  void end_component() {
    std::span<const ShellWord> rest{words_};
    for (;;) {
      rest = rest.subspan(script_.components.back().take(rest));
      if (rest.empty()) break;
      complain(rest.front(), fmt::format("'{}' is no option", rest.front().text), "options begin with - or --");
      rest = rest.subspan(1);
    }
    words_.clear();
  }

  void read_body(std::string_view line, std::size_t number) {
    if (contains_any(line, {"conda", "singularity", "apptainer", "container", "venv", "/activate", "docker", "podman"}))
      script_.brings_software = true;
    for (const auto& command : commands_of(split_shell_words(line, 0, number))) {
      for (const auto& module : modules_of(command)) add_module(module);
      for (const auto& word : command) note_variable(word);
      note_step(command);
    }
  }

  /// A step is called after its --job-name or the program. Source: srun(1).
  void note_step(std::span<const ShellWord> command) {
    const auto is_setting = [](const ShellWord& word) { return word.text.find('=') != std::string::npos; };
    const auto first = std::find_if_not(command.begin(), command.end(), is_setting);
    if (first == command.end() || !(first->text == "srun" || first->text.ends_with("/srun"))) return;
    const std::span<const ShellWord> words{first + 1, command.end()};
    SbatchCommand options;
    const std::size_t program = options.take(words);
    if (program == words.size()) return;
    std::string name = options.read().extras.name;
    if (name.empty()) name = words[program].text.substr(words[program].text.rfind('/') + 1);
    std::replace_if(name.begin(), name.end(), [](char c) { return is_space(c); }, '_');
    if (!name.empty()) script_.steps.push_back(std::move(name));
  }

  void add_module(const ShellWord& name) {
    auto& modules = script_.modules;
    if (std::find(modules.begin(), modules.end(), name.text) == modules.end()) modules.push_back(name.text);
    if (is_gpu_module(name.text) && !script_.gpu_user) script_.gpu_user = name;
  }

  /// CUDA_VISIBLE_DEVICES=0,1 chooses among GPUs; an empty value or -1 hides them.
  void note_variable(const ShellWord& word) {
    for (const std::string_view name : {"CUDA_VISIBLE_DEVICES=", "NVIDIA_VISIBLE_DEVICES=", "ROCR_VISIBLE_DEVICES="}) {
      if (!word.text.starts_with(name) || script_.gpu_user) continue;
      const auto value = std::string_view{word.text}.substr(name.size());
      if (!value.empty() && value != "-1")
        script_.gpu_user = ShellWord{std::string{name.substr(0, name.size() - 1)}, word.line, word.column};
    }
  }

  void complain(const ShellWord& at, std::string message, std::string hint = {}) {
    script_.errors.push_back({at.line, at.column, {std::move(message), std::move(hint)}});
  }

  const SourceText& source_;
  SbatchScript script_;
  std::vector<ShellWord> words_;  ///< of the component's directives so far
  bool in_body_ = false;
};

}  // namespace

SbatchScript read_script(const SourceText& source) { return ScriptReader{source}.read(); }

bool is_script(std::string_view head) { return head.starts_with("#!"); }

bool has_directives(std::string_view head) {
  if (head.starts_with(directive)) return true;
  const auto at = head.find(std::string{"\n"} + std::string{directive});
  return at != std::string_view::npos;
}

bool is_gpu_module(std::string_view name) {
  const auto text = to_lower(name);
  if (contains_any(text, {"cpu", "nocuda"})) return false;
  return contains_any(text, {"cuda", "cudnn", "nccl", "nvhpc", "nvidia", "rocm", "gpu", "pytorch", "tensorflow",
                             "torch", "jax", "cupy", "tensorrt"});
}

}  // namespace sluice::workloads
