#include "workloads/sbatch_command.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/base/suggest.hpp"

namespace sluice::workloads {
namespace {

/// Options that are columns of their own elsewhere; SbatchJob has members for them.
constexpr SbatchOption own_options[] = {
    {"time", OptionKind::request, nullptr, 't'},
    {"account", OptionKind::request, nullptr, 'A'},
    {"qos", OptionKind::request, nullptr, 'q'},
};

std::vector<const SbatchOption*> make_all_options() {
  std::vector<const SbatchOption*> all;
  for (const auto& option : own_options) all.push_back(&option);
  for (const auto& option : sbatch_options()) all.push_back(&option);
  return all;
}

const std::vector<const SbatchOption*>& all_options() {
  static const auto all = make_all_options();
  return all;
}

struct Lookup {
  const SbatchOption* option = nullptr;
  std::string complaint, hint;
};

std::string suggestion(std::string_view name) {
  std::vector<std::string> dashed;
  for (const auto* option : all_options()) dashed.push_back(fmt::format("--{}", option->name));
  const std::vector<std::string_view> choices{dashed.begin(), dashed.end()};
  return did_you_mean(fmt::format("--{}", name), choices);
}

/// By the whole name, else by a beginning that only one option has.
Lookup find_long(std::string_view name) {
  std::vector<const SbatchOption*> begun;
  for (const auto* option : all_options()) {
    if (option->name == name) return {option, {}, {}};
    if (option->name.starts_with(name)) begun.push_back(option);
  }
  if (begun.size() == 1 && !name.empty()) return {begun.front(), {}, {}};
  if (begun.empty() || name.empty()) return {nullptr, fmt::format("unknown option '--{}'", name), suggestion(name)};
  std::string names;
  for (const auto* option : begun) names += fmt::format("{}--{}", names.empty() ? "" : ", ", option->name);
  return {nullptr, fmt::format("'--{}' may mean several options", name), "one of " + names};
}

const SbatchOption* find_letter(char letter) {
  for (const auto* option : all_options())
    if (option->letter == letter) return option;
  return nullptr;
}

ShellWord part_of(const ShellWord& word, std::size_t from) {
  return {word.text.substr(from), word.line, word.column + from};
}

bool resets_with_component(const SbatchOption& option) {
  constexpr std::string_view kept[] = {"time",     "account", "qos",  "time-min", "comment", "dependency", "begin",
                                       "deadline", "hold",    "nice", "priority", "requeue", "no-requeue"};
  if (std::find(std::begin(kept), std::end(kept), option.name) != std::end(kept)) return false;
  return option.kind != OptionKind::harmless;
}

/// Applies one option after the other to a job.
class JobBuilder {
 public:
  explicit JobBuilder(SbatchJob& job) : job_{job} {}

  void apply(const SbatchOption& option, const ShellWord& value, std::size_t column) {
    if (auto complaint = read(option, value.text)) {
      complaint->message = fmt::format("--{} {}", option.name, complaint->message);
      job_.errors.push_back({value.line, value.column, std::move(*complaint)});
    }
    if (option.kind == OptionKind::not_modelled) job_.idle.push_back({&option, value.line, column});
  }

 private:
  using MaybeComplaint = std::optional<Complaint>;

  MaybeComplaint read(const SbatchOption& option, std::string_view value) {
    const bool needs_value = option.argument == OptionArgument::required;
    if (needs_value && value.empty()) return Complaint{"wants a value", {}};
    if (option.read != nullptr) return option.read(value.empty() ? "yes" : value, job_.request);
    if (option.record != nullptr) return option.record(value, job_.extras);
    if (option.name == "time") return read_limit(value);
    if (option.name == "account") job_.account = value;
    if (option.name == "qos") job_.qos = value;
    if (option.name == "uid") job_.user = value;
    if (option.name == "array") return read_array(value);
    if (option.name == "begin") return read_moment(value, job_.begin);
    if (option.name == "deadline") return read_moment(value, job_.deadline);
    return std::nullopt;
  }

  MaybeComplaint read_limit(std::string_view value) {
    job_.limit = parse_time_limit(value);
    if (job_.limit) return std::nullopt;
    return Complaint{fmt::format("wants a time limit, got '{}'", value),
                     "write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED"};
  }

  MaybeComplaint read_array(std::string_view value) {
    auto array = parse_array(value);
    if (!array) return std::move(array.error());
    job_.array = std::move(*array);
    return std::nullopt;
  }

  static MaybeComplaint read_moment(std::string_view value, std::optional<Moment>& moment) {
    moment = parse_moment(value);
    if (moment) return std::nullopt;
    return Complaint{fmt::format("wants a moment, got '{}'", value),
                     "write now+2hours, 16:00, tomorrow or 2020-09-01T00:00:00"};
  }

  SbatchJob& job_;
};

}  // namespace

std::size_t SbatchCommand::take(std::span<const ShellWord> words) {
  std::size_t taken = 0;
  while (taken < words.size()) {
    const auto rest = words.subspan(taken);
    const std::string& text = rest.front().text;
    if (text == "--") return taken + 1;
    if (text.size() < 2 || text.front() != '-') return taken;
    taken += text[1] == '-' ? take_long(rest) : take_letters(rest);
  }
  return taken;
}

/// Returns how many words it took.
std::size_t SbatchCommand::take_long(std::span<const ShellWord> words) {
  const ShellWord& word = words.front();
  const auto equals = word.text.find('=');
  const auto name = std::string_view{word.text}.substr(2, equals == std::string::npos ? equals : equals - 2);
  const auto found = find_long(name);
  if (found.option == nullptr) return complain(word, found.complaint, found.hint), 1;
  const SbatchOption& option = *found.option;
  if (equals != std::string::npos) {
    if (option.argument == OptionArgument::none)
      complain(part_of(word, equals), fmt::format("--{} takes no value", option.name));
    else
      give(option, part_of(word, equals + 1), word.column);
    return 1;
  }
  const ShellWord nothing{{}, word.line, word.column};
  if (option.argument != OptionArgument::required) return give(option, nothing, word.column), 1;
  if (words.size() == 1) return complain(word, fmt::format("--{} wants a value", option.name)), 1;
  give(option, words[1], word.column);
  return 2;
}

std::size_t SbatchCommand::take_letters(std::span<const ShellWord> words) {
  const ShellWord& word = words.front();
  for (std::size_t i = 1; i < word.text.size(); ++i) {
    const auto here = part_of(word, i);
    const SbatchOption* option = find_letter(word.text[i]);
    if (option == nullptr) return complain(here, fmt::format("unknown option '-{}'", word.text[i])), 1;
    if (option->argument == OptionArgument::none ||
        (option->argument == OptionArgument::optional && i + 1 == word.text.size())) {
      give(*option, {{}, word.line, here.column}, here.column);
      continue;
    }
    if (i + 1 < word.text.size()) return give(*option, part_of(word, i + 1), here.column), 1;
    if (words.size() == 1) return complain(here, fmt::format("-{} wants a value", word.text[i])), 1;
    return give(*option, words[1], here.column), 2;
  }
  return 1;
}

bool SbatchCommand::set(std::string_view name, const ShellWord& value) {
  for (const auto* option : all_options()) {
    if (option->name != name) continue;
    give(*option, value, value.column);
    return true;
  }
  return false;
}

void SbatchCommand::give(const SbatchOption& option, ShellWord value, std::size_t column) {
  std::erase_if(given_, [&](const Given& earlier) { return earlier.option == &option; });
  given_.push_back({&option, std::move(value), column});
}

void SbatchCommand::complain(const ShellWord& at, std::string message, std::string hint) {
  errors_.push_back({at.line, at.column, {std::move(message), std::move(hint)}});
}

void SbatchCommand::begin_component() {
  std::erase_if(given_, [](const Given& given) { return resets_with_component(*given.option); });
  errors_.clear();
}

SbatchJob SbatchCommand::read() const {
  SbatchJob job;
  job.errors = errors_;
  JobBuilder builder{job};
  const Given* memory = nullptr;
  for (const auto& one : given_) {
    builder.apply(*one.option, one.value, one.column);
    if (one.option->name != "mem" && one.option->name != "mem-per-cpu" && one.option->name != "mem-per-gpu") continue;
    if (memory != nullptr)
      job.errors.push_back({one.value.line,
                            one.column,
                            {fmt::format("--{} and --{} exclude each other", memory->option->name, one.option->name),
                             "give one of --mem, --mem-per-cpu and --mem-per-gpu"}});
    memory = &one;
  }
  return job;
}

std::string IdleOptionWarnings::text(const SbatchOption& option) {
  return option.record != nullptr ? fmt::format("--{} is recorded, but not simulated yet", option.name)
                 : fmt::format("--{} is not modelled yet and has no effect", option.name);
}

}  // namespace sluice::workloads
