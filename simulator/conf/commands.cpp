#include "simulator/conf/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

/// A word of the line, without its quotes, and the byte where it began.
struct Word {
  std::string text;
  std::size_t position = 0;
};

/// Cuts at blanks outside quotes. nullopt: a quote is never closed.
std::optional<std::vector<Word>> words_of(std::string_view line) {
  std::vector<Word> words;
  for (std::size_t i = 0; i < line.size();) {
    if (is_space(line[i])) {
      ++i;
      continue;
    }
    Word word{{}, i};
    char quote = 0;
    for (; i < line.size() && (quote != 0 || !is_space(line[i])); ++i) {
      if (quote == 0 && (line[i] == '\'' || line[i] == '"'))
        quote = line[i];
      else if (line[i] == quote)
        quote = 0;
      else
        word.text += line[i];
    }
    if (quote != 0) return std::nullopt;
    words.push_back(std::move(word));
  }
  return words;
}

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && !text.empty() ? std::optional{number} : std::nullopt;
}

/// The words of one command, read from the left, and where to complain.
class CommandReader {
 public:
  CommandReader(std::string_view line, std::vector<Word> words, Location at, Diagnostics& diags)
      : line_{line}, words_{std::move(words)}, at_{std::move(at)}, diags_{diags} {}

  std::optional<OperatorCommand> read() {
    const std::string program = to_lower(take());
    if (program == "scontrol") return read_scontrol();
    if (program == "scancel") return read_scancel();
    if (program == "node-kill" || program == "node-start") return read_node(program);
    if (program == "sacctmgr") {
      const std::size_t from = next_ < words_.size() ? words_[next_].position : line_.size();
      return AccountingCommand{std::string{line_.substr(from)}};
    }
    return refuse(0, fmt::format("unknown command '{}'", program),
                  did_you_mean(program, {{"scontrol", "scancel", "sacctmgr", "node-kill", "node-start"}}));
  }

 private:
  using Result = std::optional<OperatorCommand>;

  std::string take() { return next_ < words_.size() ? words_[next_++].text : std::string{}; }
  bool at_end() const { return next_ >= words_.size(); }

  std::nullopt_t refuse(std::size_t word, std::string message, std::string hint) {
    Location at = at_;
    at.column = std::max<std::size_t>(at.column, 1) + (word < words_.size() ? words_[word].position : line_.size());
    diags_.error(std::move(at), std::move(message), std::move(hint), line_);
    return std::nullopt;
  }

  Result read_scontrol() {
    const std::size_t verb_at = next_;
    const std::string verb = to_lower(take());
    if (verb == "update") return read_update();
    if (verb == "create") return read_create();
    if (verb == "delete") return read_delete();
    if (verb == "hold") return with_jobs(HoldJobs{});
    if (verb == "uhold") return with_jobs(HoldJobs{{}, HoldJobs::By::user});
    if (verb == "release") return with_jobs(ReleaseJobs{});
    if (verb == "requeue") return with_jobs(RequeueJobs{{}, false});
    if (verb == "requeuehold") return with_jobs(RequeueJobs{{}, true});
    if (verb == "suspend") return with_jobs(SuspendJobs{});
    if (verb == "resume") return with_jobs(ResumeJobs{});
    if (verb == "top") return with_jobs(TopJobs{});
    return refuse(verb_at, fmt::format("scontrol cannot '{}' here", verb),
                  did_you_mean(verb, {{"update", "create", "delete", "hold", "uhold", "release", "requeue", "requeuehold",
                                       "suspend", "resume", "top"}}));
  }

  template <class Command>
  Result with_jobs(Command command) {
    while (!at_end()) add_jobs(take(), command.jobs);
    if (command.jobs.empty()) return refuse(next_, "the command wants a job id", "");
    return command;
  }

  /// "12,13_[1-3]": commas inside brackets belong to the task list.
  static void add_jobs(std::string_view text, JobNames& jobs) {
    if (const auto equals = text.find('='); equals != std::string_view::npos) text.remove_prefix(equals + 1);
    std::size_t from = 0;
    bool in_brackets = false;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && text[i] == '[') in_brackets = true;
      if (i < text.size() && text[i] == ']') in_brackets = false;
      if (i < text.size() && (text[i] != ',' || in_brackets)) continue;
      if (i > from) jobs.emplace_back(text.substr(from, i - from));
      from = i + 1;
    }
  }

  struct Pair {
    std::string key, value;
    std::size_t word;
    TypedPair typed;
  };
  std::optional<std::vector<Pair>> take_pairs() {
    std::vector<Pair> pairs;
    for (; !at_end(); ++next_) {
      const std::string& text = words_[next_].text;
      const auto equals = text.find('=');
      if (equals == std::string::npos || equals == 0)
        return refuse(next_, fmt::format("wants KEY=VALUE, got '{}'", text), ""), std::nullopt;
      TypedPair typed{text.substr(0, equals), text.substr(equals + 1), TypedPair::Sign::sets, words_[next_].position};
      if (typed.key.back() == '+') typed.sign = TypedPair::Sign::adds;
      if (typed.key.back() == '-') typed.sign = TypedPair::Sign::removes;
      if (typed.sign != TypedPair::Sign::sets) typed.key.pop_back();
      pairs.push_back({to_lower(std::string_view{text}.substr(0, equals)), typed.value, next_, typed});
    }
    return pairs;
  }

  /// The first pair says what is updated.
  Result read_update() {
    if (!at_end() && is_reservation(words_[next_].text)) return read_reservation(ChangeReservation::Kind::update);
    const std::size_t from = next_;
    const auto pairs = take_pairs();
    if (!pairs) return std::nullopt;
    if (pairs->empty())
      return refuse(from, "update wants to know what",
                    "write jobid=, nodename=, partitionname= or "
                    "reservationname=");
    const std::string& object = pairs->front().key;
    if (object == "jobid" || object == "job") return read_job_changes(*pairs);
    if (object == "nodename" || object == "node") return node_changes(*pairs);
    if (is_partition(object)) return partition_changes(UpdatePartition::Kind::update, *pairs);
    return refuse(pairs->front().word, fmt::format("cannot update '{}'", object),
                  did_you_mean(object, {{"jobid", "nodename", "partitionname", "reservationname"}}));
  }

  static bool is_partition(std::string_view key) { return key == "partitionname" || key == "partition"; }

  static UpdatePartition partition_changes(UpdatePartition::Kind kind, const std::vector<Pair>& pairs) {
    UpdatePartition update{kind, pairs.front().value, pairs.front().typed.value_position(), {}};
    for (std::size_t i = 1; i < pairs.size(); ++i) update.changes.push_back(pairs[i].typed);
    return update;
  }

  /// `create partition partitionname=x ...`, `create partitionname=x ...`, and likewise of reservations.
  Result read_create() {
    if (at_end() || is_reservation(words_[next_].text)) return read_reservation(ChangeReservation::Kind::create);
    if (to_lower(words_[next_].text) == "partition") ++next_;
    const std::size_t from = next_;
    const auto pairs = take_pairs();
    if (!pairs) return std::nullopt;
    if (pairs->empty() || !is_partition(pairs->front().key))
      return refuse(from, "only reservations and partitions can be created",
                    "write create reservation ..., or create partitionname=NAME ...");
    return partition_changes(UpdatePartition::Kind::create, *pairs);
  }

  Result read_job_changes(const std::vector<Pair>& pairs) {
    UpdateJob update;
    add_jobs(pairs.front().value, update.jobs);
    for (std::size_t i = 1; i < pairs.size(); ++i)
      if (!read_job_change(pairs[i], update)) return std::nullopt;
    return update;
  }

  bool read_job_change(const Pair& pair, UpdateJob& update) {
    const auto& [key, value, word, typed] = pair;
    if (key == "nice") return read_number(pair, update.nice);
    if (key == "arraytaskthrottle") return read_number(pair, update.array_throttle);
    if (key == "priority") {
      std::optional<std::int64_t> priority;
      if (!read_number(pair, priority)) return false;
      update.priority = static_cast<std::uint32_t>(*priority);
      return true;
    }
    if (key == "timelimit" || key == "timelimit+" || key == "timelimit-") {
      const bool is_signed = value.starts_with('+') || value.starts_with('-');
      const bool is_change = is_signed || typed.sign != TypedPair::Sign::sets;
      const auto time = parse_time(is_signed ? value.substr(1) : value);
      if (is_change && time && time->length) {
        const bool is_less = value.starts_with('-') || typed.sign == TypedPair::Sign::removes;
        update.time_limit_by = is_less ? -*time->length : *time->length;
        return true;
      }
      if (!is_change) update.time_limit = time;
      if (!update.time_limit)
        refuse(word, fmt::format("timelimit wants a time, got '{}'", value),
               "write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED, or + or - and a time");
      return update.time_limit.has_value();
    }
    if (key == "partition") return update.partition = value, true;
    if (key == "qos") return update.qos = value, true;
    if (key == "account") return update.account = value, true;
    update.other.push_back(pair.typed);
    return true;
  }

  bool read_number(const Pair& pair, std::optional<std::int64_t>& into) {
    into = to_number<std::int64_t>(pair.value);
    if (!into) refuse(pair.word, fmt::format("{} wants a number, got '{}'", pair.key, pair.value), "");
    return into.has_value();
  }

  static Result node_changes(const std::vector<Pair>& pairs) {
    UpdateNodes update;
    update.nodes = pairs.front().value;
    for (std::size_t i = 1; i < pairs.size(); ++i) {
      if (pairs[i].key == "state")
        update.state = to_lower(pairs[i].value);
      else if (pairs[i].key == "reason")
        update.reason = pairs[i].value;
      else
        update.other.push_back(pairs[i].typed);
    }
    return update;
  }

  static bool is_reservation(std::string_view word) {
    const auto key = to_lower(word.substr(0, word.find('=')));
    return key == "reservation" || key == "reservationname" || key == "res";
  }

  /// `reservation reservationname=x ...` or `reservationname=x ...`.
  Result read_reservation(ChangeReservation::Kind kind) {
    const std::size_t from = next_;
    if (at_end() || !is_reservation(words_[next_].text))
      return refuse(from, "only reservations can be created", "write create reservation ...");
    if (words_[next_].text.find('=') == std::string::npos) ++next_;
    ChangeReservation change{kind, {}, {}};
    const auto skip = std::find_if(words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end(),
                                   [](const auto& word) { return to_lower(word.text) == "skip"; });
    if (skip != words_.end()) {
      change.fields.emplace_back("skip", "");
      words_.erase(skip);
    }
    const auto pairs = take_pairs();
    if (!pairs) return std::nullopt;
    for (const auto& pair : *pairs) {
      if (is_reservation(pair.key))
        change.name = pair.value;
      else
        change.fields.emplace_back(pair.key, pair.value);
    }
    return change;
  }

  Result read_delete() {
    const std::size_t from = next_;
    const auto pairs = take_pairs();
    if (!pairs) return std::nullopt;
    if (pairs->size() == 1 && is_partition(pairs->front().key))
      return DeletePartition{pairs->front().value, pairs->front().typed.value_position()};
    if (pairs->size() != 1 || !is_reservation(pairs->front().key))
      return refuse(from, "only reservations and partitions can be deleted",
                    "write delete reservationname=NAME, or delete partitionname=NAME");
    return DeleteReservation{pairs->front().value};
  }

  Result read_scancel() {
    CancelJobs cancel;
    while (!at_end()) {
      const std::size_t word = next_;
      const std::string text = take();
      if (text.starts_with('-')) {
        if (!read_cancel_option(text, word, cancel)) return std::nullopt;
      } else {
        add_jobs(text, cancel.jobs);
      }
    }
    const bool filtered =
        cancel.user || cancel.account || cancel.partition || cancel.qos || cancel.name || cancel.state;
    if (cancel.jobs.empty() && !filtered) return refuse(next_, "scancel wants a job id or a filter", "");
    return cancel;
  }

  bool read_cancel_option(std::string_view text, std::size_t word, CancelJobs& cancel) {
    struct Known {
      std::string_view name, letter;
      std::optional<std::string> CancelJobs::*field;
    };
    constexpr Known known[] = {{"--user", "-u", &CancelJobs::user},    {"--account", "-A", &CancelJobs::account},
                               {"--qos", "-q", &CancelJobs::qos},      {"--partition", "-p", &CancelJobs::partition},
                               {"--name", "-n", &CancelJobs::name},    {"--state", "-t", &CancelJobs::state},
                               {"--signal", "-s", &CancelJobs::signal}};
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    for (const auto& option : known)
      if (name == option.name || name == option.letter) {
        cancel.*option.field = equals == std::string_view::npos ? take() : std::string{text.substr(equals + 1)};
        return true;
      }
    refuse(word, fmt::format("scancel does not know '{}'", name), "");
    return false;
  }

  Result read_node(std::string_view program) {
    if (at_end()) return refuse(next_, fmt::format("{} wants a node", program), "");
    if (program == "node-kill") return KillNode{take()};
    return StartNode{take()};
  }

  std::string_view line_;
  std::vector<Word> words_;
  std::size_t next_ = 0;
  Location at_;
  Diagnostics& diags_;
};

}  // namespace

std::optional<OperatorCommand> parse_command(std::string_view line, const Location& at, Diagnostics& diags) {
  auto words = words_of(line);
  if (!words || words->empty()) {
    diags.error(at, words ? "there is no command" : "a quote is never closed", {}, line);
    return std::nullopt;
  }
  return CommandReader{line, std::move(*words), at, diags}.read();
}

const JobNames& jobs_of(const OperatorCommand& command) {
  static const JobNames none;
  return std::visit(
      [](const auto& it) -> const JobNames& {
        if constexpr (requires { it.jobs; })
          return it.jobs;
        else
          return none;
      },
      command);
}

}  // namespace sluice::conf
