#include <catch2/catch.hpp>

#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

TEST_CASE("an unknown column is named under a caret, with the nearest known one", "[workloads][diagnostics]") {
  CHECK(read_text("id,submit,duration,ntask,cpus_per_taks\n1,0,1,2,3\n").text ==
        "trace:1:20: error: unknown column 'ntask'\n"
        "  id,submit,duration,ntask,cpus_per_taks\n"
        "                     ^\n"
        "  hint: did you mean 'ntasks'?\n"
        "trace:1:26: error: unknown column 'cpus_per_taks'\n"
        "  id,submit,duration,ntask,cpus_per_taks\n"
        "                           ^\n"
        "  hint: did you mean 'cpus-per-task'?\n");
}

TEST_CASE("submit and duration must be there, and nothing twice", "[workloads][diagnostics]") {
  CHECK(read_text("submit,nodes\n0,1\n").text ==
        "trace:1:13: error: there is no column 'duration'\n"
        "  submit,nodes\n"
        "              ^\n"
        "  hint: how long the job ran, in seconds\n");
  CHECK(read_text("submit,duration,t\n0,1,2\n").text ==
        "trace:1:17: error: column 't' says the same as 'submit'\n"
        "  submit,duration,t\n"
        "                  ^\n");
  CHECK(read_text("submit,duration,mem,mem\n0,1,2,2\n").text ==
        "trace:1:21: error: column 'mem' is there twice\n"
        "  submit,duration,mem,mem\n"
        "                      ^\n");
}

TEST_CASE("a broken cell is shown where it stands", "[workloads][diagnostics]") {
  CHECK(read_text("submit,duration,nodes\n0,1,2\n5,1,4-2\n").text ==
        "trace:3:5: error: nodes wants nodes, got '4-2'\n"
        "  5,1,4-2\n"
        "      ^\n"
        "  hint: write a number, or MIN-MAX\n");
  CHECK(read_text("submit,duration,time\n0,1,2h\n").text ==
        "trace:2:5: error: time wants a time limit, got '2h'\n"
        "  0,1,2h\n"
        "      ^\n"
        "  hint: write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED\n");
  CHECK(read_text("t,duration\nnow,1\n").text ==
        "trace:2:1: error: t wants seconds or a date, got 'now'\n"
        "  now,1\n"
        "  ^\n"
        "  hint: write 90 or 2020-09-01T00:00:00\n");
  CHECK(read_text("submit,duration\n5,1\n2020-09-01,1\n").text ==
        "trace:3:1: error: submit was a number in the first row, now '2020-09-01'\n"
        "  2020-09-01,1\n"
        "  ^\n");
  CHECK(read_text("submit,duration,gres\n0,1,gpu:a:b:c\n").text ==
        "trace:2:5: error: gres wants generic resources, got 'gpu:a:b:c'\n"
        "  0,1,gpu:a:b:c\n"
        "      ^\n"
        "  hint: write NAME[:TYPE][:COUNT][,...], as gpu:a100:4\n");
}

TEST_CASE("a broken cell behind a quoted line end is found on its own line", "[workloads][diagnostics]") {
  CHECK(read_text("job-name,submit,duration\n\"two\nlines\",0,long\n").text ==
        "trace:3:10: error: duration wants seconds, got 'long'\n"
        "  lines\",0,long\n"
        "           ^\n"
        "  hint: write a number, as 90 or 0.5\n");
}

TEST_CASE("a broken request is reported each time it occurs", "[workloads][diagnostics]") {
  const auto read = read_text("submit,duration,nodes\n0,1,x\n0,1,x\n0,1,1\n", {.skip_bad_rows = 2});
  REQUIRE(read.workload);
  CHECK(read.workload->jobs.size() == 1);
  CHECK(read.workload->report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"broken row", 2}});
}

TEST_CASE("a row with a cell too few or too many is broken", "[workloads][diagnostics]") {
  CHECK(read_text("submit,duration,nodes\n0,1\n").text ==
        "trace:2:4: error: the row has 2 cells, the header has 3\n"
        "  0,1\n"
        "     ^\n");
  CHECK(read_text("submit,duration\n0,1,7\n").text ==
        "trace:2:5: error: the row has 3 cells, the header has 2\n"
        "  0,1,7\n"
        "      ^\n");
}

TEST_CASE("a quote that is never closed is found at its start", "[workloads][diagnostics]") {
  CHECK(read_text("submit,duration,\"job-name\n0,1,x\n").text ==
        "trace:1:17: error: a quote is never closed\n"
        "  submit,duration,\"job-name\n"
        "                  ^\n"
        "  hint: write \"\" for a quote inside a quoted cell\n");
  CHECK(read_text("submit,duration,job-name\n0,1,\"x\n1,1,y\n").text ==
        "trace:2:5: error: a quote is never closed\n"
        "  0,1,\"x\n"
        "      ^\n"
        "  hint: write \"\" for a quote inside a quoted cell\n");
}

TEST_CASE("quotes in the wrong places break the row, not the reader", "[workloads][diagnostics]") {
  CHECK(read_text("submit,duration,job-name,comment\n0,1,x\"y,\"z\n").text ==
        "trace:2:9: error: a quote is never closed\n"
        "  0,1,x\"y,\"z\n"
        "          ^\n"
        "  hint: write \"\" for a quote inside a quoted cell\n");
  CHECK(read_text("submit,duration,job-name\n0,1,\"x\"y\n").text ==
        "trace:2:8: error: text after a closing quote\n"
        "  0,1,\"x\"y\n"
        "         ^\n"
        "  hint: write \"\" for a quote inside a quoted cell\n");
}

TEST_CASE("broken rows up to the number allowed are warnings, one more ends the reading", "[workloads][diagnostics]") {
  const std::string text = "submit,duration\n0,1\nx,1\ny,1\n";
  const auto enough = read_text(text, {.skip_bad_rows = 2});
  CHECK(enough.workload->jobs.size() == 1);
  CHECK(enough.text ==
        "trace:3:1: warning: submit wants seconds or a date, got 'x'\n"
        "  x,1\n"
        "  ^\n"
        "  hint: write 90 or 2020-09-01T00:00:00\n"
        "trace:4:1: warning: submit wants seconds or a date, got 'y'\n"
        "  y,1\n"
        "  ^\n"
        "  hint: write 90 or 2020-09-01T00:00:00\n");
  CHECK(read_text(text, {.skip_bad_rows = 1}).text ==
        "trace:3:1: warning: submit wants seconds or a date, got 'x'\n"
        "  x,1\n"
        "  ^\n"
        "  hint: write 90 or 2020-09-01T00:00:00\n"
        "trace:4:1: error: submit wants seconds or a date, got 'y' (broken row number 2, 1 allowed)\n"
        "  y,1\n"
        "  ^\n"
        "  hint: write 90 or 2020-09-01T00:00:00\n");
}

TEST_CASE("only ten broken rows are printed, the rest is counted", "[workloads][diagnostics]") {
  std::string text = "submit,duration\n0,1\n";
  for (int i = 0; i < 25; ++i) text += "x,1\n";
  const auto read = read_text(text, {.skip_bad_rows = 100});
  CHECK(read.workload->report.skipped == std::vector<std::pair<std::string, std::size_t>>{{"broken row", 25}});
  CHECK(
      read.text.ends_with("trace:12:1: warning: submit wants seconds or a date, got 'x'\n"
                          "  x,1\n"
                          "  ^\n"
                          "  hint: write 90 or 2020-09-01T00:00:00\n"
                          "trace: warning: 15 more broken rows were left out\n"));
}

TEST_CASE("an option that is not modelled is warned of once, and only if it is used", "[workloads][diagnostics]") {
  CHECK(read_text("submit,duration,network,switches\n0,1,,\n0,1,2,\n0,1,3,1\n").text ==
        "trace:3:5: warning: column 'network' is not modelled yet and has no effect\n"
        "  0,1,2,\n"
        "      ^\n");
}

TEST_CASE("there must be a file, a known format and jobs in it", "[workloads][diagnostics]") {
  CHECK(read_trace("/nowhere/at/all.csv").text == "all.csv: error: no such file\n");
  CHECK(read_text("").text == "trace: error: the trace is empty\n");
  CHECK(read_text("\n \n").text == "trace: error: the trace is empty\n");
  CHECK(read_text("submit,duration\n").text == "trace: error: no jobs: the trace has no data rows\n");
  CHECK(read_text("; only a header\n").text == "trace: error: no jobs: the trace has no data rows\n");
  CHECK(read_text("submit,duration\n0,0\n").text == "trace: error: no job is left of 1 rows (run time <= 0: 1)\n");
  CHECK(read_text("submit,duration\n0,1\n", {.format = "swv"}).text ==
        "error: unknown trace format 'swv'\n"
        "  hint: did you mean 'swf'?\n");
  CHECK(read_text("submit,duration\n0,1\n", {.format = "parquet"}).text ==
        "error: unknown trace format 'parquet'\n"
        "  hint: formats: sacct, sbatch, sbatch-list, ub-events, swf, itp, pai, gaia, philly-json, philly, openb, dlrm, spot, acme, eagle, muri, tiresias, gavel, sia, batsim, azure-llm, helios, csv\n");
  CHECK(read_text("date,vc1,vc2\n").text ==
        "trace: error: the format of this trace cannot be told from its first lines\n"
        "  hint: name it with --format: sacct, sbatch, sbatch-list, ub-events, swf, itp, pai, gaia, philly-json, philly, openb, dlrm, spot, acme, eagle, muri, tiresias, gavel, sia, batsim, azure-llm, helios, csv\n");
  CHECK(read_text("job_id,arrival_s\n", {.format = "itp"}).text ==
        "trace:1:17: error: there is no column 'submission_time'\n"
        "  job_id,arrival_s\n"
        "                  ^\n");
}

}  // namespace
}  // namespace sluice::workloads
