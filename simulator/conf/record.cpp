#include "simulator/conf/record.hpp"

#include <fmt/format.h>

#include <utility>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {

const Field* Fields::find(std::string_view name) const {
  for (const auto& field : all_)
    if (field.key->name == name) return &field;
  return nullptr;
}

void Fields::set(Field field) {
  for (auto& old : all_)
    if (old.key == field.key) {
      old = std::move(field);
      return;
    }
  all_.push_back(std::move(field));
}

void report_unknown_key(Scope scope, const Entry& entry, Diagnostics& diags) {
  auto hint = did_you_mean(entry.key, key_names(scope));
  if (hint.empty())
    for (const auto other : all_scopes)
      if (const auto* key = find_key(other, entry.key); key != nullptr && hint.empty())
        hint = fmt::format("{} belongs on {}", key->name, scope_text(other));
  error_at(diags, entry.key_spot(), fmt::format("unrecognized key '{}'", entry.key), std::move(hint));
}

Fields check_line(Scope scope, std::span<const Entry> line, Diagnostics& diags) {
  Fields fields;
  for (const auto& entry : line) {
    const auto* key = find_key(scope, entry.key);
    if (key == nullptr) {
      report_unknown_key(scope, entry, diags);
      continue;
    }
    if (!check_value(*key, entry, diags)) continue;
    if (fields.find(key->name) != nullptr)
      warning_at(diags, entry.key_spot(),
                 fmt::format("{} is given twice on this line; the last one counts", key->name));
    fields.set({key, entry});
  }
  return fields;
}

const Entry* Record::own(std::string_view name) const {
  const auto* field = own_.find(name);
  return field != nullptr ? &field->entry : nullptr;
}

const Entry* Record::find(std::string_view name) const {
  if (const auto* entry = own(name)) return entry;
  const auto* field = defaults_->find(name);
  return field != nullptr ? &field->entry : nullptr;
}

const Entry* Record::find(std::string_view name, std::string_view old) const {
  if (const auto* entry = own(name)) return entry;
  if (const auto* entry = own(old)) return entry;
  if (const auto* entry = find(name)) return entry;
  return find(old);
}

std::optional<std::int64_t> number_of(const Entry* entry) {
  if (entry == nullptr) return std::nullopt;
  return parse_number(entry->value, Type::number64).value_or(Number{}).value;
}

std::optional<Duration> minutes_of(const Entry* entry) {
  if (entry == nullptr) return std::nullopt;
  const auto length = parse_time(entry->value).value_or(TimeLimit{}).length;
  return length ? std::optional{round_up_to_minute(*length)} : std::nullopt;
}

bool is_yes(const Entry* entry) { return entry != nullptr && parse_boolean(entry->value).value_or(false); }

std::optional<Record> RecordReader::read(const std::vector<Entry>& line, Diagnostics& diags) {
  auto fields = check_line(scope_, line, diags);
  if (!equal_ignoring_case(line.front().value, "DEFAULT")) return Record{std::move(fields), defaults_};
  // Earlier records keep the defaults they were read with.
  auto merged = std::make_shared<Fields>(*defaults_);
  for (const auto& field : fields.all())
    if (field.key != &keys_of(scope_).front()) merged->set(field);
  defaults_ = std::move(merged);
  return std::nullopt;
}

}  // namespace sluice::conf
