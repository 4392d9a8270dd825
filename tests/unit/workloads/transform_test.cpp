// Each transform on a trace small enough to work out by hand.

#include <catch2/catch.hpp>
#include <set>

#include "tests/unit/workloads/same_workload.hpp"
#include "tests/unit/workloads/trace_file.hpp"
#include "workloads/transform.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view plain =
    "id,user,account,qos,partition,submit,duration,ntasks,time\n"
    "a,ann,ml,high,gpu,100,60,1,10\n"
    "b,bob,ml,low,cpu,160,600,8,\n"
    "c,ann,hpc,low,\"gpu,cpu\",400,30,2,5\n";

struct Changed {
  std::optional<Workload> workload;
  std::string text;
};

Changed changed_by(std::string_view trace, const std::vector<std::string>& steps,
                   const TransformContext& context = {}) {
  auto read = read_text(trace);
  REQUIRE(read.workload);
  Diagnostics diags;
  std::vector<Transform> transforms;
  for (const auto& step : steps)
    if (auto transform = parse_transform(step, diags)) transforms.push_back(std::move(*transform));
  const bool ok = diags.ok() && apply_transforms(transforms, *read.workload, context, diags);
  CHECK(ok == diags.ok());
  if (!ok) read.workload.reset();
  return {std::move(read.workload), diags.text()};
}

Changed changed_by(std::string_view trace, const std::string& step, const TransformContext& context = {}) {
  return changed_by(trace, std::vector<std::string>{step}, context);
}

std::string ids(const Workload& w) {
  std::string text;
  for (std::uint32_t i = 0; i < w.jobs.size(); ++i) {
    if (i > 0) text += ' ';
    text += w.job_id({i});
  }
  return text;
}

std::string submits(const Workload& w) {
  std::string text;
  for (const auto& job : w.jobs) {
    if (!text.empty()) text += ' ';
    text += std::to_string(job.submit.time_since_epoch() / 1s);
  }
  return text;
}

std::string last_statement(const Workload& w) {
  for (auto it = w.report.assumptions.rbegin(); it != w.report.assumptions.rend(); ++it)
    if (!is_about_missing_limits(*it)) return *it;
  return {};
}

TEST_CASE("cut keeps a window, whose first job is the new zero", "[workloads][transform]") {
  const auto changed = changed_by(plain, "cut=from=150,to=400");
  REQUIRE(changed.text == "");
  CHECK(ids(*changed.workload) == "b");
  CHECK(submits(*changed.workload) == "0");
  CHECK(changed.workload->time_base.zero == 160s);
  CHECK(last_statement(*changed.workload) == "cut: 1 of 3 jobs are in the window");
  CHECK(ids(*changed_by("id,submit,duration\na,2020-09-01,1\nb,2020-09-02,1\n", "cut=2020-09-02").workload) == "b");
}

TEST_CASE("filters and cuts at the front give the same while a trace is read", "[workloads][transform]") {
  const std::string swf = "1 0 5 60 4 -1 70 4 -1 -1 1 3 4 -1 1 2 -1 -1\n2 9 0 20 8 -1 30 8 -1 -1 0 3 4 -1 1 2 -1 -1\n";
  const std::string rich =
      "id,user,submit,duration,ntasks,kind,job-name,start\n"
      "a,ann,2020-09-01,60,1,training,x,2020-09-01T00:00:05\nb,bob,2020-09-02,600,8,,y,\nc,ann,2020-09-03,30,2,"
      "training,x,\n"
      "d,cat,2020-09-04,30,2,evaluation,z,2020-09-04T00:01:00\n";
  const std::vector<std::pair<std::string, std::vector<std::string>>> runs{
      {std::string{plain}, {"filter=user=ann"}},
      {std::string{plain}, {"cut=from=150", "filter=min_cpus=2", "cut=to=400"}},
      {rich, {"filter=kind=training"}},
      {rich, {"filter=user=ann,keep=others", "cut=2020-09-04"}},
      {swf, {"filter=max_run=30"}},
  };
  for (const auto& [trace, texts] : runs) {
    Diagnostics diags;
    std::vector<Transform> steps;
    for (const auto& text : texts) steps.push_back(parse_transform(text, diags).value());
    CHECK(choosing_steps(steps) == steps.size());
    ReadOptions options;
    options.choose = steps;
    const auto chosen = read_text(trace, options);
    const auto changed = changed_by(trace, texts);
    REQUIRE(chosen.workload);
    CHECK(difference(*chosen.workload, *changed.workload) == "");
    CHECK(last_statement(*chosen.workload) == last_statement(*changed.workload));
  }
}

TEST_CASE("a reader that is left nothing by a filter says so", "[workloads][transform][diagnostics]") {
  Diagnostics diags;
  const std::vector<Transform> steps{parse_transform("filter=user=eve", diags).value()};
  ReadOptions options;
  options.choose = steps;
  CHECK(read_text(plain, options).text == "trace: error: no job is left of 3 rows (left out by --transform: 3)\n");
}

TEST_CASE("cut needs a window that fits the trace", "[workloads][transform]") {
  CHECK(changed_by(plain, "cut=2020-09-01").text ==
        "--transform:1:1: error: cut: from is a date, but the trace does not say when its time 0 was\n"
        "  cut=2020-09-01\n"
        "  ^\n"
        "  hint: write seconds in the trace's own time\n");
  CHECK(changed_by(plain, "cut=from=9,to=9").text ==
        "--transform:1:1: error: cut: from is not before to\n"
        "  cut=from=9,to=9\n"
        "  ^\n");
  CHECK(changed_by(plain, "cut=from=1000").text ==
        "--transform:1:1: error: cut: no job is left after this step\n"
        "  cut=from=1000\n"
        "  ^\n");
}

TEST_CASE("shift moves the calendar and nothing else", "[workloads][transform]") {
  const auto changed = changed_by(plain, "shift=1-0");
  CHECK(changed.workload->time_base.zero == 100s + 24h);
  CHECK(submits(*changed.workload) == "0 60 300");
  CHECK(last_statement(*changed.workload) == "shift: the trace is 1-00:00:00 later");
  CHECK(changed_by(plain, "shift=-40").workload->time_base.zero == 60s);
}

TEST_CASE("scale_load divides the gaps, and what counts from a submission moves with it", "[workloads][transform]") {
  const auto changed = changed_by("id,submit,duration,begin,start\na,100,1,,105\nb,160,1,170,165\n", "scale_load=2");
  REQUIRE(changed.workload);
  const Workload& w = *changed.workload;
  CHECK(submits(w) == "0 30");
  CHECK(w.extras[w.jobs[1].extras].begin == Duration{40s});
  CHECK(w.recorded.empty());
  CHECK(last_statement(w) ==
        "scale_load: the gaps between submissions are divided by 2; recorded starts are dropped, as they belong to the "
        "trace as it was");
}

TEST_CASE("scale_runtimes takes limits along, up to whole minutes, unless told not to", "[workloads][transform]") {
  const auto scaled = changed_by(plain, "scale_runtimes=0.25");
  CHECK(scaled.workload->jobs[0].duration == 15s);
  CHECK(scaled.workload->jobs[0].limit == Duration{3min});  // 2.5
  CHECK_FALSE(scaled.workload->jobs[1].limit);
  CHECK(changed_by(plain, "scale_runtimes=factor=0.25,limits=keep").workload->jobs[0].limit == Duration{10min});
}

TEST_CASE("thin_users keeps whole users, and a larger share keeps those of a smaller one", "[workloads][transform]") {
  std::string trace = "submit,duration,user\n";
  for (int i = 0; i < 200; ++i) trace += std::to_string(i) + ",1,u" + std::to_string(i % 20) + "\n";
  std::set<std::string> before;
  for (const std::string share : {"0.2", "0.5", "1"}) {
    const auto changed = changed_by(trace, "thin_users=" + share);
    std::set<std::string> users;
    for (const auto& job : changed.workload->jobs) users.emplace(changed.workload->users.text(job.user));
    CHECK(changed.workload->jobs.size() == users.size() * 10);
    CHECK(std::includes(users.begin(), users.end(), before.begin(), before.end()));
    before = users;
  }
  CHECK(before.size() == 20);
  CHECK(last_statement(*changed_by(trace, "thin_users=0.2").workload) ==
        "thin_users: 4 of 20 users are kept, with 40 of 200 jobs");
  CHECK(changed_by("submit,duration\n0,1\n", "thin_users=0.5").text ==
        "--transform:1:1: error: thin_users: the trace has no users\n  thin_users=0.5\n  ^\n");
}

TEST_CASE("filter keeps the jobs that meet all conditions, or the others", "[workloads][transform]") {
  CHECK(ids(*changed_by(plain, "filter=user=ann,min_cpus=2").workload) == "c");
  CHECK(ids(*changed_by(plain, "filter=user=ann,bob").workload) == "a b c");
  CHECK(ids(*changed_by(plain, "filter=partition=cpu").workload) == "b c");
  CHECK(ids(*changed_by(plain, "filter=qos=low,max_run=60").workload) == "c");
  CHECK(ids(*changed_by(plain, "filter=account=hpc,keep=others").workload) == "a b");
  CHECK(ids(*changed_by("id,submit,duration,state,gpus,kind\na,0,1,FAILED,4,\nb,0,1,,8,train\n", "filter=state=FAILED")
                 .workload) == "a");
  CHECK(ids(*changed_by("id,submit,duration,state,gpus,kind\na,0,1,FAILED,4,\nb,0,1,,8,train\n",
                        "filter=min_gpus=5,kind=train")
                 .workload) == "b");
  CHECK(changed_by(plain, "filter=state=FAILD").text ==
        "--transform:1:1: error: filter: 'FAILD' is no state that a job of a trace ends in\n"
        "  filter=state=FAILD\n"
        "  ^\n"
        "  hint: did you mean 'FAILED'?\n");
}

TEST_CASE("repeat appends copies a whole number of days apart, with ids of their own", "[workloads][transform]") {
  const auto changed = changed_by(plain, "repeat=2");
  CHECK(ids(*changed.workload) == "a b c a#2 b#2 c#2");
  CHECK(submits(*changed.workload) == "0 60 300 86400 86460 86700");
  CHECK(last_statement(*changed.workload) == "repeat: the trace is there 2 times, every 1-00:00:00");
  CHECK(submits(*changed_by(plain, "repeat=times=2,every=200").workload) == "0 60 200 260 300 500");
}

TEST_CASE("a copied job depends on its own copies", "[workloads][transform]") {
  const auto changed = changed_by(
      "id,submit,duration,dependency,array-id\n1,0,1,,\n2_3,1,1,,2\n5,2,1,\"afterok:1:2_3,after:1+1?afterany:99:2_*\","
      "\n",
      "repeat=2");
  const Workload& w = *changed.workload;
  CHECK(w.extras[w.jobs[2].extras].dependency == "afterok:1:2_3,after:1+1?afterany:99:2_*");
  CHECK(w.extras[w.jobs[5].extras].dependency == "afterok:1#2:2_3#2,after:1#2+1?afterany:99:2#2_*");
  CHECK(w.extras[w.jobs[4].extras].array == "2#2");
}

TEST_CASE("bootstrap draws whole blocks in their phase, the same for a seed", "[workloads][transform]") {
  std::string trace = "id,submit,duration\n";
  for (int day = 0; day < 5; ++day)
    for (int hour : {1, 13})
      trace +=
          std::to_string(day) + "." + std::to_string(hour) + "," + std::to_string(day * 86400 + hour * 3600) + ",1\n";
  const auto one = changed_by(trace, "bootstrap=weeks=8,block=1-0,seed=3");
  const auto two = changed_by(trace, "bootstrap=weeks=8,block=1-0,seed=3");
  REQUIRE(one.workload);
  CHECK(difference(*one.workload, *two.workload) == "");
  CHECK(one.workload->jobs.size() == 16);
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(one.workload->jobs[i].submit == Time{24h * (i / 2) + (i % 2 == 0 ? 0h : 12h)});
  CHECK(difference(*one.workload, *changed_by(trace, "bootstrap=weeks=8,block=1-0,seed=4").workload) != "");
  CHECK(last_statement(*one.workload) ==
        "bootstrap: 8 blocks of 1-00:00:00 drawn from 4, seed 3; 2 jobs after the last whole block are left out");
  CHECK(changed_by(trace, "bootstrap").text ==
        "--transform:1:1: error: bootstrap: the trace is shorter than one block of 7-00:00:00\n"
        "  bootstrap\n"
        "  ^\n"
        "  hint: give a shorter one, as block=1-0\n");
}

TEST_CASE("merge adds a second trace from the same start, and tells clashing ids apart", "[workloads][transform]") {
  const TraceFile second{"second.csv",
                         "id,user,submit,duration,ntasks,dependency\na,ann,7,5,1,\nz,eve,17,5,1,afterok:a\n"};
  const std::string file = second.path().string();
  const auto changed = changed_by(plain, "merge=" + file);
  REQUIRE(changed.workload);
  const Workload& w = *changed.workload;
  CHECK(ids(w) == "a a#2 z#2 b c");
  CHECK(submits(w) == "0 0 10 60 300");
  CHECK(w.users.text(w.jobs[0].user) == w.users.text(w.jobs[1].user));
  CHECK(w.extras[w.jobs[2].extras].dependency == "afterok:a#2");
  CHECK(submits(*changed_by(plain, "merge=file=" + file + ",align=time").workload) == "0 10 93 153 393");
  const auto prefixed = changed_by(plain, "merge=" + file + ",prefix=x-");
  CHECK(prefixed.workload->users.text(prefixed.workload->jobs[1].user) == "x-ann");
}

TEST_CASE("merge by time needs traces of one kind of time", "[workloads][transform]") {
  const TraceFile dated{"dated.csv", "id,submit,duration\nd,2020-09-01,1\n"};
  const auto step = "merge=" + dated.path().string() + ",align=time";
  CHECK(changed_by(plain, step).text ==
        "--transform:1:1: error: merge: align=time needs two traces with dates or two without\n  " + step +
            "\n  ^\n  hint: leave align out, and both begin together\n");
}

TEST_CASE("names are mapped one by one, all others by *, and unused ones are said", "[workloads][transform]") {
  const auto changed = changed_by(plain, std::vector<std::string>{"map_users=ann:eve,zoe:x", "map_qos=*:normal",
                                                                  "map_partitions=cpu:batch", "map_accounts=ml:"});
  REQUIRE(changed.workload);
  const Workload& w = *changed.workload;
  CHECK(w.users.text(w.jobs[0].user) == "eve");
  CHECK(w.users.text(w.jobs[1].user) == "bob");
  CHECK(w.qos.text(w.jobs[1].qos) == "normal");
  CHECK(w.accounts.text(w.jobs[0].account) == "");
  CHECK(w.request(w.jobs[1].request).partition == "batch");
  CHECK(w.request(w.jobs[2].request).partition == "gpu,batch");
  CHECK(w.report.assumptions[0] == "map_users: 2 jobs are renamed; no job has zoe");
}

TEST_CASE("limits are given where missing, or to all", "[workloads][transform]") {
  const auto missing = changed_by(plain, "limits=exact");
  CHECK(missing.workload->jobs[0].limit == Duration{10min});
  CHECK(missing.workload->jobs[1].limit == Duration{600s});
  CHECK(missing.workload->report.assumptions ==
        std::vector<std::string>{"limits: the limit of 1 of 3 jobs is the true run time"});
  CHECK(changed_by(plain, "limits=unlimited,for=all").workload->jobs[0].limit == Duration{8760h});
}

TEST_CASE("the factor model is uniform above the run time", "[workloads][transform]") {
  std::string trace = "submit,duration\n";
  for (int i = 0; i < 4000; ++i) trace += "0,36000\n";
  const auto changed = changed_by(trace, "limits=factor,factor=2,seed=1");
  double sum = 0;
  for (const auto& job : changed.workload->jobs) {
    CHECK((*job.limit >= 36000s && *job.limit <= 3 * 36000s + 60s && *job.limit % 1min == 0s));
    sum += to_seconds(*job.limit);
  }
  CHECK(sum / 4000 == Approx(72000).epsilon(0.02));
}

TEST_CASE("the menu model gives round values, some jobs their run time", "[workloads][transform]") {
  std::string trace = "submit,duration\n";
  for (int i = 0; i < 4000; ++i) trace += "0,3601\n";
  const auto changed = changed_by(trace, "limits=model=menu,at_limit=0.25,max=1-0");
  std::size_t at_limit = 0;
  std::set<std::int64_t> values;
  for (const auto& job : changed.workload->jobs) {
    CHECK(*job.limit >= job.duration);
    if (*job.limit == job.duration)
      ++at_limit;
    else
      values.insert(*job.limit / 1h);
  }
  CHECK(static_cast<double>(at_limit) / 4000 == Approx(0.25).epsilon(0.1));
  CHECK(values == std::set<std::int64_t>{2, 3, 4, 6, 8, 12, 18, 24});
  CHECK(changed_by("submit,duration\n0,100000\n", "limits=menu,max=1:00:00,at_limit=0").workload->jobs[0].limit ==
        Duration{48h});
}

TEST_CASE("partition limits are DefaultTime, else MaxTime, else a year", "[workloads][transform]") {
  ClusterSpec cluster;
  cluster.partitions.resize(3);
  cluster.partitions[0].name = "gpu";
  cluster.partitions[0].default_time = 1h;
  cluster.partitions[0].max_time = 9h;
  cluster.partitions[1].name = "cpu";
  cluster.partitions[1].max_time = 2h;
  cluster.partitions[2].name = "any";
  cluster.partitions[2].is_default = true;
  const TransformContext context{1, &cluster};
  const auto changed = changed_by(plain, "limits=partition,for=all", context);
  REQUIRE(changed.workload);
  CHECK(changed.workload->jobs[0].limit == Duration{1h});
  CHECK(changed.workload->jobs[1].limit == Duration{2h});
  CHECK(changed_by("submit,duration\n0,1\n", "limits=partition", context).workload->jobs[0].limit == Duration{8760h});
  CHECK(changed_by(plain, "limits=partition").text ==
        "--transform:1:1: error: limits: model=partition needs a cluster, whose DefaultTime it takes\n"
        "  limits=partition\n"
        "  ^\n"
        "  hint: use it with `sluice run`, or choose another model\n");
}

TEST_CASE("steps are applied in their order", "[workloads][transform]") {
  CHECK(submits(
            *changed_by(plain, std::vector<std::string>{"repeat=times=2,every=600", "cut=from=400,to=800"}).workload) ==
        "0 300 360");
}

TEST_CASE("a step that is not understood says where and what was meant", "[workloads][transform]") {
  CHECK(changed_by(plain, "scale_lod=2").text ==
        "--transform:1:1: error: unknown transform 'scale_lod'\n"
        "  scale_lod=2\n"
        "  ^\n"
        "  hint: did you mean 'scale_load'?\n");
  CHECK(changed_by(plain, "filter=user=ann,min_gpu=2").text ==
        "--transform:1:17: error: filter has no argument 'min_gpu'\n"
        "  filter=user=ann,min_gpu=2\n"
        "                  ^\n"
        "  hint: did you mean 'min_gpus'?\n");
  CHECK(changed_by(plain, "scale_load=fast").text ==
        "--transform:1:12: error: factor wants a number, got 'fast'\n"
        "  scale_load=fast\n"
        "             ^\n");
  CHECK(changed_by(plain, "thin_users=share=1.5").text ==
        "--transform:1:18: error: share must be in (0, 1], got '1.5'\n"
        "  thin_users=share=1.5\n"
        "                   ^\n");
  CHECK(changed_by(plain, "limits=menue").text ==
        "--transform:1:8: error: model is none of its choices: 'menue'\n"
        "  limits=menue\n"
        "         ^\n"
        "  hint: did you mean 'menu'?\n");
  CHECK(changed_by(plain, "repeat").text ==
        "--transform:1:1: error: repeat needs times: how often the trace is there in the end\n"
        "  repeat\n"
        "  ^\n"
        "  hint: write repeat=times=...\n");
  CHECK(changed_by(plain, "shift=by=1,by=2").text ==
        "--transform:1:12: error: by is given twice\n"
        "  shift=by=1,by=2\n"
        "             ^\n");
}

TEST_CASE("steps may come from JSON", "[workloads][transform]") {
  Diagnostics diags;
  const auto steps = parse_transforms_json("x.json",
                                           R"({"trace": {"transforms": [
  {"scale_load": 2},
  {"filter": {"user": ["ann", "bob"], "min_cpus": 2}},
  {"map_users": {"ann": "eve"}},
  {"bootstrap": {"block": 60, "weeks": 1}}
]}})",
                                           "/trace/transforms", diags);
  REQUIRE(diags.text() == "");
  REQUIRE(steps->size() == 4);
  auto read = read_text(plain);
  CHECK(apply_transforms({steps->data(), 3}, *read.workload, {}, diags));
  CHECK(ids(*read.workload) == "b c");
  CHECK(read.workload->users.text(read.workload->jobs[1].user) == "eve");
  CHECK(submits(*read.workload) == "0 120");
}

TEST_CASE("a mistake in JSON steps is shown at its place", "[workloads][transform]") {
  const auto text = [](std::string_view document, std::string_view pointer = "") {
    Diagnostics diags;
    const auto steps = parse_transforms_json("x.json", document, pointer, diags);
    CHECK(steps.has_value() == diags.ok());
    return diags.text();
  };
  CHECK(text("[\n  {\"scale_load\": 1.2},\n  {\"limits\": {\"model\": \"menue\", \"max\": [1, {}]}}\n]") ==
        "x.json:3:40: error: should be a number, a text, a list of these or an object of texts\n"
        "    {\"limits\": {\"model\": \"menue\", \"max\": [1, {}]}}\n"
        "                                         ^\n");
  CHECK(text("[\n  {\"limits\": {\"model\": \"menue\"}},\n  {\"scaleload\": 2}\n]") ==
        "x.json:2:24: error: model is none of its choices: 'menue'\n"
        "    {\"limits\": {\"model\": \"menue\"}},\n"
        "                         ^\n"
        "  hint: did you mean 'menu'?\n"
        "x.json:3:4: error: unknown transform 'scaleload'\n"
        "    {\"scaleload\": 2}\n"
        "     ^\n"
        "  hint: did you mean 'scale_load'?\n");
  CHECK(text("[1,") == "x.json:1:4: error: is not JSON from here on\n  [1,\n     ^\n");
  CHECK(text("{\"a\": 7}", "/a") ==
        "x.json:1:7: error: transforms should be an array of steps\n"
        "  {\"a\": 7}\n"
        "        ^\n"
        "  hint: write [{\"scale_load\": 1.2}, ...]\n");
  CHECK(text("{}", "/transforms") == "");
}

TEST_CASE("what is written and read again is transformed the same", "[workloads][transform]") {
  const auto one =
      changed_by(plain, std::vector<std::string>{"limits=menu,seed=5", "repeat=3", "thin_users=0.5,seed=2"});
  const auto two =
      changed_by(plain, std::vector<std::string>{"limits=menu,seed=5", "repeat=3", "thin_users=0.5,seed=2"});
  CHECK(difference(*one.workload, *two.workload) == "");
}

TEST_CASE("the table of transforms can be printed", "[workloads][transform]") {
  const auto text = describe_transforms();
  CHECK(text.find("scale_load: bring submissions closer together or farther apart\n"
                  "    factor     the gaps between submissions are divided by it (number > 0, required)\n") !=
        std::string::npos);
  CHECK(text.find(
            "    keep       keep the jobs that meet all conditions, or the others (these|others, default these)\n") !=
        std::string::npos);
}

}  // namespace
}  // namespace sluice::workloads
