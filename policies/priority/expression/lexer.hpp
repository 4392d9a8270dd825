#pragma once
// The words of an expression.

#include <cstddef>
#include <string>
#include <string_view>

#include "policies/priority/expression/kind.hpp"

namespace sluice::priority {

/// Something wrong with an expression; `at` counts from 0.
struct Problem {
  std::size_t at = 0;
  std::string message;
  std::string hint;
};

struct Token {
  enum class Type : std::uint8_t { constant, name, text, sign, end, broken };
  Type type = Type::end;
  std::size_t at = 0;
  std::string_view text;  ///< as written; of a quoted text what is inside
  Kind kind = Kind::number;  ///< of a constant
  double value = 0;
  Problem problem{};         ///< of what is broken
};

/// Cuts words off a text, one by one.
///
/// Constants: 12, 0.5, 1e6; durations 30s, 10min, 2h, 7d, HH:MM:SS and D-HH:MM:SS; sizes 512M, 64G, in --mem's units.
/// A time in colons needs all of its fields, so that `a ? 1:2` stays a choice and `a-3` a difference. Names consist of
/// letters, digits, `_` and `.`; texts stand in single quotes.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_{text} {}
  /// `end` for ever after the last one.
  Token next();

 private:
  Token number();
  Token quoted();
  Token sign();
  Token take(Token::Type type, std::size_t length);

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace sluice::priority
