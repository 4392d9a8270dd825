#include "simulator/base/text.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>

#include "simulator/base/size.hpp"
#include "simulator/base/source.hpp"
#include "simulator/base/suggest.hpp"

namespace {

using namespace sluice;

TEST_CASE("text is cut, trimmed and compared without regard to case", "[base][text]") {
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
  CHECK(trim(" \tx y\r\n") == "x y");
  CHECK(trim("  ").empty());
  CHECK(equal_ignoring_case("MaxTime", "MAXTIME"));
  CHECK_FALSE(equal_ignoring_case("MaxTime", "MaxTim"));
}

TEST_CASE("counts take suffixes of 1024", "[base][size]") {
  CHECK(parse_count("8") == 8);
  CHECK(parse_count("4k") == 4096);
  CHECK(parse_count("2G") == std::int64_t{2} << 30);
  CHECK(parse_count("8191P") == std::int64_t{8191} << 50);
  for (const auto text : {"", "k", "-1", "4kb", "1.5", "8192P", "9223372036854775808"}) CHECK_FALSE(parse_count(text));
}

TEST_CASE("memory is megabytes unless a suffix says otherwise", "[base][size]") {
  CHECK(parse_memory("4000") == Megabytes{4000});
  CHECK(parse_memory("4G") == Megabytes{4096});
  CHECK(parse_memory("16gb") == Megabytes{16384});
  CHECK(parse_memory("1025K") == Megabytes{2});
  CHECK(parse_memory("1T") == Megabytes{1048576});
  for (const auto text : {"", "G", "1.5G", "4x", "B"}) CHECK_FALSE(parse_memory(text));
}

TEST_CASE("a misspelt word is led to the nearest known one, and garbage to none", "[base][suggest]") {
  constexpr std::array<std::string_view, 4> keys{"SchedulerType", "SelectType", "State", "Nodes"};
  CHECK(nearest("SchedulerTyp", keys) == "SchedulerType");
  CHECK(nearest("shcedulertype", keys) == "SchedulerType");
  CHECK(nearest("Ndoes", keys) == "Nodes");
  CHECK(nearest("Quux", keys) == std::nullopt);
  CHECK(did_you_mean("Stat", keys) == "did you mean 'State'?");
  CHECK(did_you_mean("", keys).empty());
}

TEST_CASE("a text is cut into lines at any line end", "[base][source]") {
  const auto source = make_source("x", "a\nb\r\nc\rd");
  CHECK(source.lines == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(make_source("x", "a\n").lines.size() == 1);
  CHECK(make_source("x", "").lines.empty());
  CHECK(source.line(2) == "b");
  CHECK(source.line(0).empty());
  CHECK(source.line(5).empty());
}

TEST_CASE("a file that cannot be read is a diagnostic", "[base][source]") {
  Diagnostics diags;
  CHECK_FALSE(read_source("no/such/file", diags));
  CHECK_FALSE(read_source("no/such/file", diags, {"main.conf", 3, 9}, "include no/such/file"));
  CHECK(diags.text() ==
        "no/such/file: error: cannot read 'no/such/file': No such file or directory\n"
        "main.conf:3:9: error: cannot read 'no/such/file': No such file or directory\n"
        "  include no/such/file\n"
        "          ^\n");
}

}  // namespace
