#pragma once
// Changes to a workload before it is used: a small pipeline, written NAME=ARGS on the command line or as JSON steps.

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"

namespace sluice::workloads {

enum class ArgumentKind {
  number,  ///< 1.2
  whole,   ///< 3
  length,  ///< seconds, or H:MM:SS, D-HH:MM:SS
  moment,  ///< a date, or seconds in the trace's own base
  word,    ///< one of a few
  text,
  list,   ///< a,b,c
  pairs,  ///< old:new,old:new
};

/// One argument of a transform. The first of a transform's arguments may be given without its name.
struct TransformArgument {
  std::string_view name;
  ArgumentKind kind = ArgumentKind::text;
  std::string_view fallback{};  ///< as the user would write it; empty: none
  std::string_view range{};     ///< for people: "> 0"; for a word its choices: "all|missing"
  std::string_view meaning{};
  bool is_required = false;
  double low = -std::numeric_limits<double>::infinity();  ///< of numbers and wholes, and of lengths in seconds
  double high = std::numeric_limits<double>::infinity();
};

/// The arguments of one step, read and in range.
class TransformArguments {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  using Value = std::variant<double, std::int64_t, Duration, std::string, std::vector<std::string>, Pairs>;

  void set(std::string_view name, Value value) { values_.emplace_back(name, std::move(value)); }

  /// The value of an argument, or nullptr when it was not given and has no fallback.
  const double* number(std::string_view name) const { return get<double>(name); }
  const std::int64_t* whole(std::string_view name) const { return get<std::int64_t>(name); }
  const Duration* length(std::string_view name) const { return get<Duration>(name); }
  const std::string* text(std::string_view name) const { return get<std::string>(name); }
  const std::vector<std::string>* list(std::string_view name) const { return get<std::vector<std::string>>(name); }
  const Pairs* pairs(std::string_view name) const { return get<Pairs>(name); }

 private:
  template <class T>
  const T* get(std::string_view name) const {
    for (const auto& [known, value] : values_)
      if (known == name) return std::get_if<T>(&value);
    return nullptr;
  }
  std::vector<std::pair<std::string_view, Value>> values_;
};

/// What a step may lean on beside its arguments.
struct TransformContext {
  std::uint64_t seed = 1;                ///< of steps that draw and have no seed of their own
  const ClusterSpec* cluster = nullptr;  ///< whose partitions say DefaultTime; absent in `convert` and `describe`
};

struct TransformCall;

/// A row of the table of transforms, from which parsing, help and suggestions follow.
struct TransformInfo {
  std::string_view name;
  std::string_view meaning;
  std::span<const TransformArgument> arguments;
  /// Changes the workload, or complains through the call and leaves it in some valid state.
  void (*apply)(Workload& workload, const TransformCall& call);
};

/// All transforms.
std::span<const TransformInfo> transforms();

/// The table as text: each transform with its arguments, their defaults and ranges.
std::string describe_transforms();

/// One step, ready to be applied.
struct Transform {
  const TransformInfo* info = nullptr;
  TransformArguments arguments;
  Location at;  ///< where it was written, for what goes wrong when it is applied
  std::string source_line;
};

/// Reads NAME=ARGS. ARGS are separated by commas: `scale_load=1.2`, `filter=user=ann,bob,min_gpus=8`. An item without a
/// KEY= of its own belongs to the argument before it. nullopt iff an error was reported.
std::optional<Transform> parse_transform(std::string_view text, Diagnostics& diags);

/// Reads an array of steps, each an object with one member: {"scale_load": 1.2} or {"limits": {"model": "menu",
/// "seed": 3}}. Lists may be arrays, pairs objects. `document` is the whole text of the file `name`; `pointer` says
/// where the array is in it (RFC 6901; "" is the document). nullopt iff an error was reported.
std::optional<std::vector<Transform>> parse_transforms_json(const std::string& name, std::string_view document,
                                                            std::string_view pointer, Diagnostics& diags);

/// How many steps at the front keep a job or not by what it is alone (filter, cut): readers can apply these row by row
/// (ReadOptions::choose).
std::size_t choosing_steps(std::span<const Transform> steps);

/// Applies steps one after the other. Each says what it did in workload.report.assumptions. Equal inputs and seeds give
/// equal workloads. False iff an error was reported; then the workload is of no use.
bool apply_transforms(std::span<const Transform> steps, Workload& workload, const TransformContext& context,
                      Diagnostics& diags);

/// Whether it is the readers' statement on jobs without limits, which a step may make untrue.
bool is_about_missing_limits(std::string_view statement);

}  // namespace sluice::workloads
