#include <fmt/format.h>

#include <string_view>
#include <unordered_map>

#include "simulator/base/slurm_time.hpp"
#include "simulator/conf/accounting_keys.hpp"
#include "simulator/conf/tres_text.hpp"
#include "simulator/conf/write_cluster.hpp"

// Source: file_functions.c, whose layout this is, and qos_functions.c.

namespace sluice::conf {
namespace {

std::string in_quotes(std::string_view text) {
  const char quote = text.find('\'') == std::string_view::npos ? '\'' : '"';
  return fmt::format("{}{}{}", quote, text, quote);
}

std::string access_text(const QosAccess& access) {
  if (access.own) return names_text(*access.own);
  std::string out;
  for (const auto& name : access.added) out += fmt::format("{}+{}", out.empty() ? "" : ",", name);
  for (const auto& name : access.removed) out += fmt::format("{}-{}", out.empty() ? "" : ",", name);
  return out;
}

std::string association_keys(const AssociationSpec& spec) {
  std::string out;
  if (spec.default_qos) out += fmt::format(":DefaultQOS={}", in_quotes(*spec.default_qos));
  out += spec.shares ? fmt::format(":Fairshare={}", *spec.shares) : ":Fairshare=parent";
  for (const auto& key : association_limits())
    if (const auto text = limit_text(key, spec); !text.empty())
      out += text.find(':') == std::string::npos ? fmt::format(":{}={}", key.name, text)
                                                 : fmt::format(":{}={}", key.name, in_quotes(text));
  if (!spec.parent && !spec.qos.own) out += ":QOS=''";  // the root account has `normal` unless told otherwise
  if (const auto text = access_text(spec.qos); !text.empty()) out += fmt::format(":QOS={}", in_quotes(text));
  return out;
}

std::string user_keys(const UserSpec& user) {
  std::string out;
  const auto add = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out += fmt::format(":{}={}", key, in_quotes(value));
  };
  add("DefaultAccount", user.default_account);
  add("DefaultWCKey", user.default_wckey);
  add("AdminLevel", user.admin_level);
  add("Coordinator", names_text(user.coordinates));
  add("WCKeys", names_text(user.wckeys));
  return out;
}

using UsersByName = std::unordered_map<std::string_view, const UserSpec*>;

std::string association_line(const UsersByName& users, const AssociationSpec& spec) {
  if (!spec.is_user())
    return fmt::format("Account - {}:Description={}:Organization={}{}\n", in_quotes(spec.account),
                       in_quotes(spec.description), in_quotes(spec.organization), association_keys(spec));
  const auto user = users.find(spec.user);
  const auto partition = spec.partition.empty() ? "" : fmt::format(":Partition={}", in_quotes(spec.partition));
  return fmt::format("User - {}{}{}{}\n", in_quotes(spec.user), partition,
                     user != users.end() ? user_keys(*user->second) : "", association_keys(spec));
}

template <class T>
std::string optional_text(const std::optional<T>& value) {
  return value ? fmt::to_string(*value) : std::string{};
}

/// Columns that are no limits.
struct Column {
  std::string_view name;
  std::string (*text)(const QosSpec&);
};
const Column plain_columns[] = {
    {"Name", [](const QosSpec& q) { return q.name; }},
    {"Descr", [](const QosSpec& q) { return q.description; }},
    {"Priority", [](const QosSpec& q) { return fmt::to_string(q.priority); }},
    {"GraceTime", [](const QosSpec& q) { return time_text(q.grace_time); }},
    {"Preempt", [](const QosSpec& q) { return names_text(q.preempt); }},
    {"PreemptExemptTime",
     [](const QosSpec& q) { return q.preempt_exempt_time ? time_text(*q.preempt_exempt_time) : std::string{}; }},
    {"PreemptMode", [](const QosSpec& q) { return preempt_mode_text(q); }},
    {"Flags", [](const QosSpec& q) { return flags_text(q.flags); }},
    {"UsageThres", [](const QosSpec& q) { return optional_text(q.usage_threshold); }},
    {"UsageFactor", [](const QosSpec& q) { return fmt::to_string(q.usage_factor); }},
    {"LimitFactor", [](const QosSpec& q) { return optional_text(q.limit_factor); }},
};

}  // namespace

std::string dump_text(const AccountingSpec& accounting) {
  const auto& root = accounting.associations.front();
  std::string out = fmt::format("Cluster - {}{}\n", in_quotes(accounting.cluster), association_keys(root));
  UsersByName users;
  for (const auto& user : accounting.users) users.emplace(user.name, &user);
  std::string parent;
  for (std::size_t i = 1; i < accounting.associations.size(); ++i) {
    const auto& spec = accounting.associations[i];
    const auto& above = accounting.associations[spec.parent->index()].account;
    if (above != parent) out += fmt::format("Parent - {}\n", in_quotes(above));
    parent = above;
    out += association_line(users, spec);
  }
  return out;
}

std::string qos_table_text(const AccountingSpec& accounting) {
  std::string out;
  for (const auto& column : plain_columns) out += fmt::format("{}{}", out.empty() ? "" : "|", column.name);
  for (const auto& key : qos_limits()) out += fmt::format("|{}", key.name);
  out += "\n";
  for (const auto& qos : accounting.qos) {
    std::string line;
    for (const auto& column : plain_columns) line += (line.empty() ? "" : "|") + column.text(qos);
    for (const auto& key : qos_limits()) line += "|" + limit_text(key, qos);
    out += line + "\n";
  }
  return out;
}

}  // namespace sluice::conf
