#include "simulator/model/reason.hpp"

#include <array>
#include <utility>

namespace sluice {
namespace {

constexpr std::array<std::pair<Reason, std::string_view>, 16> reason_names{{
    {Reason::none, "None"},
    {Reason::priority, "Priority"},
    {Reason::resources, "Resources"},
    {Reason::dependency, "Dependency"},
    {Reason::dependency_never_satisfied, "DependencyNeverSatisfied"},
    {Reason::begin_time, "BeginTime"},
    {Reason::job_held_user, "JobHeldUser"},
    {Reason::job_held_admin, "JobHeldAdmin"},
    {Reason::bad_constraints, "BadConstraints"},
    {Reason::partition_down, "PartitionDown"},
    {Reason::partition_inactive, "PartitionInactive"},
    {Reason::partition_node_limit, "PartitionNodeLimit"},
    {Reason::partition_time_limit, "PartitionTimeLimit"},
    {Reason::partition_config, "PartitionConfig"},
    {Reason::req_node_not_avail, "ReqNodeNotAvail"},
    {Reason::reservation, "Reservation"},
}};

}  // namespace

std::string_view reason_name(Reason reason) {
  for (const auto& [value, name] : reason_names)
    if (value == reason) return name;
  return "None";
}

std::optional<Reason> reason_from_name(std::string_view name) {
  for (const auto& [value, text] : reason_names)
    if (text == name) return value;
  return std::nullopt;
}

}  // namespace sluice
