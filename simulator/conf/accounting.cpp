#include "simulator/conf/accounting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "simulator/base/source.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/accounting_builder.hpp"
#include "simulator/conf/qos_table.hpp"
#include "simulator/conf/sacctmgr_commands.hpp"
#include "simulator/conf/sacctmgr_dump.hpp"
#include "simulator/conf/sacctmgr_resources.hpp"

namespace sluice::conf {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t head_length = 16384;  // a dump begins with a page of comments

std::string_view first_plain_line(std::string_view head) {
  for (const auto line : split(head, '\n'))
    if (const auto text = trim(line); !text.empty() && text.front() != '#') return text;
  return {};
}

std::string head_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::string head(head_length, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  return head;
}

bool mentions_resources(const fs::path& script) {
  std::ifstream in{script, std::ios::binary};
  for (std::string line; std::getline(in, line);)
    if (to_lower(line).find("resource") != std::string::npos) return true;
  return false;
}

bool is_table_header(std::string_view line) {
  const auto columns = split(line, '|');
  const auto has = [&](std::string_view name) {
    return std::any_of(columns.begin(), columns.end(), [&](auto column) { return equal_ignoring_case(column, name); });
  };
  return has("Name") && has("Priority") && (has("UsageFactor") || has("GraceTime") || has("MaxWall"));
}

bool is_command(std::string_view line) {
  std::vector<std::string> words;
  for (const auto word : split(line, ' '))
    if (!word.empty() && word.front() != '-') words.push_back(to_lower(word));
  if (!words.empty() && words.front().ends_with("sacctmgr")) words.erase(words.begin());
  constexpr std::string_view verbs[] = {"add", "create", "modify", "update", "remove", "delete"};
  constexpr std::string_view things[] = {"account", "user", "qos", "cluster", "coordinator", "tres", "resource"};
  return words.size() > 1 && std::find(std::begin(verbs), std::end(verbs), words[0]) != std::end(verbs) &&
         std::find(std::begin(things), std::end(things), words[1]) != std::end(things);
}

struct AccountingFiles {
  std::vector<fs::path> dumps, tables, scripts, resources;
};

/// In the order of their names, so that the outcome does not hang on the file system.
AccountingFiles find_files(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator{folder, ignored})
    if (file.is_regular_file(ignored)) all.push_back(file.path());
  std::sort(all.begin(), all.end());
  AccountingFiles out;
  for (auto& path : all) {
    const auto kind = accounting_text(head_of(path));
    if (kind == AccountingText::dump)
      out.dumps.push_back(std::move(path));
    else if (kind == AccountingText::qos_table)
      out.tables.push_back(std::move(path));
    else if (kind == AccountingText::commands)
      out.scripts.push_back(std::move(path));
    else if (kind == AccountingText::resource_table)
      out.resources.push_back(std::move(path));
  }
  return out;
}

/// The cluster a dump is of.
std::string cluster_of(const fs::path& dump) {
  const auto head = head_of(dump);
  const auto line = first_plain_line(head);
  const auto begin = line.find('\'') + 1;
  return to_lower(line.substr(begin, line.find('\'', begin) - begin));
}

std::optional<fs::path> choose_dump(const std::vector<fs::path>& dumps, const std::string& cluster,
                                    Diagnostics& diags) {
  if (dumps.size() == 1) return dumps.front();
  std::vector<fs::path> own;
  for (const auto& dump : dumps)
    if (cluster_of(dump) == cluster) own.push_back(dump);
  if (own.size() == 1) return own.front();
  diags.error({dumps.front().parent_path().string()},
              fmt::format("{} sacctmgr dumps, {} of cluster '{}'", dumps.size(), own.size(), cluster),
              "leave one of them in the folder");
  return std::nullopt;
}

class Loader {
 public:
  Loader(ClusterSpec& spec, Diagnostics& diags) : spec_{spec}, diags_{diags} {}

  void load(const AccountingFiles& files) {
    for (const auto& table : files.resources)
      if (const auto source = open(table))
        for (auto& one : read_resource_table(source, diags_)) resources_.push_back(std::move(one));
    const std::size_t others = load_associations(files);
    for (const auto& [name, count] : remote_licenses(resources_, spec_.name)) spec_.licenses[name] = count;
    const bool tells_accounts = others > 0 || !files.dumps.empty() || !files.tables.empty();
    if (!tells_accounts) spec_.accounting.reset();
  }

 private:
  /// How many commands there were that are not about resources.
  std::size_t load_associations(const AccountingFiles& files) {
    std::size_t others = 0;
    for (const auto& table : files.tables) add_table(table);
    // What slurmdbd gives the root account counts only while there is such a QOS: tables name all there are.
    if (builder_.find_qos("normal") == nullptr) builder_.find_account("root")->spec.qos = {};
    if (!files.dumps.empty()) {
      if (const auto dump = choose_dump(files.dumps, spec_.name, diags_)) read_associations(*dump);
      for (const auto& script : files.scripts) run_resources_of(script);
    } else {
      for (const auto& script : files.scripts)
        if (const auto source = open(script))
          others += run_commands(builder_, resources_, source, table_names_, CommandScope::all, diags_);
    }
    const bool defined = !files.tables.empty() || files.dumps.empty();
    if (builder_.cluster.empty()) builder_.cluster = spec_.name;
    spec_.accounting = builder_.finish();
    spec_.accounting->qos_defined = defined;
    if (!defined) add_mentioned_qos(*spec_.accounting);
    return others;
  }

  std::shared_ptr<const SourceText> open(const fs::path& path) {
    auto source = read_source(path, diags_);
    if (!source) return nullptr;
    spec_.files.push_back(path.string());
    return std::make_shared<const SourceText>(std::move(*source));
  }

  void run_resources_of(const fs::path& script) {
    std::size_t others = 1;
    if (mentions_resources(script))
      if (const auto source = open(script))
        others = run_commands(builder_, resources_, source, table_names_, CommandScope::resources, diags_);
    if (others > 0) diags_.note({script.string()}, "is not run, as a sacctmgr dump says all of the associations");
  }

  void add_table(const fs::path& path) {
    const auto source = open(path);
    if (source == nullptr) return;
    if (table_names_.empty()) builder_.qos.clear();
    for (auto& qos : read_qos_table(source, diags_)) {
      table_names_.push_back(qos.name);
      if (auto* known = builder_.find_qos(qos.name))
        *known = std::move(qos);
      else
        builder_.qos.push_back(std::move(qos));
    }
  }

  void read_associations(const fs::path& dump) {
    const auto source = open(dump);
    if (source == nullptr) return;
    read_dump(builder_, source, table_names_.empty() ? nullptr : &table_names_, diags_);
    if (!builder_.cluster.empty() && builder_.cluster != spec_.name)
      diags_.note({dump.string()}, fmt::format("is a dump of cluster '{}', not of '{}'", builder_.cluster, spec_.name));
  }

  /// With a dump alone: a QOS is known by being mentioned.
  static void add_mentioned_qos(AccountingSpec& accounting) {
    const auto add = [&](const std::string& name) {
      if (find_qos(accounting, name)) return;
      QosSpec qos;
      qos.name = name;
      accounting.qos.push_back(qos);
    };
    for (const auto& one : accounting.associations) {
      for (const auto& name : one.qos.own.value_or(std::vector<std::string>{})) add(name);
      for (const auto& name : one.qos.added) add(name);
      if (one.default_qos) add(*one.default_qos);
    }
  }

  ClusterSpec& spec_;
  Diagnostics& diags_;
  AccountingBuilder builder_;
  std::vector<ResourceSpec> resources_;
  std::vector<std::string> table_names_;
};

}  // namespace

std::optional<AccountingText> accounting_text(std::string_view head) {
  const auto line = first_plain_line(head);
  if (to_lower(line.substr(0, 10)) == "cluster - ") return AccountingText::dump;
  if (is_table_header(line)) return AccountingText::qos_table;
  if (is_resource_header(line)) return AccountingText::resource_table;
  if (is_command(line)) return AccountingText::commands;
  return std::nullopt;
}

void load_accounting(ClusterSpec& spec, const fs::path& folder, Diagnostics& diags) {
  const auto files = find_files(folder);
  if (files.dumps.empty() && files.tables.empty() && files.scripts.empty() && files.resources.empty()) return;
  Loader{spec, diags}.load(files);
}

}  // namespace sluice::conf
