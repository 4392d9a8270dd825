#pragma once
// From the text of an expression to a program, with every mistake in it.
//
//   choice     = either [ "?" choice ":" choice ]
//   either     = both { "||" both }              both = comparison { "&&" comparison }
//   comparison = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=") sum ]
//   sum        = product { ("+" | "-") product } product = unary { ("*" | "/" | "%") unary }
//   unary      = ("-" | "+" | "!") unary | primary [ "^" unary ]
//   primary    = constant | field | text | function "(" choice { "," choice } ")" | "(" choice ")"
//
// Both sides of + - % < == and of a choice are of one kind; a duration or a size may be multiplied and divided by a
// number; durations by durations and sizes by sizes give numbers. Functions: min(a, b...), max(a, b...), abs(x),
// if(condition, a, b), floor(x), ceil(x), sqrt(x), log(x), log2(x), log10(x), exp(x), pow(x, y).

#include <span>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "policies/priority/expression/lexer.hpp"
#include "policies/priority/expression/program.hpp"

namespace sluice::priority {

/// Deeper nesting than this is refused, so that no text can exhaust the stack.
inline constexpr int deepest_nesting = 64;
/// Longer texts are refused.
inline constexpr std::size_t longest_expression = 10'000;

/// Problems stand in the order of the text. Reading goes on after a wrong kind or an unknown name, and stops where the
/// text makes no sense. The expression may be of any kind but a name; conditions score 1 and 0.
tl::expected<Program, std::vector<Problem>> compile(std::string_view text, const ClusterSpec& cluster);

/// The functions, for the listing of policies.
std::span<const Word> function_words();

}  // namespace sluice::priority
