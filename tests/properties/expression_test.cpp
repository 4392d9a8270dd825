// Random expressions, computed by the program and by walking over the tree from which they were written.

#include <rapidcheck/catch.h>

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>

#include "policies/priority/expression/parser.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

using priority::Kind;

/// An expression as a tree; its text says the same.
struct Tree {
  std::string text;
  std::function<double(const PendingJob&)> value;
};

constexpr double most = std::numeric_limits<double>::max();

/// The rule for what a double cannot say: nothing is 0, too much is the most.
double kept(double x) { return x != x ? 0 : x > most ? most : x < -most ? -most : x; }

/// Draws a tree of a kind from a stream of small numbers, so that RapidCheck can make it smaller.
class Grower {
 public:
  explicit Grower(const std::vector<int>& draws) : draws_{draws} {}

  Tree grow(Kind kind, int depth) {
    const int pick = next();
    if (depth <= 0 || pick % 4 == 0) return leaf(kind);
    switch (pick % 7) {
      case 1: {
        const Tree c = grow(Kind::boolean, depth - 1), a = grow(kind, depth - 1), b = grow(kind, depth - 1);
        return {fmt::format("({} ? {} : {})", c.text, a.text, b.text),
                [=](const PendingJob& j) { return c.value(j) != 0 ? a.value(j) : b.value(j); }};
      }
      case 2: {
        const Tree c = grow(Kind::boolean, depth - 1), a = grow(kind, depth - 1), b = grow(kind, depth - 1);
        return {fmt::format("if({},{},{})", c.text, a.text, b.text),
                [=](const PendingJob& j) { return c.value(j) != 0 ? a.value(j) : b.value(j); }};
      }
      default: return kind == Kind::boolean ? condition(depth - 1) : amount(kind, depth - 1);
    }
  }

 private:
  int next() { return draws_.empty() ? 0 : draws_[at_++ % draws_.size()]; }

  Tree leaf(Kind kind) {
    const int pick = next();
    if (kind == Kind::boolean) {
      if (pick % 2 == 0) return {"(gpus > 0)", [](const PendingJob& j) { return j.gpus > 0 ? 1.0 : 0.0; }};
      return {"(partition == 'all')", [](const PendingJob&) { return 1.0; }};
    }
    if (kind == Kind::duration) {
      if (pick % 2 == 0) return {"limit", [](const PendingJob& j) { return to_seconds(j.limit); }};
      return {fmt::format("{}min", pick), [=](const PendingJob&) { return pick * 60.0; }};
    }
    if (kind == Kind::size) {
      if (pick % 2 == 0) return {"memory", [](const PendingJob& j) { return static_cast<double>(j.memory); }};
      return {fmt::format("{}G", pick), [=](const PendingJob&) { return pick * 1024.0; }};
    }
    if (pick % 3 == 0) return {"cpus", [](const PendingJob& j) { return static_cast<double>(j.cpus); }};
    if (pick % 3 == 1) return {"gpus", [](const PendingJob& j) { return static_cast<double>(j.gpus); }};
    return {fmt::format("{}.5", pick), [=](const PendingJob&) { return pick + 0.5; }};
  }

  Kind any_amount() {
    constexpr Kind kinds[] = {Kind::number, Kind::duration, Kind::size};
    return kinds[next() % 3];
  }

  Tree condition(int depth) {
    const int pick = next();
    if (pick % 3 == 0) {
      const Tree a = grow(Kind::boolean, depth);
      return {"!" + a.text, [=](const PendingJob& j) { return a.value(j) == 0 ? 1.0 : 0.0; }};
    }
    if (pick % 3 == 1) {
      const Tree a = grow(Kind::boolean, depth), b = grow(Kind::boolean, depth);
      if (next() % 2 == 0)
        return {fmt::format("({} && {})", a.text, b.text),
                [=](const PendingJob& j) { return a.value(j) != 0 && b.value(j) != 0 ? 1.0 : 0.0; }};
      return {fmt::format("({} || {})", a.text, b.text),
              [=](const PendingJob& j) { return a.value(j) != 0 || b.value(j) != 0 ? 1.0 : 0.0; }};
    }
    const Kind kind = any_amount();
    const Tree a = grow(kind, depth), b = grow(kind, depth);
    const auto compare = [&](const char* sign, auto holds) -> Tree {
      return {fmt::format("({} {} {})", a.text, sign, b.text),
              [=](const PendingJob& j) { return holds(a.value(j), b.value(j)) ? 1.0 : 0.0; }};
    };
    switch (next() % 6) {
      case 0: return compare("<", [](double x, double y) { return x < y; });
      case 1: return compare("<=", [](double x, double y) { return x <= y; });
      case 2: return compare(">", [](double x, double y) { return x > y; });
      case 3: return compare(">=", [](double x, double y) { return x >= y; });
      case 4: return compare("==", [](double x, double y) { return x == y; });
      default: return compare("!=", [](double x, double y) { return x != y; });
    }
  }

  Tree amount(Kind kind, int depth) {
    const Tree a = grow(kind, depth);
    const auto two = [&](const char* form, const Tree& b, auto f) -> Tree {
      return {fmt::format(fmt::runtime(form), a.text, b.text),
              [=](const PendingJob& j) { return kept(f(a.value(j), b.value(j))); }};
    };
    switch (next() % 9) {
      case 0: return two("({} + {})", grow(kind, depth), [](double x, double y) { return x + y; });
      case 1: return two("({} - {})", grow(kind, depth), [](double x, double y) { return x - y; });
      case 2: return two("({} * {})", grow(Kind::number, depth), [](double x, double y) { return x * y; });
      case 3:
        return two("({} / {})", grow(Kind::number, depth), [](double x, double y) {
          if (y != 0) return x / y;
          return x > 0 ? most : x < 0 ? -most : 0.0;
        });
      case 4: return two("max({}, {})", grow(kind, depth), [](double x, double y) { return x < y ? y : x; });
      case 5: return two("min({}, {})", grow(kind, depth), [](double x, double y) { return y < x ? y : x; });
      case 6: return {fmt::format("-{}", a.text), [=](const PendingJob& j) { return -a.value(j); }};
      case 7: return {fmt::format("abs({})", a.text), [=](const PendingJob& j) { return std::fabs(a.value(j)); }};
      default:
        if (kind != Kind::number) return {fmt::format("floor({})", a.text), [=](const PendingJob& j) { return std::floor(a.value(j)); }};
        return {fmt::format("sqrt({})", a.text), [=](const PendingJob& j) { return a.value(j) < 0 ? 0.0 : std::sqrt(a.value(j)); }};
    }
  }

  const std::vector<int>& draws_;
  std::size_t at_ = 0;
};

std::vector<PendingJob> some_jobs() {
  std::vector<PendingJob> jobs(300);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto n = static_cast<std::int64_t>(i);
    jobs[i].cpus = n % 17;
    jobs[i].gpus = n % 5;
    jobs[i].memory = n * 1000;
    jobs[i].limit = std::chrono::minutes{n % 7 * 30};
    jobs[i].partition = PartitionId{0};
  }
  return jobs;
}

}  // namespace

TEST_CASE("an expression is worth what its tree is worth", "[property][expression]") {
  ClusterSpec cluster;
  cluster.partitions.resize(1);
  cluster.partitions[0].name = "all";
  const auto jobs = some_jobs();
  rc::prop("program == tree", [&] {
    const auto draws = *rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 100)));
    const Kind kind = *rc::gen::element(Kind::number, Kind::boolean, Kind::duration, Kind::size);
    const Tree tree = Grower{draws}.grow(kind, 5);
    const auto program = priority::compile(tree.text, cluster);
    if (!program) RC_FAIL(fmt::format("{}: {} at {}", tree.text, program.error().front().message, program.error().front().at));
    std::vector<double> got(jobs.size());
    program->run(jobs, {cluster, Time{}}, got);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      RC_ASSERT(std::isfinite(got[i]));
      if (got[i] != tree.value(jobs[i]))
        RC_FAIL(fmt::format("{}: job {} gets {} for {}", tree.text, i, got[i], tree.value(jobs[i])));
    }
  });
}

TEST_CASE("no text whatever makes the compiler of expressions fall", "[property][expression]") {
  ClusterSpec cluster;
  cluster.partitions.resize(1);
  const std::vector<std::string> bits{"(", ")", "min(", ",", "1", "limit", "?", ":", "-", "!", "'", "a", "1-00:00:00", "64G",
                                      "==", "<", "&&", "partition", " ", "\xc3\xa4", "=", "^", "if("};
  rc::prop("compiles, or says why not within the text", [&] {
    std::string text;
    for (const auto& bit : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(bits))) text += bit;
    const auto program = priority::compile(text, cluster);
    if (program) return;
    RC_ASSERT(!program.error().empty());
    for (const auto& problem : program.error()) RC_ASSERT(problem.at <= text.size());
  });
}

}  // namespace sluice::test
