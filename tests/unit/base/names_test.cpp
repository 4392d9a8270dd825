#include <catch2/catch.hpp>
#include <string>

#include "simulator/base/names.hpp"

namespace sluice {

TEST_CASE("a text has one id, dense in the order of first use, and row 0 is the empty text", "[base][names]") {
  Names names;
  CHECK(names.size() == 1);
  CHECK(names.intern("") == NameId{0});
  CHECK(names.intern("ann") == NameId{1});
  CHECK(names.intern("bob") == NameId{2});
  CHECK(names.intern("ann") == NameId{1});
  CHECK(names.text(NameId{2}) == "bob");
  CHECK(names.size() == 3);
}

TEST_CASE("texts stay where they are while the table grows and moves", "[base][names]") {
  Names names;
  const std::string_view first = names.text(names.intern("first"));
  for (int i = 0; i < 5000; ++i) names.intern("user" + std::to_string(i));
  CHECK(first == "first");
  const Names moved = std::move(names);
  CHECK(moved.size() == 5002);
  CHECK(moved.text(NameId{1}).data() == first.data());
  CHECK(moved.text(NameId{5001}) == "user4999");
}

}  // namespace sluice
