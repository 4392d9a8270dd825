#pragma once
// Simulated time and counted resources as types, so that seconds are not minutes and CPUs are not nodes.

#include <chrono>
#include <compare>
#include <cstdint>

namespace sluice {

/// The simulated clock: integer milliseconds. It has no now(): only the engine knows what time it is.
struct SimClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<SimClock>;
  static constexpr bool is_steady = true;
};

/// A moment, counted from the simulation's zero (the first kept submission). Time + Time does not compile.
using Time = SimClock::time_point;
/// A length of time. 90s and 2min convert exactly, 1.5 does not.
using Duration = SimClock::duration;

/// A number of one kind of thing. Cpus + Cpus is a Cpus; Cpus + Nodes does not compile.
template <class Tag>
struct Count {
  std::int64_t value = 0;
  constexpr auto operator<=>(const Count&) const = default;
  constexpr Count& operator+=(Count other) { value += other.value; return *this; }
  constexpr Count& operator-=(Count other) { value -= other.value; return *this; }
  friend constexpr Count operator+(Count a, Count b) { return {a.value + b.value}; }
  friend constexpr Count operator-(Count a, Count b) { return {a.value - b.value}; }
  friend constexpr Count operator*(Count a, std::int64_t times) { return {a.value * times}; }
};
using Cpus = Count<struct CpusTag>;
using Nodes = Count<struct NodesTag>;
using Gpus = Count<struct GpusTag>;
using Tasks = Count<struct TasksTag>;
/// Memory, in the unit of RealMemory and `--mem`: 2^20 bytes.
using Megabytes = Count<struct MegabytesTag>;

/// Whole seconds since the simulation's zero, rounded down: what Slurm decides on.
constexpr std::chrono::seconds floor_seconds(Time t) {
  return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch());
}

/// Seconds as a double, for rates and reports only.
constexpr double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace sluice
