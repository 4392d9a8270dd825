#include "policies/placement/cons_tres/constraint.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "simulator/base/text.hpp"

namespace sluice::cons_tres {
namespace {

using Error = tl::unexpected<std::string>;
constexpr const char* invalid = "Invalid feature specification";

NodeSet nodes_with(std::string_view feature, const ClusterSpec& cluster) {
  std::vector<bool> has;
  for (const auto& node_class : cluster.classes)
    has.push_back(std::find(node_class.features.begin(), node_class.features.end(), feature) !=
                  node_class.features.end());
  NodeSet set{cluster.nodes.size()};
  for (std::uint32_t n = 0; n < cluster.nodes.size(); ++n)
    if (has[cluster.nodes[n].node_class.index()]) set.insert(NodeId{n});
  return set;
}

bool is_empty(const NodeSet& set) { return set.count() == 0; }

/// One name or one parenthesis, and how many nodes must have it.
struct Term {
  NodeSet nodes;
  std::optional<std::int64_t> count;
  char after = '\0';  ///< the operator behind it
};

class Parser {
 public:
  Parser(std::string_view text, const ClusterSpec& cluster) : rest_{text}, cluster_{cluster} {}

  /// Terms up to the end or to `closing`, which is consumed.
  std::optional<std::vector<Term>> terms(char closing) {
    std::vector<Term> list;
    for (;;) {
      auto term = read_term();
      if (!term) return std::nullopt;
      list.push_back(std::move(*term));
      if (closing != '\0' && peek() == closing) {
        rest_.remove_prefix(1);
        return list;
      }
      if (rest_.empty()) return closing == '\0' ? std::optional{std::move(list)} : std::nullopt;
      if (closing == '\0' && peek() == ']') return std::nullopt;
      if (peek() != '&' && peek() != '|' && peek() != ',') return std::nullopt;
      list.back().after = peek() == '|' ? '|' : '&';
      rest_.remove_prefix(1);
    }
  }
  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  std::optional<Term> read_term() {
    Term term;
    if (take('(')) {
      auto inner = terms(')');
      if (!inner) return std::nullopt;
      term.nodes = join(*inner);
    } else {
      const auto length = std::min(rest_.find_first_of("&|,()[]*"), rest_.size());
      if (length == 0) return std::nullopt;
      term.nodes = nodes_with(rest_.substr(0, length), cluster_);
      if (is_empty(term.nodes)) return std::nullopt;
      rest_.remove_prefix(length);
    }
    if (take('*')) {
      std::int64_t count = 0;
      const auto read = std::from_chars(rest_.data(), rest_.data() + rest_.size(), count);
      if (read.ec != std::errc{} || count < 1) return std::nullopt;
      rest_.remove_prefix(static_cast<std::size_t>(read.ptr - rest_.data()));
      term.count = count;
    }
    return term;
  }

 public:
  /// From left to right, as slurmctld does it.
  static NodeSet join(const std::vector<Term>& list) {
    NodeSet set = list.front().nodes;
    for (std::size_t i = 1; i < list.size(); ++i)
      list[i - 1].after == '|' ? set |= list[i].nodes : set &= list[i].nodes;
    return set;
  }

 private:
  std::string_view rest_;
  const ClusterSpec& cluster_;
};

NodeSet all_nodes(const ClusterSpec& cluster) {
  NodeSet set{cluster.nodes.size()};
  if (!cluster.nodes.empty()) set.insert(NodeId{0}, cluster.nodes.size());
  return set;
}

/// Terms with a count are groups of nodes; those without must hold of every node.
FeatureAlternative with_counts(const std::vector<Term>& list, const ClusterSpec& cluster) {
  FeatureAlternative alternative{all_nodes(cluster), {}};
  std::vector<Term> everywhere;
  for (const Term& term : list) {
    if (term.count)
      alternative.counts.push_back({term.nodes, *term.count});
    else
      everywhere.push_back(term);
  }
  if (!everywhere.empty()) alternative.nodes = Parser::join(everywhere);
  return alternative;
}

bool any_count(const std::vector<Term>& list) {
  return std::any_of(list.begin(), list.end(), [](const Term& term) { return term.count.has_value(); });
}

}  // namespace

tl::expected<std::vector<FeatureAlternative>, std::string> read_constraint(std::string_view text,
                                                                          const ClusterSpec& cluster) {
  text = trim(text);
  if (text.empty()) return std::vector<FeatureAlternative>{{all_nodes(cluster), {}}};
  Parser parser{text, cluster};
  const bool bracketed = parser.take('[');
  const auto list = parser.terms(bracketed ? ']' : '\0');
  if (!list || !parser.at_end()) return Error{invalid};
  if (any_count(*list)) return std::vector<FeatureAlternative>{with_counts(*list, cluster)};
  if (!bracketed) return std::vector<FeatureAlternative>{{Parser::join(*list), {}}};
  std::vector<FeatureAlternative> alternatives;
  for (const Term& term : *list) {
    if (term.after == '&') return Error{invalid};
    alternatives.push_back({term.nodes, {}});
  }
  return alternatives;
}

}  // namespace sluice::cons_tres
