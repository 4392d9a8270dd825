#include "simulator/model/dependency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice {
namespace {

constexpr std::array<std::string_view, 8> type_names{"after",     "afterany",         "afterok", "afternotok",
                                                     "aftercorr", "afterburstbuffer", "expand",  "singleton"};

std::optional<std::int64_t> parse_minutes(std::string_view text) {
  std::int64_t minutes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && minutes >= 0 ? std::optional{minutes} : std::nullopt;
}

std::optional<DependencyType> type_named(std::string_view name) {
  for (std::size_t i = 0; i < type_names.size(); ++i)
    if (equal_ignoring_case(name, type_names[i])) return static_cast<DependencyType>(i);
  return std::nullopt;
}

/// At `,` or `?` outside brackets.
std::vector<std::string_view> split_items(std::string_view text) {
  std::vector<std::string_view> items;
  std::size_t begin = 0;
  bool inside = false;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '[') inside = true;
    if (i < text.size() && text[i] == ']') inside = false;
    if (i < text.size() && (inside || (text[i] != ',' && text[i] != '?'))) continue;
    items.push_back(trim(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  return items;
}

using MaybeComplaint = std::optional<Complaint>;

MaybeComplaint bad_id(std::string_view id) {
  return Complaint{fmt::format("wants a job id, got '{}'", id),
                   "write ID, ID_TASK, or @NAME for a job of this workload"};
}

/// n, n_3, n_*, n_[1-4], n+5.
MaybeComplaint read_term(std::string_view text, IdForm ids, DependencyTerm& term) {
  const auto whole = text;
  if (const auto plus = text.find('+'); plus != std::string_view::npos && term.type == DependencyType::after) {
    const auto minutes = parse_minutes(text.substr(plus + 1));
    if (!minutes) return bad_id(whole);
    term.delay = std::chrono::minutes{*minutes};
    text = text.substr(0, plus);
  }
  term.is_name = text.starts_with('@');
  if (term.is_name) text.remove_prefix(1);
  const auto bar = text.rfind('_');
  const auto tasks = bar == std::string_view::npos ? std::string_view{} : text.substr(bar + 1);
  const bool has_tasks =
      tasks == "*" || tasks.starts_with('[') || (!tasks.empty() && std::all_of(tasks.begin(), tasks.end(), is_digit));
  if (has_tasks) term.tasks = tasks, text = text.substr(0, bar);
  const bool is_id = term.is_name || ids == IdForm::any || (!text.empty() && is_digit(text.front()));
  if (text.empty() || !is_id) return bad_id(whole);
  if (text == "0") return Complaint{"names job 0, which there never is", {}};
  term.job = text;
  return std::nullopt;
}

MaybeComplaint unknown_type(std::string_view name) {
  return Complaint{fmt::format("has no type '{}'", name), did_you_mean(name, type_names)};
}

MaybeComplaint read_item(std::string_view item, IdForm ids, Dependency& dependency) {
  auto parts = split(item, ':');
  DependencyTerm term;
  if (parts.front().empty() || (!is_digit(parts.front().front()) && parts.front().front() != '@')) {
    const auto type = type_named(parts.front());
    if (!type) return unknown_type(parts.front());
    term.type = *type;
    parts.erase(parts.begin());
  }
  if (term.type == DependencyType::singleton) {
    if (!parts.empty()) return Complaint{"takes no job id behind singleton", {}};
    dependency.terms.push_back(std::move(term));
    return std::nullopt;
  }
  if (parts.empty()) return Complaint{fmt::format("wants a job id behind {}", dependency_type_name(term.type)), {}};
  for (const auto id : parts) {
    DependencyTerm one = term;
    if (auto complaint = read_term(id, ids, one)) return complaint;
    dependency.terms.push_back(std::move(one));
  }
  return std::nullopt;
}

}  // namespace

std::string_view dependency_type_name(DependencyType type) { return type_names[static_cast<std::size_t>(type)]; }

tl::expected<Dependency, Complaint> parse_dependency(std::string_view text, IdForm ids) {
  Dependency dependency;
  if (text.find('?') != std::string_view::npos) dependency.join = Dependency::Join::any;
  for (const auto item : split_items(text))
    if (auto complaint = read_item(item, ids, dependency)) return tl::unexpected{std::move(*complaint)};
  return dependency;
}

std::string dependency_text(const Dependency& dependency) {
  std::string out;
  for (const auto& term : dependency.terms) {
    if (!out.empty()) out += dependency.join == Dependency::Join::any ? '?' : ',';
    out += dependency_type_name(term.type);
    if (term.type == DependencyType::singleton) continue;
    out += ':' + term.job;
    if (!term.tasks.empty()) out += '_' + term.tasks;
    if (term.delay > Duration::zero())
      out += fmt::format("+{}", std::chrono::duration_cast<std::chrono::minutes>(term.delay).count());
  }
  return out;
}

}  // namespace sluice
