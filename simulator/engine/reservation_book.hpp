#pragma once
// The advance reservations of a cluster, as slurmctld keeps them.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "simulator/base/archive.hpp"
#include "simulator/engine/license_pool.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/core_map.hpp"
#include "simulator/model/node_set.hpp"
#include "simulator/model/reservation.hpp"
#include "simulator/model/switch_tree.hpp"

namespace sluice {

/// A reservation there is. Moments are whole seconds of slurmctld's clock; of a floating one they count from now.
struct Reservation {
  using Second = std::chrono::seconds;

  std::uint32_t number = 0;  ///< never given again
  std::string name;
  Second start{}, end{};
  std::optional<std::chrono::minutes> duration;  ///< as was asked for, where it was
  ReservationFlags flags;
  NodeSet nodes;
  std::optional<CoreSet> cores;  ///< of its nodes; absent: they are whole
  std::int64_t node_count = 0;  ///< asked for, or in the list
  std::optional<PartitionId> partition;
  std::optional<NodeSet> features;
  Licenses licenses;
  ReservationNames users, accounts;
  std::vector<std::string> groups;   ///< instead of users
  Second max_start_delay{};          ///< others' jobs may use its nodes if they go so soon when told (--signal=R)
  Second purge_after{300};
  std::optional<Second> idle_since;  ///< it has had no jobs since
  bool has_begun = false, has_ended = false;  ///< slurmctld has noticed

  bool has(ReservationFlag flag) const { return flags.has(flag); }
  bool recurs() const {
    using Flag = ReservationFlag;
    return flags.any_of({Flag::hourly, Flag::daily, Flag::weekday, Flag::weekend, Flag::weekly});
  }
  friend void fields(Archive& archive, Reservation& r) {
    auto& [number, name, start, end, duration, flags, nodes, cores, node_count, partition, features, licenses, users, accounts, groups,
           max_start_delay, purge_after, idle_since, has_begun, has_ended] = r;
    archive(number, name, start, end, duration, flags, nodes, cores, node_count, partition, features, licenses, users, accounts, groups,
            max_start_delay, purge_after, idle_since, has_begun, has_ended);
  }
};

/// What reservations go by when they choose nodes or look after themselves.
class ReservationWorld {
 public:
  using Second = std::chrono::seconds;
  struct Run {
    NodeSet nodes;
    Second end{};  ///< of its time limit
    std::optional<std::uint32_t> reservation;
    const Allocation* allocation = nullptr;  ///< null: which cores it has is not known
  };
  struct Jobs {
    std::int64_t pending = 0, running = 0;
  };
  virtual ~ReservationWorld() = default;
  virtual Second now() const = 0;
  /// Nodes that are not DOWN; of those, that are not drained, failing or silent; of those, without a job.
  virtual NodeSet up() const = 0;
  virtual NodeSet available() const = 0;
  virtual NodeSet idle() const = 0;
  virtual std::vector<Run> runs() const = 0;
  /// Null where cores are not told apart: then none can be reserved.
  virtual const CoreMap* cores() const { return nullptr; }
  /// Jobs that use the reservation.
  virtual Jobs jobs_of(std::uint32_t reservation) const = 0;
};

/// A job that asks what reservations leave to it.
struct ReservedJob {
  std::optional<std::uint32_t> reservation;  ///< the one it is tried in
  PartitionId partition;
  const NodeSet* partition_nodes = nullptr;
  const NodeSet* required = nullptr;         ///< may be null
  bool whole_nodes = false;
  std::chrono::seconds length{};
  const Licenses* licenses = nullptr;        ///< may be null
  std::optional<std::chrono::seconds> warning;  ///< of --signal=R: it uses nodes of those that can start so late
};

/// Who submits a job: the account and those above it.
struct ReservationParty {
  std::string_view user;
  std::span<const std::string> accounts;
  const UnixGroups* groups = nullptr;  ///< null: nobody knows who is in one
};

struct ReservationTest {
  enum class Finding : std::uint8_t {
    usable,
    later,       ///< its reservation has not begun, or has no nodes now
    invalid,     ///< its reservation has ended, or lacks nodes that it requires
    nodes_busy,  ///< nodes that it requires are others'
    maintenance  ///< all nodes are
  } finding = Finding::usable;
  std::chrono::seconds when{};  ///< it may not start before
  NodeSet nodes;                ///< that it may have, busy or not
  std::optional<CoreSet> excluded_cores;  ///< of those nodes
  bool overlaps = false;        ///< nodes have been kept from it
};

/// Errors are slurmctld's messages. Source: slurmctld's reservation.c, 22.05.
class ReservationBook {
 public:
  using Second = std::chrono::seconds;
  using Number = std::uint32_t;
  template <class Value>
  using Result = tl::expected<Value, std::string>;

  /// `calendar_origin`: where 0 of the clock lies since 1970; WEEKDAY and WEEKEND need it. `clock_zero`: the clock at the
  /// simulation's zero.
  ReservationBook(const ClusterSpec& cluster, Second clock_zero, std::optional<Second> calendar_origin);

  bool empty() const { return all_.empty(); }
  const std::vector<Reservation>& all() const { return all_; }  ///< in the order of their making
  const Reservation* find(std::string_view name) const;
  const Reservation* find(Number number) const;

  Result<Number> create(const ReservationRequest& request, const ReservationWorld& world);
  /// It stays as it was after an error.
  Result<Number> update(const ReservationRequest& request, const ReservationWorld& world);
  Result<Reservation> remove(std::string_view name, const ReservationWorld& world);

  /// From elsewhere: it has these nodes now.
  void set_nodes(std::string_view name, const NodeSet& nodes);

  /// Whether the party may use it.
  static bool admits(const Reservation& reservation, const ReservationParty& party);
  /// A job that uses it has come: it is not idle, and nodes that are of no use are exchanged.
  void visited(Number number, const ReservationWorld& world);
  /// Exchanges nodes that have become of no use, where the reservation allows it. Source: reservation.c,
  /// _validate_node_choice.
  void exchange_nodes(const ReservationWorld& world);

  /// Could the job, in its reservation, start now as far as that goes?
  ReservationTest::Finding test_now(Number number, Second now);
  /// What a job may have from `when` on. With Moves::yes a job without a reservation is put off until it may have the
  /// nodes it requires, and its licences.
  enum class Moves : bool { no, yes };
  ReservationTest test(const ReservedJob& job, Second when, Second now, Moves moves, const LicensePool& pool);
  /// Licences of this name that others' reservations keep from a job in [from, to).
  std::int64_t reserved(std::string_view license, std::optional<Number> own, Second from, Second to, Second now);
  /// The first end of any at or after this moment.
  std::optional<Second> first_end(Second from) const;

  /// slurmctld's look of every 5 s: whether any has begun since the last one.
  bool notice(Second now);
  /// Its look of every 30 s: nodes are exchanged, recurring reservations move on, those that are over are taken out.
  std::vector<Reservation> look(const ReservationWorld& world);
  /// When a reservation begins or ends next after `now`; `recurring`: also those that come again.
  enum class Which : bool { once, recurring };
  std::optional<Second> next_change(Second now, Which which) const;
  /// Nodes of reservations that are on now: all, and those for maintenance.
  NodeSet reserved_nodes(Second now) const { return nodes_on(now, {}); }
  NodeSet maintenance_nodes(Second now) const { return nodes_on(now, {ReservationFlag::maint}); }

  void fields(Archive& archive) { archive(all_, last_number_); }

 private:
  struct Window {
    Second start{}, end{};
  };
  Reservation* row(std::string_view name);
  Reservation* row(Number number);
  Second clock(Time t) const { return floor_seconds(t) + clock_zero_; }
  bool advance(Reservation& reservation, Second now) const;
  std::int64_t days_to_next(const Reservation& reservation, Second now) const;
  void catch_up(Reservation& reservation, Second now) const;
  Window window(Reservation& reservation, Second now) const;
  static Window window_as_is(const Reservation& reservation, Second now);
  bool overlaps_in_time(const Reservation& wanted, const Reservation& other, Second now) const;
  bool overlaps_another(const Reservation& wanted, Second now) const;
  static bool overlaps_jobs(const Reservation& wanted, const ReservationWorld& world, Second start,
                            std::optional<Number> own);
  NodeSet nodes_on(Second now, ReservationFlags wanted) const;

  Result<Reservation> described(const ReservationRequest& request, Second now) const;
  Result<void> set_times(Reservation& reservation, const ReservationRequest& request, Second now) const;
  Result<void> place(Reservation& reservation, const ReservationRequest& request, const ReservationWorld& world) const;
  Result<void> change_times(Reservation& reservation, const ReservationRequest& request, Second now) const;
  Result<void> change_nodes(Reservation& reservation, const ReservationRequest& request, const ReservationWorld& world) const;
  static Result<void> change_flags(Reservation& reservation, const ReservationRequest& request);
  Result<void> change_rest(Reservation& reservation, const ReservationRequest& request) const;
  bool has_licenses(const Licenses& licenses) const;
  bool has_members(const std::vector<std::string>& groups) const;

  /// nullopt: none. Source: reservation.c, _select_nodes (reservation_nodes.cpp).
  std::optional<NodeSet> choose(const Reservation& reservation, const std::vector<std::int64_t>& counts,
                                const NodeSet& from, const ReservationWorld& world) const;
  std::optional<NodeSet> pick(const Reservation& reservation, std::int64_t count, NodeSet from,
                              const std::vector<ReservationWorld::Run>& runs) const;
  std::optional<NodeSet> pick_of(const NodeSet& from, std::int64_t count) const;
  struct CorePick {
    NodeSet nodes;
    CoreSet cores;
  };
  /// nullopt: there are too few (reservation_cores.cpp).
  std::optional<CorePick> pick_cores(const Reservation& reservation, const std::vector<std::int64_t>& counts,
                                     std::int64_t nodes, NodeSet from, CoreSet used, const ReservationWorld& world) const;
  std::optional<CorePick> choose_cores(const Reservation& reservation, const std::vector<std::int64_t>& counts,
                                       const std::vector<std::int64_t>& node_counts, const NodeSet& from,
                                       const ReservationWorld& world) const;
  Result<void> place_cores(Reservation& reservation, const ReservationRequest& request, const NodeSet& from,
                           const ReservationWorld& world) const;
  void exchange_core_node(Reservation& reservation, const ReservationWorld& world) const;
  void exchange_nodes(Reservation& reservation, const ReservationWorld& world) const;
  void replace_nodes(Reservation& reservation, const ReservationWorld& world) const;
  NodeSet nodes_of(PartitionId partition) const;
  PartitionId partition_of(const Reservation& reservation) const;

  ReservationTest test_in_reservation(const ReservedJob& job, Second when, Second now);
  ReservationTest test_outside(const ReservedJob& job, Second when, Second now, std::optional<Second>& licenses_back);

  const ClusterSpec& cluster_;
  SwitchTree tree_;
  Second clock_zero_{};
  std::optional<Second> calendar_origin_;
  std::vector<Reservation> all_;
  Number last_number_ = 0;
};

}  // namespace sluice
