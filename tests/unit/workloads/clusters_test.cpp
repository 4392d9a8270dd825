#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

using Skipped = std::vector<std::pair<std::string, std::size_t>>;

JobRequest request_of(const Workload& w, std::size_t job) { return w.request(w.jobs[job].request); }

TEST_CASE("Philly's CSV is sorted by date, its virtual clusters are accounts", "[workloads][philly]") {
  const auto read = read_text(
      "timestamp,duration,num_gpus,gpu_time,cluster\n"
      "2017-10-09 07:01:55,66.0,1,66.0,aa\n\n"
      "2017-10-09 06:00:00,10.5,8,84.0,bb\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "philly");
  CHECK(w.job_id({0}) == "2");
  CHECK(w.jobs[0].duration == 10'500ms);
  CHECK(w.accounts.text(w.jobs[0].account) == "bb");
  CHECK(w.extras[w.jobs[0].extras].kind == "training");
  CHECK(w.time_base.is_calendar);
  CHECK(read_text("timestamp,duration,num_gpus,gpu_time,cluster\nyesterday,66.0,1,66.0,aa\n").text ==
        "trace:2:1: error: timestamp should be a date such as 2020-09-01 12:00:00, got 'yesterday'\n"
        "  yesterday,66.0,1,66.0,aa\n"
        "  ^\n");
}

TEST_CASE("GAIA's times are hours", "[workloads][gaia]") {
  const auto read = read_text("arrival_time,length,cpus\n0.0,0.5,2\n1.25,2,1\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "gaia");
  CHECK(w.jobs[0].duration == 30min);
  CHECK(w.jobs[1].submit == Time{75min});
  CHECK(request_of(w, 0).ntasks == 2);
  CHECK(read_text("arrival_time,length,cpus\n0.0,long,2\n").text ==
        "trace:2:5: error: length should be a number, got 'long'\n"
        "  0.0,long,2\n"
        "      ^\n");
}

constexpr std::string_view seren =
    "job_id,user,node_num,gpu_num,cpu_num,type,state,submit_time,start_time,end_time,duration,queue,gpu_time\n";

TEST_CASE("Acme's dates carry their zone, its run times are taken from start and end", "[workloads][acme]") {
  const auto read = read_text(std::string{seren} +
                              "1,u1,1,8,128,Pretrain,FAILED,2023-03-01 08:00:00+08:00,2023-03-01 08:00:10+08:00,"
                              "2023-03-01 08:00:18+08:00,18,10,144\n"
                              "2,u1,1,0,4,Other,COMPLETED,2023-03-01 00:00:30+00:00,,,60,0,0\n"
                              "3,u1,1,1,4,Other,CANCELLED,2023-03-01 08:00:40+08:00,,,0,0,0\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "acme");
  REQUIRE(w.jobs.size() == 2);
  CHECK(w.jobs[0].duration == 8s);
  CHECK(w.jobs[0].outcome == Outcome::failed);
  CHECK(w.extras[w.jobs[0].extras].kind == "Pretrain");
  CHECK(request_of(w, 0).gpus == std::vector<GresCount>{{"gpu", "", 8}});
  CHECK(w.recorded[0].start == Time{10s});
  CHECK(w.recorded[0].end == Time{18s});
  CHECK(w.jobs[1].submit == Time{30s});  // the same clock, though the other zone was written
  CHECK(w.jobs[1].duration == 60s);
  CHECK(request_of(w, 1).ntasks == 4);
  CHECK_FALSE(w.recorded[1].start);
  CHECK(w.time_base.zero == Duration{1677657600s});  // 2023-03-01T08:00:00
  CHECK(w.report.skipped == Skipped{{"run time <= 0", 1}});
}

TEST_CASE("an Acme date that is none is a broken row", "[workloads][acme]") {
  CHECK(read_text(std::string{seren} + "1,u1,1,8,128,Other,FAILED,2023-03-01 08:00:00+8,,,18,10,144\n").text ==
        "trace:2:27: error: submit_time should be a date such as 2023-03-01 00:18:22+08:00, got '2023-03-01 "
        "08:00:00+8'\n"
        "  1,u1,1,8,128,Other,FAILED,2023-03-01 08:00:00+8,,,18,10,144\n"
        "                            ^\n");
}

constexpr std::string_view pods =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";

TEST_CASE("an openb pod is a task on one node, with its share of a GPU", "[workloads][openb]") {
  const auto read = read_text(std::string{pods} +
                              "p0,11900,16384,1,460,,LS,Failed,0,100,5\n"
                              "p1,500,0,8,1000,V100M16,BE,Running,1,100,1\n"
                              "p2,88000,327680,1,1000,V100M16|V100M32,BE,Running,2,100,2\n"
                              "p3,4000,1024,0,0,,LS,Pending,3,100,\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "openb");
  REQUIRE(w.jobs.size() == 3);
  const JobRequest shared = request_of(w, 0);
  CHECK(shared.min_nodes == 1);
  CHECK(shared.cpus_per_task == 12);
  CHECK(shared.mem_per_node == Megabytes{16384});
  CHECK(shared.gres_per_node == std::vector<GresCount>{{"gpu", "", 1}});
  CHECK(shared.gpu_share == 0.46);
  CHECK(w.jobs[0].duration == 95s);
  CHECK(w.recorded[0].start == Time{5s});
  CHECK(w.jobs[0].outcome == Outcome::failed);
  CHECK(w.accounts.text(w.jobs[0].account) == "LS");
  CHECK(request_of(w, 1).gres_per_node == std::vector<GresCount>{{"gpu", "v100m16", 8}});
  CHECK_FALSE(request_of(w, 1).gpu_share);
  CHECK(request_of(w, 2).gres_per_node == std::vector<GresCount>{{"gpu", "", 1}});
  CHECK(w.report.skipped == Skipped{{"never scheduled", 1}});
}

TEST_CASE("another share of a GPU makes another request", "[workloads][openb]") {
  const auto read = read_text(
      "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,1000,1,1,250\np1,1000,1,1,500\np2,1000,1,1,250\np3,1000,1,1,"
      "1000\n");
  CHECK(read.workload->requests().size() == 3);
  CHECK(read.workload->jobs[0].request == read.workload->jobs[2].request);
}

TEST_CASE("openb pods without times come one a second and stay", "[workloads][openb]") {
  const auto read = read_text("name,cpu_milli,memory_mib,num_gpu,gpu_milli\np0,1000,1,1,1000\np1,1000,1,1,500\n");
  REQUIRE(read.text == "");
  CHECK(read.workload->jobs[1].submit == Time{1s});
  CHECK(read.workload->jobs[1].duration == std::chrono::hours{24 * 365});
}

TEST_CASE("an openb pod with a word for its memory is a broken row", "[workloads][openb]") {
  CHECK(read_text(std::string{pods} + "p0,12000,much,1,460,,LS,Running,0,100,5\n").text ==
        "trace:2:10: error: memory_mib should be a whole number, got 'much'\n"
        "  p0,12000,much,1,460,,LS,Running,0,100,5\n"
        "           ^\n");
}

constexpr std::string_view instances =
    "instance_sn,role,app_name,cpu_request,cpu_limit,gpu_request,gpu_limit,rdma_request,rdma_limit,memory_request,"
    "memory_limit,disk_request,disk_limit,max_instance_per_node,creation_time,scheduled_time,deletion_time\n";

TEST_CASE("DLRM instances may be there before the trace and outlive it", "[workloads][dlrm]") {
  const auto read = read_text(std::string{instances} +
                              "i0,HN,a0,12,12,1,1,25,25,120.0,120.0,640.0,800.0,8,,,\n"
                              "i1,CN,a1,64,64,0,0,1,1,0.5,320.0,255.0,300.0,-1,10,13.0,500\n"
                              "i2,CN,a1,64,64,0,0,1,1,320.0,320.0,255.0,300.0,-1,20,20,20\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "dlrm");
  REQUIRE(w.jobs.size() == 2);
  CHECK(w.jobs[0].duration == 500s);
  CHECK(request_of(w, 0).gres_per_node == std::vector<GresCount>{{"gpu", "", 1}});
  CHECK(request_of(w, 0).mem_per_node == Megabytes{122'880});
  CHECK(w.extras[w.jobs[0].extras].kind == "inference");
  CHECK(w.jobs[1].submit == Time{10s});
  CHECK(w.jobs[1].duration == 487s);
  CHECK(w.recorded[1].start == Time{13s});
  CHECK(request_of(w, 1).cpus_per_task == 64);
  CHECK(w.accounts.text(w.jobs[1].account) == "a1");
  CHECK(w.report.assumptions[1] == "1 instances without creation_time were there before: they are submitted at time 0");
  CHECK(w.report.assumptions[2] == "1 instances without deletion_time run to the last moment of the trace");
  CHECK(read_text(std::string{instances} + "i0,HN,a0,12,12,one,1,25,25,120.0,120.0,640.0,800.0,8,,,\n").text ==
        "trace:2:16: error: gpu_request should be a whole number, got 'one'\n"
        "  i0,HN,a0,12,12,one,1,25,25,120.0,120.0,640.0,800.0,8,,,\n"
        "                 ^\n");
}

constexpr std::string_view eagle =
    "job_id,user,account,partition,qos,wallclock_req,nodes_req,processors_req,gpus_req,mem_req,submit_time,start_time,"
    "end_time,run_time,state,name,work_dir,submit_line\n";

TEST_CASE("an Eagle job has limits, memory over all nodes and a history", "[workloads][eagle]") {
  const auto read = read_text(std::string{eagle} +
                              "7,u1,a1,p1,high,3600.0,3,54,2,552000.0,2019-01-01 08:00:00,2019-01-01 08:01:00,"
                              "2019-01-01 08:02:40,100.0,TIMEOUT,n,w,s\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "eagle");
  CHECK(w.jobs[0].limit == Duration{1h});
  CHECK(w.jobs[0].outcome == Outcome::completed);
  CHECK(w.qos.text(w.jobs[0].qos) == "high");
  CHECK(w.recorded[0].start == Time{60s});
  CHECK(w.recorded[0].end == Time{160s});
  const JobRequest request = request_of(w, 0);
  CHECK(request.min_nodes == 3);
  CHECK(request.ntasks == 54);
  CHECK(request.mem_per_node == Megabytes{184'000});
  CHECK(request.gpus == std::vector<GresCount>{{"gpu", "", 2}});
  CHECK(request.partition.empty());
  CHECK(read_text(std::string{eagle} + "7,u1,a1,p1,high,3600.0,3,54,2,0.0,2019-01-01 08:00:00,,,100.0,LOST,n,w,s\n")
            .text ==
        "trace:2:63: error: state should be a job state such as COMPLETED, got 'LOST'\n"
        "  7,u1,a1,p1,high,3600.0,3,54,2,0.0,2019-01-01 08:00:00,,,100.0,LOST,n,w,s\n"
        "                                                                ^\n");
}

TEST_CASE("a job of the spot cluster has workers with GPUs of a model", "[workloads][spot]") {
  const std::string header =
      "job_name,organization,gpu_model,cpu_request,gpu_request,worker_num,submit_time,duration,job_type\n";
  const auto read = read_text(header + "j1,o1,A100-SXM4-80GB,12,0.5,2,10,60,Spot\nj2,o1,,1,8,1,11,60,HP\n");
  REQUIRE(read.text == "");
  const Workload& w = *read.workload;
  CHECK(w.format == "spot");
  CHECK(request_of(w, 0).ntasks == 2);
  CHECK(request_of(w, 0).cpus_per_task == 12);
  CHECK(request_of(w, 0).gpus_per_task == std::vector<GresCount>{{"gpu", "a100-sxm4-80gb", 1}});
  CHECK(request_of(w, 0).gpu_share == 0.5);
  CHECK(w.extras[w.jobs[0].extras].kind == "Spot");
  CHECK(request_of(w, 1).gpus_per_task == std::vector<GresCount>{{"gpu", "", 8}});
  CHECK(read_text(header + "j1,o1,A100,12,1,many,10,60,Spot\n").text ==
        "trace:2:17: error: worker_num should be a whole number, got 'many'\n"
        "  j1,o1,A100,12,1,many,10,60,Spot\n"
        "                  ^\n");
}

}  // namespace
}  // namespace sluice::workloads
