#include "workloads/extras_columns.hpp"

#include <fmt/format.h>

#include <charconv>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"
#include "simulator/model/dependency.hpp"

namespace sluice::workloads {
namespace {

using MaybeComplaint = std::optional<Complaint>;

template <std::string JobExtras::*Member>
MaybeComplaint read_text(std::string_view value, JobExtras& extras) {
  extras.*Member = value;
  return std::nullopt;
}
template <std::string JobExtras::*Member>
std::string write_text(const JobExtras& extras) {
  return extras.*Member;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <auto Member>
MaybeComplaint read_integer(std::string_view value, JobExtras& extras) {
  const auto number = parse_integer(value);
  if (!number) return Complaint{fmt::format("wants a whole number, got '{}'", value), {}};
  extras.*Member = *number;
  return std::nullopt;
}
template <std::optional<std::int64_t> JobExtras::*Member>
std::string write_integer(const JobExtras& extras) {
  return extras.*Member ? fmt::format("{}", *(extras.*Member)) : std::string{};
}
std::string write_nice(const JobExtras& extras) {
  return extras.nice == 0 ? std::string{} : fmt::format("{}", extras.nice);
}

std::optional<bool> parse_yes(std::string_view value) {
  for (const std::string_view word : {"yes", "true", "1"})
    if (equal_ignoring_case(value, word)) return true;
  for (const std::string_view word : {"no", "false", "0"})
    if (equal_ignoring_case(value, word)) return false;
  return std::nullopt;
}

template <auto Member>
MaybeComplaint read_yes(std::string_view value, JobExtras& extras) {
  const auto yes = parse_yes(value);
  if (!yes) return Complaint{fmt::format("wants yes or no, got '{}'", value), {}};
  extras.*Member = *yes;
  return std::nullopt;
}
std::string write_hold(const JobExtras& extras) { return extras.hold ? "yes" : ""; }
std::string write_requeue(const JobExtras& extras) {
  if (!extras.requeue) return {};
  return *extras.requeue ? "yes" : "no";
}

/// sbatch's own pair of flags: --no-requeue=yes is requeue=no. Written as requeue.
MaybeComplaint read_no_requeue(std::string_view value, JobExtras& extras) {
  const auto yes = parse_yes(value);
  if (!yes) return Complaint{fmt::format("wants yes or no, got '{}'", value), {}};
  if (*yes) extras.requeue = false;
  return std::nullopt;
}
std::string write_nothing(const JobExtras&) { return {}; }

MaybeComplaint read_time_min(std::string_view value, JobExtras& extras) {
  const auto time = parse_time(value);
  if (!time || !time->length)
    return Complaint{fmt::format("wants a time limit, got '{}'", value), "write minutes, HH:MM:SS or D-HH:MM:SS"};
  extras.time_min = round_up_to_minute(*time->length);
  return std::nullopt;
}
std::string write_time_min(const JobExtras& extras) {
  return extras.time_min ? time_text(round_up_to_minute(*extras.time_min)) : std::string{};
}

MaybeComplaint read_dependency(std::string_view value, JobExtras& extras) {
  auto dependency = parse_dependency(value, IdForm::any);
  if (!dependency) return std::move(dependency.error());
  extras.dependency = value;
  return std::nullopt;
}

std::string write_kill_on_invalid_dep(const JobExtras& extras) {
  if (!extras.kill_on_invalid_dep) return {};
  return *extras.kill_on_invalid_dep ? "yes" : "no";
}

MaybeComplaint read_modules(std::string_view value, JobExtras& extras) {
  for (const auto name : split(value, ' '))
    if (!name.empty()) extras.modules.emplace_back(name);
  return std::nullopt;
}
std::string write_modules(const JobExtras& extras) {
  std::string text;
  for (const auto& name : extras.modules) text.append(text.empty() ? "" : " ").append(name);
  return text;
}

constexpr auto not_yet = ColumnEffect::not_simulated;
constexpr auto no_warning = ColumnEffect::none;

constexpr ExtrasColumn table[] = {
    {"job-name", no_warning, read_text<&JobExtras::name>, write_text<&JobExtras::name>},
    {"comment", no_warning, read_text<&JobExtras::comment>, write_text<&JobExtras::comment>},
    {"kind", no_warning, read_text<&JobExtras::kind>, write_text<&JobExtras::kind>},
    {"modules", no_warning, read_modules, write_modules},
    {"array-id", no_warning, read_text<&JobExtras::array>, write_text<&JobExtras::array>},
    {"array-task", no_warning, read_integer<&JobExtras::array_task>, write_integer<&JobExtras::array_task>},
    {"array-limit", no_warning, read_integer<&JobExtras::array_limit>, write_integer<&JobExtras::array_limit>},
    {"dependency", no_warning, read_dependency, write_text<&JobExtras::dependency>},
    {"kill-on-invalid-dep", no_warning, read_yes<&JobExtras::kill_on_invalid_dep>, write_kill_on_invalid_dep},
    {"het-group", not_yet, read_text<&JobExtras::het_group>, write_text<&JobExtras::het_group>},
    {"licenses", not_yet, read_text<&JobExtras::licenses>, write_text<&JobExtras::licenses>},
    {"reservation", not_yet, read_text<&JobExtras::reservation>, write_text<&JobExtras::reservation>},
    {"time-min", not_yet, read_time_min, write_time_min},
    {"nice", not_yet, read_integer<&JobExtras::nice>, write_nice},
    {"priority", not_yet, read_integer<&JobExtras::priority>, write_integer<&JobExtras::priority>},
    {"hold", no_warning, read_yes<&JobExtras::hold>, write_hold},
    {"requeue", not_yet, read_yes<&JobExtras::requeue>, write_requeue},
    {"no-requeue", not_yet, read_no_requeue, write_nothing},
};

}  // namespace

std::span<const ExtrasColumn> extras_columns() { return table; }

}  // namespace sluice::workloads
