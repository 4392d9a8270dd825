#include <catch2/catch.hpp>

#include "simulator/base/rng.hpp"
#include "tests/unit/workloads/trace_file.hpp"

namespace sluice::workloads {
namespace {

/// Rows that do not compress well, so that the packed file has several blocks.
std::string long_trace() {
  Rng rng{1, "packed"};
  std::string text = "id,submit,duration\n";
  for (int i = 0; i < 30'000; ++i)
    text += std::to_string(rng.next()) + ',' + std::to_string(rng.below(1'000'000)) + ",1\n";
  return text;
}

TEST_CASE("gzip and zstd traces open as they are, whatever their name", "[workloads][packed]") {
  const auto text = long_trace();
  for (const auto how : {Packed::gzip, Packed::zstd}) {
    const auto read = read_text(packed(text, how), {}, "trace.csv");
    CHECK(read.text == "");
    REQUIRE(read.workload);
    CHECK(read.workload->jobs.size() == 30'000);
  }
}

TEST_CASE("several compressed members one after the other are one trace", "[workloads][packed]") {
  for (const auto how : {Packed::gzip, Packed::zstd}) {
    const auto read = read_text(packed("submit,duration\n0,1\n", how) + packed("1,1\n2,1\n", how));
    CHECK(read.text == "");
    REQUIRE(read.workload);
    CHECK(read.workload->jobs.size() == 3);
  }
}

TEST_CASE("compressed data cut short anywhere are an error, never a shorter trace", "[workloads][packed]") {
  const auto text = long_trace();
  for (const auto how : {Packed::gzip, Packed::zstd}) {
    const auto whole = packed(text, how);
    for (const std::size_t kept : {std::size_t{5}, std::size_t{12}, whole.size() / 3, whole.size() / 2,
                                   whole.size() - 10, whole.size() - 8, whole.size() - 4, whole.size() - 1}) {
      CAPTURE(kept, whole.size());
      const auto read = read_text(whole.substr(0, kept));
      CHECK_FALSE(read.workload);
      CHECK(read.text.find("copy it again") != std::string::npos);
    }
  }
}

TEST_CASE("a gzip file with a wrong checksum is an error", "[workloads][packed]") {
  auto whole = packed("submit,duration\n0,1\n", Packed::gzip);
  whole[whole.size() - 6] = static_cast<char>(whole[whole.size() - 6] ^ 1);
  CHECK_FALSE(read_text(whole).workload);
}

}  // namespace
}  // namespace sluice::workloads
