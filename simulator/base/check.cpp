#include "simulator/base/check.hpp"

#include <string_view>

namespace sluice {

void fail_check(const char* file, int line, const char* condition, const std::string& what) {
  std::string_view name{file};
  for (const std::string_view root : {"/simulator/", "/policies/", "/workloads/"})
    if (const auto at = name.rfind(root); at != std::string_view::npos) name.remove_prefix(at + 1);
  throw InternalError{fmt::format("{}:{}: {} ({})", name, line, what, condition)};
}

}  // namespace sluice
