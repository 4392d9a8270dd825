#include <catch2/catch.hpp>
#include <fstream>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

const JobExtras& extras_of(const Workload& w, std::size_t job) { return w.extras[w.jobs[job].extras]; }

TEST_CASE("a Tiresias list is in seconds, its model names the job", "[workloads][tiresias]") {
  const auto read = read_text(
      "job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n"
      "0,1,0,606,vgg19,164,30\n"
      "1,8,30,133,vgg11,147,23\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "tiresias");
  CHECK(w.jobs[1].submit == Time{30s});
  CHECK(w.jobs[1].duration == 147s);
  CHECK(w.request(w.jobs[1].request).gpus == std::vector<GresCount>{{"gpu", "", 8}});
  CHECK(extras_of(w, 1).name == "vgg11");
  CHECK(extras_of(w, 1).kind == "training");
  CHECK(extras_of(w, 1).comment == "iterations=133 interval=23");
  CHECK(read_text("job_id,num_gpu,submit_time,iterations,model_name,duration,interval\n0,one,0,606,vgg19,164,30\n")
            .text ==
        "trace:2:3: error: num_gpu should be a whole number, got 'one'\n"
        "  0,one,0,606,vgg19,164,30\n"
        "    ^\n");
}

TEST_CASE("a Muri list is in milliseconds", "[workloads][muri]") {
  constexpr std::string_view header =
      "job_id,num_gpu,submit_time,iterations,model_name,batch_size,duration,interval,iteration_time,resource_time_0,"
      "resource_time_1,resource_time_2,priority\n";
  const auto read = read_text(std::string{header} + "0,1,1500,58,dqn,128,2868000,46122000,490,446,8,0,1\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->format == "muri");
  CHECK(read.workload->jobs[0].duration == 2868s);
  CHECK(read.workload->time_base.zero == 1500ms);
  CHECK(read_text(std::string{header} + "0,1,1500,58,dqn,128,1.5,46122000,490,446,8,0,1\n").text ==
        "trace:2:21: error: duration should be a whole number, got '1.5'\n"
        "  0,1,1500,58,dqn,128,1.5,46122000,490,446,8,0,1\n"
        "                      ^\n");
}

constexpr std::string_view shockwave =
    "ResNet-18 (batch size 32)\tpython3 main.py\timage\t--num_steps\t1\t143450\t2\tgns\t1\t-1.000000\t3338\t55\n";

TEST_CASE("a Shockwave list says how long its jobs run", "[workloads][gavel]") {
  const auto read = read_text(shockwave);
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "gavel");
  CHECK(w.jobs[0].duration == 3338s);
  CHECK(w.time_base.zero == 55s);
  CHECK(w.request(w.jobs[0].request).gpus == std::vector<GresCount>{{"gpu", "", 2}});
  CHECK(extras_of(w, 0).name == "ResNet-18 (batch size 32)");
  CHECK(extras_of(w, 0).comment == "steps=143450");
}

constexpr std::string_view gavel =
    "A3C\tpython3 main.py\trl\t--max-steps\t0\t8857\t1\t1\t-1.000000\t0\n"
    "A3C\tpython3 main.py\trl\t--max-steps\t0\t8000\t4\t1\t-1.000000\t7.5\n";
constexpr std::string_view speeds =
    R"_({"k80": {}, "v100": {"('A3C', 1)": {"null": 2.0, "('LM', 1)": [1.0, 2.0]}, "('LM', 2)": {"null": 4.0}}})_";

TEST_CASE("a Gavel list counts steps: the speeds beside it make times of them", "[workloads][gavel]") {
  const TraceFile file{"jobs.trace", gavel};
  std::ofstream{file.path().parent_path() / "simulation_throughputs.json"} << speeds;
  const auto read = read_trace(file.path());
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.jobs[0].duration == 4'428'500ms);
  CHECK(w.jobs[1].duration == 1000s);  // four times the speed of one GPU
  CHECK(w.jobs[1].submit == Time{7'500ms});
  CHECK(w.report.assumptions[3] ==
        "1 jobs have more GPUs than the speeds of their type: these were scaled in proportion");
}

TEST_CASE("the early layout of Gavel has seven cells", "[workloads][gavel]") {
  const TraceFile file{"jobs.trace", "LM\tcd there && python3 main.py\t-n\t1\t400\t6.000000\t2\n"};
  std::ofstream{file.path().parent_path() / "simulation_throughputs.json"} << speeds;
  const auto read = read_trace(file.path());
  REQUIRE(read.text == "");
  CHECK(read.workload->jobs[0].duration == 100s);
  CHECK(read.workload->time_base.zero == 6s);
}

TEST_CASE("a Gavel list needs its speeds, and whole rows", "[workloads][gavel]") {
  CHECK(read_text(gavel).text ==
        "trace: error: the list counts steps, and there is no table of steps per second\n"
        "  hint: put Gavel's simulation_throughputs.json beside it\n");
  CHECK(read_text(std::string{shockwave} + "A3C\tpython3\t1\n").text ==
        "trace:2:14: error: the row has 3 cells, not 7, 10 or 12\n"
        "  A3C\tpython3\t1\n"
        "     \t       \t ^\n");
  CHECK(read_text(std::string{shockwave} + "A3C\tp\ti\ts\t1\t9\tno\tgns\t1\t-1\t3\t5\n").text ==
        "trace:2:15: error: scale factor should be a number of GPUs from 1, got 'no'\n"
        "  A3C\tp\ti\ts\t1\t9\tno\tgns\t1\t-1\t3\t5\n"
        "     \t \t \t \t \t \t^\n");
}

TEST_CASE("a Sia workload gets nominal run times", "[workloads][sia]") {
  const auto read = read_text("name,time,application,num_replicas,batch_size\ncifar10-0,107,cifar10,5,2048\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->format == "sia");
  CHECK(read.workload->jobs[0].duration == 93s);
  CHECK(extras_of(*read.workload, 0).name == "cifar10");
  CHECK(read_text("name,time,application,num_replicas,batch_size\nx-0,107,chess,5,2048\n").text ==
        "trace:2:9: error: application should be cifar10, ncf, deepspeech2, bert, yolov3 or imagenet, got 'chess'\n"
        "  x-0,107,chess,5,2048\n"
        "          ^\n");
}

TEST_CASE("an LLM request is an inference job of a nominal length", "[workloads][azure-llm]") {
  const auto read = read_text(
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4000,10\n2023-11-16 18:17:04.5,8,0\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "azure-llm");
  CHECK(w.jobs[0].duration == 1s);
  CHECK(w.jobs[1].submit == Time{521ms});
  CHECK(extras_of(w, 0).kind == "inference");
  CHECK(read_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.97,-1,10\n").text ==
        "trace:2:24: error: ContextTokens should be a number of tokens, got '-1'\n"
        "  2023-11-16 18:17:03.97,-1,10\n"
        "                         ^\n");
}

}  // namespace
}  // namespace sluice::workloads
