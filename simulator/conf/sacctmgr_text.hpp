#pragma once
// The words of sacctmgr's texts, each with its place.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/source.hpp"
#include "simulator/conf/accounting_keys.hpp"
#include "simulator/conf/entry.hpp"

namespace sluice::conf {

/// One line of a dump: `Title - 'name':Key='value':Key=value`.
struct DumpLine {
  std::string title;  ///< Cluster, Parent, Account or User
  Entry name;         ///< its value is the name
  std::vector<Assignment> given;
};

/// A word of a command: an assignment, or just a text (then its entry has no key).
struct Word {
  Assignment given;
  bool is_assignment() const { return !given.entry.key.empty(); }
  const std::string& text() const { return given.entry.value; }
};

/// The lines of a text that are neither blank nor comments (# at their beginning), each as it stands.
std::vector<std::shared_ptr<const LogicalLine>> plain_lines(const std::shared_ptr<const SourceText>& source);

/// nullopt when the line is of another form, which is reported. Quotes may be ' or "; a colon inside them, or one that
/// belongs to a typed GRES (gres/gpu:a100=2), separates nothing. Source: file_functions.c.
std::optional<DumpLine> read_dump_line(const std::shared_ptr<const LogicalLine>& line, Diagnostics& diags);

/// The words of a command, cut at white space outside quotes. A quote that is never closed is reported.
std::vector<Word> read_words(const std::shared_ptr<const LogicalLine>& line, Diagnostics& diags);

}  // namespace sluice::conf
