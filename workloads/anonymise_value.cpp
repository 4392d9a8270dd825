// Values that hold names among other things: lists, paths within texts, command lines.

#include <algorithm>
#include <string>
#include <string_view>

#include "simulator/base/text.hpp"
#include "workloads/anonymise_text.hpp"
#include "workloads/shell_words.hpp"

namespace sluice::workloads {
namespace {

constexpr std::string_view before_path = "=:,;\"'( ";
constexpr std::string_view after_path = "=,:;\"') ";

/// What becomes of an option of sbatch.
struct KeptOption {
  std::string_view name;  ///< long, in front of it two dashes
  char letter;            ///< or 0
  enum class Value { kept, account, user, job, hosts, wckey, none } value;
};
using Value = KeptOption::Value;
constexpr KeptOption kept_options[] = {
    {"account", 'A', Value::account},
    {"job-name", 'J', Value::job},
    {"nodelist", 'w', Value::hosts},
    {"exclude", 'x', Value::hosts},
    {"wckey", 0, Value::wckey},
    {"uid", 0, Value::user},
    {"partition", 'p', Value::kept},
    {"qos", 'q', Value::kept},
    {"nodes", 'N', Value::kept},
    {"ntasks", 'n', Value::kept},
    {"cpus-per-task", 'c', Value::kept},
    {"ntasks-per-node", 0, Value::kept},
    {"tasks-per-node", 0, Value::kept},
    {"time", 't', Value::kept},
    {"time-min", 0, Value::kept},
    {"mem", 0, Value::kept},
    {"mem-per-cpu", 0, Value::kept},
    {"mem-per-gpu", 0, Value::kept},
    {"gpus", 'G', Value::kept},
    {"gpus-per-node", 0, Value::kept},
    {"gpus-per-task", 0, Value::kept},
    {"cpus-per-gpu", 0, Value::kept},
    {"gres", 0, Value::kept},
    {"constraint", 'C', Value::kept},
    {"array", 'a', Value::kept},
    {"dependency", 'd', Value::kept},
    {"begin", 'b', Value::kept},
    {"deadline", 0, Value::kept},
    {"nice", 0, Value::kept},
    {"priority", 0, Value::kept},
    {"licenses", 'L', Value::kept},
    {"exclusive", 0, Value::none},
    {"oversubscribe", 's', Value::none},
    {"requeue", 0, Value::none},
    {"no-requeue", 0, Value::none},
    {"hold", 'H', Value::none},
};

std::string treated(Value kind, std::string_view value, Pseudonyms& names) {
  switch (kind) {
    case Value::account: return names.of(NameKind::account, value);
    case Value::user: return names.of(NameKind::user, value);
    case Value::job: return names.of(NameKind::job, value);
    case Value::wckey: return names.of(NameKind::wckey, value);
    case Value::hosts: return names.hosts(value);
    case Value::kept:
    case Value::none: break;
  }
  return std::string{value};
}

/// A value that is nothing but an option's: no blanks, quotes or paths, and bars only between features.
bool is_plain(std::string_view option, std::string_view value) {
  const bool may_have_bars = option == "constraint";
  return value.find_first_of(may_have_bars ? " \t\n\"'$`/@" : " \t\n\"'$`/@|") == std::string_view::npos;
}

const KeptOption* find_option(std::string_view word, bool& has_value) {
  has_value = false;
  for (const auto& option : kept_options) {
    if (word.starts_with("--")) {
      const auto name = word.substr(2, word.find('=') - 2);
      if (name != option.name) continue;
      has_value = word.find('=') != std::string_view::npos;
      return &option;
    }
    if (option.letter == 0 || word.size() < 2 || word[0] != '-' || word[1] != option.letter) continue;
    has_value = word.size() > 2;
    return &option;
  }
  return nullptr;
}

}  // namespace

std::string anonymise_list(NameKind kind, std::string_view list, Pseudonyms& names) {
  std::string out;
  for (const auto name : split(list, ',')) {
    if (!out.empty()) out += ',';
    out += names.of(kind, trim(name));
  }
  return out;
}

std::string anonymise_value(std::string_view value, Pseudonyms& names) {
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    const bool may_begin = at == 0 || before_path.find(value[at - 1]) != std::string_view::npos;
    if (!may_begin) {
      out += value[at++];
      continue;
    }
    const auto end = std::min(value.find_first_of(after_path, at), value.size());
    const auto word = value.substr(at, end - at);
    if (word.starts_with('/') && !word.starts_with("/dev/"))
      out += names.of(NameKind::path, word);
    else if (word.find('@') != std::string_view::npos)
      out += names.of(NameKind::mail, word);
    else if (!word.empty())
      out += word.front();
    else
      out += value[at];
    const bool is_whole =
        (word.starts_with('/') && !word.starts_with("/dev/")) || word.find('@') != std::string_view::npos;
    at = is_whole ? end : at + 1;
  }
  return out;
}

std::string anonymise_command(std::string_view line, Pseudonyms& names) {
  const auto words = split_shell_words(line).words;
  if (words.empty()) return {};
  std::string out;
  const std::string& client = words.front().text;
  for (const std::string_view program : {"sbatch", "srun", "salloc"})
    if (client == program || client.ends_with('/' + std::string{program})) out = program;
  if (out.empty()) return {};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string_view word = words[i].text;
    if (!word.starts_with('-')) continue;
    bool has_value = false;
    const KeptOption* option = find_option(word, has_value);
    if (option == nullptr) continue;
    const bool is_long = word.starts_with("--");
    std::string_view value;
    if (has_value)
      value = is_long ? word.substr(word.find('=') + 1) : word.substr(2);
    else if (option->value != Value::none && option->name != "nice" && i + 1 < words.size())
      value = words[++i].text;
    if (option->value == Value::kept && !is_plain(option->name, value)) continue;
    out.append(" --").append(option->name);
    if (!value.empty()) out += '=' + treated(option->value, value, names);
  }
  return out;
}

}  // namespace sluice::workloads
