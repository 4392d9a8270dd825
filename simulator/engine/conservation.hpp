#pragma once
// Nothing is made and nothing gets lost: what the nodes gave to jobs and what became of it; who came and where they are.

#include <cstdint>

#include "simulator/base/archive.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/allocation.hpp"
#include "simulator/model/cluster.hpp"

namespace sluice {

/// CPU-milliseconds and GPU-milliseconds, modulo 2^64: sums and differences balance exactly, however long the run.
struct HeldTime {
  std::uint64_t cpu = 0, gpu = 0;
  bool operator==(const HeldTime&) const = default;
  HeldTime& operator+=(HeldTime other) {
    cpu += other.cpu;
    gpu += other.gpu;
    return *this;
  }
  friend HeldTime operator+(HeldTime a, HeldTime b) { return a += b; }
  friend HeldTime operator*(HeldTime a, std::uint64_t times) { return {a.cpu * times, a.gpu * times}; }
  friend HeldTime operator-(HeldTime a, HeldTime b) { return {a.cpu - b.cpu, a.gpu - b.gpu}; }
  friend void fields(Archive& archive, HeldTime& held) { all_fields<2>(archive, held); }
};

/// What the nodes gave to jobs up to a moment: all = service + overhead + lost + under_way.
struct Delivered {
  HeldTime all;        ///< that jobs held, by the cluster's own count
  HeldTime service;    ///< that runs worked which ended by themselves, their limits or their users
  HeldTime overhead;   ///< that ended runs held without working: their launch, and while they were suspended
  HeldTime lost;       ///< that runs worked in vain: requeued, preempted, or their node failed
  HeldTime under_way;  ///< of runs that go on
};

enum class RunWork : std::uint8_t { kept, lost };

/// A run that is over.
struct OverRun {
  Time start{};
  Duration idle{};  ///< held without working
  RunWork work = RunWork::kept;
};

/// Kept beside the books themselves, and from other sources: what is held from the cluster, what became of it from the
/// runs. check() is O(1), for every settled instant of every run; it throws InternalError (exit code 70).
/// Whoever changes what a running job holds ends one stretch of it here and begins another.
class Conservation {
 public:
  /// To be told after each change of what jobs hold.
  void changed(const Cluster& cluster, Time now);
  void begins(const Allocation& allocation, Time now);
  void ends(const Allocation& allocation, const OverRun& run, Time now);
  void submitted() { ++submitted_; }
  void ended() { ++ended_; }
  /// A job that had ended waits again. What its runs worked was done all the same.
  void waits_again() { --ended_; }

  Delivered delivered(Time now) const;
  std::int64_t ended_jobs() const { return ended_; }

  struct Alive {
    std::int64_t pending = 0, running = 0;
  };
  void check(Time now, Alive jobs) const;

  void fields(Archive& archive) {
    archive(held_, until_, all_, service_, overhead_, lost_, running_, running_from_, submitted_, ended_);
  }

 private:
  HeldTime held_;  ///< CPUs and GPUs that jobs hold since `until_`
  Time until_{};
  HeldTime all_;   ///< up to `until_`
  HeldTime service_, overhead_, lost_;
  HeldTime running_;       ///< CPUs and GPUs of running jobs
  HeldTime running_from_;  ///< the sum of the same, each times its start
  std::int64_t submitted_ = 0, ended_ = 0;
};

}  // namespace sluice
