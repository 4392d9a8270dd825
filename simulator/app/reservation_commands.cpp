#include "simulator/app/reservation_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <variant>
#include <vector>

#include "simulator/base/hostlist.hpp"
#include "simulator/base/slurm_time.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/engine/license_pool.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/numbers.hpp"

namespace sluice::app {
namespace {

using Flag = ReservationFlag;
using Names = ReservationRequest::NamesChange;

/// What scontrol may call a field, at least this many letters of it.
enum class Field {
  accounts, flags, groups, users, burst_buffer, start, end, duration, max_start_delay, node_count, core_count, nodes,
  features, licenses, partition, tres, watts, comment, skip
};
struct FieldName {
  std::string_view name;
  std::size_t least;
  Field field;
};
constexpr FieldName field_names[] = {
    {"accounts", 1, Field::accounts},       {"flags", 2, Field::flags},
    {"groups", 1, Field::groups},           {"users", 1, Field::users},
    {"burstbuffer", 2, Field::burst_buffer}, {"starttime", 2, Field::start},
    {"endtime", 1, Field::end},             {"duration", 1, Field::duration},
    {"maxstartdelay", 2, Field::max_start_delay}, {"nodecnt", 5, Field::node_count},
    {"nodecount", 5, Field::node_count},    {"corecnt", 5, Field::core_count},
    {"corecount", 5, Field::core_count},    {"cpucnt", 5, Field::core_count},
    {"cpucount", 5, Field::core_count},     {"nodes", 5, Field::nodes},
    {"features", 2, Field::features},       {"licenses", 2, Field::licenses},
    {"partitionname", 1, Field::partition}, {"tres", 1, Field::tres},
    {"watts", 1, Field::watts},             {"comment", 3, Field::comment},
    {"skip", 2, Field::skip}};

struct FlagName {
  std::string_view name;
  std::size_t least;
  Flag flag;
};
constexpr FlagName flag_names[] = {
    {"maintenance", 3, Flag::maint},        {"overlap", 1, Flag::overlap},
    {"flex", 1, Flag::flex},                {"ignore_jobs", 1, Flag::ignore_jobs},
    {"hourly", 1, Flag::hourly},            {"daily", 1, Flag::daily},
    {"weekday", 1, Flag::weekday},          {"weekend", 1, Flag::weekend},
    {"weekly", 1, Flag::weekly},            {"first_cores", 2, Flag::first_cores},
              {"any_nodes", 1, Flag::any_nodes},
    {"license_only", 1, Flag::any_nodes},   {"static_alloc", 1, Flag::static_alloc},
    {"part_nodes", 2, Flag::part_nodes},    {"magnetic", 3, Flag::magnetic},
    {"promiscuous", 2, Flag::magnetic},     {"purge_comp", 2, Flag::purge_comp},
    {"time_float", 1, Flag::time_float},    {"replace_down", 8, Flag::replace_down},
    {"replace", 1, Flag::replace},          {"no_hold_jobs_after_end", 1, Flag::no_hold_jobs},
    {"spec_nodes", 2, Flag::spec_nodes},    {"all_nodes", 2, Flag::all_nodes}};

template <class Name, std::size_t count>
const Name* find_name(const Name (&names)[count], std::string_view word) {
  const std::string lower = to_lower(word);
  for (const Name& one : names)
    if (lower.size() >= one.least && one.name.starts_with(lower)) return &one;
  return nullptr;
}

class FieldReader {
 public:
  FieldReader(const ClusterSpec& cluster, const TimeBase& base, Time at, const RefuseWord& refuse)
      : cluster_{cluster}, base_{base}, at_{at}, report_{refuse} {}

  ReservationRequest read(const conf::ChangeReservation& command) {
    is_new_ = command.kind == conf::ChangeReservation::Kind::create;
    out_.name = command.name;
    if (!is_new_ && command.name.empty()) refuse("update", "the command names no reservation", "give reservationname=");
    for (const auto& [key, value] : command.fields) read_field(key, value);
    if (is_new_ && !has_failed_) insist();
    return std::move(out_);
  }

 private:
  void refuse(std::string_view word, std::string message, std::string hint) {
    has_failed_ = true;
    report_(word, std::move(message), std::move(hint));
  }
  void not_modelled(std::string_view word, std::string_view hint) {
    refuse(word, fmt::format("'{}' of a reservation is not modelled", word), std::string{hint});
  }

  /// What scontrol itself asks for.
  void insist() {
    if (!out_.start) refuse("create", "a reservation wants a start time", "give starttime=");
    if (!out_.end && !out_.duration) refuse("create", "a reservation wants an end or a duration", "give duration=");
    if (!out_.users && !out_.accounts && !out_.groups)
      refuse("create", "a reservation wants users, groups or accounts", "give users=");
    if (out_.flags.has(Flag::part_nodes) && (!out_.partition || out_.nodes || !out_.node_counts.empty()))
      refuse("create", "PART_NODES wants a partition and all of its nodes", "give partitionname= and nodes=ALL");
    const bool says_what = out_.nodes || out_.all_nodes || !out_.node_counts.empty() || out_.licenses || out_.partition ||
                           !out_.core_counts.empty();
    if (!says_what)
      refuse("create", "a reservation wants nodes or licences", "give nodes=, nodecnt=, partitionname= or licenses=");
  }

  void read_field(std::string_view key, const std::string& value) {
    sign_ = '\0';
    std::string_view word = key;
    if (!word.empty() && (word.back() == '+' || word.back() == '-')) {
      sign_ = word.back();
      word.remove_suffix(1);
    }
    const FieldName* known = find_name(field_names, word);
    if (known == nullptr) {
      std::vector<std::string_view> words;
      for (const FieldName& one : field_names) words.push_back(one.name);
      return refuse(key, fmt::format("a reservation has no '{}'", word), did_you_mean(word, words));
    }
    switch (known->field) {
      case Field::accounts: return read_names(out_.accounts, value);
      case Field::users: return read_names(out_.users, value);
      case Field::flags: return read_flags(value);
      case Field::start: return read_moment(key, value, out_.start);
      case Field::end: return read_moment(key, value, out_.end);
      case Field::duration: return read_duration(value);
      case Field::node_count: return read_node_counts(key, value);
      case Field::nodes: return read_nodes(value);
      case Field::features: return read_features(value);
      case Field::licenses: return read_licenses(value);
      case Field::partition: return read_partition(value);
      case Field::tres: return read_tres(value);
      case Field::skip: out_.skips = true; return;
      case Field::comment: return;
      case Field::groups: return read_groups(key, value);
      case Field::core_count: return read_core_counts(key, value);
      case Field::max_start_delay: return read_start_delay(value);
      case Field::burst_buffer:
      case Field::watts: return not_modelled(key, "leave it out");
    }
  }

  void read_names(std::optional<Names>& into, const std::string& value) {
    Names change;
    change.how = sign_ == '+' ? Names::How::add : sign_ == '-' ? Names::How::remove : Names::How::set;
    std::size_t negated = 0;
    for (std::string_view name : split(value, ',')) {
      name = trim(name);
      if (name.empty()) continue;
      if (!is_new_ && change.how == Names::How::set && name.front() == '+') {
        change.how = Names::How::add;
        name.remove_prefix(1);
      }
      if (name.front() == '-') {
        ++negated;
        name.remove_prefix(1);
      }
      change.names.names.emplace_back(name);
    }
    if (negated != 0 && negated != change.names.names.size())
      return refuse(value, "some names say who may and some who may not", "put '-' before all of them or before none");
    change.names.except = negated != 0;
    if (negated != 0 && !is_new_ && change.how == Names::How::set) {  // users=-a takes a out of the list
      change.how = Names::How::remove;
      change.names.except = false;
    }
    into = std::move(change);
  }

  void read_groups(std::string_view key, const std::string& value) {
    if (!cluster_.groups)
      return refuse(key, "nothing says who is in which group",
                    "put what `getent group` prints beside slurm.conf, in a file called group, or name the users");
    read_names(out_.groups, value);
    if (!out_.groups) return;
    if (out_.groups->names.except) return refuse(value, "a reservation cannot be for all but some groups", "name groups");
    std::vector<std::string_view> known;
    for (const auto& one : cluster_.groups->members) known.push_back(one.first);
    for (const std::string& group : out_.groups->names.names)
      if (!cluster_.groups->members.contains(group))
        return refuse(group, fmt::format("the file group has no group '{}'", group), did_you_mean(group, known));
  }

  void read_start_delay(const std::string& value) {
    const auto time = parse_time(value);
    if (!time || !time->length)
      return refuse(value, fmt::format("MaxStartDelay wants a time, got '{}'", value), "write minutes or MM:SS");
    out_.max_start_delay = std::chrono::floor<std::chrono::seconds>(*time->length);
  }

  void read_flags(const std::string& value) {
    char sign = sign_;
    for (std::string_view word : split(value, ',')) {
      word = trim(word);
      if (word.starts_with('+') || word.starts_with('-')) {
        sign = word.front();
        word.remove_prefix(1);
      }
      const auto equals = std::min(word.find('='), word.size());
      const FlagName* known = find_name(flag_names, word.substr(0, equals));
      if (known == nullptr) {
        std::vector<std::string_view> words;
        for (const FlagName& one : flag_names) words.push_back(one.name);
        refuse(word, fmt::format("a reservation has no flag '{}'", word), did_you_mean(to_lower(word), words));
        continue;
      }
      if (known->flag == Flag::purge_comp && equals < word.size()) read_purge(word.substr(equals + 1));
      const bool needs_calendar = known->flag == Flag::weekday || known->flag == Flag::weekend;
      if (needs_calendar && !base_.calendar_origin())
        refuse(word, fmt::format("the trace has no calendar, so that nobody knows when a {} is", known->name),
                "use DAILY or WEEKLY");
      // How nodes are given says these; scontrol prints them, and takes them back.
      if (known->flag == Flag::spec_nodes || known->flag == Flag::all_nodes) continue;
      (sign == '-' ? out_.cleared_flags : out_.flags).insert(known->flag);
    }
  }

  void read_purge(std::string_view text) {
    const auto time = parse_time(text);
    if (!time || !time->length) return refuse(text, fmt::format("purge_comp wants a time, got '{}'", text), "write 5:00");
    out_.purge_after = std::chrono::floor<std::chrono::seconds>(*time->length);
  }

  void read_moment(std::string_view key, const std::string& value, std::optional<Time>& into) {
    const auto moment = workloads::parse_moment(value);
    const auto when = moment ? workloads::resolve_moment(*moment, at_.time_since_epoch() + base_.zero,
                                                         base_.is_calendar ? workloads::Calendar::known
                                                                           : workloads::Calendar::unknown)
                             : std::nullopt;
    if (!when)
      return refuse(value, fmt::format("{} wants a moment, got '{}'", key, value), "write now+1hour or a date");
    into = Time{*when - base_.zero};
  }

  void read_duration(const std::string& value) {
    using How = ReservationRequest::Length::How;
    const auto time = parse_time(value);
    if (!time) return refuse(value, fmt::format("duration wants a time, got '{}'", value), "write minutes or D-HH:MM:SS");
    ReservationRequest::Length length;
    length.how = sign_ == '+' ? How::add : sign_ == '-' ? How::subtract : How::set;
    if (time->length) length.length = std::chrono::ceil<std::chrono::minutes>(*time->length);
    out_.duration = length;
  }

  std::vector<std::int64_t> counts_of(std::string_view key, const std::string& value) {
    std::vector<std::int64_t> counts;
    for (const std::string_view part : split(value, ',')) {
      const auto count = workloads::parse_whole(trim(part));
      if (!count || *count < 0) {
        refuse(value, fmt::format("{} wants a number, got '{}'", key, part), "write 4, or 2,2 for two groups");
        return {};
      }
      counts.push_back(*count);
    }
    return counts;
  }
  void read_node_counts(std::string_view key, const std::string& value) {
    for (const auto count : counts_of(key, value)) out_.node_counts.push_back(count);
  }
  /// No cores are as good as nothing said of them.
  void read_core_counts(std::string_view key, const std::string& value) {
    if (cluster_.select.name == "select/linear")
      return refuse(value, "CoreCnt or CPUCnt is only supported when SelectType includes select/cons_res",
                    "select/linear gives whole nodes: reserve those (NodeCnt=, Nodes=)");
    for (const auto count : counts_of(key, value))
      if (count > 0) out_.core_counts.push_back(count);
  }

  void read_nodes(const std::string& value) {
    if (equal_ignoring_case(value, "all")) {
      out_.all_nodes = true;
      return;
    }
    const auto names = expand_hostlist(value);
    if (!names) return refuse(value, fmt::format("'{}' is no list of nodes: {}", value, names.error().message), {});
    NodeSet nodes{cluster_.nodes.size()};
    for (const auto& name : *names) {
      const auto& known = cluster_.nodes;
      const auto found = std::find_if(known.begin(), known.end(), [&](const NodeSpec& n) { return n.name == name; });
      if (found == known.end()) return refuse(value, fmt::format("there is no node '{}'", name), {});
      nodes.insert(NodeId{static_cast<std::uint32_t>(found - known.begin())});
    }
    out_.nodes = std::move(nodes);
  }

  /// `a&b` or `a|b`; counts and brackets would need a choice of their own.
  void read_features(const std::string& value) {
    const bool has_or = value.find('|') != std::string::npos;
    const bool has_and = value.find_first_of("&,") != std::string::npos;
    if ((has_or && has_and) || value.find_first_of("[]()*") != std::string::npos)
      return refuse(value, "of a reservation's features only a&b and a|b are modelled", "use nodes= instead");
    NodeSet nodes{cluster_.nodes.size()};
    for (std::uint32_t n = 0; n < cluster_.nodes.size(); ++n) {
      const auto& own = cluster_.classes[cluster_.nodes[n].node_class.index()].features;
      const auto has = [&](std::string_view feature) { return std::find(own.begin(), own.end(), feature) != own.end(); };
      bool all = true, any = false;
      for (std::size_t from = 0; from <= value.size();) {
        const auto to = std::min(value.find_first_of("|&,", from), value.size());
        const bool here = has(trim(std::string_view{value}.substr(from, to - from)));
        all = all && here;
        any = any || here;
        from = to + 1;
      }
      if (has_or ? any : all) nodes.insert(NodeId{n});
    }
    if (nodes.count() == 0) return refuse(value, fmt::format("no node has the features '{}'", value), {});
    out_.features = std::move(nodes);
  }

  void read_licenses(const std::string& value) {
    auto licenses = parse_licenses(value);
    if (!licenses) return refuse(value, fmt::format("'{}' is no list of licences", value), "write matlab:2,fluent:1");
    std::vector<std::string_view> known;
    for (const auto& one : cluster_.licenses) known.push_back(one.first);
    for (const auto& [name, count] : *licenses)
      if (!cluster_.licenses.contains(name))
        return refuse(value, fmt::format("the cluster has no licence '{}'", name), did_you_mean(name, known));
    out_.licenses = std::move(*licenses);
  }

  void read_partition(const std::string& value) {
    std::vector<std::string_view> known;
    for (std::uint32_t p = 0; p < cluster_.partitions.size(); ++p) {
      if (cluster_.partitions[p].name == value) {
        out_.partition = PartitionId{p};
        return;
      }
      known.emplace_back(cluster_.partitions[p].name);
    }
    refuse(value, fmt::format("there is no partition '{}'", value), did_you_mean(value, known));
  }

  /// node=N and license/NAME=N are what nodecnt= and licenses= say.
  void read_tres(const std::string& value) {
    for (const std::string_view part : split(value, ',')) {
      const auto equals = std::min(part.find('='), part.size());
      const std::string name = to_lower(trim(part.substr(0, equals)));
      const std::string count{part.substr(std::min(equals + 1, part.size()))};
      if (name == "node") {
        read_node_counts("node", count);
      } else if (name == "cpu" || name == "core") {
        read_core_counts(name, count);
      } else if (name.starts_with("license/")) {
        Licenses all = out_.licenses.value_or(Licenses{});
        read_licenses(fmt::format("{}:{}", name.substr(8), count));
        if (out_.licenses) all.insert(out_.licenses->begin(), out_.licenses->end());
        out_.licenses = std::move(all);
      } else {
        not_modelled(part, "of a reservation's TRES only node, cpu and license/NAME are modelled");
      }
    }
  }

  const ClusterSpec& cluster_;
  const TimeBase& base_;
  Time at_;
  const RefuseWord& report_;
  bool has_failed_ = false;
  ReservationRequest out_;
  bool is_new_ = false;
  char sign_ = '\0';  ///< of KEY+= and KEY-=
};

/// Of the reservations in a list, those that are made at some time.
bool is_made(std::string_view list, const std::map<std::string, std::optional<PartitionId>, std::less<>>& made) {
  const auto names = split(list, ',');
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return made.contains(trim(name)); });
}

}  // namespace

void settle_reservations(Workload& workload, const std::vector<TimedCommand>& commands, const ClusterSpec& cluster,
                         const std::string& file, Diagnostics& diags) {
  std::map<std::string, std::optional<PartitionId>, std::less<>> made;
  for (const TimedCommand& command : commands)
    if (const auto* one = std::get_if<CreateReservation>(&command.what)) made[one->request.name] = one->request.partition;
  std::map<std::string, std::size_t> unknown;
  for (JobSpec& job : workload.jobs) {
    const std::string& asked = workload.extras[job.extras].reservation;
    if (asked.empty()) continue;
    if (!is_made(asked, made)) {
      ++unknown[asked];
      continue;
    }
    // A job that names no partition runs in that of its reservation.
    const auto one = made.find(asked);
    if (one == made.end() || !one->second || !workload.request(job.request).partition.empty()) continue;
    JobRequest request = workload.request(job.request);
    request.partition = cluster.partitions[one->second->index()].name;
    job.request = workload.intern(request);
  }
  for (JobExtras& extras : workload.extras)
    if (!extras.reservation.empty() && !is_made(extras.reservation, made)) extras.reservation.clear();
  for (const auto& [name, jobs] : unknown)
    diags.warning({file, 0, 0},
                  fmt::format("{} job{} ask{} for reservation '{}', which no command makes: run without", jobs,
                              jobs == 1 ? "" : "s", jobs == 1 ? "s" : "", name),
                  "give --events with scontrol create reservation");
}

ReservationRequest read_reservation(const conf::ChangeReservation& command, const ClusterSpec& cluster,
                                    const TimeBase& base, Time at, const RefuseWord& refuse) {
  return FieldReader{cluster, base, at, refuse}.read(command);
}

}  // namespace sluice::app
