// slurm.conf, gres.conf, topology.conf, slurmdbd.conf, ... and sacctmgr dump files without their names.

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "simulator/base/text.hpp"
#include "workloads/anonymise_text.hpp"

namespace sluice::workloads {
namespace {

/// What becomes of a key's value.
enum class Treatment { value, hosts, user, accounts, groups, cluster, text, removed };

struct KeyTreatment {
  std::string_view key;  ///< in lower case
  Treatment treatment;
};
constexpr KeyTreatment conf_keys[] = {
    {"nodename", Treatment::hosts},
    {"nodes", Treatment::hosts},
    {"nodehostname", Treatment::hosts},
    {"nodeset", Treatment::hosts},
    {"downnodes", Treatment::hosts},
    {"allocnodes", Treatment::hosts},
    {"switchname", Treatment::hosts},
    {"switches", Treatment::hosts},
    {"blockname", Treatment::hosts},
    {"frontendname", Treatment::hosts},
    {"slurmctldhost", Treatment::hosts},
    {"controlmachine", Treatment::hosts},
    {"backupcontroller", Treatment::hosts},
    {"accountingstoragehost", Treatment::hosts},
    {"accountingstoragebackuphost", Treatment::hosts},
    {"accountingstorageexternalhost", Treatment::hosts},
    {"dbdhost", Treatment::hosts},
    {"dbdbackuphost", Treatment::hosts},
    {"jobcomphost", Treatment::hosts},
    {"storagehost", Treatment::hosts},
    {"storagebackuphost", Treatment::hosts},
    {"nodeaddr", Treatment::removed},
    {"bcastaddr", Treatment::removed},
    {"controladdr", Treatment::removed},
    {"backupaddr", Treatment::removed},
    {"dbdaddr", Treatment::removed},
    {"frontendaddr", Treatment::removed},
    {"slurmctldaddr", Treatment::removed},
    {"maildomain", Treatment::removed},
    {"jobcompparams", Treatment::removed},
    {"slurmuser", Treatment::user},
    {"slurmduser", Treatment::user},
    {"storageuser", Treatment::user},
    {"accountingstorageuser", Treatment::user},
    {"jobcompuser", Treatment::user},
    {"allowusers", Treatment::user},
    {"denyusers", Treatment::user},
    {"allowaccounts", Treatment::accounts},
    {"denyaccounts", Treatment::accounts},
    {"allowgroups", Treatment::groups},
    {"denygroups", Treatment::groups},
    {"clustername", Treatment::cluster},
    {"storageloc", Treatment::text},
    {"accountingstorageloc", Treatment::text},
    {"jobcomploc", Treatment::text},
    {"reason", Treatment::text},
    {"comment", Treatment::text},
};

Treatment treatment_of(std::string_view key) {
  const auto name = to_lower(key);
  if (name.find("pass") != std::string::npos) return Treatment::removed;
  for (const auto& known : conf_keys)
    if (known.key == name) return known.treatment;
  return Treatment::value;
}

/// "ctl1(10.0.0.1)" -> "ctl1".
std::string_view without_address(std::string_view host) { return host.substr(0, host.find('(')); }

std::optional<std::string> treated(Treatment treatment, std::string_view value, Pseudonyms& names) {
  if (equal_ignoring_case(value, "ALL") || equal_ignoring_case(value, "NO")) return std::string{value};
  switch (treatment) {
    case Treatment::value: return anonymise_value(value, names);
    case Treatment::hosts: return names.hosts(without_address(value));
    case Treatment::user: return anonymise_list(NameKind::user, value, names);
    case Treatment::accounts: return anonymise_list(NameKind::account, value, names);
    case Treatment::groups: return anonymise_list(NameKind::group, value, names);
    case Treatment::cluster: return names.of(NameKind::cluster, value);
    case Treatment::text: return names.of(NameKind::text, value);
    case Treatment::removed: break;
  }
  return std::nullopt;
}

/// Takes one Key=Value (the value may be quoted) or a bare word off the front of a line.
struct Word {
  std::string_view key, value;
  bool is_pair = false, is_quoted = false;
};
Word take_word(std::string_view& line) {
  Word word;
  const auto end = std::min(line.find_first_of("= \t"), line.size());
  word.key = line.substr(0, end);
  line.remove_prefix(end);
  const auto rest = trim(line);
  if (rest.empty() || rest.front() != '=') return word;
  word.is_pair = true;
  line = trim(rest.substr(1));  // blanks around the `=` are allowed
  word.is_quoted = !line.empty() && line.front() == '"';
  if (word.is_quoted) line.remove_prefix(1);
  const auto stop = std::min(line.find_first_of(word.is_quoted ? "\"" : " \t"), line.size());
  word.value = line.substr(0, stop);
  line.remove_prefix(std::min(stop + (word.is_quoted ? 1 : 0), line.size()));
  return word;
}

/// The line up to a `#` that is not escaped.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
    if (at == 0 || line[at - 1] != '\\') return line.substr(0, at);
  return line;
}

std::string conf_line(std::string_view line, Pseudonyms& names) {
  line = trim(without_comment(line));
  std::string out;
  const auto add = [&](std::string_view word) { out.append(out.empty() ? "" : " ").append(word); };
  if (to_lower(line.substr(0, 8)) == "include ") {
    const std::filesystem::path file{trim(line.substr(8))};
    return std::string{"Include "}.append(file.filename().string());
  }
  while (!(line = trim(line)).empty()) {
    const Word word = take_word(line);
    if (!word.is_pair) {
      if (word.key != "\\") continue;  // nothing else stands alone
      add("\\");
      continue;
    }
    const auto value = treated(treatment_of(word.key), word.value, names);
    if (!value) continue;
    add(word.key);
    out += '=';
    if (word.is_quoted) out += '"';
    out += *value;
    if (word.is_quoted) out += '"';
  }
  return out;
}

/// One `'name'` or bare word of a dump.
std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') return text.substr(1, text.size() - 2);
  return text;
}

std::string dump_value(std::string_view key, std::string_view value, Pseudonyms& names) {
  const auto name = to_lower(key);
  if (name == "defaultaccount" || name == "coordinator") return anonymise_list(NameKind::account, value, names);
  if (name == "defaultwckey" || name == "wckeys" || name == "wckey")
    return anonymise_list(NameKind::wckey, value, names);
  if (name == "description" || name == "organization" || name == "comment") return names.of(NameKind::text, value);
  return std::string{value};
}

/// The fields of a line: cut at colons outside single quotes.
std::vector<std::string_view> dump_fields(std::string_view line) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    if (at < line.size() && line[at] == '\'') quoted = !quoted;
    if (at < line.size() && (line[at] != ':' || quoted)) continue;
    fields.push_back(line.substr(begin, at - begin));
    begin = at + 1;
  }
  return fields;
}

std::string dump_head(std::string_view head, Pseudonyms& names) {
  const auto dash = head.find(" - ");
  if (dash == std::string_view::npos) return {};
  const auto kind = to_lower(trim(head.substr(0, dash)));
  const auto name = unquoted(trim(head.substr(dash + 3)));
  const NameKind of = kind == "user" ? NameKind::user : kind == "cluster" ? NameKind::cluster : NameKind::account;
  return std::string{head.substr(0, dash + 3)}.append("'").append(names.of(of, name)).append("'");
}

std::string dump_line(std::string_view line, Pseudonyms& names) {
  line = trim(line);
  if (line.empty() || line.front() == '#') return {};
  const auto fields = dump_fields(line);
  std::string out = dump_head(fields.front(), names);
  if (out.empty()) return {};
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const auto equals = fields[i].find('=');
    const auto key = fields[i].substr(0, equals);
    out.append(":").append(key);
    if (equals == std::string_view::npos) continue;
    const auto value = fields[i].substr(equals + 1);
    const bool quoted = !value.empty() && value.front() == '\'';
    out += quoted ? "='" : "=";
    out += dump_value(key, unquoted(value), names);
    if (quoted) out += '\'';
  }
  return out;
}

template <class EachLine>
std::string each_line(std::string_view text, EachLine each) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    const auto kept = each(line);
    if (!kept.empty() || trim(line).empty()) out.append(kept) += '\n';  // a comment leaves no line behind
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string anonymise_conf(std::string_view text, Pseudonyms& names) {
  return each_line(text, [&](std::string_view line) { return conf_line(line, names); });
}

std::string anonymise_dump(std::string_view text, Pseudonyms& names) {
  return each_line(text, [&](std::string_view line) { return dump_line(line, names); });
}

}  // namespace sluice::workloads
