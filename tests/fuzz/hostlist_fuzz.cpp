#include <algorithm>

#include "simulator/base/hostlist.hpp"
#include "tests/fuzz/target.hpp"

using namespace sluice;
using namespace sluice::fuzz;

/// What expands is written short, and that expands to the same names.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto items = split_hostlist(text);
  const auto names = expand_hostlist(text);
  if (!items) require(items.error().position <= text.size(), "an error beyond the text");
  if (!names) {
    require(names.error().position <= text.size(), "an error beyond the text");
    return 0;
  }
  require(items.has_value(), "expands, but cannot be split");
  require(names->size() <= max_hostlist_names, "more names than allowed");
  if (names->size() > 4096) return 0;
  const auto again = expand_hostlist(compress_hostlist(*names));
  require(again.has_value() && *again == *names, "compressing changed the names");
  auto sorted = *names;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return compare_natural(a, b) < 0; });
  require(std::is_sorted(sorted.begin(), sorted.end(),
                         [](const auto& a, const auto& b) { return compare_natural(a, b) < 0; }),
          "the natural order is no order");
  std::string written;
  const NodeNames nodes{sorted};
  struct Run {
    std::uint32_t first, count;
  };
  const std::vector<Run> all{{0, static_cast<std::uint32_t>(sorted.size())}};
  nodes.append_runs(written, all);
  require(sorted.empty() || written == compress_hostlist(sorted), "two writers of hostlists differ");
  return 0;
}
