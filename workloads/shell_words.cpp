#include "workloads/shell_words.hpp"

#include <utility>

#include "simulator/base/text.hpp"

namespace sluice::workloads {

ShellWords split_shell_words(std::string_view line, std::size_t from, std::size_t line_number) {
  ShellWords out;
  std::size_t i = from;
  for (;;) {
    while (i < line.size() && is_space(line[i])) ++i;
    if (i == line.size() || line[i] == '#') return out;
    ShellWord word{{}, line_number, i};
    char quote = '\0';
    std::size_t quote_at = 0;
    for (; i < line.size() && (quote != '\0' || !is_space(line[i])); ++i) {
      const char c = line[i];
      if (c == '\\' && quote != '\'' && i + 1 < line.size())
        word.text += line[++i];
      else if (quote != '\0' && c == quote)
        quote = '\0';
      else if (quote == '\0' && (c == '"' || c == '\''))
        quote = c, quote_at = i;
      else
        word.text += c;
    }
    if (quote != '\0') return out.open_quote = quote_at, out;
    out.words.push_back(std::move(word));
  }
}

}  // namespace sluice::workloads
