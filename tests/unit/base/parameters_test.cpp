#include "simulator/base/parameters.hpp"

#include <catch2/catch.hpp>

using namespace sluice;

TEST_CASE("A parameter is found whatever its case and the white space around it") {
  CHECK(find_parameter("defer, Max_Switch_Wait=60 ,x", "max_switch_wait") == "60");
  CHECK(find_parameter("defer,x", "DEFER") == "");
  CHECK_FALSE(find_parameter("defer", "def"));
  CHECK(has_parameter("a=,b", "a"));
  CHECK_FALSE(has_parameter("", "a"));
}

TEST_CASE("Of a parameter that is there twice the first counts, and a count is the number its value begins with") {
  CHECK(find_count("a=3,a=4", "a") == 3);
  CHECK(find_count("a=7minutes", "a") == 7);
  CHECK_FALSE(find_count("a=minutes", "a"));
  CHECK_FALSE(find_count("a", "a"));
}
