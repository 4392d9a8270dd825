#include "workloads/json_places.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "simulator/base/text.hpp"

namespace sluice::workloads {

using Json = nlohmann::ordered_json;

std::size_t JsonPlaces::element(std::size_t array, std::size_t index) const {
  std::size_t at = skip_blanks(array + 1);
  for (; index > 0; --index) at = skip_blanks(skip_blanks(skip_value(at)) + 1);
  return at;
}

JsonPlaces::Member JsonPlaces::member(std::size_t object, std::string_view key) const {
  Member found{object, object};
  for (std::size_t at = skip_blanks(object + 1); text_[at] == '"';) {
    const std::size_t end = skip_value(at);
    const std::size_t value = skip_blanks(skip_blanks(end) + 1);
    if (Json::parse(text_.substr(at, end - at)).get<std::string>() == key) found = {at, value};
    at = skip_blanks(skip_value(value));
    if (text_[at] == ',') at = skip_blanks(at + 1);
  }
  return found;
}

Location JsonPlaces::location(std::size_t offset) const {
  const auto before = text_.substr(0, offset);
  const auto line_begin = before.rfind('\n');
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  return {name_, line, offset - (line_begin == std::string_view::npos ? 0 : line_begin + 1) + 1};
}

std::string_view JsonPlaces::line(std::size_t offset) const {
  const auto newline = text_.substr(0, offset).rfind('\n');
  const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
  return text_.substr(begin, std::min(text_.find_first_of("\r\n", begin), text_.size()) - begin);
}

std::size_t JsonPlaces::skip_blanks(std::size_t at) const {
  while (at < text_.size() && is_space(text_[at])) ++at;
  return at;
}

std::size_t JsonPlaces::skip_string(std::size_t at) const {
  for (++at; text_[at] != '"'; ++at)
    if (text_[at] == '\\') ++at;
  return at + 1;
}

std::size_t JsonPlaces::skip_value(std::size_t at) const {
  if (text_[at] == '"') return skip_string(at);
  if (text_[at] != '{' && text_[at] != '[') return std::min(text_.find_first_of(",]} \t\r\n", at), text_.size());
  for (std::size_t depth = 0; at < text_.size();) {
    if (text_[at] == '"') {
      at = skip_string(at);
      continue;
    }
    if (text_[at] == '{' || text_[at] == '[') ++depth;
    if (text_[at] == '}' || text_[at] == ']') --depth;
    ++at;
    if (depth == 0) break;
  }
  return at;
}

std::optional<Json> parse_json(const JsonPlaces& document, Diagnostics& diags) {
  const std::string_view text = document.text();
  std::size_t at = 0;
  std::string message;
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    at = error.byte > 0 ? error.byte - 1 : 0;
    message = "is not JSON from here on";
  } catch (const Json::out_of_range& error) {  // "... number overflow parsing '1e999'"
    const std::string_view what = error.what();
    const auto number = what.substr(what.find('\'') + 1);
    at = text.find(number.substr(0, number.size() - 1));
    message = "a number is too large";
  }
  at = std::min(at, text.size());
  diags.error(document.location(at), message, {}, document.line(at));
  return std::nullopt;
}

}  // namespace sluice::workloads
