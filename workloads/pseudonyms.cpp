#include "workloads/pseudonyms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "simulator/base/check.hpp"
#include "simulator/base/csv_text.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/rng.hpp"
#include "simulator/base/text.hpp"

namespace sluice::workloads {
namespace {

/// Of each kind: its name in the map, and the text in front of the number.
struct KindText {
  std::string_view name, prefix;
};
constexpr std::array<KindText, static_cast<std::size_t>(NameKind::count_)> kind_texts{{{"user", "user"},
                                                                                       {"account", "account"},
                                                                                       {"group", "group"},
                                                                                       {"host", "n"},
                                                                                       {"job", "job"},
                                                                                       {"cluster", "cluster"},
                                                                                       {"path", "/path/"},
                                                                                       {"mail", "mail"},
                                                                                       {"wckey", "wckey"},
                                                                                       {"reservation", "reservation"},
                                                                                       {"text", "text"},
                                                                                       {"uid", ""},
                                                                                       {"gid", ""}}};

bool stands_for_itself(std::string_view name) {
  for (const std::string_view word : {"", "root", "slurm", "nobody", "0"})
    if (name == word) return true;
  return false;
}

bool is_no_host(std::string_view item) {
  for (const std::string_view word :
       {"ALL", "DEFAULT", "localhost", "(null)", "Unknown", "None assigned", "none", "None", "EXCEPT", "NONE"})
    if (item == word) return true;
  return false;
}

bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) > 127; }
bool has_letter(std::string_view piece) { return std::any_of(piece.begin(), piece.end(), is_letter); }

/// Four numbers with dots between, ranges allowed: 10.1.2.[3-50].
bool is_address(std::string_view item) {
  return std::count(item.begin(), item.end(), '.') == 3 &&
         item.find_first_not_of("0123456789.[]-,") == std::string_view::npos;
}

std::string letters(std::size_t number) {
  std::string text;
  for (int i = 0; i < 3; ++i, number /= 26) text.insert(text.begin(), static_cast<char>('a' + number % 26));
  return text;
}

/// A name that is free: the first of the sequence that is nobody's pseudonym.
template <class Make>
std::string next_free(std::size_t& number, const std::set<std::string>& taken, Make make) {
  for (;; ++number)
    if (auto name = make(number); !taken.contains(name)) return ++number, name;
}

}  // namespace

bool Pseudonyms::load(const SourceText& map, Diagnostics& diags) {
  bool ok = true;
  for (std::size_t i = 0; i < map.lines.size(); ++i) {
    const std::string& line = map.lines[i];
    if (line.empty()) continue;
    const auto first = line.find(','), last = line.rfind(',');
    const auto kind = std::find_if(kind_texts.begin(), kind_texts.end(),
                                   [&](const KindText& one) { return one.name == line.substr(0, first); });
    if (first == last || kind == kind_texts.end()) {
      diags.error({map.name, i + 1, 1}, "is no line of a map", "a line is kind,name,pseudonym, as --map-out writes it",
                  line);
      ok = false;
      continue;
    }
    std::string name = line.substr(first + 1, last - first - 1);
    if (name.size() >= 2 && name.front() == '"') {
      name = name.substr(1, name.size() - 2);
      for (auto at = name.find("\"\""); at != std::string::npos; at = name.find("\"\"", at + 1)) name.erase(at, 1);
    }
    known_[static_cast<std::size_t>(kind - kind_texts.begin())][name] = line.substr(last + 1);
  }
  return ok;
}

std::string Pseudonyms::save() const {
  std::string text;
  for (std::size_t kind = 0; kind < kinds; ++kind)
    for (const auto& [name, pseudonym] : known_[kind]) {
      std::string one_line = name;
      std::replace(one_line.begin(), one_line.end(), '\n', ' ');
      text += fmt::format("{},{},{}\n", kind_texts[kind].name, csv_field(one_line), pseudonym);
    }
  return text;
}

std::string Pseudonyms::of(NameKind kind, std::string_view name) {
  if (stands_for_itself(name)) return std::string{name};
  const auto& known = known_[index(kind)];
  if (const auto found = known.find(name); found != known.end()) return found->second;
  SLUICE_CHECK(!settled_, "'{}' was not noted", name);
  noted_[index(kind)].emplace(name);
  return std::string{name};
}

std::string Pseudonyms::hosts(std::string_view list) {
  if (is_no_host(list)) return std::string{list};
  std::string out;
  for (std::size_t at = 0; at < list.size();) {
    std::size_t end = at, depth = 0;  // an item ends at a comma or blank outside brackets
    for (; end < list.size() && (depth > 0 || (list[end] != ',' && !is_space(list[end]))); ++end)
      depth += list[end] == '[' ? 1U : 0U, depth -= list[end] == ']' && depth > 0 ? 1U : 0U;
    const auto item = list.substr(at, end - at);
    if (is_no_host(item))
      out += item;
    else if (is_address(item))
      out += "192.0.2.1";
    else
      for (std::size_t i = 0; i < item.size();) {
        const bool bracket = item[i] == '[';
        const std::size_t stop = bracket             ? std::min(item.find(']', i), item.size() - 1) + 1
                                 : is_digit(item[i]) ? std::min(item.find_first_not_of("0123456789", i), item.size())
                                                     : std::min(item.find_first_of("[0123456789", i), item.size());
        const auto piece = item.substr(i, stop - i);
        out += bracket || !has_letter(piece) ? std::string{piece} : of(NameKind::host, piece);
        i = stop;
      }
    if (end < list.size()) out += list[end];
    at = end + 1;
  }
  return out;
}

void Pseudonyms::settle() {
  settle_hosts();
  for (std::size_t kind = 0; kind < kinds; ++kind)
    if (static_cast<NameKind>(kind) != NameKind::host) settle_numbered(static_cast<NameKind>(kind));
  settled_ = true;
}

/// In the order of the names that they begin, so that nodes keep theirs.
void Pseudonyms::settle_hosts() {
  auto& known = known_[index(NameKind::host)];
  const auto& noted = noted_[index(NameKind::host)];
  std::vector<std::string> pieces{noted.begin(), noted.end()};
  std::sort(pieces.begin(), pieces.end(),
            [](const std::string& a, const std::string& b) { return compare_natural(a + '0', b + '0') < 0; });
  std::set<std::string> taken;
  for (const auto& entry : known) taken.insert(entry.second);
  std::size_t number = 0;
  for (const auto& piece : pieces)
    known[piece] = next_free(number, taken, [](std::size_t n) { return fmt::format("n{}", letters(n)); });
}

void Pseudonyms::settle_numbered(NameKind kind) {
  auto& known = known_[index(kind)];
  const KindText& text = kind_texts[index(kind)];
  std::vector<std::string> names{noted_[index(kind)].begin(), noted_[index(kind)].end()};
  Rng rng{seed_, fmt::format("anonymise/{}", text.name)};
  for (std::size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[rng.below(i)]);
  std::set<std::string> taken;
  for (const auto& entry : known) taken.insert(entry.second);
  const auto width = fmt::formatted_size("{}", names.size() + known.size());
  const bool is_number = text.prefix.empty();
  std::size_t number = is_number ? 10'001 : 1;
  for (const auto& name : names)
    known[name] = next_free(number, taken, [&](std::size_t n) {
      if (kind == NameKind::mail) return fmt::format("mail{}@example.org", n);
      return is_number ? fmt::format("{}", n) : fmt::format("{}{:0{}}", text.prefix, n, width);
    });
}

}  // namespace sluice::workloads
