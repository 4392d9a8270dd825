#pragma once
// What --licenses says.

#include <optional>
#include <string_view>

#include "simulator/model/cluster_settings.hpp"

namespace sluice {

/// `name[:count]` lists of --licenses, separated by ; or , and added up where a name comes twice; a count is 1 where none
/// is given. Absent where the text is no such list. Source: licenses.c.
std::optional<Licenses> parse_licenses(std::string_view text);

}  // namespace sluice
