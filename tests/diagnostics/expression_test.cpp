// What is said about a wrong expression of priority/expr, word for word.

#include <catch2/catch.hpp>

#include <string>

#include "policies/catalogue.hpp"

namespace {

using namespace sluice;

/// PriorityParameters="..." in line 12 of a slurm.conf with the partitions cpu and gpu.
std::string said(const std::string& parameters) {
  ClusterSpec cluster;
  cluster.partitions.resize(2);
  cluster.partitions[0].name = "cpu";
  cluster.partitions[1].name = "gpu";
  const Policies policies = builtin_policies();
  for (const auto* entry : policies.priorities()) {
    if (entry->name != "priority/expr") continue;
    Diagnostics diags;
    const auto options = parse_options(parameters, entry->options, entry->name, cluster, {"slurm.conf", 12, 21},
                                       "PriorityParameters=\"" + parameters + "\"", diags);
    CHECK(options.has_value() == diags.ok());
    return diags.text();
  }
  return "no priority/expr";
}

/// Only the first line of what is said.
std::string heading(const std::string& expression) {
  const std::string text = said("expr=" + expression);
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("a right expression is not remarked on", "[diagnostics][expression]") {
  CHECK(said("expr=age / 1h + 1000 * fairshare - (partition == 'gpu' ? min(5, gpus) : 0),period=10") == "");
}

TEST_CASE("an unknown field is pointed at, with the nearest one", "[diagnostics][expression]") {
  CHECK(said("expr=age / 1h + fairshar") ==
        "slurm.conf:12:37: error: there is no field 'fairshar'\n"
        "  PriorityParameters=\"expr=age / 1h + fairshar\"\n"
        "                                      ^\n"
        "  hint: did you mean 'fairshare'?\n");
  CHECK(said("expr=frobnicate").find("hint: `sluice policies` lists the fields\n") != std::string::npos);
  CHECK(said("expr=min * 2").find("hint: min is a function: write its arguments in parentheses\n") != std::string::npos);
  CHECK(said("expr=mni(1, 2)").find("there is no function 'mni'") != std::string::npos);
  CHECK(said("expr=mni(1, 2)").find("did you mean 'min'?") != std::string::npos);
}

TEST_CASE("kinds that do not go together are pointed at where they meet", "[diagnostics][expression]") {
  CHECK(said("expr=age + 1000 * fairshare") ==
        "slurm.conf:12:30: error: a sum of a duration and a number\n"
        "  PriorityParameters=\"expr=age + 1000 * fairshare\"\n"
        "                               ^\n"
        "  hint: divide a duration by a unit for a plain number: limit / 1h\n");
  CHECK(heading("1 / limit") == "slurm.conf:12:28: error: a number cannot be divided by a duration");
  CHECK(heading("limit * age") == "slurm.conf:12:32: error: a duration cannot be multiplied by a duration");
  CHECK(heading("cpus < memory") == "slurm.conf:12:31: error: '<' compares a number with a memory size");
  CHECK(heading("cpus && 1 < 2") == "slurm.conf:12:26: error: a number stands before '&&', a condition is wanted");
  CHECK(heading("-(gpus > 0)") == "slurm.conf:12:27: error: a condition stands after '-', a number is wanted");
  CHECK(heading("log(limit)") == "slurm.conf:12:30: error: a duration stands in log(x), a number is wanted");
  CHECK(heading("gpus > 0 ? limit : 1") == "slurm.conf:12:26: error: a choice between a duration and a number");
  CHECK(heading("max(1, 2, 3G)") == "slurm.conf:12:36: error: max of a number and a memory size");
  CHECK(heading("partition") == "slurm.conf:12:26: error: a name gives no order");
  CHECK(heading("partition < 'gpu'") == "slurm.conf:12:36: error: names have no order");
  CHECK(heading("partition == 1") == "slurm.conf:12:36: error: '==' wants a field of names and a text");
  CHECK(heading("1 + 'gpu'") == "slurm.conf:12:28: error: a sum of a number and a name");
}

TEST_CASE("every mistake of an expression is told in one go", "[diagnostics][expression]") {
  CHECK(said("expr=agee + (limit + 1) * gpu,perod=5") ==
        "slurm.conf:12:26: error: there is no field 'agee'\n"
        "  PriorityParameters=\"expr=agee + (limit + 1) * gpu,perod=5\"\n"
        "                           ^\n"
        "  hint: did you mean 'age'?\n"
        "slurm.conf:12:40: error: a sum of a duration and a number\n"
        "  PriorityParameters=\"expr=agee + (limit + 1) * gpu,perod=5\"\n"
        "                                         ^\n"
        "  hint: divide a duration by a unit for a plain number: limit / 1h\n"
        "slurm.conf:12:47: error: there is no field 'gpu'\n"
        "  PriorityParameters=\"expr=agee + (limit + 1) * gpu,perod=5\"\n"
        "                                                ^\n"
        "  hint: did you mean 'gpus'?\n"
        "slurm.conf:12:51: error: priority/expr has no option 'perod'\n"
        "  PriorityParameters=\"expr=agee + (limit + 1) * gpu,perod=5\"\n"
        "                                                    ^\n"
        "  hint: did you mean 'period'?\n");
}

TEST_CASE("a text that makes no sense is pointed at where it stops to", "[diagnostics][expression]") {
  CHECK(heading("") == "slurm.conf:12:26: error: the expression ends too early");
  CHECK(heading("1 +") == "slurm.conf:12:29: error: the expression ends too early");
  CHECK(heading("1 2") == "slurm.conf:12:28: error: unexpected '2'");
  CHECK(heading("min(1, 2") == "slurm.conf:12:34: error: ')' is missing");
  CHECK(heading("(1") == "slurm.conf:12:28: error: ')' is missing");
  CHECK(heading("1)") == "slurm.conf:12:27: error: unexpected ')'");
  CHECK(heading("gpus > 0 ? 1") == "slurm.conf:12:38: error: ':' is missing");
  CHECK(heading("1 < 2 < 3") == "slurm.conf:12:32: error: unexpected '<'");
  CHECK(heading("abs()") == "slurm.conf:12:30: error: unexpected ')'");
  CHECK(heading("abs(1, 2)") == "slurm.conf:12:26: error: abs takes 1 argument, got 2");
  CHECK(heading("min(1)") == "slurm.conf:12:26: error: min takes two or more arguments, got 1");
  CHECK(heading("5 weeks") == "slurm.conf:12:28: error: unexpected 'weeks'");
  CHECK(heading("5weeks") == "slurm.conf:12:27: error: 'weeks' is no unit");
  CHECK(heading("1e999") == "slurm.conf:12:26: error: '1e999' is too large or too small a number");
  CHECK(heading("1 = 1") == "slurm.conf:12:28: error: '=' means nothing here");
  CHECK(heading("1 # 2") == "slurm.conf:12:28: error: '#' means nothing here");
  CHECK(heading("partition == 'gpu") == "slurm.conf:12:39: error: the quote is never closed");
  CHECK(heading("partition == 'gup'") == "slurm.conf:12:39: error: no partition is called 'gup'");
}

TEST_CASE("deep nesting is refused, not followed", "[diagnostics][expression]") {
  const std::string deep(100'000 / 20, '(');
  CHECK(heading(deep + "1").find("nested more than 64 deep") != std::string::npos);
  CHECK(heading(std::string(5000, '!') + "1").find("nested more than 64 deep") != std::string::npos);
  std::string powers = "1";
  for (int i = 0; i < 1000; ++i) powers += "^1";
  CHECK(heading(powers).find("nested more than 64 deep") != std::string::npos);
  CHECK(heading(std::string(20'000, '1')) == "slurm.conf:12:26: error: an expression of more than 10000 characters");
  CHECK(heading(std::string(20, '(') + "1" + std::string(20, ')')) == "");
}

TEST_CASE("the period is a time above 0", "[diagnostics][expression]") {
  CHECK(said("expr=age,period=0") ==
        "slurm.conf:12:37: error: period wants a time above 0, got '0'\n"
        "  PriorityParameters=\"expr=age,period=0\"\n"
        "                                      ^\n"
        "  hint: write minutes, MM:SS, HH:MM:SS or D-HH:MM:SS\n");
}
