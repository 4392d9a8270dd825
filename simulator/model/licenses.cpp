#include "simulator/model/licenses.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "simulator/base/text.hpp"

namespace sluice {

std::optional<Licenses> parse_licenses(std::string_view text) {
  Licenses licenses;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(",;"), text.size());
    const std::string_view one = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto sign = std::min(one.find_first_of(":="), one.size());
    std::int64_t count = 1;
    if (sign < one.size()) {
      const std::string_view number = one.substr(sign + 1);
      const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), count);
      if (error != std::errc{} || rest != number.data() + number.size() || count < 0) return std::nullopt;
    }
    if (sign == 0) return std::nullopt;
    licenses[std::string{one.substr(0, sign)}] += count;
  }
  return licenses;
}

}  // namespace sluice
