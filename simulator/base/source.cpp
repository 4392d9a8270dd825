#include "simulator/base/source.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace sluice {

SourceText make_source(std::string name, std::string_view text) {
  SourceText source{std::move(name), {}};
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    source.lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(text.substr(end, 2) == "\r\n" ? end + 2 : end + 1);
  }
  return source;
}

std::optional<SourceText> read_source(const std::filesystem::path& path, Diagnostics& diags, const Location& wanted_at,
                                      std::string_view wanted_line) {
  const auto refuse = [&](std::string_view why) {
    const bool here = wanted_at == Location{};
    diags.error(here ? Location{path.string()} : wanted_at, fmt::format("cannot read '{}': {}", path.string(), why), {},
                wanted_line);
  };
  std::error_code status_error;
  if (std::filesystem::is_directory(path, status_error)) {
    refuse("it is a directory");
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  if (!in) {
    refuse(std::generic_category().message(errno));
    return std::nullopt;
  }
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (in.bad()) {
    refuse("reading failed");
    return std::nullopt;
  }
  return make_source(path.string(), text);
}

}  // namespace sluice
