#pragma once
// "did you mean": the known word that a misspelt one is nearest to.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// The choice that takes the fewest edits (insert, delete, replace or swap neighbouring letters; case is free) to get
/// from `word`; the first of equals. nullopt when even that needs more edits than a third of the word's length
/// (at least one), so that a suggestion is never a wild guess. O(choices x length^2).
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> choices);

/// "did you mean 'SchedulerType'?", or "" when nothing is near: fit to be a diagnostic's hint.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> choices);

}  // namespace sluice
