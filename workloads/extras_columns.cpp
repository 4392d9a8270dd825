#include "workloads/extras_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

#include "simulator/base/text.hpp"
#include "simulator/model/dependency.hpp"
#include "workloads/numbers.hpp"
#include "workloads/sbatch_options.hpp"

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

template <std::optional<std::int64_t> JobExtras::*Member>
MaybeComplaint read_integer(std::string_view value, JobExtras& extras) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size())
    return Complaint{fmt::format("wants a whole number, got '{}'", value), {}};
  extras.*Member = number;
  return std::nullopt;
}
template <std::optional<std::int64_t> JobExtras::*Member>
std::string write_integer(const JobExtras& extras) {
  return extras.*Member ? fmt::format("{}", *(extras.*Member)) : std::string{};
}

/// Other than sbatch's, a trace's ids may be any text.
MaybeComplaint read_dependency(std::string_view value, JobExtras& extras) {
  auto dependency = parse_dependency(value, IdForm::any);
  if (!dependency) return std::move(dependency.error());
  extras.dependency = value;
  return std::nullopt;
}

template <auto Member>
MaybeComplaint read_words(std::string_view value, JobExtras& extras) {
  for (const auto word : split(value, ' '))
    if (!word.empty()) (extras.*Member).emplace_back(word);
  return std::nullopt;
}
template <auto Member>
std::string write_words(const JobExtras& extras) {
  std::string text;
  for (const auto& word : extras.*Member) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

MaybeComplaint read_exits(std::string_view value, JobExtras& extras) {
  constexpr std::int64_t most = 255;
  for (const auto word : split(value, ' ')) {
    if (word.empty()) continue;
    const auto code = parse_whole(word);
    if (!code || *code < 0 || *code > most)
      return Complaint{fmt::format("wants exit codes, got '{}'", value), "write those of its first runs: 99 99"};
    extras.earlier_exits.push_back(static_cast<std::int16_t>(*code));
  }
  return std::nullopt;
}
std::string write_exits(const JobExtras& extras) { return fmt::format("{}", fmt::join(extras.earlier_exits, " ")); }

std::string write_nothing(const JobExtras&) { return {}; }

constexpr auto acts = ColumnEffect::none;
constexpr auto not_yet = ColumnEffect::not_simulated;

constexpr ExtrasColumn own_columns[] = {
    {"kind", acts, read_text<&JobExtras::kind>, write_text<&JobExtras::kind>},
    {"modules", acts, read_words<&JobExtras::modules>, write_words<&JobExtras::modules>},
    {"steps", acts, read_words<&JobExtras::steps>, write_words<&JobExtras::steps>},
    {"earlier-exits", acts, read_exits, write_exits},
    {"array-id", acts, read_text<&JobExtras::array>, write_text<&JobExtras::array>},
    {"array-task", acts, read_integer<&JobExtras::array_task>, write_integer<&JobExtras::array_task>},
    {"array-limit", acts, read_integer<&JobExtras::array_limit>, write_integer<&JobExtras::array_limit>},
    {"dependency", acts, read_dependency, write_text<&JobExtras::dependency>},
    {"het-group", acts, read_text<&JobExtras::het_group>, write_text<&JobExtras::het_group>},
};

std::vector<ExtrasColumn> make_columns() {
  std::vector<ExtrasColumn> all{std::begin(own_columns), std::end(own_columns)};
  const auto is_own = [](std::string_view name) {
    return std::any_of(std::begin(own_columns), std::end(own_columns),
                       [&](const ExtrasColumn& own) { return own.name == name; });
  };
  for (const auto& option : sbatch_options())
    if (option.record != nullptr && !is_own(option.name))
      all.push_back({option.name, option.kind == OptionKind::not_modelled ? not_yet : acts, option.record,
                     option.write != nullptr ? option.write : write_nothing});
  return all;
}

}  // namespace

std::span<const ExtrasColumn> extras_columns() {
  static const auto columns = make_columns();
  return columns;
}

}  // namespace sluice::workloads
