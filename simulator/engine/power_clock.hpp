#pragma once
// When slurmctld's power_save thread looks at the nodes, and how many it may switch.

#include <cstdint>

#include "simulator/base/archive.hpp"
#include "simulator/base/units.hpp"
#include "simulator/model/cluster_settings.hpp"

namespace sluice {

/// The thread wakes once a second. It looks at the nodes if one of them has changed since its last look, or that was
/// power_save_interval ago; never within power_save_min_interval of it. Of switched nodes it keeps counts that shrink with
/// each look, so that about SuspendRate and ResumeRate nodes are switched in any minute.
/// Looks between two calls are worked out when they matter. Source: power_save.c, _init_power_save and _do_power_work.
class PowerClock {
 public:
  PowerClock(const PowerSettings& settings, Time start);

  /// A job has come to a node or left it, or the node's state has changed.
  void node_changed(Time now);
  /// The first look at or after `due` that has not been.
  Time look_from(Time due) const;
  /// Whether there is a look at `now`; it has been then.
  bool look(Time now);

  bool may_go_down() const { return suspend_rate_ == 0 || rounded(went_down_) < suspend_rate_; }
  bool may_come_up() const { return resume_rate_ == 0 || rounded(came_up_) < resume_rate_; }
  void goes_down() { ++went_down_; }
  void comes_up() { ++came_up_; }

  void fields(Archive& archive) { archive(last_, changed_, went_down_, came_up_); }

 private:
  static std::int64_t rounded(float count) { return static_cast<std::int64_t>(count + 0.5F); }
  bool has_news(Time look) const;
  Time after(Time look) const;
  void move_to(Time look);
  void catch_up(Time now);

  Duration soon_, late_;  ///< from one look to the next, with a change in between and without
  std::int64_t suspend_rate_, resume_rate_;
  Time last_, changed_;
  float went_down_ = 0, came_up_ = 0;
};

}  // namespace sluice
