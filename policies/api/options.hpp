#pragma once
// The options of a policy: a table that drives parsing, --help, did-you-mean and the docs.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"

namespace sluice {

/// Where the first character of a value stands.
struct ValuePlace {
  Location at;
  std::string_view source_line;
};

/// Reports what is wrong with a value of a unit that only its policy knows.
using OptionCheck = void (*)(std::string_view value, const ClusterSpec& cluster, const ValuePlace& place,
                             Diagnostics& diags);

/// One option as it is documented. Written in the parameters key of its plugin, e.g.
/// SchedulerParameters=easy_variant=fast.
struct Option {
  std::string_view name;
  /// "choice", "time" (Slurm's forms), "number", "count", "flag"; any other word with a `check`
  std::string_view unit;
  std::string_view default_value;  ///< as it would be written; a flag's is ""; a time's may be, for absent
  std::string_view range;          ///< choices "a|b|c", or bounds "0..1"; empty: any
  std::string_view meaning;
  OptionCheck check = nullptr;
};

/// A word of a policy's own language, for the listing of policies.
struct Word {
  std::string_view name, unit, meaning;
  bool changes = false;  ///< while a job waits
};

/// Values of one policy's options, complete: what was not written has its default. All values have been checked
/// against their Option, so the getters cannot fail; asking for a name or a type that the table lacks is a broken
/// invariant.
class Options {
 public:
  std::string_view choice(std::string_view name) const;
  bool flag(std::string_view name) const;
  double number(std::string_view name) const;
  std::int64_t count(std::string_view name) const;
  Duration time(std::string_view name) const;
  /// nullopt: it was not written, and has no default.
  std::optional<Duration> optional_time(std::string_view name) const;
  /// Of an option with a check: as written.
  std::string_view text(std::string_view name) const;

 private:
  friend std::optional<Options> parse_options(std::string_view, std::span<const Option>, std::string_view,
                                              const ClusterSpec&, const Location&, std::string_view, Diagnostics&);
  const std::string& value(std::string_view name) const;
  std::map<std::string, std::string, std::less<>> values_;
};

/// The parts of a parameters key: commas separate them, but within parentheses and single quotes.
std::vector<std::string_view> split_parameters(std::string_view text);

/// Reads `name=value,name=value,flag`. Errors (unknown name, with the nearest known one; a value out of range) point
/// into `source_line`; `policy` names the policy in them. nullopt after an error.
std::optional<Options> parse_options(std::string_view text, std::span<const Option> table, std::string_view policy,
                                     const ClusterSpec& cluster, const Location& at, std::string_view source_line,
                                     Diagnostics& diags);

}  // namespace sluice
