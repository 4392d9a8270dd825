#include "simulator/base/parameters.hpp"

#include <charconv>

#include "simulator/base/text.hpp"

namespace sluice {

std::optional<std::string_view> find_parameter(std::string_view list, std::string_view name) {
  for (const auto part : split(list, ',')) {
    const auto word = trim(part);
    const auto equals = word.find('=');
    if (equal_ignoring_case(word.substr(0, equals), name))
      return equals == std::string_view::npos ? std::string_view{} : word.substr(equals + 1);
  }
  return std::nullopt;
}

bool has_parameter(std::string_view list, std::string_view name) { return find_parameter(list, name).has_value(); }

std::optional<std::int64_t> find_count(std::string_view list, std::string_view name) {
  const auto text = find_parameter(list, name);
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace sluice
