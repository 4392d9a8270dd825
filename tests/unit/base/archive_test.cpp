#include "simulator/base/archive.hpp"

#include <catch2/catch.hpp>

#include "simulator/base/names.hpp"
#include "simulator/base/units.hpp"

using namespace sluice;

namespace {

enum class Colour : std::uint8_t { red, green };

struct Plain {
  int number = 0;
  std::optional<std::string> text;
  Colour colour = Colour::red;
  bool operator==(const Plain&) const = default;
  friend void fields(Archive& archive, Plain& plain) { all_fields<3>(archive, plain); }
};

struct Everything {
  Plain plain;
  std::vector<Plain> list;
  std::vector<bool> bits;
  std::deque<double> numbers;
  std::map<std::string, JobId> map;
  std::unordered_map<JobId, Time> hash;
  std::set<JobId> set;
  std::variant<Plain, Duration> either;
  std::array<std::int8_t, 3> three{};
  std::pair<bool, std::uint64_t> pair;
  bool operator==(const Everything&) const = default;
  friend void fields(Archive& archive, Everything& all) { all_fields<10>(archive, all); }
};

Everything example() {
  Everything all;
  all.plain = {7, "seven", Colour::green};
  all.list = {{1, std::nullopt, Colour::red}, {-2, "", Colour::green}};
  all.bits = {true, false, true};
  all.numbers = {0.1, -3e300};
  all.map = {{"b", JobId{2}}, {"a", JobId{1}}};
  all.hash = {{JobId{9}, Time{Duration{-5}}}, {JobId{3}, Time{}}};
  all.set = {JobId{5}, JobId{4}};
  all.either = Duration{12};
  all.three = {1, -1, 0};
  all.pair = {true, ~std::uint64_t{0}};
  return all;
}

std::string saved(Everything all) {
  Archive archive = Archive::saving();
  archive(all);
  return archive.bytes();
}

}  // namespace

TEST_CASE("what was saved is loaded, and saves as the same bytes", "[base][archive]") {
  const std::string bytes = saved(example());
  Everything loaded;
  Archive archive = Archive::loading(bytes);
  archive(loaded);
  archive.expect_end();
  CHECK(loaded == example());
  CHECK(saved(loaded) == bytes);
}

TEST_CASE("hash tables are saved in the order of their keys, whatever order they were filled in", "[base][archive]") {
  Everything a, b;
  for (std::uint32_t i = 0; i < 100; ++i) a.hash[JobId{i}] = Time{};
  for (std::uint32_t i = 100; i > 0; --i) b.hash[JobId{i - 1}] = Time{};
  CHECK(saved(a) == saved(b));
}

TEST_CASE("bytes that end too early are refused at every length", "[base][archive]") {
  const std::string bytes = saved(example());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Everything all;
    Archive archive = Archive::loading(std::string_view{bytes}.substr(0, size));
    CHECK_THROWS_AS(archive(all), ArchiveError);
  }
}

TEST_CASE("a length beyond what is left, an unknown alternative and other inputs are refused", "[base][archive]") {
  const std::string huge(16, '\xff');
  std::vector<std::string> list;
  Archive of_list = Archive::loading(huge);
  CHECK_THROWS_AS(of_list(list), ArchiveError);
  std::variant<int, bool> either;
  Archive of_variant = Archive::loading(huge);
  CHECK_THROWS_AS(of_variant(either), ArchiveError);
  Archive writer = Archive::saving();
  writer.expect(3);
  Archive reader = Archive::loading(writer.bytes());
  CHECK_THROWS_AS(reader.expect(4), ArchiveError);
}

TEST_CASE("names keep their ids", "[base][archive]") {
  Names names;
  const NameId ann = names.intern("ann"), bob = names.intern("bob");
  Archive writer = Archive::saving();
  writer(names);
  Names loaded;
  Archive reader = Archive::loading(writer.bytes());
  reader(loaded);
  CHECK(loaded.intern("bob") == bob);
  CHECK(loaded.text(ann) == "ann");
  CHECK(loaded.intern("eve").value == 3);
}
