#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "simulator/base/atomic_file.hpp"
#include "simulator/base/csv_text.hpp"
#include "simulator/base/hash.hpp"
#include "tests/unit/report/small_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::report::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, fs::directory_iterator{}));
}

TEST_CASE("A results folder appears whole or not at all", "[base][output]") {
  TemporaryFolder outer;
  const auto path = outer.path() / "a" / "results";
  {
    ResultsFolder folder{path};
    folder.write("one.csv", "1\n");
    CHECK_FALSE(fs::exists(path));
  }
  CHECK(entries(outer.path() / "a") == 0);
  ResultsFolder folder{path};
  folder.write("one.csv", "1\n");
  folder.commit();
  CHECK(read_text(path / "one.csv") == "1\n");
  CHECK(entries(outer.path() / "a") == 1);
}

TEST_CASE("An existing results folder is as it was until everything is complete", "[base][output]") {
  TemporaryFolder outer;
  write_text(outer.path() / "one.csv", "old");
  write_text(outer.path() / "notes", "mine");
  {
    ResultsFolder folder{outer.path()};
    folder.write("one.csv", "torn");
  }
  CHECK(read_text(outer.path() / "one.csv") == "old");
  CHECK(entries(outer.path()) == 2);
  ResultsFolder folder{outer.path()};
  folder.write("one.csv", "new");
  CHECK(read_text(outer.path() / "one.csv") == "old");
  folder.commit();
  CHECK(read_text(outer.path() / "one.csv") == "new");
  CHECK(read_text(outer.path() / "notes") == "mine");
  CHECK(entries(outer.path()) == 2);
}

TEST_CASE("A folder may be named with a slash at its end", "[base][output]") {
  TemporaryFolder outer;
  ResultsFolder folder{outer.path().string() + "/results/"};
  folder.write("one.csv", "1");
  folder.commit();
  CHECK(read_text(outer.path() / "results" / "one.csv") == "1");
}

TEST_CASE("An atomic file replaces its predecessor only when committed", "[base][output]") {
  TemporaryFolder outer;
  const auto path = outer.path() / "x.json";
  write_text(path, "old");
  { AtomicFile{path}.write("torn"); }
  CHECK(read_text(path) == "old");
  CHECK(entries(outer.path()) == 1);
  AtomicFile file{path};
  file.write("new");
  file.commit();
  CHECK(read_text(path) == "new");
  CHECK(entries(outer.path()) == 1);
}

TEST_CASE("What cannot be written says where and why", "[base][output]") {
  TemporaryFolder outer;
  const auto file = outer.path() / "file";
  write_text(file, "");
  CHECK_THROWS_WITH(ResultsFolder{file}, "cannot write " + file.string() + ": Not a directory");
  CHECK_THROWS_AS(ResultsFolder{file / "results"}, WriteError);
  CHECK_THROWS_AS(OutputFile{outer.path() / "none" / "x"}, WriteError);
}

TEST_CASE("A full disk is reported when the file is closed at the latest", "[base][output]") {
  if (!fs::exists("/dev/full")) return;
  OutputFile file{"/dev/full"};
  file.write("x");
  CHECK_THROWS_WITH(file.close(), "cannot write /dev/full: No space left on device");
}

TEST_CASE("CSV fields are quoted only when they must be", "[base][output]") {
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"\n") == "\"say \"\"hi\"\"\n\"");
  CHECK(csv_field("").empty());
}

TEST_CASE("Numbers of a CSV row have only the decimals they need", "[base][output]") {
  CsvText csv;
  csv.seconds(90s).seconds(500ms).seconds(-1250ms).seconds(0s).seconds(1ms).end_row();
  csv.fixed(1'000'000, 6).fixed(1'250'000, 6).fixed(1, 6).fixed(42, 0).integer(-7).empty().end_row();
  csv.empty().text("x").end_row();
  CHECK(csv.view() == "90,0.5,-1.25,0,0.001\n1,1.25,0.000001,42,-7,\n,x\n");
}

TEST_CASE("The content hash is XXH64", "[base][output]") {
  CHECK(hex64(content_hash("")) == "ef46db3751d8e999");
  CHECK(hex64(content_hash("a")) == "d24ec4f1a98c6e5b");
  CHECK(hex64(content_hash("abc")) == "44bc2cf5ad770999");
  CHECK(hex64(content_hash("Nobody inspects the spammish repetition")) == "fbcea83c8a378bf1");
}

TEST_CASE("A hash does not depend on how the bytes were cut", "[base][output]") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 37);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view view{text};
    REQUIRE(ContentHash{}.add(view.substr(0, cut)).add(view.substr(cut)).value() == content_hash(text));
  }
}

TEST_CASE("run.json names the inputs by content", "[report][output]") {
  TemporaryFolder folder;
  write_text(folder.path() / "trace.csv", "abc");
  report::RunRecord record;
  record.arguments = {"sluice", "run"};
  record.inputs = {report::describe_input("trace", folder.path() / "trace.csv"),
                   report::describe_input("trace", folder.path() / "absent")};
  record.seed = 7;
  record.version = "0.1.0";
  record.fingerprint = 255;
  const auto json = nlohmann::json::parse(report::run_json(record));
  CHECK(json["inputs"][0]["bytes"] == 3);
  CHECK(json["inputs"][0]["xxh64"] == "44bc2cf5ad770999");
  CHECK(json["inputs"][1]["xxh64"].is_null());
  CHECK(json["commit"].is_null());
  CHECK(json["fingerprint"] == "00000000000000ff");
}

}  // namespace
