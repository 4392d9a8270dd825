// What expressions of priority/expr are worth.

#include <catch2/catch.hpp>

#include <limits>

#include "policies/catalogue.hpp"
#include "policies/priority/expression/parser.hpp"

namespace sluice::priority {
namespace {

using namespace std::chrono_literals;

constexpr double largest = std::numeric_limits<double>::max();

ClusterSpec two_partitions() {
  ClusterSpec cluster;
  cluster.partitions.resize(2);
  cluster.partitions[0].name = "cpu";
  cluster.partitions[1].name = "gpu";
  cluster.partitions[1].priority_job_factor = 10;
  cluster.accounting.emplace();
  cluster.accounting->qos.resize(2);
  cluster.accounting->qos[0].name = "normal";
  cluster.accounting->qos[1].name = "high";
  cluster.accounting->qos[1].priority = 50;
  return cluster;
}

/// A job of 4 CPUs, 2 GPUs and 64 GB in the partition gpu, submitted 1000 s ago and eligible for 600 s.
PendingJob some_job() {
  PendingJob job;
  job.submit = Time{1000s};
  job.eligible = Time{1400s};
  job.accruing_since = Time{1400s};
  job.limit = 2h;
  job.cpus = 4;
  job.gpus = 2;
  job.memory = 65536;
  job.partition = PartitionId{1};
  job.qos = QosId{1};
  job.fair_share = 0.25;
  job.of_user = {3, 12, 6, 1024, 5};
  return job;
}

double value_of(std::string_view text, const PendingJob& job = some_job()) {
  const ClusterSpec cluster = two_partitions();
  const auto program = compile(text, cluster);
  if (!program) FAIL(text << ": " << program.error().front().message);
  double out = 0;
  program->run({&job, 1}, {cluster, Time{2000s}}, {&out, 1});
  return out;
}

bool changes(std::string_view text) { return compile(text, two_partitions()).value().changes_with_time(); }

}  // namespace

TEST_CASE("arithmetic binds as in C, and powers before signs", "[policies][expression]") {
  CHECK(value_of("1 + 2 * 3") == 7);
  CHECK(value_of("(1 + 2) * 3") == 9);
  CHECK(value_of("10 - 4 - 3") == 3);
  CHECK(value_of("20 / 2 / 5") == 2);
  CHECK(value_of("-2 ^ 2") == -4);
  CHECK(value_of("2 ^ 3 ^ 2") == 512);
  CHECK(value_of("2 ^ -1") == 0.5);
  CHECK(value_of("-7 % 3") == -1);
  CHECK(value_of("1.5e3 + .5") == 1500.5);
}

TEST_CASE("comparisons and conditions score 1 and 0", "[policies][expression]") {
  CHECK(value_of("2 < 3") == 1);
  CHECK(value_of("3 < 3") == 0);
  CHECK(value_of("3 <= 3 && 3 >= 3 && !(3 > 3) && 3 == 3 && !(3 != 3)") == 1);
  CHECK(value_of("1 > 2 || 2 > 1") == 1);
  CHECK(value_of("1 == 1 || 1 == 1 && 1 == 2") == 1);
  CHECK(value_of("gpus > 0 ? 10 : 20") == 10);
  CHECK(value_of("gpus > 4 ? 1 : gpus > 1 ? 2 : 3") == 2);
  CHECK(value_of("if(gpus > 4, 1, 2)") == 2);
}

TEST_CASE("times and sizes are written as in Slurm", "[policies][expression]") {
  CHECK(value_of("1-00:00:00") == 86400);
  CHECK(value_of("01:30:00") == 5400);
  CHECK(value_of("90s + 10min + 2h + 1d") == 90 + 600 + 7200 + 86400);
  CHECK(value_of("64G") == 65536);
  CHECK(value_of("512M") == 512);
  CHECK(value_of("1T / 1G") == 1024);
  CHECK(value_of("limit == 02:00:00 && memory == 64G") == 1);
  CHECK(value_of("5-3") == 2);                // no time: a difference
  CHECK(value_of("gpus > 0 ? 1:2") == 1);     // no time: a choice
}

TEST_CASE("fields are those of the job", "[policies][expression]") {
  CHECK(value_of("waiting") == 1000);
  CHECK(value_of("age") == 600);
  CHECK(value_of("limit") == 7200);
  CHECK(value_of("submit") == 1000);
  CHECK(value_of("cpus + gpus") == 6);
  CHECK(value_of("memory / 1G") == 64);
  CHECK(value_of("fairshare") == 0.25);
  CHECK(value_of("partition.factor + qos.priority") == 60);
  CHECK(value_of("partition == 'gpu'") == 1);
  CHECK(value_of("'cpu' == partition") == 0);
  CHECK(value_of("partition != 'CPU' && qos == 'high'") == 1);
  CHECK(value_of("user.jobs * 100 + user.pending") == 305);
  CHECK(value_of("user.cpus + user.gpus + user.memory / 1M") == 12 + 6 + 1024);
}

TEST_CASE("a job that gains no age yet has none", "[policies][expression]") {
  PendingJob job = some_job();
  job.accruing_since.reset();
  CHECK(value_of("age", job) == 0);
  job.accruing_since = Time{1400s} + 999ms;
  CHECK(value_of("age", job) == 600);
}

TEST_CASE("functions", "[policies][expression]") {
  CHECK(value_of("min(3, 1, 2)") == 1);
  CHECK(value_of("max(10min, limit, 1h)") == 7200);
  CHECK(value_of("abs(-3) + floor(1.5) + ceil(1.5)") == 6);
  CHECK(value_of("sqrt(16) + log2(8) + log10(1000) + log(1) + exp(0)") == 4 + 3 + 3 + 0 + 1);
  CHECK(value_of("pow(2, 10)") == 1024);
}

TEST_CASE("what has no value is 0 and what is too large is the largest double", "[policies][expression]") {
  CHECK(value_of("0 / 0") == 0);
  CHECK(value_of("1 / 0") == largest);
  CHECK(value_of("1 / -0") == largest);
  CHECK(value_of("-1 / 0") == -largest);
  CHECK(value_of("5 % 0") == 0);
  CHECK(value_of("sqrt(-1)") == 0);
  CHECK(value_of("log(0)") == -largest);
  CHECK(value_of("log(-1)") == 0);
  CHECK(value_of("pow(-8, 1/3)") == 0);
  CHECK(value_of("exp(1000)") == largest);
  CHECK(value_of("1e300 * 1e300 - 1e300 * 1e300") == 0);
  CHECK(value_of("0 * (1 / 0)") == 0);
}

TEST_CASE("only an expression over something that changes is computed anew", "[policies][expression]") {
  CHECK(changes("age"));
  CHECK(changes("limit / 1h + user.jobs"));
  CHECK_FALSE(changes("-limit"));
  CHECK_FALSE(changes("partition.factor * 10 + cpus"));
}

TEST_CASE("many jobs at once get what each gets alone", "[policies][expression]") {
  const ClusterSpec cluster = two_partitions();
  const auto program = compile("gpus > 100 ? -limit / 1h : max(cpus, 300) * sqrt(gpus + 1)", cluster);
  REQUIRE(program);
  std::vector<PendingJob> jobs(1000, some_job());
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].gpus = jobs[i].cpus = static_cast<std::int64_t>(i);
  std::vector<double> all(jobs.size());
  program->run(jobs, {cluster, Time{}}, all);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    double alone = 0;
    program->run({&jobs[i], 1}, {cluster, Time{}}, {&alone, 1});
    CHECK(all[i] == alone);
  }
}

TEST_CASE("commas within parentheses and quotes do not end an option", "[policies][options]") {
  using Parts = std::vector<std::string_view>;
  CHECK(split_parameters("expr=min(a, b),period=5") == Parts{"expr=min(a, b)", "period=5"});
  CHECK(split_parameters("a=',(',b") == Parts{"a=',('", "b"});
  CHECK(split_parameters("a),b") == Parts{"a)", "b"});
  CHECK(split_parameters("") == Parts{""});
}

}  // namespace sluice::priority
