#include "simulator/conf/sacctmgr_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/sacctmgr_text.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

bool is_key(const Assignment& given, std::string_view name) { return equal_ignoring_case(given.entry.key, name); }

const Entry* find_key(const DumpLine& line, std::string_view name) {
  for (const auto& given : line.given)
    if (is_key(given, name)) return &given.entry;
  return nullptr;
}

/// The same, if it has a value.
const Entry* find_value(const DumpLine& line, std::string_view name) {
  const auto* entry = find_key(line, name);
  return entry != nullptr && !entry->value.empty() ? entry : nullptr;
}

class DumpReader {
 public:
  DumpReader(AccountingBuilder& builder, const std::vector<std::string>* known_qos, Diagnostics& diags)
      : builder_{builder}, known_qos_{known_qos}, diags_{diags} {}

  void read(const std::shared_ptr<const LogicalLine>& text) {
    const auto line = read_dump_line(text, diags_);
    if (!line) return;
    if (equal_ignoring_case(line->title, "Cluster")) return read_cluster(*line);
    if (equal_ignoring_case(line->title, "Parent")) return read_parent(*line);
    if (equal_ignoring_case(line->title, "Account") || equal_ignoring_case(line->title, "Project"))
      return read_account(*line);
    if (equal_ignoring_case(line->title, "User")) return read_user(*line);
    constexpr std::string_view titles[] = {"Cluster", "Parent", "Account", "User"};
    auto hint = did_you_mean(line->title, titles);
    error_at(diags_, text->spot(0), fmt::format("a dump has no '{}' lines", line->title),
             hint.empty() ? "known are Cluster, Parent, Account and User" : hint);
  }

 private:
  void read_cluster(const DumpLine& line) {
    if (!builder_.cluster.empty()) {
      error_at(diags_, line.name.value_spot(),
               fmt::format("a second Cluster line, after that of '{}'", builder_.cluster),
               "a dump is of one cluster: cut the file in two");
      return;
    }
    builder_.cluster = to_lower(line.name.value);
    apply(builder_.find_account("root")->spec, line);
  }

  void read_parent(const DumpLine& line) {
    const auto name = to_lower(line.name.value);
    if (builder_.find_account(name) == nullptr) {
      error_at(diags_, line.name.value_spot(), fmt::format("no Account line above defines '{}'", name),
               "a parent stands before its children");
      parent_is_known_ = false;
      return;
    }
    parent_ = name;
    parent_is_known_ = true;
  }

  void read_account(const DumpLine& line) {
    if (!parent_is_known_) return;
    const auto name = to_lower(line.name.value);
    if (builder_.find_account(name) != nullptr) {
      error_at(diags_, line.name.value_spot(), fmt::format("account '{}' is defined twice", name));
      return;
    }
    apply(builder_.add_account(name, parent_).spec, line);
  }

  void read_user(const DumpLine& line) {
    if (!parent_is_known_) return;
    const auto name = to_lower(line.name.value);
    const auto* at = find_key(line, "Partition");
    const auto partition = at != nullptr ? to_lower(at->value) : std::string{};
    auto* draft = builder_.find(parent_, name, partition);
    const bool is_superuser = name == "root" && parent_ == "root" && partition.empty();
    if (draft != nullptr && !is_superuser) {
      error_at(diags_, line.name.value_spot(), fmt::format("user '{}' is in account '{}' twice", name, parent_));
      return;
    }
    if (draft == nullptr) draft = &builder_.add_user(name, parent_, partition);
    apply(draft->spec, line);
    apply_user(*builder_.find_user(name), line);
  }

  void apply(AssociationSpec& spec, const DumpLine& line) {
    for (const auto& given : line.given) {
      if (is_key(given, "Description"))
        describe(spec, &AssociationSpec::description, given.entry.value);
      else if (is_key(given, "Organization"))
        describe(spec, &AssociationSpec::organization, given.entry.value);
      else if (is_key(given, "Classification") || is_user_key(given, spec))
        continue;
      else if (!set_association_key(spec, given, known_qos_, diags_))
        report_unknown_association_key(given.entry, diags_);
    }
  }

  static bool is_user_key(const Assignment& given, const AssociationSpec& spec) {
    constexpr std::string_view keys[] = {"Partition",  "DefaultAccount", "DefaultWCKey",
                                         "AdminLevel", "Coordinator",    "WCKeys"};
    return spec.is_user() &&
           std::any_of(std::begin(keys), std::end(keys), [&](std::string_view key) { return is_key(given, key); });
  }

  static void apply_user(UserSpec& user, const DumpLine& line) {
    if (const auto* entry = find_value(line, "DefaultAccount")) user.default_account = to_lower(entry->value);
    if (const auto* entry = find_value(line, "DefaultWCKey")) user.default_wckey = entry->value;
    if (const auto* entry = find_value(line, "AdminLevel")) user.admin_level = entry->value;
    if (const auto* entry = find_key(line, "Coordinator")) user.coordinates = read_lower_names(entry->value);
    if (const auto* entry = find_key(line, "WCKeys")) user.wckeys = read_lower_names(entry->value);
  }

  AccountingBuilder& builder_;
  const std::vector<std::string>* known_qos_;
  Diagnostics& diags_;
  std::string parent_ = "root";
  bool parent_is_known_ = true;
};

}  // namespace

void read_dump(AccountingBuilder& builder, const std::shared_ptr<const SourceText>& source,
               const std::vector<std::string>* known_qos, Diagnostics& diags) {
  DumpReader reader{builder, known_qos, diags};
  for (const auto& line : plain_lines(source)) reader.read(line);
}

}  // namespace sluice::conf
