#include <utility>

#include "bench/support.hpp"
#include "simulator/core/event_queue.hpp"

namespace sluice::bench {
namespace {

/// As in a running simulation: `size` events wait, one is taken, one is scheduled.
void event_queue_hold(benchmark::State& state) {
  Rng rng{1, "bench.event_queue"};
  EventQueue<std::uint32_t> queue;
  const auto later = [&] { return queue.now() + Duration{static_cast<std::int64_t>(rng.below(1'000'000))}; };
  for (std::int64_t i = 0; i < state.range(0); ++i) queue.schedule(later(), 0, static_cast<std::uint32_t>(i));
  std::pair<Time, std::uint64_t> last{};
  bool in_order = true;
  for (auto _ : state) {
    const auto event = queue.pop();
    const std::pair<Time, std::uint64_t> key{event->at, event->order};
    in_order = in_order && last < key;
    last = key;
    queue.schedule(later(), static_cast<std::uint8_t>(event->what % 3), event->what);
  }
  SLUICE_CHECK(in_order, "events came out of order");
  SLUICE_CHECK(std::cmp_equal(queue.size(), state.range(0)), "{} events are left", queue.size());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(event_queue_hold)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace sluice::bench
