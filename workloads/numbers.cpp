#include "workloads/numbers.hpp"

#include <charconv>
#include <cmath>
#include <system_error>

namespace sluice::workloads {
std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Duration> parse_seconds(std::string_view text) {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc{} && end == text.data() + text.size()) {
    if (whole > longest_length.count() || whole < -longest_length.count()) return std::nullopt;
    return std::chrono::seconds{whole};
  }
  const auto value = parse_number(text);
  if (!value || std::abs(*value) > static_cast<double>(longest_length.count())) return std::nullopt;
  return Duration{std::llround(*value * 1000.0)};
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t whole = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (error == std::errc{} && end == text.data() + text.size()) return whole;
  const auto value = parse_number(text);
  if (!value || std::abs(*value) > 9e15 || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

}  // namespace sluice::workloads
