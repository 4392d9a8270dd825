#include "workloads/run_facts.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/suggest.hpp"
#include "workloads/numbers.hpp"
#include "workloads/state_words.hpp"

namespace sluice::workloads {
namespace {

constexpr std::array<std::string_view, 6> keys{"duration", "submit", "user", "kind", "exit-code", "state"};

std::optional<Complaint> read_submit(std::string_view value, RunFacts& facts) {
  facts.submit = parse_seconds(value);
  facts.submit_is_date = !facts.submit;
  if (!facts.submit) facts.submit = parse_civil(value);
  if (facts.submit) return std::nullopt;
  return Complaint{fmt::format("submit wants seconds or a date, got '{}'", value), "write 90 or 2020-09-01T00:00:00"};
}

/// A value that its own reader tells about; what is wrong with it is told with the key.
template <class Value>
std::optional<Complaint> take(std::string_view key, tl::expected<Value, Complaint> value, std::optional<Value>& into) {
  if (!value) return Complaint{fmt::format("{} {}", key, value.error().message), std::move(value.error().hint)};
  into = std::move(*value);
  return std::nullopt;
}

std::optional<Complaint> read_state(std::string_view value, RunFacts& facts) {
  facts.outcome = outcome_named(value);
  if (facts.outcome) return std::nullopt;
  return Complaint{fmt::format("state wants a job state, got '{}'", value), "write COMPLETED, FAILED, CANCELLED, ..."};
}

}  // namespace

void RunFacts::add(const RunFacts& later) {
  if (later.duration) duration = later.duration;
  if (later.submit) submit = later.submit, submit_is_date = later.submit_is_date;
  if (later.user) user = later.user;
  if (later.kind) kind = later.kind;
  if (later.exit_codes) exit_codes = later.exit_codes;
  if (later.outcome) outcome = later.outcome;
}

std::span<const std::string_view> run_fact_keys() { return keys; }

std::optional<Complaint> read_run_fact(std::string_view key, std::string_view value, RunFacts& facts) {
  if (key == "submit") return read_submit(value, facts);
  if (key == "state") return read_state(value, facts);
  if (key == "exit-code") return take(key, parse_task_exit_codes(value), facts.exit_codes);
  if (key == "duration") return take(key, parse_task_durations(value), facts.duration);
  if (key == "user") return facts.user = value, std::nullopt;
  if (key == "kind") return facts.kind = value, std::nullopt;
  auto hint = did_you_mean(key, keys);
  if (hint.empty()) hint = fmt::format("known are {}", fmt::join(keys, ", "));
  return Complaint{fmt::format("unknown key '{}'", key), std::move(hint)};
}

}  // namespace sluice::workloads
