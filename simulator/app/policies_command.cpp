#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "simulator/app/other_commands.hpp"

namespace sluice::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t line_width = 100;

void print_option(const Option& option) {
  std::string value;
  if (option.unit != "flag")
    value = fmt::format("={}", option.range.empty() ? option.unit : option.range);
  fmt::print("      {}{}\n", option.name, value);
  if (!option.default_value.empty()) fmt::print("          default {}\n", option.default_value);
  std::string_view rest = option.meaning;
  while (rest.size() > line_width) {
    const auto cut = std::min(rest.rfind(' ', line_width), rest.size());
    fmt::print("          {}\n", rest.substr(0, cut));
    rest = rest.substr(std::min(cut + 1, rest.size()));
  }
  fmt::print("          {}\n", rest);
}

void print_words(std::span<const Word> words) {
  fmt::print("      its words (*: changes while a job waits)\n");
  for (const Word& word : words)
    fmt::print("          {:<17} {:<9} {}\n", fmt::format("{}{}", word.name, word.changes ? "*" : ""), word.unit, word.meaning);
}

/// Only orders have words of their own so far.
template <class Entry>
std::span<const Word> words_of(const Entry& entry) {
  if constexpr (requires { entry.words; }) return entry.words != nullptr ? entry.words() : std::span<const Word>{};
  return {};
}

template <class Entry>
void print_family(std::string_view title, std::string_view parameters, std::span<const Entry* const> entries) {
  fmt::print("{}   (options in {})\n", title, parameters);
  for (const Entry* entry : entries) {
    fmt::print("  {:<22} {}\n", entry->name, entry->meaning);
    for (const Option& option : entry->options) print_option(option);
    if (const auto words = words_of(*entry); !words.empty()) print_words(words);
  }
  fmt::print("\n");
}

template <class Entry>
Json family_json(std::span<const Entry* const> entries) {
  Json list = Json::array();
  for (const Entry* entry : entries) {
    Json options = Json::array();
    for (const Option& o : entry->options)
      options.push_back({{"name", o.name}, {"unit", o.unit}, {"default", o.default_value}, {"range", o.range},
                         {"meaning", o.meaning}});
    Json one = {{"name", entry->name}, {"meaning", entry->meaning}, {"options", options}};
    if (const auto words = words_of(*entry); !words.empty()) {
      one["words"] = Json::array();
      for (const Word& w : words) one["words"].push_back({{"name", w.name}, {"unit", w.unit}, {"changes", w.changes}, {"meaning", w.meaning}});
    }
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

CLI::App* add_policies_command(CLI::App& app, PoliciesArguments& arguments) {
  CLI::App* command = app.add_subcommand("policies", "List the policies with their options");
  command->add_flag("--json", arguments.json, "Print JSON");
  command->footer("Choose one with slurm.conf's own keys, in the file or on the command line:\n"
                  "  --set SchedulerType=sched/easy --set SchedulerParameters=easy_variant=fast");
  return command;
}

ExitCode list_policies(const PoliciesArguments& arguments, const Policies& policies) {
  if (arguments.json) {
    const Json all = {{"SchedulerType", family_json(policies.schedulers())},
                      {"PriorityType", family_json(policies.priorities())},
                      {"SelectType", family_json(policies.placements())}};
    fmt::print("{}\n", all.dump(2));
    return ExitCode::fine;
  }
  print_family("SchedulerType", "SchedulerParameters", policies.loops());
  print_family("SchedulerType", "SchedulerParameters", policies.schedulers());
  print_family("PriorityType", "PriorityParameters", policies.priorities());
  print_family("SelectType", "SelectTypeParameters", policies.placements());
  return ExitCode::fine;
}

}  // namespace sluice::app
