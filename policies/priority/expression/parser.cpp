#include "policies/priority/expression/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"

namespace sluice::priority {
namespace {

using Type = Token::Type;
using Op = Operation;

/// The kinds that a function wants and gives.
enum class Signature : std::uint8_t { number, same, alike, choice, power };

struct Function {
  std::string_view name;
  Op operation;
  Signature signature;
  std::string_view form, meaning;
};
constexpr std::array functions = {
    Function{"min", Op::min, Signature::alike, "min(a, b...)", "the least of values of one kind"},
    Function{"max", Op::max, Signature::alike, "max(a, b...)", "the greatest of values of one kind"},
    Function{"if", Op::choose, Signature::choice, "if(c, a, b)", "a where the condition c holds, else b: the same as c ? a : b"},
    Function{"abs", Op::abs, Signature::same, "abs(x)", "without its sign"},
    Function{"floor", Op::floor, Signature::same, "floor(x)", "the next whole number (of seconds, of MB) below"},
    Function{"ceil", Op::ceil, Signature::same, "ceil(x)", "the next whole number (of seconds, of MB) above"},
    Function{"sqrt", Op::sqrt, Signature::number, "sqrt(x)", "square root"},
    Function{"log", Op::log, Signature::number, "log(x)", "natural logarithm"},
    Function{"log2", Op::log2, Signature::number, "log2(x)", "logarithm to base 2"},
    Function{"log10", Op::log10, Signature::number, "log10(x)", "logarithm to base 10"},
    Function{"exp", Op::exp, Signature::number, "exp(x)", "e to the power of x"},
    Function{"pow", Op::power, Signature::power, "pow(x, y)", "x to the power of y: the same as x ^ y"},
};

constexpr auto make_words() {
  std::array<Word, functions.size()> words{};
  for (std::size_t i = 0; i < functions.size(); ++i) words[i] = {functions[i].form, "function", functions[i].meaning, false};
  return words;
}
constexpr auto words = make_words();

/// What an expression's part is. Without a kind it is already known to be wrong, and says no more.
struct Value {
  std::optional<Kind> kind;
  std::size_t at = 0;
  const Field* name_field = nullptr;  ///< a field of names, or
  std::string_view text{};            ///< a text in quotes, which is this step of the program: only to be compared
  std::size_t step = 0;
};

/// How to get rid of a unit.
std::string plain_number_hint(Kind kind) {
  if (kind == Kind::duration) return "divide a duration by a unit for a plain number: limit / 1h";
  if (kind == Kind::size) return "divide a memory size by a unit for a plain number: memory / 1G";
  if (kind == Kind::boolean) return "write (condition ? 1 : 0) for a number";
  return {};
}

bool is_amount(Kind kind) { return kind == Kind::number || kind == Kind::duration || kind == Kind::size; }

struct EndOfSense {};  // the text makes no sense from here on: thrown and caught in this file only

class Parser {
 public:
  Parser(std::string_view text, const ClusterSpec& cluster) : lexer_{text}, cluster_{cluster} { advance(); }

  void parse() {
    try {
      const Value whole = choice();
      if (token_.type != Type::end) unexpected();
      if (whole.kind == Kind::name) problem(whole.at, "a name gives no order", "compare it: partition == 'gpu' ? 1 : 0");
    } catch (const EndOfSense&) {
    }
  }

  std::vector<Problem>& problems() { return problems_; }
  Program& program() { return program_; }

 private:
  /// Counts how deep we are.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_{parser} {
      if (++parser_.nesting_ > deepest_nesting)
        parser_.stop(parser_.token_.at, fmt::format("nested more than {} deep", deepest_nesting));
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { --parser_.nesting_; }

   private:
    Parser& parser_;
  };

  void problem(std::size_t at, std::string message, std::string hint = {}) {
    problems_.push_back({at, std::move(message), std::move(hint)});
  }
  [[noreturn]] void stop(std::size_t at, std::string message, std::string hint = {}) {
    problem(at, std::move(message), std::move(hint));
    throw EndOfSense{};
  }
  [[noreturn]] void unexpected() {
    if (token_.type == Type::end) stop(token_.at, "the expression ends too early");
    const bool chained = token_.type == Type::sign && (token_.text.front() == '<' || token_.text.front() == '>' ||
                                                       token_.text == "==" || token_.text == "!=");
    stop(token_.at, fmt::format("unexpected '{}'", token_.text), chained ? "comparisons are joined by &&: a < b && b < c" : "");
  }

  void advance() {
    token_ = lexer_.next();
    if (token_.type != Type::broken) return;
    problems_.push_back(token_.problem);
    token_.type = Type::end;
    is_broken_ = true;
  }
  bool at_sign(std::string_view sign) const { return token_.type == Type::sign && token_.text == sign; }
  bool take(std::string_view sign) {
    if (!at_sign(sign)) return false;
    advance();
    give_up_if_broken();
    return true;
  }
  void expect(std::string_view sign) {
    give_up_if_broken();
    if (!take(sign)) {
      if (token_.type == Type::end) stop(token_.at, fmt::format("'{}' is missing", sign));
      unexpected();
    }
  }
  void give_up_if_broken() const {
    if (is_broken_) throw EndOfSense{};
  }

  Value choice() {
    const Level level{*this};
    Value condition = either();
    give_up_if_broken();
    if (!at_sign("?")) return condition;
    advance();
    want(condition, Kind::boolean, "before '?'");
    const Value yes = choice();
    expect(":");
    const Value no = choice();
    program_.apply(Op::choose);
    return alike(yes, no, condition.at, "a choice between");
  }

  Value either() {
    Value left = both();
    while (at_sign("||")) left = condition_of(left, Op::either, [this] { return both(); });
    return left;
  }
  Value both() {
    Value left = comparison();
    while (at_sign("&&")) left = condition_of(left, Op::both, [this] { return comparison(); });
    return left;
  }
  template <class Next>
  Value condition_of(const Value& left, Op operation, Next next) {
    const std::string where = fmt::format("before '{}'", token_.text), after = fmt::format("after '{}'", token_.text);
    advance();
    const Value right = next();
    want(left, Kind::boolean, where);
    want(right, Kind::boolean, after);
    program_.apply(operation);
    return {Kind::boolean, left.at};
  }

  Value comparison() {
    const Value left = sum();
    struct Sign {
      std::string_view text;
      Op operation;
      bool inverted;
    };
    static constexpr std::array signs = {
        Sign{"<", Op::less, false},   Sign{"<=", Op::less_equal, false}, Sign{">", Op::less_equal, true},
        Sign{">=", Op::less, true}, Sign{"==", Op::equal, false},  Sign{"!=", Op::unequal, false}};
    for (const Sign& sign : signs) {
      if (!at_sign(sign.text)) continue;
      const Token token = token_;
      advance();
      if (left.kind == Kind::name) return compare_names(left, token);
      const Value result = compared(left, sum(), token, sign.operation);
      if (sign.inverted) program_.apply(Op::invert);  // a > b is !(a <= b), as all values are finite
      return result;
    }
    return left;
  }

  Value compared(const Value& left, const Value& right, const Token& sign, Op operation) {
    program_.apply(operation);
    const bool ordered = operation == Op::less || operation == Op::less_equal;
    const bool known = left.kind && right.kind;
    if (known && (*left.kind != *right.kind || *left.kind == Kind::name || (ordered && !is_amount(*left.kind))))
      problem(sign.at, fmt::format("'{}' compares {} with {}", sign.text, kind_name(*left.kind), kind_name(*right.kind)),
              hint_for(*left.kind, *right.kind));
    return {Kind::boolean, left.at};
  }

  /// A field of names with a text, in either order.
  Value compare_names(const Value& left, const Token& sign) {
    const Value right = sum();
    const Field* field = left.name_field != nullptr ? left.name_field : right.name_field;
    const Value& text = left.name_field != nullptr ? right : left;
    if (sign.text != "==" && sign.text != "!=")
      problem(sign.at, "names have no order", "compare them with == or !=");
    else if (field == nullptr || text.kind != Kind::name || text.name_field != nullptr)
      problem(sign.at, fmt::format("'{}' wants a field of names and a text", sign.text), "for example partition == 'gpu'");
    else
      resolve(*field, text);
    program_.apply(sign.text == "!=" ? Op::unequal : Op::equal);
    return {Kind::boolean, left.at};
  }

  /// Puts the row of a name where its text stands in the program.
  void resolve(const Field& field, const Value& text) {
    const auto names = field.names(cluster_);
    const auto found = std::find_if(names.begin(), names.end(), [&](auto name) { return equal_ignoring_case(name, text.text); });
    if (found != names.end()) {
      program_.set_constant(text.step, static_cast<double>(found - names.begin()));
    } else if (names.empty()) {
      program_.set_constant(text.step, -2);  // equal to no row
    } else {
      std::string hint = did_you_mean(text.text, names);
      if (hint.empty()) hint = fmt::format("there are {}", fmt::join(names, ", "));
      problem(text.at, fmt::format("no {} is called '{}'", field.name, text.text), std::move(hint));
    }
  }

  Value sum() {
    Value left = product();
    while (at_sign("+") || at_sign("-")) {
      const Token sign = token_;
      advance();
      const Value right = product();
      program_.apply(sign.text == "+" ? Op::add : Op::subtract);
      left = alike(left, right, sign.at, sign.text == "+" ? "a sum of" : "a difference of");
    }
    return left;
  }

  Value product() {
    Value left = unary();
    while (at_sign("*") || at_sign("/") || at_sign("%")) {
      const Token sign = token_;
      advance();
      const Value right = unary();
      program_.apply(sign.text == "*" ? Op::multiply : sign.text == "/" ? Op::divide : Op::modulo);
      left = multiplied(left, right, sign);
    }
    return left;
  }

  Value multiplied(const Value& left, const Value& right, const Token& sign) {
    if (sign.text == "%") return alike(left, right, sign.at, "a remainder of");
    if (!left.kind || !right.kind) return {std::nullopt, left.at};
    const Kind a = *left.kind, b = *right.kind;
    if (is_amount(a) && b == Kind::number) return {a, left.at};
    if (sign.text == "*" && a == Kind::number && is_amount(b)) return {b, left.at};
    if (sign.text == "/" && is_amount(a) && a == b) return {Kind::number, left.at};
    problem(sign.at, fmt::format("{} cannot be {} {}", kind_name(a), sign.text == "*" ? "multiplied by" : "divided by", kind_name(b)),
            plain_number_hint(b == Kind::number ? a : b));
    return {std::nullopt, left.at};
  }

  Value unary() {
    const Level level{*this};
    give_up_if_broken();
    const Token sign = token_;
    if (take("!")) {
      const Value value = unary();
      want(value, Kind::boolean, "after '!'");
      program_.apply(Op::invert);
      return {Kind::boolean, sign.at};
    }
    if (take("-") || take("+")) {
      const Value value = unary();
      if (sign.text == "-") program_.apply(Op::negate);
      return amount(value, fmt::format("after '{}'", sign.text));
    }
    const Value base = primary();
    if (!at_sign("^")) return base;
    advance();
    const Value exponent = unary();
    program_.apply(Op::power);
    want(base, Kind::number, "before '^'");
    want(exponent, Kind::number, "after '^'");
    return {Kind::number, base.at};
  }

  Value primary() {
    give_up_if_broken();
    const Token token = token_;
    if (take("(")) {
      Value value = choice();
      expect(")");
      value.at = token.at;
      return value;
    }
    if (token.type != Type::constant && token.type != Type::name && token.type != Type::text) unexpected();
    advance();
    if (token.type == Type::constant) {
      program_.push(token.value);
      return {token.kind, token.at};
    }
    if (token.type == Type::text) {
      program_.push(0);  // until it is known with what it is compared
      return {Kind::name, token.at, nullptr, token.text, program_.steps() - 1};
    }
    if (at_sign("(")) return call(token);
    return field(token);
  }

  Value field(const Token& token) {
    const Field* known = find_field(token.text);
    if (known != nullptr) {
      program_.push(*known);
      return {known->kind, token.at, known->kind == Kind::name ? known : nullptr};
    }
    std::vector<std::string_view> names;
    for (const Field& one : fields()) names.push_back(one.name);
    std::string hint = did_you_mean(token.text, names);
    const bool is_function = std::any_of(functions.begin(), functions.end(), [&](const Function& f) { return f.name == token.text; });
    if (is_function) hint = fmt::format("{} is a function: write its arguments in parentheses", token.text);
    if (hint.empty()) hint = "`sluice policies` lists the fields";
    problem(token.at, fmt::format("there is no field '{}'", token.text), std::move(hint));
    program_.push(0);
    return {std::nullopt, token.at};
  }

  Value call(const Token& name) {
    const auto known = std::find_if(functions.begin(), functions.end(), [&](const Function& f) { return f.name == name.text; });
    if (known == functions.end()) {
      std::vector<std::string_view> names;
      for (const Function& one : functions) names.push_back(one.name);
      std::string hint = did_you_mean(name.text, names);
      if (hint.empty()) hint = fmt::format("functions are {}", fmt::join(names, ", "));
      stop(name.at, fmt::format("there is no function '{}'", name.text), std::move(hint));
    }
    expect("(");
    std::vector<Value> arguments{choice()};
    while (take(",")) {
      arguments.push_back(choice());
      if (known->signature == Signature::alike) program_.apply(known->operation);
    }
    expect(")");
    return called(*known, arguments, name);
  }

  Value called(const Function& function, const std::vector<Value>& arguments, const Token& name) {
    const bool folds = function.signature == Signature::alike;
    const std::size_t wanted = operands(function.operation), got = arguments.size();
    if (folds ? got < wanted : got != wanted)
      stop(name.at, fmt::format("{} takes {} argument{}, got {}", function.name, folds ? "two or more" : std::to_string(wanted),
                                wanted == 1 ? "" : "s", got), fmt::format("write {}", function.form));
    if (!folds) program_.apply(function.operation);
    const std::string where = fmt::format("in {}", function.form);
    switch (function.signature) {
      case Signature::number:
      case Signature::power:
        for (const Value& argument : arguments) want(argument, Kind::number, where);
        return {Kind::number, name.at};
      case Signature::same: return with_place(amount(arguments[0], where), name.at);
      case Signature::choice:
        want(arguments[0], Kind::boolean, where);
        return with_place(alike(arguments[1], arguments[2], arguments[2].at, "a choice between"), name.at);
      case Signature::alike: break;
    }
    Value all = arguments[0];
    for (std::size_t i = 1; i < got; ++i) all = alike(all, arguments[i], arguments[i].at, fmt::format("{} of", function.name));
    return with_place(amount(all, where), name.at);
  }

  static Value with_place(Value value, std::size_t at) {
    value.at = at;
    return value;
  }

  static std::string hint_for(Kind a, Kind b) { return plain_number_hint(a == Kind::number ? b : a); }

  void want(const Value& value, Kind kind, std::string_view where) {
    if (!value.kind || *value.kind == kind) return;
    std::string hint = kind == Kind::boolean ? "write a comparison, for example gpus > 0" : plain_number_hint(*value.kind);
    problem(value.at, fmt::format("{} stands {}, {} is wanted", kind_name(*value.kind), where, kind_name(kind)), std::move(hint));
  }

  /// A number, a duration or a size.
  Value amount(const Value& value, std::string_view where) {
    if (!value.kind) return value;
    if (!is_amount(*value.kind)) {
      want(value, Kind::number, where);
      return {std::nullopt, value.at};
    }
    return {value.kind, value.at};
  }

  Value alike(const Value& left, const Value& right, std::size_t at, std::string_view what) {
    if (!left.kind || !right.kind) return {std::nullopt, left.at};
    const bool choosing = what == "a choice between";
    if (*left.kind == *right.kind && (is_amount(*left.kind) || (choosing && *left.kind == Kind::boolean)))
      return {left.kind, left.at};
    problem(at, fmt::format("{} {} and {}", what, kind_name(*left.kind), kind_name(*right.kind)), hint_for(*left.kind, *right.kind));
    return {std::nullopt, left.at};
  }

  Lexer lexer_;
  const ClusterSpec& cluster_;
  Token token_;
  Program program_;
  std::vector<Problem> problems_;
  int nesting_ = 0;
  bool is_broken_ = false;
};

}  // namespace

tl::expected<Program, std::vector<Problem>> compile(std::string_view text, const ClusterSpec& cluster) {
  using Failure = tl::unexpected<std::vector<Problem>>;
  if (text.size() > longest_expression)
    return Failure{std::vector<Problem>{{0, fmt::format("an expression of more than {} characters", longest_expression), {}}}};
  Parser parser{text, cluster};
  parser.parse();
  auto& problems = parser.problems();
  if (problems.empty()) return std::move(parser.program());
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) { return a.at < b.at; });
  return Failure{std::move(problems)};
}

std::span<const Word> function_words() { return words; }

}  // namespace sluice::priority
