#include "simulator/conf/sacctmgr_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/sacctmgr_resources.hpp"
#include "simulator/conf/sacctmgr_text.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

enum class Verb { add, modify, remove, show, unknown };
enum class Entity { account, user, qos, cluster, coordinator, resource, other, unknown };

/// A command in its parts. Names are those given without a key and those given as name=, account=, ...
struct Command {
  Verb verb = Verb::unknown;
  Entity entity = Entity::unknown;
  std::vector<Word> words;  ///< before `set`, without verb, entity and `where`
  std::vector<Word> set;
  bool has_set = false;
  std::shared_ptr<const LogicalLine> line;
};

/// Keys of a command that are no limits: names, conditions and what belongs to the user.
using Keys = std::span<const std::string_view>;
constexpr std::string_view account_keys[] = {"name", "names", "account", "accounts", "acct", "parent"};
constexpr std::string_view user_keys[] = {"name",  "names",     "user",           "users",       "account", "accounts",
                                          "acct",  "partition", "partitions",     "adminlevel",  "admin",   "newname",
                                          "wckey", "wckeys",    "defaultaccount", "defaultwckey"};
constexpr std::string_view cluster_keys[] = {"name", "names", "cluster", "clusters", "rpc", "flags"};

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return equal_ignoring_case(word, text); });
}

Verb verb_of(std::string_view text) {
  if (is_any(text, {"add", "create"})) return Verb::add;
  if (is_any(text, {"modify", "update"})) return Verb::modify;
  if (is_any(text, {"remove", "delete", "del"})) return Verb::remove;
  if (is_any(text, {"list", "show", "dump", "version", "help", "exit", "quit", "ping", "problem"})) return Verb::show;
  return Verb::unknown;
}

Entity entity_of(std::string_view text) {
  if (is_any(text, {"account", "accounts", "acct"})) return Entity::account;
  if (is_any(text, {"user", "users"})) return Entity::user;
  if (is_any(text, {"qos"})) return Entity::qos;
  if (is_any(text, {"cluster", "clusters"})) return Entity::cluster;
  if (is_any(text, {"coordinator", "coord", "coordinators"})) return Entity::coordinator;
  if (is_any(text, {"resource", "resources"})) return Entity::resource;
  if (is_any(text, {"wckey", "federation", "tres", "job", "reservation", "event", "runawayjobs"}))
    return Entity::other;
  return Entity::unknown;
}

class ScriptRunner {
 public:
  ScriptRunner(AccountingBuilder& builder, std::vector<ResourceSpec>& resources, const std::vector<std::string>& given_qos,
               CommandScope scope, Diagnostics& diags)
      : builder_{builder}, resources_{resources}, given_qos_{given_qos}, scope_{scope}, diags_{diags} {}

  std::size_t others() const { return others_; }

  void run(const std::shared_ptr<const LogicalLine>& line) {
    if (scope_ == CommandScope::resources && to_lower(line->text()).find("resource") == std::string::npos) {
      ++others_;
      return;
    }
    const auto command = read(line);
    if (!command || command->verb == Verb::show || command->entity == Entity::other) return;
    if (command->entity == Entity::resource) return run_resource(*command);
    ++others_;
    if (scope_ == CommandScope::resources) return;
    switch (command->entity) {
      case Entity::account: return run_account(*command);
      case Entity::user: return run_user(*command);
      case Entity::qos: return run_qos(*command);
      case Entity::cluster: return run_cluster(*command);
      case Entity::coordinator: return run_coordinator(*command);
      default: return;
    }
  }

 private:
  std::optional<Command> read(const std::shared_ptr<const LogicalLine>& line) {
    auto words = read_words(line, diags_);
    if (!words.empty() && words.front().text().ends_with("sacctmgr")) words.erase(words.begin());
    while (!words.empty() && words.front().text().starts_with("-")) words.erase(words.begin());
    Command command;
    command.line = line;
    if (words.empty()) return std::nullopt;
    command.verb = verb_of(words.front().text());
    if (command.verb == Verb::unknown) {
      constexpr std::string_view verbs[] = {"add", "create", "modify", "update", "remove", "delete", "list", "show"};
      error_at(diags_, line->spot(words.front().given.entry.key_begin),
               fmt::format("sacctmgr has no command '{}'", words.front().text()),
               did_you_mean(words.front().text(), verbs));
      return std::nullopt;
    }
    if (command.verb == Verb::show) return command;
    command.entity = words.size() > 1 ? entity_of(words[1].text()) : Entity::unknown;
    if (command.entity == Entity::unknown) {
      error_at(diags_, line->spot(words[words.size() > 1 ? 1 : 0].given.entry.key_begin),
               fmt::format("'{}' of what?", words.front().text()), "write account, user, qos, cluster, coordinator or resource");
      return std::nullopt;
    }
    split_at_set(command, {words.begin() + 2, words.end()});
    return command;
  }

  static void split_at_set(Command& command, const std::vector<Word>& words) {
    bool in_set = false;
    for (const auto& word : words) {
      if (!word.is_assignment() && is_any(word.text(), {"set"})) {
        in_set = command.has_set = true;
      } else if (!word.is_assignment() && is_any(word.text(), {"where"})) {
        in_set = false;
      } else {
        (in_set ? command.set : command.words).push_back(word);
      }
    }
  }

  // -- parts of a command -------------------------------------------------------------------------------------------

  /// Lower-case names of words without a key and of those with one of these keys.
  static std::vector<std::string> names_in(const std::vector<Word>& words,
                                           std::initializer_list<std::string_view> keys) {
    std::vector<std::string> out;
    for (const auto& word : words) {
      if (word.is_assignment() && !is_any(word.given.entry.key, keys)) continue;
      for (auto& name : read_lower_names(word.text())) out.push_back(std::move(name));
    }
    return out;
  }

  static const Entry* find(const std::vector<Word>& words, std::initializer_list<std::string_view> keys) {
    for (const auto& word : words)
      if (word.is_assignment() && is_any(word.given.entry.key, keys)) return &word.given.entry;
    return nullptr;
  }

  /// Words after `set` that name nothing: sacctmgr ignores them, so the command hits more than was meant.
  void warn_of_names_after_set(const Command& command, std::string_view what) {
    if (!command.words.empty()) return;
    for (const auto& word : command.set)
      if (!word.is_assignment()) {
        warning_at(diags_, word.given.entry.value_spot(),
                   fmt::format("'{}' after set names nothing: every {} is modified", word.text(), what),
                   fmt::format("write modify {} where name={} set ...", what, word.text()));
        return;
      }
    warning_at(diags_, command.line->spot(0), fmt::format("no condition: every {} is modified", what),
               fmt::format("write modify {} where name=NAME set ...", what));
  }

  std::vector<std::string> qos_names() const {
    std::vector<std::string> names;
    for (const auto& qos : builder_.qos) names.push_back(qos.name);
    return names;
  }

  /// Whether an association's key is one of the command's own (names, conditions).
  static bool is_own_key(const Entry& entry, Keys keys) {
    return std::any_of(keys.begin(), keys.end(),
                       [&](std::string_view key) { return equal_ignoring_case(key, entry.key); });
  }

  /// Sets all limits and the like; `own`: keys that mean something else in this command.
  void apply(AssociationSpec& spec, const std::vector<Word>& words, Keys own) {
    const auto known = qos_names();
    for (const auto& word : words) {
      if (!word.is_assignment() || is_own_key(word.given.entry, own)) continue;
      const auto& entry = word.given.entry;
      if (is_any(entry.key, {"Description", "Desc"}))
        describe(spec, &AssociationSpec::description, entry.value);
      else if (is_any(entry.key, {"Organization", "Org"}))
        describe(spec, &AssociationSpec::organization, entry.value);
      else if (is_any(entry.key, {"Classification", "Cluster", "Clusters"}))
        continue;
      else if (!set_association_key(spec, word.given, &known, diags_))
        report_unknown_association_key(entry, diags_);
    }
  }

  /// Reads the words once, so that what is wrong is said once however many associations they are for.
  bool are_sound(const std::vector<Word>& words, Keys own) {
    const auto before = diags_.errors();
    AssociationSpec probe;
    apply(probe, words, own);
    return diags_.errors() == before;
  }

  void apply_quietly(AssociationSpec& spec, const std::vector<Word>& words, Keys own) {
    Diagnostics said;
    std::swap(said, diags_);
    apply(spec, words, own);
    std::swap(said, diags_);
  }

  // -- accounts -----------------------------------------------------------------------------------------------------

  void run_account(const Command& command) {
    const auto names = names_in(command.words, {"name", "names", "account", "accounts", "acct"});
    if (command.verb == Verb::modify) return modify_accounts(command, names);
    if (names.empty()) return report_no_name(command);
    if (command.verb == Verb::remove) {
      for (const auto& name : names) {
        if (builder_.find_account(name) == nullptr) warn_of_nothing(command, "account", name);
        builder_.remove_account(name);
      }
      return;
    }
    const auto* parent = find(command.words, {"parent"});
    const auto above = parent != nullptr ? to_lower(parent->value) : std::string{"root"};
    if (builder_.find_account(above) == nullptr) return report_unknown_account(*parent, above);
    if (!are_sound(command.words, account_keys)) return;
    for (const auto& name : names) {
      if (builder_.find_account(name) != nullptr) {
        report_existing(command, "account", name);
      } else {
        apply_quietly(builder_.add_account(name, above).spec, command.words, account_keys);
      }
    }
  }

  void modify_accounts(const Command& command, const std::vector<std::string>& names) {
    if (names.empty()) warn_of_names_after_set(command, "account");
    if (!are_sound(command.set, account_keys)) return;
    for (const auto& name : names)
      if (builder_.find_account(name) == nullptr) warn_of_nothing(command, "account", name);
    for (auto& draft : builder_.associations()) {
      const bool named = std::find(names.begin(), names.end(), draft.spec.account) != names.end();
      if (draft.spec.is_user() || (!names.empty() && !named)) continue;
      apply_quietly(draft.spec, command.set, account_keys);
      if (const auto* parent = find(command.set, {"parent"})) move_account(draft, *parent);
    }
  }

  void move_account(AssociationDraft& draft, const Entry& parent) {
    const auto above = to_lower(parent.value);
    if (builder_.find_account(above) == nullptr) return report_unknown_account(parent, above);
    if (draft.parent.empty() || builder_.is_below(above, draft.spec.account)) {
      error_at(diags_, parent.value_spot(), fmt::format("account '{}' cannot hang below itself", draft.spec.account));
      return;
    }
    draft.parent = above;
  }

  // -- users --------------------------------------------------------------------------------------------------------

  void run_user(const Command& command) {
    const auto names = names_in(command.words, {"name", "names", "user", "users"});
    if (command.verb == Verb::modify) return modify_users(command, names);
    if (names.empty()) return report_no_name(command);
    const auto* account = find(command.words, {"account", "accounts", "acct"});
    if (command.verb == Verb::remove) return remove_users(command, names, account);
    if (account == nullptr) account = find(command.words, {"defaultaccount"});
    if (account == nullptr) {
      error_at(diags_, command.line->spot(0), "a user needs an account", "write account=NAME");
      return;
    }
    if (!are_sound(command.words, user_keys)) return;
    for (const auto& below : read_lower_names(account->value)) {
      if (builder_.find_account(below) == nullptr) {
        report_unknown_account(*account, below);
        continue;
      }
      for (const auto& name : names) add_user(command, name, below);
    }
  }

  void add_user(const Command& command, const std::string& name, const std::string& account) {
    const auto* entry = find(command.words, {"partition", "partitions"});
    const auto partitions = entry != nullptr ? read_lower_names(entry->value) : std::vector<std::string>{""};
    for (const auto& partition : partitions) {
      if (builder_.find(account, name, partition) != nullptr) {
        report_existing(command, "user", fmt::format("{}' in account '{}", name, account));
        continue;
      }
      apply_quietly(builder_.add_user(name, account, partition).spec, command.words, user_keys);
    }
    set_user(*builder_.find_user(name), command.words);
  }

  void modify_users(const Command& command, const std::vector<std::string>& names) {
    if (names.empty() && find(command.words, {"account", "accounts", "acct", "partition"}) == nullptr)
      warn_of_names_after_set(command, "user");
    if (!are_sound(command.set, user_keys)) return;
    const auto accounts = list_of(command.words, {"account", "accounts", "acct"});
    const auto partitions = list_of(command.words, {"partition", "partitions"});
    const auto chosen = [](const std::vector<std::string>& list, const std::string& name) {
      return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
    };
    std::size_t hits = 0;
    for (auto& draft : builder_.associations()) {
      const auto& spec = draft.spec;
      if (!spec.is_user() || !chosen(names, spec.user) || !chosen(accounts, spec.account) ||
          !chosen(partitions, spec.partition))
        continue;
      ++hits;
      apply_quietly(draft.spec, command.set, user_keys);
      set_user(*builder_.find_user(draft.spec.user), command.set);
    }
    if (hits == 0) warn_of_nothing(command, "user", names.empty() ? "" : names_text(names));
  }

  void remove_users(const Command& command, const std::vector<std::string>& names, const Entry* account) {
    for (const auto& name : names) {
      if (builder_.find_user(name) == nullptr) warn_of_nothing(command, "user", name);
      if (account == nullptr)
        builder_.remove_user(name, std::nullopt);
      else
        for (const auto& from : read_lower_names(account->value)) builder_.remove_user(name, from);
    }
  }

  static std::vector<std::string> list_of(const std::vector<Word>& words,
                                          std::initializer_list<std::string_view> keys) {
    const auto* entry = find(words, keys);
    return entry != nullptr ? read_lower_names(entry->value) : std::vector<std::string>{};
  }

  /// Empty values change nothing.
  static void set_user(UserSpec& user, const std::vector<Word>& words) {
    const auto value = [&](std::initializer_list<std::string_view> keys) {
      const auto* entry = find(words, keys);
      return entry != nullptr ? entry->value : std::string{};
    };
    if (const auto account = value({"defaultaccount"}); !account.empty()) user.default_account = to_lower(account);
    if (const auto level = value({"adminlevel", "admin"}); !level.empty()) user.admin_level = level;
    if (const auto wckey = value({"defaultwckey"}); !wckey.empty()) user.default_wckey = to_lower(wckey);
  }

  void run_coordinator(const Command& command) {
    const auto names = names_in(command.words, {"name", "names", "user", "users"});
    const auto accounts = list_of(command.words, {"account", "accounts", "acct"});
    for (const auto& name : names) {
      auto* user = builder_.find_user(name);
      if (user == nullptr) {
        warn_of_nothing(command, "user", name);
        continue;
      }
      for (const auto& account : accounts) {
        auto& list = user->coordinates;
        list.erase(std::remove(list.begin(), list.end(), account), list.end());
        if (command.verb == Verb::add) list.push_back(account);
      }
    }
  }

  // -- QOS and clusters ---------------------------------------------------------------------------------------------

  void run_qos(const Command& command) {
    const auto names = names_in(command.words, {"name", "names", "qos"});
    if (command.verb == Verb::modify) return modify_qos(command, names);
    if (names.empty()) return report_no_name(command);
    for (const auto& name : names) {
      if (is_given(name)) continue;
      if (command.verb == Verb::remove) {
        if (builder_.find_qos(name) == nullptr) warn_of_nothing(command, "qos", name);
        builder_.remove_qos(name);
      } else if (builder_.find_qos(name) != nullptr) {
        report_existing(command, "qos", name);
      } else if (!can_be_qos_name(name)) {
        report_bad_qos_name(command.line->spot(0), name, diags_);
      } else {
        QosSpec qos;
        qos.name = qos.description = name;
        apply_qos(qos, command.words);
        builder_.qos.push_back(std::move(qos));
      }
    }
  }

  void modify_qos(const Command& command, const std::vector<std::string>& names) {
    if (names.empty()) warn_of_names_after_set(command, "qos");
    for (const auto& name : names)
      if (builder_.find_qos(name) == nullptr) warn_of_nothing(command, "qos", name);
    bool first = true;
    for (auto& qos : builder_.qos) {
      const bool named = names.empty() || std::find(names.begin(), names.end(), qos.name) != names.end();
      if (!named || is_given(qos.name)) continue;
      Diagnostics said;  // mistakes are said once
      if (!first) std::swap(said, diags_);
      apply_qos(qos, command.set);
      if (!first) std::swap(said, diags_);
      first = false;
    }
  }

  void apply_qos(QosSpec& qos, const std::vector<Word>& words) {
    const auto known = qos_names();
    for (const auto& word : words) {
      if (!word.is_assignment() || is_any(word.given.entry.key, {"name", "names"})) continue;
      if (!set_qos_key(qos, word.given, diags_)) report_unknown_qos_key(word.given.entry, diags_);
      if (is_any(word.given.entry.key, {"preempt"})) drop_unknown_victims(qos, word.given.entry, known);
    }
  }

  void drop_unknown_victims(QosSpec& qos, const Entry& entry, const std::vector<std::string>& known) {
    std::erase_if(qos.preempt, [&](const std::string& name) {
      if (std::find(known.begin(), known.end(), name) != known.end()) return false;
      error_at(diags_, entry.value_spot(), fmt::format("no QOS is called '{}'", name),
               did_you_mean(name, std::vector<std::string_view>(known.begin(), known.end())));
      return true;
    });
  }

  bool is_given(const std::string& name) const {
    return std::find(given_qos_.begin(), given_qos_.end(), name) != given_qos_.end();
  }

  void run_cluster(const Command& command) {
    const auto names = names_in(command.words, {"name", "names", "cluster", "clusters"});
    if (command.verb == Verb::remove) return;
    if (!names.empty()) builder_.cluster = names.front();
    const auto& words = command.has_set ? command.set : command.words;
    if (are_sound(words, cluster_keys)) apply_quietly(builder_.find_account("root")->spec, words, cluster_keys);
  }

  void run_resource(const Command& command) {
    using Kind = ResourceCommand::Verb;
    const Kind verb = command.verb == Verb::add ? Kind::add : command.verb == Verb::modify ? Kind::modify : Kind::remove;
    run_resource_command({verb, command.words, command.set, command.line}, resources_, diags_);
  }

  // -- what is wrong ------------------------------------------------------------------------------------------------

  void report_no_name(const Command& command) {
    error_at(diags_, command.line->spot(0), "the command names nothing", "write name=NAME");
  }
  void report_existing(const Command& command, std::string_view what, std::string_view name) {
    error_at(diags_, command.line->spot(0), fmt::format("{} '{}' exists already", what, name),
             fmt::format("change it with: modify {} where ... set ...", what));
  }
  void report_unknown_account(const Entry& entry, const std::string& name) {
    std::vector<std::string_view> names;
    for (const auto& draft : builder_.associations())
      if (!draft.spec.is_user()) names.push_back(draft.spec.account);
    error_at(diags_, entry.value_spot(), fmt::format("there is no account '{}'", name), did_you_mean(name, names));
  }
  void warn_of_nothing(const Command& command, std::string_view what, const std::string& name) {
    warning_at(diags_, command.line->spot(0), fmt::format("there is no {} '{}': nothing happens", what, name));
  }

  AccountingBuilder& builder_;
  std::vector<ResourceSpec>& resources_;
  const std::vector<std::string>& given_qos_;
  CommandScope scope_;
  std::size_t others_ = 0;
  Diagnostics& diags_;
};

}  // namespace

std::size_t run_commands(AccountingBuilder& builder, std::vector<ResourceSpec>& resources,
                         const std::shared_ptr<const SourceText>& source, const std::vector<std::string>& given_qos,
                         CommandScope scope, Diagnostics& diags) {
  ScriptRunner runner{builder, resources, given_qos, scope, diags};
  for (const auto& line : plain_lines(source)) runner.run(line);
  return runner.others();
}

}  // namespace sluice::conf
