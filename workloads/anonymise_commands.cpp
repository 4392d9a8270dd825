// sacctmgr commands without their names.

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/base/text.hpp"
#include "workloads/anonymise_text.hpp"
#include "workloads/shell_words.hpp"

namespace sluice::workloads {
namespace {

/// What a name in a command is of; nullopt: it is kept.
using Meaning = std::optional<NameKind>;

struct Thing {
  std::string_view word;
  Meaning names;
};
constexpr Thing things[] = {
    {"account", NameKind::account}, {"accounts", NameKind::account},  {"acct", NameKind::account},
    {"user", NameKind::user},       {"users", NameKind::user},        {"qos", std::nullopt},
    {"cluster", NameKind::cluster}, {"clusters", NameKind::cluster},  {"coordinator", NameKind::user},
    {"coord", NameKind::user},      {"coordinators", NameKind::user},
};

constexpr Thing keys[] = {
    {"account", NameKind::account},     {"accounts", NameKind::account},       {"acct", NameKind::account},
    {"parent", NameKind::account},      {"defaultaccount", NameKind::account}, {"user", NameKind::user},
    {"users", NameKind::user},          {"newname", NameKind::user},           {"cluster", NameKind::cluster},
    {"clusters", NameKind::cluster},    {"wckey", NameKind::wckey},            {"wckeys", NameKind::wckey},
    {"defaultwckey", NameKind::wckey},  {"description", NameKind::text},       {"desc", NameKind::text},
    {"organization", NameKind::text},   {"org", NameKind::text},               {"comment", NameKind::text},
};

template <std::size_t N>
const Thing* find(const Thing (&table)[N], std::string_view word) {
  const auto found =
      std::find_if(std::begin(table), std::end(table), [&](const Thing& one) { return equal_ignoring_case(one.word, word); });
  return found != std::end(table) ? found : nullptr;
}

bool is_verb(std::string_view word) {
  constexpr std::string_view verbs[] = {"add", "create", "modify", "update", "remove", "delete", "del"};
  return std::any_of(std::begin(verbs), std::end(verbs),
                     [&](std::string_view verb) { return equal_ignoring_case(verb, word); });
}

/// The verb and what is behind it; empty for a line that changes nothing, or nothing that is known.
std::span<const ShellWord> command_in(const std::vector<ShellWord>& words) {
  std::span<const ShellWord> rest{words};
  if (!rest.empty() && rest.front().text.ends_with("sacctmgr")) rest = rest.subspan(1);
  while (!rest.empty() && rest.front().text.starts_with('-')) rest = rest.subspan(1);
  if (rest.size() < 2 || !is_verb(rest[0].text) || find(things, rest[1].text) == nullptr) return {};
  return rest;
}

std::string replaced(const Meaning& meaning, std::string_view value, Pseudonyms& names) {
  if (!meaning || value.empty()) return std::string{value};
  return *meaning == NameKind::text ? names.of(*meaning, value) : anonymise_list(*meaning, value, names);
}

std::string word_text(std::string_view word, const Meaning& of_names, Pseudonyms& names) {
  if (equal_ignoring_case(word, "set") || equal_ignoring_case(word, "where")) return std::string{word};
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) return replaced(of_names, word, names);
  const auto stem = word.substr(0, word.find_first_of("+-="));
  const bool is_name = equal_ignoring_case(stem, "name") || equal_ignoring_case(stem, "names");
  const Thing* key = find(keys, stem);
  const Meaning meaning = is_name ? of_names : key != nullptr ? key->names : Meaning{};
  const auto value = replaced(meaning, word.substr(equals + 1), names);
  const bool needs_quotes = value.empty() || std::any_of(value.begin(), value.end(), is_space);
  return std::string{word.substr(0, equals + 1)} + (needs_quotes ? '"' + value + '"' : value);
}

std::string command_line(std::string_view line, Pseudonyms& names) {
  const auto words = split_shell_words(line);
  const auto command = command_in(words.words);
  if (command.empty()) return {};
  std::string out = "sacctmgr -i " + command[0].text + ' ' + command[1].text;
  const Meaning of_names = find(things, command[1].text)->names;
  for (const auto& word : command.subspan(2)) out += ' ' + word_text(word.text, of_names, names);
  return out + '\n';
}

}  // namespace

bool is_sacctmgr_command(std::string_view line) { return !command_in(split_shell_words(line).words).empty(); }

std::string anonymise_commands(std::string_view text, Pseudonyms& names) {
  std::string out;
  for (const auto line : split(text, '\n')) out += command_line(line, names);
  return out;
}

}  // namespace sluice::workloads
