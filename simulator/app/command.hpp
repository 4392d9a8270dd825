#pragma once
// What all commands share: the exit codes and the error that carries diagnostics to main.

#include <stdexcept>
#include <string>
#include <utility>

namespace sluice::app {

enum class ExitCode : int { fine = 0, negative = 1, bad_input = 2, our_bug = 70, interrupted = 130 };

/// Ends a command with exit code 2. what() is printed as it is; it holds whole lines.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sluice::app
