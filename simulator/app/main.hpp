#pragma once
// The command line program as a function of its catalogue: an outside program adds its policies and is whole.

#include "policies/catalogue.hpp"

namespace sluice {

/// Parses the command line, runs the command and returns the exit code: 0 fine; 1 a negative answer; 2 bad input or
/// usage; 70 our own bug; 130 interrupted. Never throws.
int main(int argc, const char* const* argv, const Policies& policies);

}  // namespace sluice
