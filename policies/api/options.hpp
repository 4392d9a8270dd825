#pragma once
// The options of a policy: a table that drives parsing, --help, did-you-mean and the docs.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"

namespace sluice {

/// One option as it is documented. Written in the parameters key of its plugin, e.g.
/// SchedulerParameters=easy_variant=fast.
struct Option {
  std::string_view name;
  std::string_view unit;           ///< "choice", "time" (Slurm's forms), "number", "count", "flag"
  std::string_view default_value;  ///< as it would be written; a flag's is ""
  std::string_view range;          ///< choices "a|b|c", or bounds "0..1"; empty: any
  std::string_view meaning;
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

 private:
  friend std::optional<Options> parse_options(std::string_view, std::span<const Option>, std::string_view,
                                              const Location&, std::string_view, Diagnostics&);
  const std::string& value(std::string_view name) const;
  std::map<std::string, std::string, std::less<>> values_;
};

/// Reads `name=value,name=value,flag`. Errors (unknown name, with the nearest known one; a value out of range) point
/// into `source_line`; `policy` names the policy in them. nullopt after an error.
std::optional<Options> parse_options(std::string_view text, std::span<const Option> table, std::string_view policy,
                                     const Location& at, std::string_view source_line, Diagnostics& diags);

}  // namespace sluice
