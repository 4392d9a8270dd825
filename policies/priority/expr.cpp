#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "policies/priority/catalogue.hpp"
#include "policies/priority/expression/parser.hpp"
#include "simulator/base/check.hpp"
#include "simulator/base/slurm_time.hpp"

namespace sluice::priority {
namespace {

/// An order written in the configuration. Computed anew from time to time only if it asks for something that changes.
class Expression final : public Priority {
 public:
  Expression(Program program, const ClusterSpec& cluster, Duration period)
      : program_{std::move(program)}, cluster_{cluster} {
    if (program_.changes_with_time()) period_ = period;
  }

  void score(std::span<const PendingJob> jobs, Time now, std::span<double> out) const override {
    program_.run(jobs, {cluster_, now}, out);
  }
  std::optional<Duration> period() const override { return period_; }
  /// The fields that the expression names; those of names have no value to show.
  std::vector<PriorityTerm> terms(const PendingJob& job, Time now) const override {
    std::vector<PriorityTerm> all;
    for (const Field* field : program_.fields())
      if (field->kind != Kind::name) all.push_back({std::string{field->name}, field->read(job, {cluster_, now})});
    return all;
  }
  bool uses_accounting() const override { return program_.asks_accounting(); }

 private:
  Program program_;
  const ClusterSpec& cluster_;
  std::optional<Duration> period_;
};

void check_expression(std::string_view text, const ClusterSpec& cluster, const ValuePlace& place, Diagnostics& diags) {
  const auto program = compile(text, cluster);
  if (program) return;
  for (const Problem& problem : program.error()) {
    Location at = place.at;
    if (at.column > 0) at.column += problem.at;
    diags.error(at, problem.message, problem.hint, place.source_line);
  }
}

void check_period(std::string_view text, const ClusterSpec&, const ValuePlace& place, Diagnostics& diags) {
  if (text.empty()) return;
  const auto period = parse_time(text);
  if (!period || !period->length || *period->length <= Duration{0})
    diags.error(place.at, fmt::format("period wants a time above 0, got '{}'", text),
                "write minutes, MM:SS, HH:MM:SS or D-HH:MM:SS", place.source_line);
}

std::span<const Word> words() {
  static const std::vector<Word> all = [] {
    std::vector<Word> list{field_words().begin(), field_words().end()};
    list.insert(list.end(), function_words().begin(), function_words().end());
    return list;
  }();
  return all;
}

constexpr Option options[] = {
    {"expr", "expression", "-submit", "",
     "the order: the highest value goes first. Arithmetic (+ - * / % ^), comparisons, && || !, c ? a : b and functions "
     "on the fields below; constants such as 0.5, 10min, 2h, 1-00:00:00, 64G; names in single quotes. What has no value "
     "(0/0, sqrt(-1)) is 0; what is too large (1/0) is the largest double. Put slurm.conf's value in double quotes; "
     "commas in parentheses do not end it", check_expression},
    {"period", "time", "", "",
     "how often waiting jobs are scored anew, if the expression uses a field that changes (marked *); else never. "
     "Default: PriorityCalcPeriod", check_period},
};

}  // namespace

constinit const PriorityEntry expr{
    "priority/expr", "an order written as an expression", options,
    [](const Options& o, const ClusterSpec& cluster) -> std::unique_ptr<Priority> {
      auto program = compile(o.text("expr"), cluster);
      SLUICE_CHECK(program, "an expression that was checked does not compile");
      return std::make_unique<Expression>(std::move(*program), cluster,
                                          o.optional_time("period").value_or(cluster.multifactor.calc_period));
    },
    words};

}  // namespace sluice::priority
