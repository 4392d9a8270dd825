#include "simulator/conf/line.hpp"

#include <catch2/catch.hpp>

#include "simulator/conf/entry.hpp"

namespace {

using namespace sluice;
using namespace sluice::conf;

auto lines_of(std::string_view text) {
  return logical_lines(std::make_shared<const SourceText>(make_source("x.conf", text)));
}

std::vector<std::string> texts(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& line : lines_of(text)) out.push_back(line->text());
  return out;
}

using Texts = std::vector<std::string>;

TEST_CASE("comments run to the end of the line, also inside quotes", "[conf][line]") {
  CHECK(texts("a=1 # b\n# c\n\n  \nd=\"x # y\"\n") == Texts{"a=1 ", "d=\"x "});
}

TEST_CASE("backslashes escape a hash or themselves, an odd number of them", "[conf][line]") {
  CHECK(texts(R"(a=x\#y # z)") == Texts{"a=x#y "});
  CHECK(texts(R"(a=x\\#y)") == Texts{"a=x\\"});
  CHECK(texts(R"(a=x\\\#y)") == Texts{"a=x\\#y"});
  CHECK(texts(R"(a=C:\dir)") == Texts{R"(a=C:\dir)"});
}

TEST_CASE("a line that ends in an odd number of backslashes goes on in the next", "[conf][line]") {
  CHECK(texts("a=1 \\\n b=2\\\r\nc\n") == Texts{"a=1  b=2c"});
  CHECK(texts("a=1 \\  \nb=2") == Texts{"a=1 b=2"});
  CHECK(texts("a=1\\\\\nb=2") == Texts{"a=1\\", "b=2"});
  CHECK(texts("a=1 \\") == Texts{"a=1 "});
}

TEST_CASE("a comment hides the backslash inside it, but not the one before it", "[conf][line]") {
  CHECK(texts("a=1 # x \\\nb=2") == Texts{"a=1 ", "b=2"});
  CHECK(texts("a=1 \\ # x\nb=2") == Texts{"a=1 b=2"});
}

TEST_CASE("every byte remembers where it was written", "[conf][line]") {
  const auto lines = lines_of("# first\na\\#b=1 \\\n   cc=\"2 3\"  d + = 4\n");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]->text() == "a#b=1    cc=\"2 3\"  d + = 4");
  CHECK(lines[0]->spot(0).at == Location{"x.conf", 2, 1});
  CHECK(lines[0]->spot(1).at == Location{"x.conf", 2, 3});
  CHECK(lines[0]->spot(9).at == Location{"x.conf", 3, 4});
  CHECK(lines[0]->spot(9).line == "   cc=\"2 3\"  d + = 4");
  CHECK(lines[0]->spot(lines[0]->text().size()).at == Location{"x.conf", 3, 21});
}

struct Pair {
  std::string key, value;
  std::size_t key_column, value_column;
  bool operator==(const Pair&) const = default;
};

std::vector<Pair> pairs(std::string_view text, Diagnostics& diags) {
  std::vector<Pair> out;
  for (const auto& line : lines_of(text))
    for (const auto& entry : read_entries(line, 0, diags))
      out.push_back({entry.key, entry.value, entry.key_spot().at.column, entry.value_spot().at.column});
  return out;
}

TEST_CASE("pairs take spaces round the sign, an operator and quotes", "[conf][entry]") {
  Diagnostics diags;
  CHECK(pairs("NodeName=n1 CPUs = 4  x+=5", diags) ==
        std::vector<Pair>{{"NodeName", "n1", 1, 10}, {"CPUs", "4", 13, 20}, {"x", "5", 23, 26}});
  CHECK(pairs("Reason=\"two words\" Key=\"\"", diags) ==
        std::vector<Pair>{{"Reason", "two words", 1, 9}, {"Key", "", 20, 25}});
  CHECK(pairs("Key= Next=3", diags) == std::vector<Pair>{{"Key", "Next=3", 1, 6}});
  CHECK(pairs("Key='a b=c'", diags) == std::vector<Pair>{{"Key", "'a", 1, 5}, {"b", "c'", 8, 10}});
  CHECK(diags.text().empty());
}

TEST_CASE("text that is no pair is reported, what stands before it is kept", "[conf][entry]") {
  Diagnostics diags;
  CHECK(pairs("a=1 oops b=2", diags) == std::vector<Pair>{{"a", "1", 1, 3}});
  CHECK(pairs("a=", diags).empty());
  CHECK(pairs("a=\"x", diags).empty());
  CHECK(pairs("=x", diags).empty());
  CHECK(diags.errors() == 4);
}

}  // namespace
