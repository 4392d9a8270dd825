#include "simulator/base/diagnostics.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice {
namespace {

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

/// White space up to `column`, with the tabs of the line kept so that the caret stands under its text.
std::string indent_to(std::string_view line, std::size_t column) {
  std::string out;
  for (std::size_t i = 0; i + 1 < column; ++i) out += i < line.size() && line[i] == '\t' ? '\t' : ' ';
  return out;
}

}  // namespace

std::string to_text(const Diagnostic& d) {
  std::string out;
  if (!d.at.file.empty()) out += d.at.file + ':';
  if (d.at.line > 0) out += fmt::format("{}:", d.at.line);
  if (d.at.line > 0 && d.at.column > 0) out += fmt::format("{}:", d.at.column);
  if (!out.empty()) out += ' ';
  out += fmt::format("{}: {}\n", word(d.severity), d.message);
  if (!d.source_line.empty()) {
    out += fmt::format("  {}\n", d.source_line);
    if (d.at.column > 0) out += fmt::format("  {}^\n", indent_to(d.source_line, d.at.column));
  }
  if (!d.hint.empty()) out += fmt::format("  hint: {}\n", d.hint);
  return out;
}

void Diagnostics::add(Severity severity, Location at, std::string message, std::string hint,
                      std::string_view source_line) {
  if (severity == Severity::error) ++errors_;
  if (severity == Severity::warning) ++warnings_;
  all_.push_back({severity, std::move(at), std::move(message), std::move(hint), std::string{source_line}});
}

void Diagnostics::error(Location at, std::string message, std::string hint, std::string_view source_line) {
  add(Severity::error, std::move(at), std::move(message), std::move(hint), source_line);
}
void Diagnostics::warning(Location at, std::string message, std::string hint, std::string_view source_line) {
  add(Severity::warning, std::move(at), std::move(message), std::move(hint), source_line);
}
void Diagnostics::note(Location at, std::string message, std::string hint, std::string_view source_line) {
  add(Severity::note, std::move(at), std::move(message), std::move(hint), source_line);
}

std::string Diagnostics::text() const {
  std::string out;
  for (const auto& diagnostic : all_) out += to_text(diagnostic);
  return out;
}

}  // namespace sluice
