#pragma once
// `Key=Value` as it was written, before anyone asks what it means.

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/conf/line.hpp"

namespace sluice::conf {

/// One pair and where it stood. `value` is without its quotes.
struct Entry {
  std::string key;
  std::string value;
  std::size_t key_begin = 0;  ///< offsets into line->text()
  std::size_t value_begin = 0;
  std::shared_ptr<const LogicalLine> line;

  Spot key_spot() const { return line->spot(key_begin); }
  /// The place of the byte at `offset` of the value.
  Spot value_spot(std::size_t offset = 0) const { return line->spot(value_begin + offset); }
};

/// Reports with an entry's place and line.
void error_at(Diagnostics& diags, const Spot& spot, std::string message, std::string hint = {});
void warning_at(Diagnostics& diags, const Spot& spot, std::string message, std::string hint = {});

/// "slurm.conf:3:1", for hints that name another place.
std::string place_text(const Location& at);

/// Reads pairs from `begin` of a line on, until its end or the first text that is no pair, which is reported.
/// Grammar: white space, KEY of letters, digits, `_` and `.`, white space, one of + - * / or nothing, `=`, white space,
/// then "a value in quotes" or a run without white space. Source: parse_config.c.
std::vector<Entry> read_entries(const std::shared_ptr<const LogicalLine>& line, std::size_t begin, Diagnostics& diags);

}  // namespace sluice::conf
