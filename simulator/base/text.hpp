#pragma once
// Small questions about ASCII text. Bytes above 127 are left alone, whatever the locale.

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// What C's isspace() takes for white space in the "C" locale.
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// "ABc" -> "abc".
std::string to_lower(std::string_view text);

/// Equal but for the case of letters, as Slurm compares keys and enumerated values.
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Without white space at either end.
std::string_view trim(std::string_view text);

/// The parts between separators, empty ones too: "a,,b" has three; "" has one, empty.
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace sluice
