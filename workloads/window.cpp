#include "workloads/window.hpp"

#include <fmt/format.h>

#include <string_view>

#include "simulator/base/civil_time.hpp"
#include "workloads/numbers.hpp"

namespace sluice::workloads {
namespace {

/// One end of the window; absent for an empty text. `ok` becomes false when an error was reported.
std::optional<Duration> read_end(std::string_view option, std::string_view text, const TimeBase& base,
                                 Diagnostics& diags, bool& ok) {
  if (text.empty()) return std::nullopt;
  if (const auto seconds = parse_seconds(text)) return seconds;
  const auto date = parse_civil(text);
  const auto origin = base.calendar_origin();
  if (date && origin) return *date - *origin;
  ok = false;
  if (!date)
    diags.error({}, fmt::format("{} wants a moment, got '{}'", option, text),
                "write seconds in the trace's own time, or a date such as 2020-09-01T00:00:00");
  else
    diags.error({}, fmt::format("{} is a date, but the trace does not say when its time 0 was", option),
                "write seconds in the trace's own time");
  return std::nullopt;
}

}  // namespace

std::optional<Window> read_window(const std::string& from, const std::string& to, const TimeBase& base,
                                  Diagnostics& diags) {
  bool ok = true;
  const Window window{read_end("--from", from, base, diags, ok), read_end("--to", to, base, diags, ok)};
  if (ok && window.from && window.to && *window.from >= *window.to) {
    diags.error({}, fmt::format("--from {} is not before --to {}", from, to));
    ok = false;
  }
  return ok ? std::optional{window} : std::nullopt;
}

}  // namespace sluice::workloads
