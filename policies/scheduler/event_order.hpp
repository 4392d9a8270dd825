#pragma once
// The option by which research schedulers choose how they see the events of one instant.

#include <string_view>

#include "policies/api/scheduler.hpp"

namespace sluice::scheduler {

inline constexpr std::string_view event_order_choices = "batch|each|arrivals_first";
inline constexpr std::string_view event_order_meaning =
    "events of one instant: all and then one decision; a decision after each, ends first; the same, submissions first";

inline EventOrder event_order_from(std::string_view choice) {
  if (choice == "each") return EventOrder::each;
  return choice == "arrivals_first" ? EventOrder::arrivals_first : EventOrder::batch;
}

}  // namespace sluice::scheduler
