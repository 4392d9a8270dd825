#include "policies/priority/expression/lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "simulator/base/slurm_time.hpp"
#include "simulator/base/text.hpp"

namespace sluice::priority {
namespace {

constexpr bool is_letter(char c) { return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_'; }
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '.'; }

struct Unit {
  std::string_view name;
  Kind kind;
  double times;
};
constexpr std::array units = {
    Unit{"s", Kind::duration, 1},          Unit{"min", Kind::duration, 60},    Unit{"h", Kind::duration, 3600},
    Unit{"d", Kind::duration, 86400},      Unit{"k", Kind::size, 1.0 / 1024},  Unit{"m", Kind::size, 1},
    Unit{"g", Kind::size, 1024},           Unit{"t", Kind::size, 1048576},     Unit{"p", Kind::size, 1073741824},
};

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

/// The length of [D-]H:MM:SS at the beginning of the text; 0 when there is none.
std::size_t clock_length(std::string_view text) {
  std::size_t at = digits_at(text, 0);
  if (at < text.size() && text[at] == '-' && at > 0) {
    const std::size_t hours = digits_at(text, at + 1);
    if (hours == 0) return 0;
    at += 1 + hours;
  }
  if (at == 0) return 0;
  for (int field = 0; field < 2; ++field) {
    if (at >= text.size() || text[at] != ':' || digits_at(text, at + 1) != 2) return 0;
    at += 3;
  }
  return at;
}

}  // namespace

Token Lexer::take(Token::Type type, std::size_t length) {
  Token token;
  token.type = type;
  token.at = at_;
  token.text = text_.substr(at_, length);
  at_ += length;
  return token;
}

Token Lexer::next() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  if (at_ == text_.size()) return take(Token::Type::end, 0);
  const char c = text_[at_];
  if (is_digit(c) || (c == '.' && digits_at(text_, at_ + 1) > 0)) return number();
  if (c == '\'') return quoted();
  if (!is_letter(c)) return sign();
  std::size_t length = 1;
  while (at_ + length < text_.size() && is_word(text_[at_ + length])) ++length;
  return take(Token::Type::name, length);
}

Token Lexer::number() {
  if (const std::size_t length = clock_length(text_.substr(at_)); length > 0) {
    Token token = take(Token::Type::constant, length);
    token.kind = Kind::duration;
    const auto time = parse_time(token.text);
    if (time && time->length) {
      token.value = to_seconds(*time->length);
    } else {
      token.type = Token::Type::broken;
      token.problem = {token.at, fmt::format("'{}' is no time", token.text), "write D-HH:MM:SS, 90s, 10min, 2h or 7d"};
    }
    return token;
  }
  double value = 0;
  const char* begin = text_.data() + at_;
  const auto read = std::from_chars(begin, text_.data() + text_.size(), value);
  auto length = static_cast<std::size_t>(read.ptr - begin);
  std::size_t unit = 0;
  while (at_ + length + unit < text_.size() && is_word(text_[at_ + length + unit])) ++unit;
  const std::string_view suffix = text_.substr(at_ + length, unit);
  Token token = take(Token::Type::constant, length + unit);
  token.value = value;
  const auto known = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return equal_ignoring_case(u.name, suffix); });
  if (read.ec != std::errc{} || !std::isfinite(value)) {
    token.type = Token::Type::broken;
    token.problem = {token.at, fmt::format("'{}' is too large or too small a number", token.text), {}};
  } else if (known != units.end()) {
    token.kind = known->kind;
    token.value *= known->times;
  } else if (!suffix.empty()) {
    token.type = Token::Type::broken;
    token.problem = {token.at + length, fmt::format("'{}' is no unit", suffix),
                     "units are s, min, h, d for durations and K, M, G, T, P for memory"};
  }
  return token;
}

Token Lexer::quoted() {
  const auto close = text_.find('\'', at_ + 1);
  if (close == std::string_view::npos) {
    Token token = take(Token::Type::broken, text_.size() - at_);
    token.problem = {token.at, "the quote is never closed", {}};
    return token;
  }
  Token token = take(Token::Type::text, close + 1 - at_);
  token.text = token.text.substr(1, token.text.size() - 2);
  return token;
}

Token Lexer::sign() {
  static constexpr std::array<std::string_view, 6> doubles{"<=", ">=", "==", "!=", "&&", "||"};
  for (const auto two : doubles)
    if (text_.substr(at_, 2) == two) return take(Token::Type::sign, 2);
  static constexpr std::string_view singles = "+-*/%^()<>!?:,";
  if (singles.find(text_[at_]) != std::string_view::npos) return take(Token::Type::sign, 1);
  // A character of several bytes is shown whole.
  std::size_t length = 1;
  while (at_ + length < text_.size() && (static_cast<unsigned char>(text_[at_ + length]) & 0xc0U) == 0x80U) ++length;
  Token token = take(Token::Type::broken, length);
  std::string hint;
  if (token.text == "=") hint = "equality is written ==";
  if (token.text == "&") hint = "and is written &&";
  if (token.text == "|") hint = "or is written ||";
  const bool is_shown = static_cast<unsigned char>(token.text.front()) >= 0x20;
  token.problem = {token.at, is_shown ? fmt::format("'{}' means nothing here", token.text) : "a control character means nothing here",
                   std::move(hint)};
  return token;
}

}  // namespace sluice::priority
