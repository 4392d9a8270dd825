// Writing a workload: native CSV that reads back the same, SWF as far as it goes, packed by name.

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "simulator/base/rng.hpp"
#include "tests/unit/workloads/same_workload.hpp"
#include "tests/unit/workloads/trace_file.hpp"
#include "workloads/write_file.hpp"
#include "workloads/write_native_csv.hpp"
#include "workloads/write_swf.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

std::string native(const Workload& w) {
  std::ostringstream out;
  write_native_csv(w, out);
  return out.str();
}

/// Draws jobs with anything that a native trace can say.
class AnyWorkload {
 public:
  explicit AnyWorkload(std::uint64_t seed) : rng_{seed, "test.any_workload"} {}

  Workload draw() {
    Workload w;
    w.time_base.is_calendar = sometimes();
    const auto base = Duration{w.time_base.is_calendar ? 1'600'000'000'000 : 5'000};
    const auto jobs = 1 + rng_.below(40);
    const bool has_history = sometimes();
    for (std::uint64_t i = 0; i < jobs; ++i) {
      JobSpec job;
      job.submit = Time{base + milliseconds(1'000'000)};
      job.duration = 1ms + milliseconds(10'000'000);
      if (sometimes()) job.limit = sometimes() ? 1min * (1 + number(10'000)) : 1ms + milliseconds(1'000'000);
      job.request = w.intern(request());
      job.user = w.users.intern(word());
      job.account = w.accounts.intern(word());
      job.qos = w.qos.intern(word());
      job.exit_code = static_cast<std::int16_t>(sometimes() ? 0 : number(255));
      job.outcome = static_cast<Outcome>(number(5));
      job.extras = static_cast<std::uint32_t>(w.extras.size());
      w.extras.push_back(sometimes() ? JobExtras{} : extras(base));
      w.jobs.push_back(job);
      w.add_id("j" + std::to_string(i) + word());
      if (has_history) w.recorded.push_back({moment(base), moment(base), moment(base)});
    }
    w.finish();
    return w;
  }

 private:
  bool sometimes() { return rng_.below(2) == 0; }
  std::int64_t number(std::uint64_t below) { return static_cast<std::int64_t>(rng_.below(below)); }
  Duration milliseconds(std::uint64_t below) { return Duration{number(below)}; }
  std::string word() {
    constexpr std::string_view words[] = {"", "a", "x,y", "say \"hi\"", " lead", "trail ", "two\nlines", "a b", "Äö"};
    return std::string{words[rng_.below(std::size(words))]};
  }
  std::string plain() { return sometimes() ? std::string{} : "w" + std::to_string(number(9)); }
  std::optional<std::int64_t> count() { return sometimes() ? std::nullopt : std::optional{1 + number(64)}; }
  std::optional<Megabytes> memory() { return sometimes() ? std::nullopt : std::optional{Megabytes{number(100'000)}}; }
  std::vector<GresCount> gpus() {
    std::vector<GresCount> list;
    for (std::uint64_t i = rng_.below(3); i > 0; --i) list.push_back({"gpu", sometimes() ? "" : "a100", 1 + number(8)});
    return list;
  }
  std::optional<Time> moment(Duration base) {
    return sometimes() ? std::nullopt : std::optional{Time{base + milliseconds(9'000'000)}};
  }

  JobRequest request() {
    JobRequest r;
    r.partition = plain();
    r.min_nodes = count();
    if (r.min_nodes) r.max_nodes = *r.min_nodes + number(3);
    r.ntasks = count();
    r.cpus_per_task = count();
    r.ntasks_per_node = count();
    r.mem_per_node = memory();
    r.mem_per_cpu = memory();
    r.mem_per_gpu = memory();
    r.gpus = gpus();
    r.gres_per_node = gpus();
    if (sometimes()) r.gres_per_node.push_back({"nvme", "", 1 + number(3)});
    r.gpus_per_task = gpus();
    r.cpus_per_gpu = count();
    if (sometimes()) r.gpu_share = 0.25 + 0.5 * rng_.uniform();
    r.constraint = plain();
    r.nodelist = sometimes() ? "" : "n[1-3],m";
    r.exclude = plain();
    r.sharing = static_cast<Sharing>(number(4));
    return r;
  }

  JobExtras extras(Duration base) {
    JobExtras e;
    e.name = word();
    e.comment = word();
    e.array = plain();
    if (sometimes()) e.array_task = number(100);
    if (sometimes()) e.array_limit = 1 + number(9);
    e.dependency = sometimes() ? "" : "afterok:1:2,singleton";
    e.het_group = plain();
    e.licenses = plain();
    e.reservation = plain();
    e.kind = plain();
    if (sometimes()) e.begin = base + milliseconds(1'000'000);
    if (sometimes()) e.deadline = base + milliseconds(1'000'000);
    if (sometimes()) e.time_min = 1min * (1 + number(100));
    if (sometimes()) e.nice = number(200) - 100;
    if (sometimes()) e.priority = number(100'000);
    e.hold = sometimes();
    if (sometimes()) e.requeue = sometimes();
    if (sometimes()) e.modules = {"gcc/12", "cuda"};
    return e;
  }

  Rng rng_;
};

TEST_CASE("a workload written as native CSV reads back the same", "[workloads][write]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const Workload w = AnyWorkload{seed}.draw();
    const std::string text = native(w);
    const auto read = read_text(text, {.format = "csv"});
    CAPTURE(text, read.text);
    REQUIRE(read.workload);
    REQUIRE(difference(w, *read.workload) == "");
    REQUIRE(native(*read.workload) == text);
  }
}

TEST_CASE("native CSV has a column for what some job has, and no other", "[workloads][write]") {
  const auto read =
      read_text("id,submit,duration,gpus-per-node,time,job-name,nice\na,100,90.5,a100:4,90,,\nb,101,1,,,train,5\n");
  CHECK(native(*read.workload) ==
        "job_id,submit,duration,time,gres,job-name,nice\n"
        "a,100,90.5,01:30:00,gpu:a100:4,,\n"
        "b,101,1,,,train,5\n");
}

TEST_CASE("times are dates where the calendar is known", "[workloads][write]") {
  const auto read = read_text("; UnixStartTime: 1598918400\n7 60 5 9 2 -1 -1 2 100 -1 1 4 1 -1 1 1 -1 -1\n");
  CHECK(native(*read.workload) ==
        "job_id,user,account,submit,duration,limit,ntasks,start,end\n"
        "7,4,1,2020-09-01T00:01:00,9,100,2,2020-09-01T00:01:05,2020-09-01T00:01:14\n");
}

TEST_CASE("a limit may be given exactly, but not beside time", "[workloads][csv]") {
  CHECK(read_text("submit,duration,limit\n0,1,100.5\n").workload->jobs[0].limit == 100500ms);
  CHECK(read_text("submit,duration,limit,time\n0,1,100,2\n").text ==
        "trace:2:5: error: limit is given beside time, as '100'\n"
        "  0,1,100,2\n"
        "      ^\n"
        "  hint: give one of the two\n");
  CHECK(read_text("submit,duration,limit\n0,1,0\n").text ==
        "trace:2:5: error: limit wants seconds, got '0'\n"
        "  0,1,0\n"
        "      ^\n"
        "  hint: write a number above 0\n");
}

TEST_CASE("what a job has beside its request is read without a warning", "[workloads][csv]") {
  const auto read = read_text(
      "submit,duration,nice,begin,job-name,start,het-group\n0,1,,,a,5,\n0,1,3,9,b,6,x\n0,1,4,9,c,7,x\n");
  CHECK(read.text.empty());
  const Workload& w = *read.workload;
  CHECK(w.extras[w.jobs[1].extras].nice == 3);
  CHECK(w.extras[w.jobs[1].extras].begin == Duration{9s});
  CHECK(w.recorded[2].start == Time{7s});
  CHECK(w.extras[w.jobs[2].extras].het_group == "x");
}

TEST_CASE("columns of extras say what is wrong with a value", "[workloads][csv]") {
  CHECK(read_text("submit,duration,hold\n0,1,maybe\n").text ==
        "trace:2:5: error: hold wants yes or no, got 'maybe'\n"
        "  0,1,maybe\n"
        "      ^\n");
  CHECK(read_text("submit,duration,begin\n0,1,2020-09-01\n").text ==
        "trace:2:5: error: begin should be a number, as submissions are, not '2020-09-01'\n"
        "  0,1,2020-09-01\n"
        "      ^\n");
  CHECK(read_text("submit,duration,gpu-share\n0,1,2\n").text ==
        "trace:2:5: error: gpu-share wants a share between 0 and 1, got '2'\n"
        "  0,1,2\n"
        "      ^\n");
}

TEST_CASE("SWF holds sizes, times and who, and says what it leaves out", "[workloads][write]") {
  const auto read = read_text(
      "id,user,account,partition,submit,duration,ntasks,time,mem,state,exit-code,job-name\n"
      "5,ann,ml,gpu,1000,90.4,8,2,1G,COMPLETED,0,train\n"
      "6,bob,ml,cpu,1060,0.2,1,,,CANCELLED,0,\n"
      "7,ann,ml,gpu,1061,10,1,5,,NODE_FAIL,0,\n");
  std::ostringstream out;
  const auto losses = write_swf(*read.workload, out);
  CHECK(out.str() ==
        "; Version: 2.2\n"
        "; Conversion: sluice, from format csv\n"
        "; MaxJobs: 3\n"
        "; MaxRecords: 3\n"
        "; Note: the size of a job is its number of CPUs\n"
        "; User: 1 ann\n"
        "; User: 2 bob\n"
        "; Group: 1 ml\n"
        "; Partition: 1 gpu\n"
        "; Partition: 2 cpu\n"
        "5 1000 -1 90 8 -1 -1 8 120 -1 1 1 1 -1 -1 1 -1 -1\n"
        "6 1060 -1 1 1 -1 -1 1 -1 -1 5 2 1 -1 -1 2 -1 -1\n"
        "7 1061 -1 10 1 -1 -1 1 300 -1 0 1 1 -1 -1 1 -1 -1\n");
  CHECK(losses ==
        std::vector<std::string>{
            "1 of 3 jobs: ask for more than a number of processors (nodes, memory, GPUs, features), which is left out",
            "1 of 3 jobs: have options beside their resources (names, dependencies, ...), which are left out",
            "2 of 3 jobs: run for a part of a second, which is rounded to whole ones, at least one",
            "1 of 3 jobs: end in a way that SWF does not know: they are failed"});
}

TEST_CASE("an SWF log survives a way through SWF", "[workloads][write]") {
  auto read = read_text(
      "; UnixStartTime: 1598918400\n"
      "1 10 5 90 4 -1 -1 4 100 -1 1 12 3 -1 1 1 -1 -1\n"
      "2 20 -1 30 1 -1 -1 1 -1 -1 5 7 3 -1 1 1 -1 -1\n");
  std::ostringstream out;
  CHECK(write_swf(*read.workload, out).empty());
  auto again = read_text(out.str());
  Workload expected = std::move(*read.workload);
  Workload got = std::move(*again.workload);
  CHECK(expected.time_base.zero + *expected.time_base.calendar_origin() ==
        got.time_base.zero + *got.time_base.calendar_origin());
  expected.time_base = got.time_base = {};
  CHECK(difference(expected, got) == "");
}

TEST_CASE("a file is packed as its name says", "[workloads][write]") {
  const auto read = read_text("id,submit,duration\na,0,1\n");
  for (const std::string name : {"out.csv", "out.csv.gz", "out.csv.zst"}) {
    CAPTURE(name);
    const TraceFile place{"other", ""};
    const auto path = place.path().parent_path() / name;
    write_packed_file(path, [&](std::ostream& out) { write_native_csv(*read.workload, out); });
    CHECK(difference(*read.workload, *read_trace(path).workload) == "");
    std::ifstream file{path, std::ios::binary};
    CHECK((file.get() == 'j') == (name == "out.csv"));
  }
}

}  // namespace
}  // namespace sluice::workloads
