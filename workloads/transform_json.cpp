#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "simulator/base/text.hpp"
#include "workloads/json_places.hpp"
#include "workloads/transform_steps.hpp"

namespace sluice::workloads {
namespace {

using Json = nlohmann::ordered_json;

/// A JSON value as the command line would have it. nullopt: null, or too deep.
std::optional<std::string> plain_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  std::string joined;
  const auto add = [&](const std::string& item) { joined += (joined.empty() ? "" : ",") + item; };
  if (value.is_array()) {
    for (const auto& item : value) {
      if (item.is_structured() || item.is_null()) return std::nullopt;
      add(*plain_text(item));
    }
    return joined;
  }
  if (!value.is_object()) return std::nullopt;
  for (const auto& [key, item] : value.items()) {
    if (!item.is_string()) return std::nullopt;
    add(key + ":" + item.get<std::string>());
  }
  return joined;
}

class JsonSteps {
 public:
  JsonSteps(const JsonPlaces& places, Diagnostics& diags) : places_{places}, diags_{diags} {}

  std::optional<std::vector<Transform>> read(const Json& steps, std::size_t at) {
    if (!steps.is_array()) {
      complain(at, "transforms should be an array of steps", "write [{\"scale_load\": 1.2}, ...]");
      return std::nullopt;
    }
    const std::size_t errors = diags_.errors();
    std::vector<Transform> transforms;
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (auto transform = read_step(steps[i], places_.element(at, i))) transforms.push_back(std::move(*transform));
    if (diags_.errors() != errors) return std::nullopt;
    return transforms;
  }

 private:
  std::optional<Transform> read_step(const Json& step, std::size_t at) {
    if (!step.is_object() || step.size() != 1) {
      complain(at, "a step is an object with one member: the transform", "write {\"scale_load\": 1.2}");
      return std::nullopt;
    }
    const std::string& name = step.begin().key();
    const Json& value = step.begin().value();
    const auto place = places_.member(at, name);
    WrittenStep written{name, places_.location(place.key), std::string{places_.line(place.key)}, {}};
    const bool has_names = value.is_object() && !takes_pairs(name);
    const bool ok = has_names ? add_named(value, place.value, written) : add(value, {}, place, written);
    return ok ? understand(written, diags_) : std::nullopt;
  }

  /// {"map_users": {"ann": "bob"}} is one argument, whatever its keys.
  static bool takes_pairs(std::string_view name) {
    for (const auto& info : transforms())
      if (info.name == name) return !info.arguments.empty() && info.arguments.front().kind == ArgumentKind::pairs;
    return false;
  }

  bool add_named(const Json& arguments, std::size_t at, WrittenStep& written) {
    for (const auto& [name, value] : arguments.items())
      if (!add(value, name, places_.member(at, name), written)) return false;
    return true;
  }

  bool add(const Json& value, const std::string& name, JsonPlaces::Member place, WrittenStep& written) {
    auto text = plain_text(value);
    if (!text) {
      complain(place.value, "should be a number, a text, a list of these or an object of texts", {});
      return false;
    }
    if (value.is_object() && value.empty() && name.empty()) return true;
    written.arguments.push_back({name, std::move(*text), places_.location(place.key), places_.location(place.value)});
    return true;
  }

  void complain(std::size_t at, std::string message, std::string hint) {
    diags_.error(places_.location(at), std::move(message), std::move(hint), places_.line(at));
  }

  const JsonPlaces& places_;
  Diagnostics& diags_;
};

/// Follows the pointer in the values and in the text at once. nullptr: it leads nowhere.
const Json* follow(const Json& document, std::string_view pointer, const JsonPlaces& places, std::size_t& at) {
  const Json* value = &document;
  at = places.root();
  for (const auto part : split(pointer.empty() ? pointer : pointer.substr(1), '/')) {
    if (part.empty()) break;
    if (value->is_object() && value->contains(part)) {
      at = places.member(at, part).value;
      value = &value->at(std::string{part});
    } else if (std::size_t index = 0; value->is_array() && std::all_of(part.begin(), part.end(), is_digit) &&
                                      (index = std::stoul(std::string{part})) < value->size()) {
      at = places.element(at, index);
      value = &value->at(index);
    } else {
      return nullptr;
    }
  }
  return value;
}

}  // namespace

std::optional<std::vector<Transform>> parse_transforms_json(const std::string& name, std::string_view document,
                                                            std::string_view pointer, Diagnostics& diags) {
  const JsonPlaces places{name, document};
  const auto json = parse_json(places, diags);
  if (!json) return std::nullopt;
  std::size_t at = 0;
  const Json* steps = follow(*json, pointer, places, at);
  if (steps == nullptr) return std::vector<Transform>{};
  return JsonSteps{places, diags}.read(*steps, at);
}

}  // namespace sluice::workloads
