#pragma once
// A JSON document whose values can be pointed at: the parser says what they are, this says where they stand.

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/base/diagnostics.hpp"

namespace sluice::workloads {

/// Finds where things stand in a JSON text that is known to be valid. Places are offsets into the text; each lookup
/// walks over the members or elements before. The text must outlive this.
class JsonPlaces {
 public:
  JsonPlaces(std::string name, std::string_view text) : name_{std::move(name)}, text_{text} {}

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }

  std::size_t root() const { return skip_blanks(0); }
  /// Where the array's element begins. `array` is the place of its '['.
  std::size_t element(std::size_t array, std::size_t index) const;
  struct Member {
    std::size_t key, value;
  };
  /// `object` is the place of its '{'. The last of equal keys counts, as for the parser; the object itself when there
  /// is none.
  Member member(std::size_t object, std::string_view key) const;

  Location location(std::size_t offset) const;
  /// The line that holds a byte.
  std::string_view line(std::size_t offset) const;

 private:
  std::size_t skip_blanks(std::size_t at) const;
  std::size_t skip_string(std::size_t at) const;
  std::size_t skip_value(std::size_t at) const;

  std::string name_;
  std::string_view text_;
};

/// The document as values. nullopt iff an error was reported, where the text stops being JSON.
std::optional<nlohmann::ordered_json> parse_json(const JsonPlaces& document, Diagnostics& diags);

}  // namespace sluice::workloads
