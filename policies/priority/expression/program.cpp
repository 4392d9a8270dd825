#include "policies/priority/expression/program.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "simulator/base/check.hpp"

namespace sluice::priority {
namespace {

constexpr std::size_t block = 256;  // jobs at a time: the stack stays in the cache
constexpr double largest = std::numeric_limits<double>::max();

double finite(double value) {
  if (std::isnan(value)) return 0;
  return std::clamp(value, -largest, largest);
}

/// Calls with the function of the operation; one call a column, so that its loop knows what it does.
template <class Use>
void with_unary(Operation operation, Use use) {
  switch (operation) {
    case Operation::negate: return use([](double a) { return -a; });
    case Operation::invert: return use([](double a) { return a == 0 ? 1.0 : 0.0; });
    case Operation::abs: return use([](double a) { return std::fabs(a); });
    case Operation::sqrt: return use([](double a) { return finite(std::sqrt(a)); });
    case Operation::log: return use([](double a) { return finite(std::log(a)); });
    case Operation::log2: return use([](double a) { return finite(std::log2(a)); });
    case Operation::log10: return use([](double a) { return finite(std::log10(a)); });
    case Operation::exp: return use([](double a) { return finite(std::exp(a)); });
    case Operation::floor: return use([](double a) { return std::floor(a); });
    case Operation::ceil: return use([](double a) { return std::ceil(a); });
    default: SLUICE_CHECK(false, "operation {} takes not one operand", static_cast<int>(operation));
  }
}

template <class Use>
void with_binary(Operation operation, Use use) {
  switch (operation) {
    case Operation::add: return use([](double a, double b) { return finite(a + b); });
    case Operation::subtract: return use([](double a, double b) { return finite(a - b); });
    case Operation::multiply: return use([](double a, double b) { return finite(a * b); });
    case Operation::divide: return use([](double a, double b) { return finite(a / (b == 0 ? 0.0 : b)); });
    case Operation::modulo: return use([](double a, double b) { return finite(std::fmod(a, b)); });
    case Operation::power: return use([](double a, double b) { return finite(std::pow(a, b)); });
    case Operation::min: return use([](double a, double b) { return b < a ? b : a; });
    case Operation::max: return use([](double a, double b) { return a < b ? b : a; });
    case Operation::less: return use([](double a, double b) { return a < b ? 1.0 : 0.0; });
    case Operation::less_equal: return use([](double a, double b) { return a <= b ? 1.0 : 0.0; });
    case Operation::equal: return use([](double a, double b) { return a == b ? 1.0 : 0.0; });
    case Operation::unequal: return use([](double a, double b) { return a != b ? 1.0 : 0.0; });
    case Operation::both: return use([](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; });
    case Operation::either: return use([](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; });
    default: SLUICE_CHECK(false, "operation {} takes not two operands", static_cast<int>(operation));
  }
}

}  // namespace

std::size_t operands(Operation operation) {
  if (operation <= Operation::field) return 0;
  if (operation < Operation::add) return 1;
  return operation == Operation::choose ? 3 : 2;
}

double compute(Operation operation, double a, double b, double c) {
  double result = 0;
  if (operation == Operation::choose) return a != 0 ? b : c;
  if (operands(operation) == 1)
    with_unary(operation, [&](auto f) { result = f(a); });
  else
    with_binary(operation, [&](auto f) { result = f(a, b); });
  return result;
}

void Program::grow(const Step& step) {
  const std::size_t taken = operands(step.operation);
  SLUICE_CHECK(depth_ >= taken, "an expression takes {} of {} columns", taken, depth_);
  depth_ = depth_ - taken + 1;
  most_depth_ = std::max(most_depth_, depth_);
  steps_.push_back(step);
}

std::vector<const Field*> Program::fields() const {
  std::vector<const Field*> all;
  for (const Step& step : steps_)
    if (step.field != nullptr && std::find(all.begin(), all.end(), step.field) == all.end()) all.push_back(step.field);
  return all;
}

bool Program::changes_with_time() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) {
    return step.field != nullptr && step.field->change == Change::with_time;
  });
}

bool Program::asks_accounting() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) {
    return step.field != nullptr && step.field->source == Source::accounting;
  });
}

void Program::run(std::span<const PendingJob> jobs, const Scene& scene, std::span<double> out) const {
  SLUICE_CHECK(depth_ == 1, "an expression leaves {} columns", depth_);
  const std::size_t width = std::min(jobs.size(), block);
  std::vector<double> stack(most_depth_ * width);
  for (std::size_t begin = 0; begin < jobs.size(); begin += block) {
    const std::size_t n = std::min(block, jobs.size() - begin);
    run_block(jobs.subspan(begin, n), scene, stack, width);
    std::copy_n(stack.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

void Program::run_block(std::span<const PendingJob> jobs, const Scene& scene, std::span<double> stack,
                        std::size_t width) const {
  const std::size_t n = jobs.size();
  std::size_t top = 0;  // columns on the stack
  for (const Step& step : steps_) {
    top = top + 1 - operands(step.operation);
    double* const a = &stack[(top - 1) * width];
    const double* const b = a + width;
    switch (operands(step.operation)) {
      case 0:
        if (step.field == nullptr) std::fill_n(a, n, step.value);
        else std::transform(jobs.begin(), jobs.end(), a, [&](const PendingJob& job) { return step.field->read(job, scene); });
        break;
      case 1: with_unary(step.operation, [&](auto f) { std::transform(a, a + n, a, f); }); break;
      case 2: with_binary(step.operation, [&](auto f) { std::transform(a, a + n, b, a, f); }); break;
      default:
        for (std::size_t i = 0; i < n; ++i) a[i] = a[i] != 0 ? b[i] : b[width + i];
    }
  }
}

}  // namespace sluice::priority
