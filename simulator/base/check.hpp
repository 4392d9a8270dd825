#pragma once
// A broken invariant is our own bug: it is checked in release builds too and ends the program with exit code 70.

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace sluice {

/// Thrown by SLUICE_CHECK. Caught once, in main, which prints it and exits with code 70.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void fail_check(const char* file, int line, const char* condition, const std::string& what);

}  // namespace sluice

/// SLUICE_CHECK(condition, "format", args...): throws InternalError when the condition does not hold.
/// For what only a bug of ours can break; what the world can break gets a diagnostic.
#define SLUICE_CHECK(condition, ...)                                                          \
  (static_cast<bool>(condition)                                                               \
       ? static_cast<void>(0)                                                                 \
       : ::sluice::fail_check(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__)))
