#pragma once
// The checked pairs of one line, over those of the DEFAULT lines before it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/conf/keys.hpp"
#include "simulator/conf/values.hpp"

namespace sluice::conf {

/// A pair whose key is known and whose value is of its type.
struct Field {
  const Key* key = nullptr;
  Entry entry;
};

/// Distinct fields of one or several lines.
class Fields {
 public:
  const Field* find(std::string_view name) const;
  /// Adds the field, or replaces the one with its key.
  void set(Field field);
  const std::vector<Field>& all() const { return all_; }

 private:
  std::vector<Field> all_;
};

/// Reports a key that `scope` does not have, with a suggestion.
void report_unknown_key(Scope scope, const Entry& entry, Diagnostics& diags);

/// The pairs of a line that are in order; the others are reported and left out. A key given twice is a warning, the
/// last counts.
Fields check_line(Scope scope, std::span<const Entry> line, Diagnostics& diags);

/// A line's own fields, and behind them the defaults. Getters take keys of the line's scope in the manual's spelling.
class Record {
 public:
  Record(Fields own, std::shared_ptr<const Fields> defaults) : own_{std::move(own)}, defaults_{std::move(defaults)} {}

  /// The line's own entry, or nullptr.
  const Entry* own(std::string_view name) const;
  /// Its own entry, else the default's, else nullptr.
  const Entry* find(std::string_view name) const;
  /// For a key with an old spelling: own `name`, own `old`, then the defaults' likewise.
  const Entry* find(std::string_view name, std::string_view old) const;

  const Fields& own_fields() const { return own_; }

 private:
  Fields own_;
  std::shared_ptr<const Fields> defaults_;
};

// Values of entries that passed check_line. nullopt: no entry, or UNLIMITED.
std::optional<std::int64_t> number_of(const Entry* entry);
/// In whole minutes, rounded up.
std::optional<Duration> minutes_of(const Entry* entry);
/// No entry is NO.
bool is_yes(const Entry* entry);

/// Lines of one kind that know DEFAULT: reads each into a record over the defaults so far.
class RecordReader {
 public:
  explicit RecordReader(Scope scope) : scope_{scope} {}
  Scope scope() const { return scope_; }

  /// The record of a line, or nothing when it was a DEFAULT line.
  std::optional<Record> read(const std::vector<Entry>& line, Diagnostics& diags);

 private:
  Scope scope_;
  std::shared_ptr<Fields> defaults_ = std::make_shared<Fields>();
};

}  // namespace sluice::conf
