#include "tests/support/scenario_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <stdexcept>

#include "simulator/app/operator_commands.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/source.hpp"
#include "simulator/conf/accounting_builder.hpp"
#include "simulator/conf/load.hpp"
#include "simulator/conf/sacctmgr_commands.hpp"
#include "tests/unit/conf/conf_folder.hpp"
#include "workloads/extras_columns.hpp"
#include "workloads/sbatch_options.hpp"

namespace sluice::test {
namespace {

using Words = std::vector<std::string>;

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr Unit units[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};

[[noreturn]] void fail(std::string_view what, std::string_view text) {
  throw std::invalid_argument{fmt::format("scenario: {}: '{}'", what, text)};
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) fail("a number is wanted", text);
  return value;
}

Duration time_of(std::string_view text) {
  const auto time = read_scenario_time(text);
  if (!time) fail("a time is wanted", text);
  return *time;
}

Words words_of(std::string_view line) {
  std::istringstream in{std::string{line}};
  Words words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

Words parts_of(std::string_view list, char separator) {
  Words parts;
  while (!list.empty()) {
    const auto cut = std::min(list.find(separator), list.size());
    parts.emplace_back(list.substr(0, cut));
    list.remove_prefix(std::min(cut + 1, list.size()));
  }
  return parts;
}

struct Setting {
  std::string name, value;
};

Setting setting_of(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos) return {word, ""};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

Words names_in(const std::string& hostlist) {
  auto names = expand_hostlist(hostlist);
  if (!names) fail("no hostlist", hostlist);
  return std::move(*names);
}

/// Reads the lines of a scenario one by one.
class Reader {
 public:
  ScenarioText read(std::string_view text) {
    for (const auto& line : parts_of(text, '\n')) {
      const std::string_view what = std::string_view{line}.substr(0, line.find('#'));
      if (const Words words = words_of(what); !words.empty()) read_line(what, words);
    }
    if (scenario_.told_columns.empty()) fail("there is no table of jobs in", text);
    put_jobs();
    configure();
    put_commands();
    return std::move(scenario_);
  }

 private:
  void read_line(std::string_view line, const Words& words) {
    const Words rest{words.begin() + 1, words.end()};
    if (!scenario_.told_columns.empty()) return read_row(line);
    if (words[0] == "pool") {
      scenario_.cluster = make_pool(number(rest.at(0)));
    } else if (words[0] == "cluster") {
      Words attributes;
      for (const auto& word : rest)
        if (!word.starts_with("nodes=")) attributes.push_back(word);
      add_nodes(fmt::format("n[1-{}]", number(rest.at(0).substr(6))), attributes);
    } else if (words[0] == "node") {
      add_nodes(rest.at(0), {rest.begin() + 1, rest.end()});
    } else if (words[0] == "partition") {
      add_partition(rest);
    } else if (words[0] == "policy") {
      choose(rest);
    } else if (words[0] == "conf" || words[0] == "gres" || words[0] == "topology") {
      files_[words[0] == "conf" ? "slurm.conf" : words[0] + ".conf"] += fmt::format("{}\n", fmt::join(rest, " "));
    } else if (words[0] == "group") {
      files_["group"] += rest.at(0) + "\n";
    } else if (words[0] == "set") {
      const Setting key = setting_of(rest.at(0));
      sets_.push_back({key.name, key.value});
    } else if (words[0] == "sacctmgr") {
      accounting_ += fmt::format("{}\n", line);
    } else if (words[0] == "clock") {
      scenario_.clockwork.check_period = std::chrono::seconds{30};
      if (rest.size() > 1) scenario_.clockwork.first_check = Time{time_of(rest[1])};
    } else if (words[0] == "settings") {
      set(rest);
    } else if (words[0] == "at") {
      typed_.emplace_back(Time{time_of(rest.at(0))}, fmt::format("{}", fmt::join(rest.begin() + 1, rest.end(), " ")));
    } else if (words[0] == "job") {
      read_header(line);
    } else {
      fail("what is this line?", line);
    }
  }

  void add_nodes(const std::string& names, const Words& attributes) {
    NodeClass what;
    NodeState state = NodeState::up;
    for (const auto& [name, value] : settings(attributes)) {
      if (name == "cpus") {
        what.cpus = number(value);
      } else if (name == "mem") {
        what.real_memory = Megabytes{number(value)};
      } else if (name == "gpus") {
        what.gres = {{"gpu", "", number(value)}};
      } else if (name == "gpu") {
        for (const auto& kind : parts_of(value, ','))
          what.gres.push_back({"gpu", kind.substr(0, kind.find(':')), number(kind.substr(kind.find(':') + 1))});
      } else if (name == "features") {
        what.features = parts_of(value, ',');
      } else if (name == "state" && value == "down") {
        state = NodeState::down;
      } else {
        fail("no attribute of a node", name);
      }
    }
    what.cores_per_socket = what.cpus;
    std::sort(what.gres.begin(), what.gres.end());
    auto& classes = scenario_.cluster.classes;
    const auto known = std::find(classes.begin(), classes.end(), what);
    const NodeClassId row{static_cast<std::uint32_t>(known - classes.begin())};
    if (known == classes.end()) classes.push_back(what);
    for (const auto& name : names_in(names)) scenario_.cluster.nodes.push_back({name, row, state, {}});
  }

  static std::vector<Setting> settings(const Words& words) {
    std::vector<Setting> all;
    for (const auto& word : words) all.push_back(setting_of(word));
    return all;
  }

  void add_partition(const Words& words) {
    PartitionSpec partition;
    partition.name = words.at(0);
    for (const auto& [name, value] : settings({words.begin() + 1, words.end()})) {
      if (name == "nodes") {
        for (const auto& node : names_in(value)) partition.nodes.push_back(node_named(node));
      } else if (name == "max_time") {
        partition.max_time = time_of(value);
      } else if (name == "max_nodes") {
        partition.max_nodes = number(value);
      } else if (name == "state") {
        partition.state = value == "down"    ? PartitionState::down
                          : value == "drain" ? PartitionState::drain
                                             : PartitionState::inactive;
      } else if (name == "qos") {
        partition.qos = value;
      } else if (name == "min_nodes") {
        partition.min_nodes = number(value);
      } else if (name == "default_time") {
        partition.default_time = time_of(value);
      } else if (name == "tier") {
        partition.priority_tier = number(value);
      } else if (name == "job_factor") {
        partition.priority_job_factor = number(value);
      } else if (name == "allow_accounts") {
        partition.accounts.allow = parts_of(value, ',');
      } else if (name == "deny_accounts") {
        partition.accounts.deny = parts_of(value, ',');
      } else if (name == "allow_qos") {
        partition.qos_access.allow = parts_of(value, ',');
      } else if (name == "deny_qos") {
        partition.qos_access.deny = parts_of(value, ',');
      } else if (name == "default") {
        partition.is_default = true;
      } else if (name == "exclusive") {
        partition.always_exclusive = true;
      } else {
        fail("no attribute of a partition", name);
      }
    }
    std::sort(partition.nodes.begin(), partition.nodes.end());
    scenario_.cluster.partitions.push_back(partition);
  }

  NodeId node_named(const std::string& name) const {
    const auto& nodes = scenario_.cluster.nodes;
    const auto found =
        std::find_if(nodes.begin(), nodes.end(), [&](const NodeSpec& node) { return node.name == name; });
    if (found == nodes.end()) fail("no such node", name);
    return NodeId{static_cast<std::uint32_t>(found - nodes.begin())};
  }

  void choose(const Words& words) {
    for (const auto& [name, value] : settings(words)) {
      if (name == "scheduler") {
        scenario_.policies.scheduler = value;
      } else if (name == "options") {
        scenario_.policies.options = value;
      } else if (name == "order") {
        scenario_.policies.order = value;
      } else if (name == "order_options") {
        scenario_.policies.order_options = value;
      } else if (name == "placement") {
        scenario_.policies.placement = value;
      } else {
        fail("no part of a policy", name);
      }
    }
  }

  void set(const Words& words) {
    auto& cluster = scenario_.cluster;
    for (const auto& [name, value] : settings(words)) {
      if (name == "over_time_limit") {
        cluster.times.over_time_limit = time_of(value);
      } else if (name == "slurmd_timeout") {
        cluster.times.slurmd_timeout = time_of(value);
      } else if (name == "return_to_service") {
        cluster.times.return_to_service = number(value);
      } else if (name == "requeue") {
        cluster.job_settings.requeue = value == "yes";
      } else if (name == "kill_invalid_depend") {
        cluster.job_settings.dependency_parameters = "kill_invalid_depend";
      } else {
        fail("no setting", name);
      }
    }
  }

  void put_commands() {
    std::stable_sort(typed_.begin(), typed_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    app::CommandResolver resolver{scenario_.workload, scenario_.cluster};
    for (const auto& [at, text] : typed_) {
      Diagnostics diags;
      auto commands = resolver.resolve({text, {"", 1, 1}, {}}, at, diags);
      if (!diags.ok()) fail(diags.text(), text);
      for (auto& command : commands) scenario_.commands.push_back({at, std::move(command)});
    }
  }

  void read_header(std::string_view line) {
    const auto bar = line.find(" | ");
    if (bar == std::string_view::npos) fail("a bar is wanted in", line);
    scenario_.told_columns = words_of(line.substr(0, bar));
    scenario_.expected_columns = words_of(line.substr(bar + 2));
    if (!files_.empty()) load();
    if (!scenario_.cluster.partitions.empty()) return;
    PartitionSpec all;
    all.name = "all";
    for (std::uint32_t n = 0; n < scenario_.cluster.nodes.size(); ++n) all.nodes.push_back(NodeId{n});
    scenario_.cluster.partitions.push_back(all);
  }

  void load() {
    const ConfFolder folder;
    std::string& conf = files_["slurm.conf"];
    conf = "ClusterName=test\n" + conf;
    const auto add = [&conf](std::string_view key, std::string_view value) {
      if (conf.find(fmt::format("{}=", key)) == std::string::npos) conf += fmt::format("{}={}\n", key, value);
    };
    add("SchedulerType", "sched/backfill");
    add("SelectType", "select/cons_tres");
    add("SelectTypeParameters", "CR_Core");
    add("PartitionName", "all Nodes=ALL Default=YES");
    for (const auto& [name, text] : files_) folder.write(name, text);
    Diagnostics diags;
    auto cluster = conf::load_cluster(folder.path(), {}, diags);
    if (!cluster) throw std::invalid_argument{diags.text()};
    scenario_.cluster = std::move(*cluster);
    scenario_.is_configured = true;
  }

  void read_row(std::string_view line) {
    const auto bar = line.find(" | ");
    if (bar == std::string_view::npos) fail("a bar is wanted in", line);
    ScenarioRow row{words_of(line.substr(0, bar)), words_of(line.substr(bar + 2)), {}};
    // A message has spaces and stands last.
    const std::size_t columns = scenario_.expected_columns.size();
    for (; row.expected.size() > columns; row.expected.pop_back())
      row.expected[row.expected.size() - 2] += ' ' + row.expected.back();
    if (row.told.size() != scenario_.told_columns.size() || row.expected.size() != columns)
      fail("another number of cells than columns in", line);
    scenario_.rows.push_back(std::move(row));
  }

  /// Jobs stand in the workload in the order of their submission; times are not shifted.
  void put_jobs() {
    auto& partitions = scenario_.cluster.partitions;
    if (std::none_of(partitions.begin(), partitions.end(), [](const auto& p) { return p.is_default; }))
      partitions.front().is_default = true;
    std::vector<std::pair<JobSpec, ScenarioRow*>> jobs;
    for (auto& row : scenario_.rows) jobs.emplace_back(job_of(row.told), &row);
    std::stable_sort(jobs.begin(), jobs.end(),
                     [](const auto& a, const auto& b) { return a.first.submit < b.first.submit; });
    for (auto& [spec, row] : jobs) {
      row->job = JobId{static_cast<std::uint32_t>(scenario_.workload.jobs.size())};
      scenario_.workload.jobs.push_back(spec);
      scenario_.workload.add_id(row->told[0]);
    }
  }

  /// After all lines, whatever their order.
  void configure() {
    Diagnostics diags;
    conf::apply_overrides(scenario_.cluster, sets_, diags);
    if (!accounting_.empty()) {
      conf::AccountingBuilder builder;
      std::vector<conf::ResourceSpec> resources;
      conf::run_commands(builder, resources,
                         std::make_shared<SourceText>(make_source("scenario", accounting_)), {}, conf::CommandScope::all, diags);
      scenario_.cluster.accounting = builder.finish();
      scenario_.cluster.licenses.merge(conf::remote_licenses(resources, scenario_.cluster.name));
    }
    if (!diags.ok()) throw std::invalid_argument{diags.text()};
  }

  JobSpec job_of(const Words& cells) {
    JobSpec spec;
    JobExtras extras;
    JobRequest request;
    std::optional<Duration> runs;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const std::string& name = scenario_.told_columns[c];
      const std::string& value = cells[c];
      if (value == "-" || name == "job") continue;
      if (name == "submit") {
        spec.submit = Time{time_of(value)};
      } else if (name == "limit") {
        spec.limit = time_of(value);
      } else if (name == "runs") {
        runs = time_of(value);
      } else if (name == "user") {
        spec.user = scenario_.workload.users.intern(value);
      } else if (name == "account") {
        spec.account = scenario_.workload.accounts.intern(value);
      } else if (name == "qos") {
        spec.qos = scenario_.workload.qos.intern(value);
      } else if (name == "nice") {
        extras.nice = number(value);
      } else if (name == "exit") {
        spec.exit_code = static_cast<std::int16_t>(number(value));
      } else if (name == "outcome") {
        spec.outcome = value == "out_of_memory" ? Outcome::out_of_memory : Outcome::node_fail;
      } else if (name == "begin") {
        extras.begin = time_of(value);
      } else if (name == "deadline") {
        extras.deadline = time_of(value);
      } else if (!record(name, value, extras)) {
        ask(name == "cpus" ? "ntasks" : name, value, request);
      }
    }
    if (!runs && !spec.limit) fail("a job needs a limit or a run time", cells[0]);
    spec.duration = runs ? *runs : *spec.limit;
    spec.request = scenario_.workload.intern(request);
    if (extras != JobExtras{}) {
      spec.extras = static_cast<std::uint32_t>(scenario_.workload.extras.size());
      scenario_.workload.extras.push_back(extras);
    }
    return spec;
  }

  static bool record(std::string_view column, const std::string& value, JobExtras& extras) {
    for (const auto& known : workloads::extras_columns()) {
      if (known.name != column) continue;
      if (const auto complaint = known.read(value, extras)) fail(complaint->message, value);
      return true;
    }
    return false;
  }

  static void ask(std::string_view option, const std::string& value, JobRequest& request) {
    for (const auto& known : workloads::sbatch_options()) {
      if (known.name != option || known.read == nullptr) continue;
      if (const auto complaint = known.read(value, request)) fail(complaint->message, value);
      return;
    }
    fail("no column about a job", option);
  }

  ScenarioText scenario_;
  std::vector<conf::Override> sets_;
  std::string accounting_;  ///< lines of sacctmgr
  std::map<std::string, std::string> files_;  ///< of a configuration folder
  std::vector<std::pair<Time, std::string>> typed_;
};

}  // namespace

std::optional<Duration> read_scenario_time(std::string_view text) {
  std::int64_t sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto letters = std::min(text.find_first_of("0123456789"), text.size());
    const auto unit = std::find_if(std::begin(units), std::end(units),
                                   [&](const Unit& u) { return u.name == text.substr(0, letters); });
    if (unit == std::end(units)) return std::nullopt;
    sum += value * unit->milliseconds;
    text.remove_prefix(letters);
  }
  return Duration{sum};
}

std::string scenario_time(Duration time) {
  if (time.count() == 0) return "0s";
  std::string text;
  std::int64_t left = time.count();
  for (const Unit& unit : units) {
    if (left >= unit.milliseconds) text += fmt::format("{}{}", left / unit.milliseconds, unit.name);
    left %= unit.milliseconds;
  }
  return text;
}

ScenarioText read_scenario(std::string_view text) { return Reader{}.read(text); }

}  // namespace sluice::test
