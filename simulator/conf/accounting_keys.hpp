#pragma once
// The limits of associations and QOS by the names that sacctmgr has for them: one table each, that reads and writes all
// text forms (dump, command, `show qos` table).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/model/accounting_spec.hpp"

namespace sluice::conf {

/// What `=`, `+=` and `-=` do to a list. For limits they are all the same.
enum class Operator : std::uint8_t { set, add, remove };

/// `Key=Value` of one of sacctmgr's texts.
struct Assignment {
  Entry entry;
  Operator op = Operator::set;
};

/// Where a limit lives in a record: the type of the place says how the text is read.
template <class Record>
using LimitPlace = std::variant<TresCounts& (*)(Record&), std::optional<std::int64_t>& (*)(Record&),
                                std::optional<Duration>& (*)(Record&)>;

template <class Record>
struct LimitKey {
  std::string_view name;     ///< as it is written
  std::string_view aliases;  ///< separated by |
  LimitPlace<Record> place;
};

/// In the order a dump has them. Source: sacctmgr(1), file_functions.c.
std::span<const LimitKey<AssociationSpec>> association_limits();
/// In the order of `sacctmgr show qos`, those that it does not show by default last. Source: sacctmgr(1),
/// qos_functions.c.
std::span<const LimitKey<QosSpec>> qos_limits();

/// Sets the limit that the assignment names; -1 or nothing removes it. False when there is no such limit; a wrong value
/// is reported. Names may be cut short as long as they mean one limit only.
bool set_limit(AssociationSpec& record, const Assignment& given, Diagnostics& diags);
bool set_limit(QosSpec& record, const Assignment& given, Diagnostics& diags);

/// Any key of an association (Fairshare, QOS, DefaultQOS, limits). `known_qos`: names that a QOS may have, or null when
/// they are not known.
bool set_association_key(AssociationSpec& record, const Assignment& given, const std::vector<std::string>* known_qos,
                         Diagnostics& diags);
/// Any key of a QOS.
bool set_qos_key(QosSpec& record, const Assignment& given, Diagnostics& diags);

/// Whether sacctmgr can show a QOS of that name in a table, whose columns a bar parts and whose comments begin with #.
bool can_be_qos_name(std::string_view name);
void report_bad_qos_name(const Spot& spot, std::string_view name, Diagnostics& diags);

/// The limit as text for a dump or a table; empty: not set.
template <class Record>
std::string limit_text(const LimitKey<Record>& key, const Record& record);

/// Reports a key that nobody knows, with a suggestion from all that an association (or a QOS) has.
void report_unknown_association_key(const Entry& entry, Diagnostics& diags);
void report_unknown_qos_key(const Entry& entry, Diagnostics& diags);

std::string flags_text(const QosFlags& flags);
std::string preempt_mode_text(const QosSpec& qos);

}  // namespace sluice::conf
