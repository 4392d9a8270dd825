#include <catch2/catch.hpp>

#include "simulator/base/array_tasks.hpp"
#include "workloads/task_values.hpp"
#include "simulator/model/dependency.hpp"
#include "workloads/moment_text.hpp"
#include "workloads/sacct_request.hpp"
#include "workloads/sbatch_script.hpp"
#include "workloads/shell_words.hpp"
#include "workloads/time_zone.hpp"

#include "simulator/base/civil_time.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;
using Tasks = std::vector<std::int64_t>;

TEST_CASE("arrays are lists of indices, ranges and steps, with a limit at the end", "[workloads][array]") {
  CHECK(parse_array("3")->tasks == Tasks{3});
  CHECK(parse_array("0-9:3")->tasks == Tasks{0, 3, 6, 9});
  CHECK(parse_array("5,1-3,2")->tasks == Tasks{1, 2, 3, 5});
  CHECK(parse_array("1-4%2") == ArrayTasks{{1, 2, 3, 4}, 2});
  CHECK(parse_array("[1-2]%8") == ArrayTasks{{1, 2}, 8});
  CHECK(parse_array("[1-2%8]") == ArrayTasks{{1, 2}, 8});
  CHECK(!parse_array("1-2")->limit);
  for (const auto* bad : {"", "a", "4-2", "1-4:0", "1-4%0", "1-4%", "1,,2", "-1", "99999999"}) {
    CAPTURE(bad);
    REQUIRE(!parse_array(bad));
    CHECK(parse_array(bad).error().message == "wants task indices, got '" + std::string{bad} + "'");
  }
}

TEST_CASE("run times are one value or one for each task", "[workloads][array]") {
  const auto one = [](std::string_view text) { return parse_task_durations(text)->all->length; };
  CHECK(one("90") == Duration{90s});
  CHECK(one("0.5") == Duration{500ms});
  CHECK(one("1:30:00") == Duration{90min});
  CHECK(one("1-00:00:00") == Duration{24h});
  CHECK(parse_task_durations("80%")->all->share == Approx(0.8));
  const auto tasks = parse_task_durations("*:60,3:150,5-6:1:00:00");
  REQUIRE(tasks);
  CHECK(tasks->all->length == Duration{60s});
  CHECK(tasks->of_task.at(3).length == Duration{150s});
  CHECK(tasks->of_task.at(6).length == Duration{1h});
  CHECK(tasks->of_task.size() == 3);
  for (const auto* bad : {"", "0", "-5", "x", "0%", "*:x", "a:5", "*:60,7"}) {
    CAPTURE(bad);
    CHECK(!parse_task_durations(bad));
  }
}

TEST_CASE("dependencies are typed lists of jobs, all of them or any", "[workloads][dependency]") {
  using Type = DependencyType;
  const auto list = parse_dependency("afterok:12:13_4,after:14+5,singleton");
  REQUIRE(list);
  CHECK(list->join == Dependency::Join::all);
  CHECK(list->terms == std::vector<DependencyTerm>{{Type::afterok, "12", false, "", {}},
                                                   {Type::afterok, "13", false, "4", {}},
                                                   {Type::after, "14", false, "", 5min},
                                                   {Type::singleton, "", false, "", {}}});
  CHECK(parse_dependency("afterok:1,afterany:2?singleton")->join == Dependency::Join::any);
  CHECK(parse_dependency("7:8")->terms[1] == DependencyTerm{Type::afterany, "8", false, "", {}});
  CHECK(parse_dependency("aftercorr:@prep")->terms[0] == DependencyTerm{Type::aftercorr, "prep", true, "", {}});
  CHECK(parse_dependency("afterok:12_[1,3-4]")->terms[0].tasks == "[1,3-4]");
  CHECK(parse_dependency("afterok:12_*")->terms[0].tasks == "*");
  CHECK(dependency_text(*parse_dependency("afterok:12:@a_3,after:14+5")) == "afterok:12,afterok:a_3,after:14+5");
  CHECK(dependency_text(*parse_dependency("afterok:12?singleton")) == "afterok:12?singleton");
}

TEST_CASE("a broken dependency says what is wrong with it", "[workloads][dependency]") {
  const auto complaint = [](std::string_view text) {
    const auto read = parse_dependency(text);
    return read ? std::string{} : read.error().message + " | " + read.error().hint;
  };
  CHECK(complaint("aftrok:12") == "has no type 'aftrok' | did you mean 'afterok'?");
  CHECK(complaint("afterok") == "wants a job id behind afterok | ");
  CHECK(complaint("afterok:x") == "wants a job id, got 'x' | write ID, ID_TASK, or @NAME for a job of this workload");
  CHECK(complaint("afterok:0") == "names job 0, which there never is | ");
  CHECK(complaint("after:3+x") == "wants a job id, got '3+x' | write ID, ID_TASK, or @NAME for a job of this workload");
  CHECK(complaint("singleton:4") == "takes no job id behind singleton | ");
}

TEST_CASE("moments are dates, times of day, or so long from now", "[workloads][moment]") {
  const Duration noon = *parse_civil("2020-09-01T12:00:00");
  const auto at = [&](std::string_view text) {
    const auto moment = parse_moment(text);
    const auto found = moment ? resolve_moment(*moment, noon, Calendar::known) : std::nullopt;
    return found ? format_civil(*found) : "nothing";
  };
  CHECK(at("now") == "2020-09-01T12:00:00");
  CHECK(at("now+90") == "2020-09-01T12:01:30");
  CHECK(at("now+2hours") == "2020-09-01T14:00:00");
  CHECK(at("now + 1 week") == "2020-09-08T12:00:00");
  CHECK(at("16:00") == "2020-09-01T16:00:00");
  CHECK(at("08:30:15") == "2020-09-02T08:30:15");
  CHECK(at("1:00pm") == "2020-09-01T13:00:00");
  CHECK(at("midnight") == "2020-09-02T00:00:00");
  CHECK(at("noon") == "2020-09-01T12:00:00");
  CHECK(at("tomorrow") == "2020-09-02T00:00:00");
  CHECK(at("2020-10-02T03:04") == "2020-10-02T03:04:00");
  CHECK(at("100220") == "2020-10-02T00:00:00");
  CHECK(at("10/02/20") == "2020-10-02T00:00:00");
  for (const auto* bad : {"", "later", "25:00", "now+x", "now+5fortnights", "13:00pm"}) CHECK(at(bad) == "nothing");
  CHECK(!resolve_moment(*parse_moment("2020-10-02"), 5s, Calendar::unknown));
  CHECK(resolve_moment(*parse_moment("now+5"), 5s, Calendar::unknown) == Duration{10s});
}

TEST_CASE("words are cut as a shell cuts them", "[workloads]") {
  const auto words = split_shell_words(R"(--a=b  'c d' e\ f "g # h" i#j # k)");
  std::vector<std::string> texts;
  for (const auto& word : words.words) texts.push_back(word.text);
  CHECK(texts == std::vector<std::string>{"--a=b", "c d", "e f", "g # h", "i#j"});
  CHECK(words.words[1].column == 7);
  CHECK(split_shell_words("a 'b").open_quote == std::size_t{2});
}

TEST_CASE("modules for GPUs are told by their names", "[workloads]") {
  for (const auto* name : {"cuda/12.1", "CUDA", "nvhpc/23.5", "pytorch/2.1", "amber/22-gpu", "rocm"})
    CHECK(is_gpu_module(name));
  for (const auto* name : {"gcc/12", "openmpi", "pytorch/2.1-cpu", "hdf5"}) CHECK(!is_gpu_module(name));
}

TEST_CASE("time zones are offsets or places with their summer times", "[workloads][timezone]") {
  const auto utc = [](std::string_view zone, std::string_view local) {
    return format_civil(TimeZone::named(zone)->to_utc(*parse_civil(local)));
  };
  CHECK(utc("UTC", "2021-07-01T12:00:00") == "2021-07-01T12:00:00");
  CHECK(utc("+02:00", "2021-07-01T12:00:00") == "2021-07-01T10:00:00");
  CHECK(utc("-0530", "2021-07-01T12:00:00") == "2021-07-01T17:30:00");
  CHECK(utc("+2", "2021-07-01T01:00:00") == "2021-06-30T23:00:00");
  for (const auto* bad : {"", "+25:00", "+2:99", "Nowhere/At_All", "+"}) CHECK(!TimeZone::named(bad));
  if (!TimeZone::named("Europe/Berlin")) return;  // a system without tzdata
  CHECK(utc("Europe/Berlin", "2021-07-01T12:00:00") == "2021-07-01T10:00:00");
  CHECK(utc("Europe/Berlin", "2021-01-01T12:00:00") == "2021-01-01T11:00:00");
  CHECK(utc("Europe/Berlin", "2021-10-31T02:30:00") == "2021-10-31T00:30:00");  // shown twice: the earlier one
  CHECK(utc("Europe/Berlin", "2021-03-28T02:30:00") == "2021-03-28T01:00:00");  // left out: the change
}

TEST_CASE("sacct's resources become a request", "[workloads][sacct]") {
  SacctResources old;
  old.alloc_tres = "billing=12,cpu=12,mem=33600M,node=1";
  old.req_mem = "2800Mc";
  old.req_nodes = "1";
  JobRequest r = request_of(old);
  CHECK(r.min_nodes == 1);
  CHECK(r.max_nodes == 1);
  CHECK(r.ntasks == 12);
  CHECK(r.mem_per_cpu == Megabytes{2800});
  old.req_mem = "16Gn";
  CHECK(request_of(old).mem_per_node == Megabytes{16384});

  SacctResources typed;
  typed.alloc_tres = "billing=64,cpu=64,gres/gpu:a100=8,gres/gpu=8,mem=512G,node=2";
  typed.req_tres = "cpu=64,mem=512G,node=2,license/matlab=3";
  typed.req_mem = "512G";
  r = request_of(typed);
  CHECK(r.gres_per_node == std::vector<GresCount>{{"gpu", "a100", 4}});
  CHECK(r.mem_per_node == Megabytes{262144});
  CHECK(r.gpus.empty());
  CHECK(licenses_of(typed.req_tres) == "matlab:3");

  SacctResources spread;  // asked for 1 node at least, got 3
  spread.alloc_tres = "cpu=96,gres/gpu=5,mem=93.75G,node=3";
  spread.req_tres = "cpu=96,mem=93.75G,node=1";
  spread.req_mem = "93.75G";
  r = request_of(spread);
  CHECK(r.min_nodes == 1);
  CHECK(!r.max_nodes);
  CHECK(r.mem_per_cpu == Megabytes{1003});  // 94 GiB: rounded up
  CHECK(r.gpus == std::vector<GresCount>{{"gpu", "", 5}});
}

}  // namespace
}  // namespace sluice::workloads
