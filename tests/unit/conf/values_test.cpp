#include "simulator/conf/values.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "simulator/base/text.hpp"

namespace {

using namespace sluice;
using namespace sluice::conf;

TEST_CASE("numbers are read as strtoul does, and must fit their width", "[conf][values]") {
  CHECK(parse_number("65535", Type::number16) == Number{65535});
  CHECK(parse_number("0x10", Type::number16) == Number{16});
  CHECK(parse_number("010", Type::number16) == Number{8});
  CHECK(parse_number("0", Type::number16) == Number{0});
  CHECK(parse_number("4k", Type::number32) == Number{4096});
  CHECK(parse_number("unlimited", Type::number32) == Number{});
  for (const auto text : {"", "65536", "-1", "5x", "08", "4k", "1.5", "0x", "k"})
    CHECK_FALSE(parse_number(text, Type::number16));
  CHECK_FALSE(parse_number("4194304k", Type::number32));
  CHECK_FALSE(parse_number("9223372036854775808", Type::number64));
}

TEST_CASE("booleans have four words each", "[conf][values]") {
  for (const auto text : {"yes", "UP", "True", "1"}) CHECK(parse_boolean(text) == true);
  for (const auto text : {"no", "DOWN", "False", "0"}) CHECK(parse_boolean(text) == false);
  CHECK_FALSE(parse_boolean("maybe"));
}

TEST_CASE("every key of a scope is there once, means something, and has a default of its own type", "[conf][keys]") {
  for (const auto scope : all_scopes) {
    std::set<std::string> names;
    for (const auto& key : keys_of(scope)) {
      CAPTURE(key.name);
      CHECK(names.insert(to_lower(key.name)).second);
      CHECK_FALSE(key.meaning.empty());
      CHECK(find_key(scope, to_lower(key.name)) == &key);
      CHECK((key.type == Type::choice) == (key.form.find('|') != std::string_view::npos));
    }
  }
  for (const auto& key : cluster_keys()) {
    CAPTURE(key.name);
    const std::string value{key.default_value};
    Diagnostics diags;
    if (!value.empty()) CHECK(check_value(key, {std::string{key.name}, value, 0, 0, loose_line("x", value)}, diags));
  }
}

}  // namespace
