#pragma once
// What an operator says of an advance reservation, to what the engine keeps.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/diagnostics.hpp"
#include "simulator/base/units.hpp"
#include "simulator/conf/commands.hpp"
#include "simulator/engine/commands.hpp"
#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "simulator/model/reservation.hpp"

namespace sluice::app {

/// Reports a word of the command that is not understood, or not modelled.
using RefuseWord = std::function<void(std::string_view word, std::string message, std::string hint)>;

/// The fields of `scontrol create|update reservation` at this moment. What it refuses is left out of the result.
/// Source: scontrol(1) RESERVATIONS; create_res.c.
ReservationRequest read_reservation(const conf::ChangeReservation& command, const ClusterSpec& cluster,
                                    const TimeBase& base, Time at, const RefuseWord& refuse);

/// Jobs may ask only for reservations that one of the commands makes, sooner or later: others are taken out of their
/// requests, with a warning that points at `file`. A job without a partition gets that of its reservation.
void settle_reservations(Workload& workload, const std::vector<TimedCommand>& commands, const ClusterSpec& cluster,
                         const std::string& file, Diagnostics& diags);

}  // namespace sluice::app
