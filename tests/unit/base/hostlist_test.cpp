#include "simulator/base/hostlist.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace {

using namespace sluice;
using List = std::vector<std::string>;

List expand(std::string_view text) {
  const auto names = expand_hostlist(text);
  return names ? *names : List{"error at " + std::to_string(names.error().position) + ": " + names.error().message};
}

TEST_CASE("a hostlist expands ranges, lists and plain names in order", "[base][hostlist]") {
  CHECK(expand("") == List{});
  CHECK(expand("login1") == List{"login1"});
  CHECK(expand("n[1-3,7],login") == List{"n1", "n2", "n3", "n7", "login"});
  CHECK(expand("a, b  c,") == List{"a", "b", "c"});
}

TEST_CASE("a range keeps the zeros of its lower end", "[base][hostlist]") {
  CHECK(expand("n[098-101]") == List{"n098", "n099", "n100", "n101"});
  CHECK(expand("n[9-11]") == List{"n9", "n10", "n11"});
  CHECK(expand("n[1,02,003]") == List{"n1", "n02", "n003"});
}

TEST_CASE("several brackets make a cross product, the right-most fastest", "[base][hostlist]") {
  CHECK(expand("r[0-1]n[1-2]") == List{"r0n1", "r0n2", "r1n1", "r1n2"});
  CHECK(expand("cpn-d07-[24,27]-[01]") == List{"cpn-d07-24-01", "cpn-d07-27-01"});
}

TEST_CASE("a mistake in a hostlist is named with its place", "[base][hostlist]") {
  CHECK(expand("a,n[1-3") == List{"error at 3: '[' is never closed"});
  CHECK(expand("n1]") == List{"error at 2: ']' without '['"});
  CHECK(expand("n[1[2]]") == List{"error at 3: '[' inside brackets"});
  CHECK(expand("x,n[5-3]") == List{"error at 4: the range '5-3' runs backwards"});
  CHECK(expand("n[1,x]") == List{"error at 4: 'x' is not a number"});
  CHECK(expand("n[1-]") == List{"error at 4: a number is missing"});
  CHECK(expand("n[]") == List{"error at 2: a number is missing"});
  CHECK(expand("n[1-2]x") == List{"error at 6: 'x' stands after the last ']'"});
  CHECK(expand("n[1-65537]") == List{"error at 2: the range '1-65537' holds more than 65536 names"});
  CHECK(expand("n[0-65535]n[0-65535]") == List{"error at 0: 'n[0-65535]n[0-65535]' makes more than 1048576 names"});
  CHECK(expand("n[1234567890123456789]") == List{"error at 2: '1234567890123456789' has more than 18 digits"});
}

TEST_CASE("nodes stand in natural order: digits compare as numbers", "[base][hostlist]") {
  List names{"n10", "n2", "login", "n2a", "n02", "r2n1", "r1n12", "r1n2", "n"};
  std::sort(names.begin(), names.end(), [](auto& a, auto& b) { return compare_natural(a, b) < 0; });
  CHECK(names == List{"login", "n", "n02", "n2", "n2a", "n10", "r1n2", "r1n12", "r2n1"});
}

TEST_CASE("names compress to what Slurm prints", "[base][hostlist]") {
  CHECK(compress_hostlist(List{}) == "");
  CHECK(compress_hostlist(List{"n001"}) == "n001");
  CHECK(compress_hostlist(List{"n001", "n002", "n003", "n004", "n007"}) == "n[001-004,007]");
  CHECK(compress_hostlist(List{"n1", "n3", "login", "n4"}) == "n[1,3],login,n4");
  CHECK(compress_hostlist(List{"n9", "n10", "n11"}) == "n[9-11]");
  CHECK(compress_hostlist(List{"n9", "n010"}) == "n[9,010]");
  CHECK(compress_hostlist(List{"r0n1", "r0n2", "r1n1"}) == "r0n[1-2],r1n1");
  CHECK(compress_hostlist(List{"login", "login"}) == "login,login");
  CHECK(compress_hostlist(List{"12", "13"}) == "12,13");
}

struct Run {
  std::uint32_t first, count;
};

TEST_CASE("runs of node indices join where the numbers go on", "[base][hostlist]") {
  const List names{"a1", "a2", "a3", "a5", "b1", "b2", "c"};
  const NodeNames nodes{names};
  std::string out = "x=";
  nodes.append_runs(out, std::vector<Run>{{0, 1}, {1, 1}, {3, 2}, {6, 1}});
  CHECK(out == "x=a[1-2,5],b1,c");
  out.clear();
  nodes.append_runs(out, std::vector<Run>{{0, 7}});
  CHECK(out == "a[1-3,5],b[1-2],c");
  out.clear();
  nodes.append_runs(out, std::vector<Run>{});
  CHECK(out.empty());
}

TEST_CASE("what compress writes, expand reads back", "[base][hostlist]") {
  List names;
  for (int i = 0; i < 3000; ++i)
    if (i % 7 != 3 && i % 11 != 5) names.push_back("node" + std::to_string(i));
  for (int rack = 0; rack < 12; ++rack)
    for (int i = 8; i < 12; ++i) names.push_back("r" + std::to_string(rack) + "n0" + std::to_string(i));
  CHECK(expand(compress_hostlist(names)) == names);
}

}  // namespace
