#pragma once
// The types of slurm.conf's values: read, and checked against a key with a message that says how to mend them.

#include <cstdint>
#include <optional>
#include <string_view>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/entry.hpp"
#include "simulator/conf/keys.hpp"

namespace sluice::conf {

/// A number, or none: UNLIMITED and INFINITE.
struct Number {
  std::optional<std::int64_t> value;
  bool operator==(const Number&) const = default;
};

/// Reads a number of `type` (number16, number32 or number64). nullopt: not one, or out of its range.
/// Source: parse_config.c (strtoul with base 0).
std::optional<Number> parse_number(std::string_view text, Type type);

/// YES UP TRUE 1 or NO DOWN FALSE 0, in any letter case.
std::optional<bool> parse_boolean(std::string_view text);

/// True when the entry's value is of the key's type; else reports what the key wants.
bool check_value(const Key& key, const Entry& entry, Diagnostics& diags);

}  // namespace sluice::conf
