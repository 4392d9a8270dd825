#pragma once
// From the local time of a cluster to UTC.

#include <memory>
#include <optional>
#include <string_view>

#include "simulator/base/units.hpp"

namespace sluice::workloads {

/// A fixed offset, or a place with its summer times.
class TimeZone {
 public:
  /// `UTC`, `Z`, `+02:00`, `-0530`, `+2`, or a name of the IANA data base that the operating system has
  /// (Europe/Berlin). nullopt: none of these.
  static std::optional<TimeZone> named(std::string_view text);

  /// Since 1970 in local time -> since 1970 in UTC. An hour that the clock shows twice is taken as the earlier one; an
  /// hour that it leaves out is the moment of the change.
  Duration to_utc(Duration local) const;

 private:
  struct Place;
  explicit TimeZone(Duration offset) : offset_{offset} {}
  explicit TimeZone(std::shared_ptr<const Place> place) : place_{std::move(place)} {}

  Duration offset_{};
  std::shared_ptr<const Place> place_;  ///< nullptr: the offset holds
};

}  // namespace sluice::workloads
