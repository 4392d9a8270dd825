#include "simulator/conf/groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "simulator/base/source.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

namespace fs = std::filesystem;

constexpr auto no_file =
    "AllowGroups lets everybody in, as nothing says who is in which group; put what `getent group` prints beside "
    "slurm.conf, in a file called group";

/// The fields of each line that has as many of them at least; others are reported. Lines of NIS (`+...`) say nothing.
template <class Take>
void for_each_entry(const fs::path& path, std::size_t least, std::string_view form, Diagnostics& diags, Take take) {
  const auto source = read_source(path, diags);
  if (!source) return;
  for (std::size_t i = 0; i < source->lines.size(); ++i) {
    const auto line = trim(source->lines[i]);
    if (line.empty() || line.front() == '#' || line.front() == '+') continue;
    const auto fields = split(line, ':');
    if (fields.size() < least || fields.front().empty())
      diags.error({path.string(), i + 1, 1}, "not a line of this file", fmt::format("a line is {}", form),
                  source->lines[i]);
    else
      take(fields);
  }
}

void add_member(UnixGroups& groups, const std::string& group, std::string_view user) {
  if (!user.empty() && !groups.has(group, user)) groups.members[group].emplace_back(user);
}

bool has_file(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

}  // namespace

void load_groups(ClusterSpec& spec, const fs::path& folder, Diagnostics& diags) {
  const auto group_file = folder / "group", user_file = folder / "passwd";
  if (!has_file(group_file)) {
    const bool any = std::any_of(spec.partitions.begin(), spec.partitions.end(),
                                 [](const PartitionSpec& partition) { return partition.groups.allow.has_value(); });
    if (!any) return;
    spec.unmodelled.emplace_back("AllowGroups");
    return diags.note({folder.string()}, no_file);
  }
  UnixGroups groups;
  std::multimap<std::string, std::string> names;  // by number
  for_each_entry(group_file, 4, "name:password:number:user,user,...", diags, [&](const auto& fields) {
    const std::string name{fields[0]};
    groups.members.try_emplace(name);
    names.emplace(std::string{fields[2]}, name);
    for (const auto user : split(fields[3], ',')) add_member(groups, name, trim(user));
  });
  spec.files.push_back(group_file.string());
  if (has_file(user_file)) {
    for_each_entry(user_file, 4, "name:password:number:number of the group:...", diags, [&](const auto& fields) {
      const auto [first, last] = names.equal_range(std::string{fields[3]});
      for (auto one = first; one != last; ++one) add_member(groups, one->second, fields[0]);
    });
    spec.files.push_back(user_file.string());
  }
  spec.groups = std::move(groups);
}

}  // namespace sluice::conf
