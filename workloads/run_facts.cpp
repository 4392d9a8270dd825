#include "workloads/run_facts.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/suggest.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

constexpr std::array<std::string_view, 5> keys{"duration", "submit", "user", "kind", "exit-code"};

std::optional<Complaint> read_submit(std::string_view value, RunFacts& facts) {
  facts.submit = parse_seconds(value);
  facts.submit_is_date = !facts.submit;
  if (!facts.submit) facts.submit = parse_civil(value);
  if (facts.submit) return std::nullopt;
  return Complaint{fmt::format("submit wants seconds or a date, got '{}'", value), "write 90 or 2020-09-01T00:00:00"};
}

std::optional<Complaint> read_exit_code(std::string_view value, RunFacts& facts) {
  const auto code = parse_whole(value);
  if (!code || *code < 0 || *code > 255)
    return Complaint{fmt::format("exit-code wants an exit code, got '{}'", value), "write 0 to 255"};
  facts.exit_code = static_cast<std::int16_t>(*code);
  return std::nullopt;
}

}  // namespace

void RunFacts::add(const RunFacts& later) {
  if (later.duration) duration = later.duration;
  if (later.submit) submit = later.submit, submit_is_date = later.submit_is_date;
  if (later.user) user = later.user;
  if (later.kind) kind = later.kind;
  if (later.exit_code) exit_code = later.exit_code;
}

std::span<const std::string_view> run_fact_keys() { return keys; }

std::optional<Complaint> read_run_fact(std::string_view key, std::string_view value, RunFacts& facts) {
  if (key == "submit") return read_submit(value, facts);
  if (key == "exit-code") return read_exit_code(value, facts);
  if (key == "user") return facts.user = value, std::nullopt;
  if (key == "kind") return facts.kind = value, std::nullopt;
  if (key != "duration") {
    auto hint = did_you_mean(key, keys);
    if (hint.empty()) hint = fmt::format("known are {}", fmt::join(keys, ", "));
    return Complaint{fmt::format("unknown key '{}'", key), std::move(hint)};
  }
  auto durations = parse_task_durations(value);
  if (!durations) {
    durations.error().message = "duration " + durations.error().message;
    return std::move(durations.error());
  }
  facts.duration = std::move(*durations);
  return std::nullopt;
}

}  // namespace sluice::workloads
