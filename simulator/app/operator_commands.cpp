#include "simulator/app/operator_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "simulator/app/reservation_commands.hpp"
#include "simulator/base/array_tasks.hpp"
#include "simulator/base/civil_time.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/source.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/numbers.hpp"
#include "workloads/sbatch_options.hpp"

namespace sluice::app {
namespace {

/// scontrol's word for a priority that the plugin shall compute again: -1.
constexpr std::uint32_t computed_priority = 0xffffffff;

}  // namespace

/// One command on its way.
class CommandResolver::Reader {
 public:
  Reader(CommandResolver& resolver, const CommandText& command, Time at, Diagnostics& diags)
      : r_{resolver}, command_{command}, at_{at}, diags_{diags} {}

  std::vector<Command> read(const conf::OperatorCommand& command) {
    std::visit([this](const auto& what) { on(what); }, command);
    return failed_ ? std::vector<Command>{} : std::move(out_);
  }

 private:
  /// Points at the word in the command.
  void refuse(std::string_view word, std::string message, std::string hint = {}) {
    const auto same = [](char a, char b) { return lower(a) == lower(b); };
    const auto found = std::search(command_.text.begin(), command_.text.end(), word.begin(), word.end(), same);
    const bool is_there = found != command_.text.end();
    refuse_at(is_there ? static_cast<std::size_t>(found - command_.text.begin()) : 0, std::move(message), std::move(hint));
  }
  void refuse_at(std::size_t position, std::string message, std::string hint) {
    failed_ = true;
    diags_.error(place(position), std::move(message), std::move(hint), line());
  }
  Location place(std::size_t position) const {
    Location at = command_.at;
    at.column += position;
    return at;
  }
  std::string_view line() const { return command_.source_line.empty() ? command_.text : command_.source_line; }
  CommandComplaints complaints() {
    return {[this](std::size_t at, std::string message, std::string hint) { refuse_at(at, std::move(message), std::move(hint)); },
            [this](std::size_t at, std::string message) { diags_.warning(place(at), std::move(message), {}, line()); },
            &r_.remarked_};
  }
  void not_modelled(std::string_view word) {
    refuse(word, fmt::format("'{}' is not modelled", word), "leave the command out, or wait for a later version");
  }

  // --- Names

  std::vector<JobId> jobs(const conf::JobNames& names) {
    std::vector<JobId> all;
    for (const std::string& name : names) add_jobs(name, all);
    return all;
  }

  /// 12, 12_3, 12_[1-3], @name; the id of an array is all of its tasks.
  void add_jobs(std::string_view name, std::vector<JobId>& all) {
    const std::string_view id = name.starts_with('@') ? name.substr(1) : name;
    if (const auto job = r_.jobs_.find(id); job != r_.jobs_.end()) return all.push_back(job->second);
    if (const auto array = r_.arrays_.find(id); array != r_.arrays_.end()) {
      const auto& tasks = r_.links_.arrays()[array->second.index()].tasks;
      all.insert(all.end(), tasks.begin(), tasks.end());
      return;
    }
    const auto bar = id.rfind("_[");
    const auto tasks = bar == std::string_view::npos ? tl::expected<ArrayTasks, Complaint>{ArrayTasks{}}
                                                     : parse_array(id.substr(bar + 1));
    if (!tasks || tasks->tasks.empty()) return refuse(name, fmt::format("there is no job '{}'", id));
    for (const auto task : tasks->tasks) {
      const std::string one = fmt::format("{}_{}", id.substr(0, bar), task);
      const auto job = r_.jobs_.find(one);
      if (job == r_.jobs_.end()) return refuse(name, fmt::format("there is no job '{}'", one));
      all.push_back(job->second);
    }
  }

  std::optional<PartitionId> partition(const std::string& name) {
    if (const auto known = r_.changes_.find(name)) return known;
    refuse(name, fmt::format("there is no partition '{}'", name), did_you_mean(name, r_.changes_.names()));
    return std::nullopt;
  }

  std::vector<NodeId> nodes(const std::string& text) {
    std::vector<NodeId> all;
    if (equal_ignoring_case(text, "all")) {
      for (std::uint32_t n = 0; n < r_.cluster_.nodes.size(); ++n) all.push_back(NodeId{n});
      return all;
    }
    const auto names = expand_hostlist(text);
    if (!names) return refuse(text, fmt::format("'{}' is no list of nodes: {}", text, names.error().message)), all;
    for (const auto& name : *names) {
      const auto& known = r_.cluster_.nodes;
      const auto found = std::find_if(known.begin(), known.end(), [&](const NodeSpec& n) { return n.name == name; });
      if (found == known.end()) return refuse(text, fmt::format("there is no node '{}'", name)), all;
      all.push_back(NodeId{static_cast<std::uint32_t>(found - known.begin())});
    }
    return all;
  }

  /// A name that no job has meets none; it is known from now on.
  static std::optional<NameId> name(Names& names, const std::optional<std::string>& text) {
    return text ? std::optional{names.intern(*text)} : std::nullopt;
  }

  // --- Commands

  void on(const conf::HoldJobs& c) {
    out_.emplace_back(HoldJobs{jobs(c.jobs), c.by == conf::HoldJobs::By::user ? Hold::user : Hold::admin});
  }
  void on(const conf::ReleaseJobs& c) { out_.emplace_back(ReleaseJobs{jobs(c.jobs)}); }
  void on(const conf::RequeueJobs& c) {
    out_.emplace_back(RequeueJobs{jobs(c.jobs), c.hold ? Hold::user : Hold::none});  // whoever says so
  }
  void on(const conf::SuspendJobs& c) { out_.emplace_back(SuspendJobs{jobs(c.jobs)}); }
  void on(const conf::ResumeJobs& c) { out_.emplace_back(ResumeJobs{jobs(c.jobs)}); }
  void on(const conf::TopJobs& c) { out_.emplace_back(TopJobs{jobs(c.jobs)}); }
  void on(const conf::ChangeReservation& c) {
    const RefuseWord report = [this](std::string_view word, std::string message, std::string hint) {
      refuse(word, std::move(message), std::move(hint));
    };
    auto request = read_reservation(c, r_.cluster_, r_.workload_.time_base, at_, report);
    if (c.kind == conf::ChangeReservation::Kind::create)
      out_.emplace_back(CreateReservation{std::move(request)});
    else
      out_.emplace_back(UpdateReservation{std::move(request)});
  }
  void on(const conf::DeleteReservation& c) { out_.emplace_back(DeleteReservation{c.name}); }
  void on(const conf::AccountingCommand& c) { not_modelled(c.text); }

  void on(const conf::UpdateJob& c) {
    if (c.array_throttle) throttle(c);
    UpdateJobs update;
    update.jobs = jobs(c.jobs);
    update.nice = c.nice;
    if (c.priority == computed_priority)
      update.compute_priority = true;
    else
      update.priority = c.priority;
    set_limit(c, update);
    update.qos = name(r_.workload_.qos, c.qos);
    update.account = name(r_.workload_.accounts, c.account);
    CommandComplaints complain = complaints();
    const FindJobs find = [this](std::string_view id) {
      std::vector<JobId> found;
      add_jobs(id, found);
      return found;
    };
    for (const auto& pair : c.other) r_.job_changes_.change(pair, update, at_, complain, find);
    if (c.partition)
      for (const auto part : split(*c.partition, ',')) static_cast<void>(partition(std::string{part}));
    if (c.partition)
      r_.job_changes_.change_requests(update, [&](JobRequest& request) { return request.partition = *c.partition, true; });
    const bool changes = update.nice || update.priority || update.compute_priority || update.limit || update.longer ||
                         update.end || !update.extras.empty() || update.is_about_waiting();
    if (changes) out_.emplace_back(std::move(update));
    if (!changes && !c.array_throttle && c.other.empty()) refuse("update", "the command changes nothing");
  }

  static void set_limit(const conf::UpdateJob& c, UpdateJobs& update) {
    update.longer = c.time_limit_by;
    if (!c.time_limit) return;
    const auto length = c.time_limit->length;
    update.limit = length ? length : workloads::parse_time_limit("0");
  }

  void throttle(const conf::UpdateJob& c) {
    for (const std::string& name : c.jobs) {
      const std::string_view id = name.starts_with('@') ? std::string_view{name}.substr(1) : name;
      const auto array = r_.arrays_.find(id);
      if (array == r_.arrays_.end()) {
        refuse(name, fmt::format("'{}' is no job array", id));
        continue;
      }
      const bool unlimited = *c.array_throttle == 0;
      out_.emplace_back(ThrottleArray{array->second, unlimited ? std::nullopt : c.array_throttle});
    }
  }

  void on(const conf::CancelJobs& c) {
    if (c.signal) return not_modelled("signal");
    CancelJobs cancel;
    if (!c.jobs.empty()) cancel.jobs = jobs(c.jobs);
    cancel.user = name(r_.workload_.users, c.user);
    cancel.account = name(r_.workload_.accounts, c.account);
    cancel.qos = name(r_.workload_.qos, c.qos);
    cancel.name = c.name;
    if (c.partition) cancel.partition = partition(*c.partition);
    if (c.state) {
      using State = CancelJobs::State;
      constexpr std::pair<std::string_view, State> states[] = {
          {"pending", State::pending}, {"pd", State::pending}, {"running", State::running},
          {"r", State::running},       {"suspended", State::suspended}, {"s", State::suspended}};
      for (const auto& [word, state] : states)
        if (equal_ignoring_case(word, *c.state)) cancel.state = state;
      if (!cancel.state)
        refuse(*c.state, fmt::format("scancel cannot cancel jobs that are '{}'", *c.state),
               "write PENDING, RUNNING or SUSPENDED");
    }
    out_.emplace_back(std::move(cancel));
  }

  void on(const conf::UpdateNodes& c) {
    if (!c.state && c.other.empty() && !c.reason) return refuse("update", "the command changes nothing", "give state=, weight=, features=, ...");
    const std::vector<NodeId> named = nodes(c.nodes);
    if (failed_) return;
    CommandComplaints complain = complaints();
    if (auto change = r_.changes_.change(named, c.other, complain)) out_.push_back(std::move(*change));
    if (c.state) set_state(named, *c.state);
  }

  void set_state(const std::vector<NodeId>& named, const std::string& wanted) {
    using State = UpdateNodes::State;
    using To = SwitchPower::To;
    constexpr std::pair<std::string_view, State> states[] = {
        {"down", State::down}, {"drain", State::drain},   {"fail", State::fail}, {"resume", State::resume},
        {"idle", State::resume}, {"undrain", State::undrain}};
    constexpr std::pair<std::string_view, To> powers[] = {{"power_down", To::down},
                                                          {"power_down_asap", To::down_asap},
                                                          {"power_down_force", To::down_force},
                                                          {"power_up", To::up}};
    std::vector<std::string_view> words;
    for (const auto& [word, state] : states) {
      if (word == wanted) return out_.emplace_back(UpdateNodes{named, state}), void();
      words.push_back(word);
    }
    for (const auto& [word, to] : powers) {
      if (word == wanted) return out_.emplace_back(SwitchPower{named, to}), void();
      words.push_back(word);
    }
    refuse(wanted, fmt::format("a node cannot be made '{}' here", wanted), did_you_mean(wanted, words));
  }

  void on(const conf::UpdatePartition& c) {
    CommandComplaints complain = complaints();
    auto change = r_.changes_.change(c, complain);
    if (!change) return;
    if (const auto* described = std::get_if<ChangePartition>(&*change)) r_.job_changes_.rename(described->named, at_);
    out_.push_back(std::move(*change));
  }
  void on(const conf::DeletePartition& c) {
    CommandComplaints complain = complaints();
    if (auto change = r_.changes_.remove(c, complain)) out_.push_back(std::move(*change));
  }

  void on(const conf::KillNode& c) {
    for (const NodeId node : nodes(c.node)) out_.emplace_back(KillNode{node});
  }
  void on(const conf::StartNode& c) {
    for (const NodeId node : nodes(c.node)) out_.emplace_back(StartNode{node});
  }

  CommandResolver& r_;
  const CommandText& command_;
  Time at_;
  Diagnostics& diags_;
  std::vector<Command> out_;
  bool failed_ = false;
};

CommandResolver::CommandResolver(Workload& workload, ClusterSpec& cluster)
    : workload_{workload}, cluster_{cluster}, links_{workload}, changes_{cluster, workload},
      job_changes_{workload} {
  for (std::uint32_t i = 0; i < workload.jobs.size(); ++i) jobs_.try_emplace(workload.job_id(JobId{i}), JobId{i});
  for (std::uint32_t i = 0; i < links_.arrays().size(); ++i) arrays_.try_emplace(links_.arrays()[i].id, ArrayId{i});
}

std::vector<Command> CommandResolver::resolve(const CommandText& command, Time at, Diagnostics& diags) {
  Diagnostics own;
  const auto parsed = conf::parse_command(command.text, command.at, own);
  for (const Diagnostic& one : own.all())
    diags.error(one.at, one.message, one.hint, command.source_line.empty() ? command.text : command.source_line);
  if (!parsed) return {};
  return Reader{*this, command, at, diags}.read(*parsed);
}

namespace {

/// `t,command`; nothing for a blank line. False after a complaint.
struct Row {
  std::string_view moment, command;
  std::size_t command_column = 1;
};

std::optional<Row> cut_row(std::string_view line) {
  const auto comma = line.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  Row row{trim(line.substr(0, comma)), line.substr(comma + 1), comma + 2};
  while (!row.command.empty() && is_space(row.command.front())) row.command.remove_prefix(1), ++row.command_column;
  while (!row.command.empty() && is_space(row.command.back())) row.command.remove_suffix(1);
  const bool is_quoted = row.command.size() >= 2 && row.command.front() == '"' && row.command.back() == '"';
  if (is_quoted) row.command = row.command.substr(1, row.command.size() - 2), ++row.command_column;
  return row;
}

std::optional<Time> moment_of(std::string_view text, const TimeBase& base) {
  if (const auto seconds = workloads::parse_seconds(text)) return Time{*seconds - base.zero};
  const auto date = parse_civil(text);
  if (!date || !base.calendar_origin()) return std::nullopt;
  return Time{*date - *base.calendar_origin() - base.zero};
}

}  // namespace

std::vector<TimedCommand> read_commands(const std::filesystem::path& file, Workload& workload, ClusterSpec& cluster,
                                        Diagnostics& diags) {
  const auto source = read_source(file, diags);
  if (!source) return {};
  struct Line {
    Time at{};
    CommandText command;
  };
  std::vector<Line> lines;
  for (std::size_t number = 1; number <= source->lines.size(); ++number) {
    const std::string_view line = source->line(number);
    if (trim(line).empty() || trim(line).starts_with('#') || (number == 1 && line.starts_with("t,"))) continue;
    const auto row = cut_row(line);
    const auto at = row ? moment_of(row->moment, workload.time_base) : std::nullopt;
    if (!at) {
      diags.error({source->name, number, 1}, row ? fmt::format("wants a moment, got '{}'", row->moment) : "wants t,command",
                  "write 90,scontrol hold 12", line);
      continue;
    }
    lines.push_back({*at, {row->command, {source->name, number, row->command_column}, line}});
  }
  // What a command finds is what those before it in time have made.
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
  CommandResolver resolver{workload, cluster};
  std::vector<TimedCommand> commands;
  for (const Line& line : lines)
    for (auto& command : resolver.resolve(line.command, line.at, diags)) commands.push_back({line.at, std::move(command)});
  return commands;
}

}  // namespace sluice::app
