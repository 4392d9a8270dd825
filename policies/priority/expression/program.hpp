#pragma once
// An expression as a small program for a stack of columns: each step works on many jobs at once.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "policies/priority/expression/fields.hpp"

namespace sluice::priority {

/// What a step does with the topmost columns.
enum class Operation : std::uint8_t {
  constant, field,
  negate, invert, abs, sqrt, log, log2, log10, exp, floor, ceil,                 // one column
  add, subtract, multiply, divide, modulo, power, min, max,                      // two
  less, less_equal, equal, unequal, both, either,
  choose,                                                                        // three: a ? b : c
};

/// How many columns a step takes off the stack; it puts one there.
std::size_t operands(Operation operation);

/// What an operation gives for single values: the definition of all arithmetic here, always finite. What has no value
/// (0/0, the root or the logarithm of a negative number) is 0; what is too large for a double (1/0, log(0)) is the
/// largest of its sign. `a % b` has the sign of a.
double compute(Operation operation, double a, double b = 0, double c = 0);

/// Pure: the same jobs, scene and program give the same bits.
class Program {
 public:
  void push(double value) { grow({Operation::constant, value, nullptr}); }
  void push(const Field& field) { grow({Operation::field, 0, &field}); }
  /// Changes a constant that was pushed as this step.
  void set_constant(std::size_t step, double value) { steps_[step].value = value; }
  void apply(Operation operation) { grow({operation, 0, nullptr}); }

  /// Precondition: out is as long as jobs; the program leaves one column. O(jobs x steps).
  void run(std::span<const PendingJob> jobs, const Scene& scene, std::span<double> out) const;

  /// The fields it reads, each once, in the order of the text.
  std::vector<const Field*> fields() const;
  /// Whether any field it reads can change while a job waits.
  bool changes_with_time() const;
  /// Whether any field it reads is known to accounting only.
  bool asks_accounting() const;
  std::size_t steps() const { return steps_.size(); }

 private:
  struct Step {
    Operation operation = Operation::constant;
    double value = 0;
    const Field* field = nullptr;
  };

  void grow(const Step& step);
  void run_block(std::span<const PendingJob> jobs, const Scene& scene, std::span<double> stack, std::size_t width) const;

  std::vector<Step> steps_;
  std::size_t depth_ = 0, most_depth_ = 0;
};

}  // namespace sluice::priority
