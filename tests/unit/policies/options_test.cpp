// What a user reads when a policy's option is wrong, word for word.

#include <catch2/catch.hpp>

#include "policies/api/options.hpp"
#include "policies/catalogue.hpp"

namespace sluice {
namespace {

using namespace std::chrono_literals;

constexpr Option table[] = {
    {"variant", "choice", "textbook", "textbook|fast", "what is called EASY"},
    {"window", "time", "1-00:00:00", "", "how far to look ahead"},
    {"depth", "count", "100", "1..1000", "how many jobs are tried"},
    {"weight", "number", "0.5", "0..1", "how much it counts"},
    {"verbose", "flag", "", "", "say more"},
};

std::optional<Options> parse(const std::string& text, Diagnostics& diags) {
  const std::string line = "SchedulerParameters=" + text;
  return parse_options(text, table, "sched/x", ClusterSpec{}, {"slurm.conf", 7, 21}, line, diags);
}

std::string complaint(const std::string& text) {
  Diagnostics diags;
  CHECK_FALSE(parse(text, diags));
  return diags.text();
}

}  // namespace

TEST_CASE("options that are not written have their defaults", "[policies][options]") {
  Diagnostics diags;
  const auto options = parse("", diags);
  REQUIRE(options);
  CHECK(options->choice("variant") == "textbook");
  CHECK(options->time("window") == Duration{24h});
  CHECK(options->count("depth") == 100);
  CHECK(options->number("weight") == 0.5);
  CHECK_FALSE(options->flag("verbose"));
}

TEST_CASE("options are read as they are written", "[policies][options]") {
  Diagnostics diags;
  const auto options = parse("variant=fast,window=90,depth=7,weight=0.25,verbose", diags);
  CHECK(diags.text() == "");
  REQUIRE(options);
  CHECK(options->choice("variant") == "fast");
  CHECK(options->time("window") == Duration{90min});
  CHECK(options->count("depth") == 7);
  CHECK(options->number("weight") == 0.25);
  CHECK(options->flag("verbose"));
}

TEST_CASE("an unknown option points at itself and names the nearest", "[policies][options]") {
  CHECK(complaint("depth=5,varient=fast") ==
        "slurm.conf:7:29: error: sched/x has no option 'varient'\n"
        "  SchedulerParameters=depth=5,varient=fast\n"
        "                              ^\n"
        "  hint: did you mean 'variant'?\n");
}

TEST_CASE("an option that is nothing like a known one lists them all", "[policies][options]") {
  CHECK(complaint("colour=red") ==
        "slurm.conf:7:21: error: sched/x has no option 'colour'\n"
        "  SchedulerParameters=colour=red\n"
        "                      ^\n"
        "  hint: its options are variant, window, depth, weight, verbose\n");
}

TEST_CASE("a value out of range points at the value and says what is wanted", "[policies][options]") {
  CHECK(complaint("variant=quick") ==
        "slurm.conf:7:29: error: variant wants one of textbook, fast, got 'quick'\n"
        "  SchedulerParameters=variant=quick\n"
        "                              ^\n"
        "  hint: what is called EASY\n");
  CHECK(complaint("depth=0") ==
        "slurm.conf:7:27: error: depth wants a whole number in 1..1000, got '0'\n"
        "  SchedulerParameters=depth=0\n"
        "                            ^\n"
        "  hint: how many jobs are tried\n");
  CHECK(complaint("weight=2").find("weight wants a number in 0..1, got '2'") != std::string::npos);
  CHECK(complaint("window=soon").find("window wants a time, got 'soon'") != std::string::npos);
  CHECK(complaint("verbose=yes").find("verbose wants no value, got 'yes'") != std::string::npos);
}

TEST_CASE("every mistake is reported, not only the first", "[policies][options]") {
  Diagnostics diags;
  CHECK_FALSE(parse("depth=many,weight=much,nothing", diags));
  CHECK(diags.errors() == 3);
}

TEST_CASE("a policy without options says so", "[policies][options]") {
  Diagnostics diags;
  CHECK_FALSE(parse_options("anything", {}, "priority/basic", ClusterSpec{}, {"--set", 1, 1}, "anything", diags));
  CHECK(diags.text().find("hint: priority/basic takes no options") != std::string::npos);
}

}  // namespace sluice
