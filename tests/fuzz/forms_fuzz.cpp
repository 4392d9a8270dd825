// Slurm's small forms, a line each: times, sizes, counts, dates.

#include <chrono>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/size.hpp"
#include "simulator/base/slurm_time.hpp"
#include "tests/fuzz/target.hpp"
#include "workloads/numbers.hpp"

using namespace sluice;
using namespace sluice::fuzz;
using namespace std::chrono_literals;

namespace {

void check_time(std::string_view text) {
  const auto time = parse_time(text);
  if (!time || !time->length) return;
  require(*time->length >= 0s, "a negative length");
  const auto again = parse_time(time_text(*time->length));
  constexpr Duration most = std::chrono::days{999'999'999};  // more days than a field may say
  require(*time->length > most || (again && again->length == time->length), "time_text changed the length");
  const Duration minutes = round_up_to_minute(*time->length);
  require(minutes >= *time->length && minutes - *time->length < 1min && minutes % 1min == 0s, "not the next minute");
}

void check_size(std::string_view text) {
  if (const auto count = parse_count(text)) require(*count >= 0, "a negative count");
  if (const auto memory = parse_memory(text)) require(memory->value >= 0, "negative memory");
}

void check_date(std::string_view text) {
  const auto date = parse_civil(text);
  if (!date) return;
  const auto again = parse_civil(format_civil(*date));
  require(again == date, "format_civil changed the date");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto rest = text_of(data, size);
  for (;;) {
    const auto end = rest.find('\n');
    const auto line = rest.substr(0, end);
    check_time(line);
    check_size(line);
    check_date(line);
    static_cast<void>(workloads::parse_seconds(line));
    if (end == std::string_view::npos) return 0;
    rest.remove_prefix(end + 1);
  }
}
