#include "simulator/base/size.hpp"

#include <charconv>
#include <limits>

#include "simulator/base/text.hpp"

namespace sluice {
namespace {

constexpr std::string_view suffixes = "kmgtp";

struct Size {
  std::int64_t number = 0;
  std::string_view suffix;
};

std::optional<Size> read_size(std::string_view text) {
  Size size;
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size.number);
  if (error != std::errc{}) return std::nullopt;
  size.suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  return size;
}

/// number * 1024^power, if that fits.
std::optional<std::int64_t> scale(std::int64_t number, std::size_t power) {
  for (; power > 0; --power) {
    if (number > std::numeric_limits<std::int64_t>::max() / 1024) return std::nullopt;
    number *= 1024;
  }
  return number;
}

}  // namespace

std::optional<std::int64_t> parse_count(std::string_view text) {
  const auto size = read_size(text);
  if (!size) return std::nullopt;
  if (size->suffix.empty()) return size->number;
  const auto power = suffixes.find(lower(size->suffix.front()));
  if (size->suffix.size() > 1 || power == std::string_view::npos) return std::nullopt;
  return scale(size->number, power + 1);
}

std::optional<Megabytes> parse_memory(std::string_view text) {
  auto size = read_size(text);
  if (!size) return std::nullopt;
  if (size->suffix.size() == 2 && lower(size->suffix.back()) == 'b') size->suffix.remove_suffix(1);
  if (size->suffix.empty()) return Megabytes{size->number};
  const auto power = suffixes.find(lower(size->suffix.front()));
  if (size->suffix.size() > 1 || power == std::string_view::npos) return std::nullopt;
  if (power == 0) return Megabytes{size->number / 1024 + (size->number % 1024 > 0 ? 1 : 0)};
  const auto scaled = scale(size->number, power - 1);
  return scaled ? std::optional{Megabytes{*scaled}} : std::nullopt;
}

}  // namespace sluice
