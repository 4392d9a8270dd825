#include "simulator/base/diagnostics.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a diagnostic names the place, shows the line with a caret and says how to mend it", "[base]") {
  sluice::Diagnostics diags;
  diags.error({"slurm.conf", 12, 29}, "MaxTime wants a time, got '5x'",
              "write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED",
              "PartitionName=batch MaxTime=5x State=UP");
  CHECK_FALSE(diags.ok());
  CHECK(diags.text() ==
        "slurm.conf:12:29: error: MaxTime wants a time, got '5x'\n"
        "  PartitionName=batch MaxTime=5x State=UP\n"
        "                              ^\n"
        "  hint: write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED\n");
}

TEST_CASE("the caret stands under its text when the line holds tabs", "[base]") {
  sluice::Diagnostics diags;
  diags.warning({"gres.conf", 1, 3}, "odd", {}, "\tx=1");
  CHECK(diags.ok());
  CHECK(diags.text() == "gres.conf:1:3: warning: odd\n  \tx=1\n  \t ^\n");
}

TEST_CASE("a diagnostic without a place or a line is its message", "[base]") {
  sluice::Diagnostics diags;
  diags.note({"trace.csv", 0, 0}, "empty");
  CHECK(diags.text() == "trace.csv: note: empty\n");
}
