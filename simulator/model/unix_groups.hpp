#pragma once
// Who is in which Unix group: a simulation has no /etc/group, so that a file says it.

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct UnixGroups {
  std::map<std::string, std::vector<std::string>, std::less<>> members;  ///< by group, in the order of the file

  bool has(std::string_view group, std::string_view user) const {
    const auto known = members.find(group);
    return known != members.end() && std::find(known->second.begin(), known->second.end(), user) != known->second.end();
  }
  bool any_has(const std::vector<std::string>& groups, std::string_view user) const {
    return std::any_of(groups.begin(), groups.end(), [&](const std::string& group) { return has(group, user); });
  }
  bool operator==(const UnixGroups&) const = default;
};

}  // namespace sluice
