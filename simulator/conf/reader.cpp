#include "simulator/conf/reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "simulator/base/source.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::conf {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_files = 10000;  // an Include tree, not a flood

/// The path of an Include line, and where it begins; nothing when the line is no Include.
struct IncludePath {
  std::string text;
  std::size_t begin = 0;
};

std::optional<IncludePath> read_include(std::string_view text) {
  constexpr std::string_view keyword = "include";
  std::size_t begin = 0;
  while (begin < text.size() && is_space(text[begin])) ++begin;
  const auto after = begin + keyword.size();
  if (after >= text.size() || !is_space(text[after])) return std::nullopt;
  if (!equal_ignoring_case(text.substr(begin, keyword.size()), keyword)) return std::nullopt;
  begin = after;
  while (begin < text.size() && is_space(text[begin])) ++begin;
  if (begin < text.size() && text[begin] == '=') return std::nullopt;
  return IncludePath{std::string{trim(text.substr(begin))}, begin};
}

class TreeReader {
 public:
  TreeReader(fs::path folder, Diagnostics& diags) : folder_{std::move(folder)}, diags_{diags} {}

  void read_file(const fs::path& path, const Spot& wanted) {
    auto source = read_source(path, diags_, wanted.at, wanted.line);
    if (!source) {
      out_.complete = false;
      return;
    }
    out_.files.push_back(path.string());
    open_.push_back(path);
    const auto shared = std::make_shared<const SourceText>(std::move(*source));
    for (const auto& line : logical_lines(shared)) read_line(line);
    open_.pop_back();
  }

  EntryLines take() { return std::move(out_); }

 private:
  void read_line(const std::shared_ptr<const LogicalLine>& line) {
    if (const auto include = read_include(line->text())) {
      follow(*include, *line);
      return;
    }
    if (equal_ignoring_case(trim(line->text()), "redacted")) return pass_over(*line);
    const auto errors = diags_.errors();
    auto entries = read_entries(line, 0, diags_);
    if (diags_.errors() > errors) {
      out_.complete = false;  // half a line defines nothing: what follows from it would only mislead
      return;
    }
    if (entries.empty()) return;
    if (equal_ignoring_case(entries.front().key, "ClusterName")) cluster_ = to_lower(entries.front().value);
    out_.lines.push_back(std::move(entries));
  }

  /// Published configurations have lines that were blanked, e.g. for a password in them.
  void pass_over(const LogicalLine& line) {
    warning_at(diags_, line.spot(line.text().find_first_not_of(" \t")), "a line that was blanked is passed over",
               "slurmctld would refuse the file; put the key back if it matters");
  }

  void follow(IncludePath include, const LogicalLine& line) {
    const auto spot = line.spot(include.begin);
    const auto path = resolve(std::move(include.text), spot);
    if (!path) {
      out_.complete = false;
      return;
    }
    if (const auto circle = circle_to(*path); !circle.empty()) {
      error_at(diags_, spot, fmt::format("Include goes round in a circle: {}", circle));
      return;
    }
    if (out_.files.size() >= max_files) {
      error_at(diags_, spot, fmt::format("more than {} files are included", max_files));
      return;
    }
    if (std::error_code ignored; !fs::exists(*path, ignored)) {
      error_at(diags_, spot, fmt::format("cannot read '{}': No such file or directory", path->string()),
               unread_files(path->filename().string()));
      out_.complete = false;
      return;
    }
    read_file(*path, spot);
  }

  /// What may have been meant: the files of the folder that nobody has read so far.
  std::string unread_files(std::string_view wanted) const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator{folder_, ignored}) {
      const bool is_read = std::find(out_.files.begin(), out_.files.end(), file.path().string()) != out_.files.end();
      if (!is_read && file.path().extension() == ".conf") names.push_back(file.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    const std::vector<std::string_view> choices{names.begin(), names.end()};
    auto hint = did_you_mean(wanted, choices);
    if (hint.empty() && !names.empty()) hint = fmt::format("the folder has {}", fmt::join(names, ", "));
    return hint;
  }

  std::optional<fs::path> resolve(std::string text, const Spot& spot) {
    if (text.empty()) {
      error_at(diags_, spot, "Include names no file");
      return std::nullopt;
    }
    for (auto at = text.find("%c"); at != std::string::npos; at = text.find("%c", at)) {
      if (cluster_.empty()) {
        error_at(diags_, spot, "%c stands for the ClusterName, which is not known yet",
                 "write ClusterName=NAME above this line");
        return std::nullopt;
      }
      text.replace(at, 2, cluster_);
      at += cluster_.size();
    }
    return fs::path{text}.is_absolute() ? fs::path{text} : folder_ / text;
  }

  /// "a -> b -> a" when `path` is being read already, else "".
  std::string circle_to(const fs::path& path) const {
    const auto same = [&](const fs::path& open) {
      std::error_code ignored;
      return fs::equivalent(open, path, ignored);
    };
    auto step = std::find_if(open_.begin(), open_.end(), same);
    if (step == open_.end()) return {};
    std::string text;
    for (; step != open_.end(); ++step) text += step->string() + " -> ";
    return text + path.string();
  }

  fs::path folder_;
  Diagnostics& diags_;
  EntryLines out_;
  std::vector<fs::path> open_;  ///< files being read, the outermost first
  std::string cluster_;
};

}  // namespace

EntryLines read_entry_lines(const fs::path& path, Diagnostics& diags) {
  TreeReader reader{path.parent_path(), diags};
  reader.read_file(path, {});
  return reader.take();
}

}  // namespace sluice::conf
