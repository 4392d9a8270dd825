#include "simulator/accounting/start_usage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "simulator/base/text.hpp"

namespace sluice::accounting {
namespace {

using Cells = std::vector<std::string_view>;

std::optional<double> to_number(std::string_view text) {
  double number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end && number >= 0 ? std::optional{number} : std::nullopt;
}

/// Walks over the lines of one text.
class SshareReader {
 public:
  SshareReader(const SourceText& text, const AssociationTree& tree, const TresTable& tres, Diagnostics& diags)
      : text_{text}, tree_{tree}, tres_{tres}, diags_{diags} {}

  StartUsage read() {
    for (line_ = 1; line_ <= text_.lines.size(); ++line_) {
      if (trim(text_.line(line_)).empty()) continue;
      const Cells cells = split(text_.line(line_), '|');
      if (header_.empty() ? !read_header(cells) : !read_row(cells)) break;
    }
    return std::move(usage_);
  }

 private:
  bool read_header(const Cells& cells) {
    for (const auto cell : cells) header_.push_back(to_lower(trim(cell)));
    for (const std::string_view wanted : {"account", "user", "rawusage"})
      if (!column(wanted)) {
        error(fmt::format("there is no column '{}'", wanted), "write the output of sshare -a -l -P");
        return false;
      }
    return true;
  }

  std::optional<std::size_t> column(std::string_view name) const {
    const auto found = std::find(header_.begin(), header_.end(), name);
    return found != header_.end() ? std::optional{static_cast<std::size_t>(found - header_.begin())} : std::nullopt;
  }
  std::string_view cell(const Cells& cells, std::string_view name) const {
    const auto at = column(name);
    return at && *at < cells.size() ? trim(cells[*at]) : std::string_view{};
  }

  bool read_row(const Cells& cells) {
    const std::string account = to_lower(cell(cells, "account")), user = to_lower(cell(cells, "user"));
    if (user.empty()) return true;
    const auto raw = to_number(cell(cells, "rawusage"));
    if (!raw) {
      error(fmt::format("RawUsage wants a number, got '{}'", cell(cells, "rawusage")), {});
      return true;
    }
    const auto id = tree_.find(account, user, to_lower(cell(cells, "partition")));
    if (!id) {
      diags_.warning({text_.name, line_, 0},
                     fmt::format("there is no user '{}' in account '{}': its usage is left out", user, account));
      return true;
    }
    usage_.rows.push_back({*id, *raw, read_tres(cell(cells, "grptresraw"))});
    return true;
  }

  std::vector<double> read_tres(std::string_view text) const {
    if (text.empty()) return {};
    std::vector<double> row(tres_.size(), 0);
    for (const auto item : split(text, ',')) {
      const auto equals = std::min(item.find('='), item.size());
      const auto id = tres_.find(item.substr(0, equals));
      const auto minutes = equals < item.size() ? to_number(item.substr(equals + 1)) : std::nullopt;
      if (id && minutes) row[id->index()] = *minutes * 60;
    }
    return row;
  }

  void error(std::string message, std::string hint) {
    diags_.error({text_.name, line_, 0}, std::move(message), std::move(hint), text_.line(line_));
  }

  const SourceText& text_;
  const AssociationTree& tree_;
  const TresTable& tres_;
  Diagnostics& diags_;
  std::vector<std::string> header_;
  std::size_t line_ = 0;
  StartUsage usage_;
};

}  // namespace

StartUsage read_sshare(const SourceText& text, const AssociationTree& tree, const TresTable& tres, Diagnostics& diags) {
  return SshareReader{text, tree, tres, diags}.read();
}

void add_start_usage(const StartUsage& start, const AssociationTree& tree, Usage& usage) {
  for (const auto& row : start.rows)
    for (AssociationId id = row.association;; id = tree.parent(id)) {
      usage.add_stored(id, row.raw, row.tres);
      if (id == AssociationTree::root) break;
    }
}

}  // namespace sluice::accounting
