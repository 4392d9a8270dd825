#include <utility>
#include <vector>

#include "bench/support.hpp"
#include "simulator/model/waiting_queue.hpp"

namespace sluice::bench {
namespace {

constexpr std::uint32_t shapes = 100;

QueueEntry entry(std::uint32_t job, Rng& rng) {
  const auto length = std::chrono::minutes{1 + static_cast<std::int64_t>(rng.below(1'000))};
  return {{0, Time{} + std::chrono::seconds{rng.below(1'000'000)}, JobId{job}},
          length,
          ShapeId{static_cast<std::uint32_t>(rng.below(shapes))}};
}

struct Filled {
  explicit Filled(std::int64_t size) {
    queue.resize_shapes(shapes);
    for (std::uint32_t job = 0; job < size; ++job) queue.insert(entries.emplace_back(entry(job, rng)));
  }
  Rng rng{1, "bench.waiting_queue"};
  WaitingQueue queue;
  std::vector<QueueEntry> entries;
};

void check_order(const WaitingQueue& queue, std::int64_t size) {
  std::vector<QueueKey> keys;
  queue.all().for_each([&](const QueueEntry& e) { keys.push_back(e.place); });
  SLUICE_CHECK(std::cmp_equal(keys.size(), size) && std::is_sorted(keys.begin(), keys.end()),
               "the queue is in disorder");
}

/// One job leaves from anywhere, another comes.
void waiting_queue_replace(benchmark::State& state) {
  Filled filled{state.range(0)};
  auto next = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    QueueEntry& gone = filled.entries[filled.rng.below(filled.entries.size())];
    filled.queue.erase(gone.place, gone.shape);
    gone = entry(next++, filled.rng);
    filled.queue.insert(gone);
  }
  check_order(filled.queue, state.range(0));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(waiting_queue_replace)->Arg(1'000)->Arg(100'000);

/// The next job behind one that is short enough to be backfilled; few are.
void waiting_queue_find_short(benchmark::State& state) {
  Filled filled{state.range(0)};
  constexpr Duration slack = std::chrono::minutes{3};
  const auto any_short = [&](const ShortestLength& s) { return s.shortest <= slack; };
  const auto is_short = [&](const QueueEntry& e) { return e.length <= slack; };
  std::size_t at = 0;
  for (auto _ : state) {
    const QueueKey& after = filled.entries[at++ % filled.entries.size()].place;
    benchmark::DoNotOptimize(filled.queue.all().find_after(after, any_short, is_short));
  }
  const QueueKey& after = filled.entries.front().place;
  const QueueEntry* best = nullptr;
  for (const QueueEntry& e : filled.entries)
    if (after < e.place && is_short(e) && (best == nullptr || e.place < best->place)) best = &e;
  const QueueEntry* found = filled.queue.all().find_after(after, any_short, is_short);
  SLUICE_CHECK((best == nullptr) == (found == nullptr) && (best == nullptr || best->place == found->place),
               "another job was found than a plain search finds");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(waiting_queue_find_short)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace sluice::bench
