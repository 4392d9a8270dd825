#pragma once
// The checker's own readers of the text forms in jobs.csv. Each returns nullopt for what is not of its form.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::report::verify {

/// Cuts one CSV record off the front of `text`, through its line end. False at a quote that is never closed.
bool take_record(std::string_view& text, std::vector<std::string>& fields);

std::optional<std::int64_t> parse_integer(std::string_view text);

/// A decimal number as thousandths: "12.5" is 12500. At most three decimals.
std::optional<std::int64_t> parse_milli(std::string_view text);

/// n[1-2,007],m -> n1 n2 n007 m. One pair of brackets an item.
std::optional<std::vector<std::string>> parse_nodes(std::string_view text);

/// 8(x3),2 -> {8,3} {2,1}. Values may hold brackets with commas in them.
std::optional<std::vector<std::pair<std::string, std::int64_t>>> parse_repeats(std::string_view text);

/// 0-3, [0,2-3] or - as bits.
std::optional<std::uint64_t> parse_devices(std::string_view text);

}  // namespace sluice::report::verify
