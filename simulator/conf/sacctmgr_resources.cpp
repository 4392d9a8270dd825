#include "simulator/conf/sacctmgr_resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "simulator/base/size.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/tres_text.hpp"

namespace sluice::conf {
namespace {

/// sacctmgr's keys, each known by its first letters.
struct KeyName {
  std::string_view name;
  std::size_t least;
};
constexpr std::array<KeyName, 9> keys{{{"names", 1},
                                       {"resources", 1},
                                       {"clusters", 2},
                                       {"count", 2},
                                       {"description", 1},
                                       {"flags", 2},
                                       {"servertype", 7},
                                       {"server", 3},
                                       {"percentallowed", 1}}};

/// The whole name; "" for none.
std::string_view key_of(std::string_view word) {
  const std::string lower = to_lower(word);
  if (lower == "type" || lower == "allowed") return lower == "type" ? "type" : "percentallowed";
  for (const KeyName& key : keys)
    if (lower.size() >= key.least && key.name.starts_with(lower)) return key.name;
  return {};
}

/// What a command names and sets.
struct Told {
  std::vector<std::string> names, clusters;
  std::optional<std::string> server;
  std::optional<std::int64_t> count, percent;
  std::string type, description;
};

class Reader {
 public:
  explicit Reader(Diagnostics& diags) : diags_{diags} {}

  Told read(const std::vector<Word>& words) {
    Told told;
    for (const Word& word : words) read(word, told);
    return told;
  }
  bool is_sound() const { return is_sound_; }
  void complain(Spot at, std::string message, std::string hint) {
    is_sound_ = false;
    error_at(diags_, at, std::move(message), std::move(hint));
  }

 private:
  void read(const Word& word, Told& told) {
    const Entry& entry = word.given.entry;
    const std::string_view key = word.is_assignment() ? key_of(entry.key) : "names";
    if (key == "names" || key == "resources") {
      for (auto& name : read_names(entry.value)) told.names.push_back(std::move(name));
    } else if (key == "clusters") {
      told.clusters = read_lower_names(entry.value);
    } else if (key == "server") {
      told.server = entry.value;
    } else if (key == "count") {
      told.count = number(entry, "count");
    } else if (key == "percentallowed") {
      told.percent = number(entry, "percentallowed");
      if (told.percent > 100) complain(entry.value_spot(), "more than 100 percent cannot be allowed", {});
    } else if (key == "type") {
      if (!std::string_view{"license"}.starts_with(to_lower(entry.value)))
        complain(entry.value_spot(), fmt::format("a resource is a License, not '{}'", entry.value), "write type=License");
    } else if (key.empty()) {
      std::vector<std::string_view> names;
      for (const KeyName& one : keys) names.push_back(one.name);
      complain(entry.key_spot(), fmt::format("a resource has no '{}'", entry.key), did_you_mean(entry.key, names));
    }
  }

  std::optional<std::int64_t> number(const Entry& entry, std::string_view what) {
    const auto value = parse_count(entry.value);
    if (!value) complain(entry.value_spot(), fmt::format("{} wants a number, got '{}'", what, entry.value), {});
    return value;
  }

  Diagnostics& diags_;
  bool is_sound_ = true;
};

ResourceSpec* find(std::vector<ResourceSpec>& all, std::string_view name, std::string_view server) {
  for (ResourceSpec& one : all)
    if (one.name == name && one.server == server) return &one;
  return nullptr;
}

/// How much of it all clusters together have.
std::int64_t percent_given(const ResourceSpec& resource) {
  std::int64_t sum = 0;
  for (const auto& [cluster, percent] : resource.percent_by_cluster) sum += percent;
  return sum;
}

class Runner {
 public:
  Runner(const ResourceCommand& command, std::vector<ResourceSpec>& all, Diagnostics& diags)
      : command_{command}, all_{all}, diags_{diags}, reader_{diags} {}

  void run() {
    const Told where = reader_.read(command_.words), set = reader_.read(command_.set);
    if (!reader_.is_sound()) return;
    if (where.names.empty() && command_.verb != ResourceCommand::Verb::modify)
      return reader_.complain(command_.line->spot(0), "the command names no resource", "write name=NAME");
    switch (command_.verb) {
      case ResourceCommand::Verb::add: return add(where);
      case ResourceCommand::Verb::modify: return modify(where, set);
      case ResourceCommand::Verb::remove: return remove(where);
    }
  }

 private:
  void add(const Told& told) {
    const std::string server = told.server.value_or("slurmdb");
    for (const std::string& name : told.names) {
      ResourceSpec* known = find(all_, name, server);
      if (known == nullptr && !told.count) {
        reader_.complain(command_.line->spot(0), fmt::format("resource '{}' wants a count", name), "write count=10");
        return;
      }
      if (known == nullptr) {
        known = &all_.emplace_back();
        known->name = name;
        known->server = server;
        known->count = *told.count;
      }
      allow(*known, told.clusters, told.percent.value_or(0));
    }
  }

  void modify(const Told& where, const Told& set) {
    bool any = false;
    for (ResourceSpec& one : all_) {
      if (!is_meant(one, where)) continue;
      any = true;
      if (set.count) one.count = *set.count;
      if (!set.percent) continue;
      std::vector<std::string> clusters = where.clusters;
      if (clusters.empty())
        for (const auto& [cluster, percent] : one.percent_by_cluster) clusters.push_back(cluster);
      allow(one, clusters, *set.percent);
    }
    if (!any) warn_of_nothing(where);
  }

  /// With clusters: those lose their part of it.
  void remove(const Told& where) {
    const auto before = all_.size();
    bool any = false;
    if (where.clusters.empty()) {
      std::erase_if(all_, [&](const ResourceSpec& one) { return is_meant(one, where); });
      any = all_.size() != before;
    }
    for (ResourceSpec& one : all_)
      if (!where.clusters.empty() && is_meant(one, where))
        for (const std::string& cluster : where.clusters) any = one.percent_by_cluster.erase(cluster) > 0 || any;
    if (!any) warn_of_nothing(where);
  }

  static bool is_meant(const ResourceSpec& one, const Told& where) {
    const bool named = where.names.empty() || std::find(where.names.begin(), where.names.end(), one.name) != where.names.end();
    return named && (!where.server || one.server == *where.server);
  }

  void allow(ResourceSpec& resource, const std::vector<std::string>& clusters, std::int64_t percent) {
    ResourceSpec changed = resource;
    for (const std::string& cluster : clusters) changed.percent_by_cluster[cluster] = percent;
    if (percent_given(changed) > 100)
      return reader_.complain(command_.line->spot(0),
                              fmt::format("{}@{} would be given out to {} percent", resource.name, resource.server,
                                          percent_given(changed)),
                              "the clusters' parts may be 100 percent together");
    resource = std::move(changed);
  }

  void warn_of_nothing(const Told& where) {
    warning_at(diags_, command_.line->spot(0),
               fmt::format("there is no resource '{}': nothing happens", names_text(where.names)));
  }

  const ResourceCommand& command_;
  std::vector<ResourceSpec>& all_;
  Diagnostics& diags_;
  Reader reader_;
};

std::string_view cell(const std::vector<std::string_view>& cells, std::optional<std::size_t> column) {
  return column && *column < cells.size() ? trim(cells[*column]) : std::string_view{};
}

/// A column by the end of its name: "% Allowed", "Allowed", "PercentAllowed".
std::optional<std::size_t> column_of(const std::vector<std::string_view>& header, std::string_view name) {
  for (std::size_t i = 0; i < header.size(); ++i)
    if (to_lower(trim(header[i])).ends_with(name)) return i;
  return std::nullopt;
}

}  // namespace

void run_resource_command(const ResourceCommand& command, std::vector<ResourceSpec>& resources, Diagnostics& diags) {
  Runner{command, resources, diags}.run();
}

bool is_resource_header(std::string_view line) {
  const auto columns = split(line, '|');
  const auto has = [&](std::string_view name) {
    return std::any_of(columns.begin(), columns.end(), [&](auto column) { return equal_ignoring_case(trim(column), name); });
  };
  return has("Name") && has("Server") && has("Count");
}

std::vector<ResourceSpec> read_resource_table(const std::shared_ptr<const SourceText>& source, Diagnostics& diags) {
  std::vector<ResourceSpec> all;
  std::optional<std::size_t> name, server, count, cluster, allowed;
  bool is_header = true;
  for (const auto& line : plain_lines(source)) {
    const auto cells = split(line->text(), '|');
    if (std::exchange(is_header, false)) {
      name = column_of(cells, "name"), server = column_of(cells, "server"), count = column_of(cells, "count");
      cluster = column_of(cells, "cluster"), allowed = column_of(cells, "allowed");
      continue;
    }
    const auto number = parse_count(cell(cells, count));
    const auto percent = allowed ? parse_count(cell(cells, allowed)) : std::optional<std::int64_t>{0};
    if (cell(cells, name).empty() || !number || !percent) {
      error_at(diags, line->spot(0), "no row of `sacctmgr -P show resource withclusters`", {});
      continue;
    }
    ResourceSpec* known = find(all, cell(cells, name), cell(cells, server));
    if (known == nullptr) {
      known = &all.emplace_back();
      known->name = cell(cells, name);
      known->server = cell(cells, server);
      known->count = *number;
    }
    if (!cell(cells, cluster).empty()) known->percent_by_cluster[to_lower(cell(cells, cluster))] = *percent;
  }
  return all;
}

Licenses remote_licenses(const std::vector<ResourceSpec>& resources, const std::string& cluster) {
  Licenses licenses;
  for (const ResourceSpec& one : resources)
    if (const auto part = one.percent_by_cluster.find(to_lower(cluster)); part != one.percent_by_cluster.end())
      licenses[fmt::format("{}@{}", one.name, one.server)] = one.count * part->second / 100;
  return licenses;
}

std::string resource_commands(const Licenses& licenses, const std::string& cluster) {
  std::string out;
  for (const auto& [name, count] : licenses)
    if (const auto at = name.find('@'); at != std::string::npos)
      out += fmt::format("add resource name={} server={} count={} type=License cluster={} percentallowed=100\n",
                         name.substr(0, at), name.substr(at + 1), count, to_lower(cluster));
  return out;
}

}  // namespace sluice::conf
