#pragma once
// sluice anonymise: a cluster's files without its people's names.

#include <cstdint>
#include <string>
#include <vector>

#include "simulator/app/command.hpp"

namespace CLI {
class App;
}

namespace sluice::app {

struct AnonymiseArguments {
  std::vector<std::string> files;
  std::string out;
  std::uint64_t seed = 1;
  std::string map, map_out;  ///< empty: none
};
CLI::App* add_anonymise_command(CLI::App& app, AnonymiseArguments& arguments);
/// Throws BadInput and WriteError.
ExitCode anonymise(const AnonymiseArguments& arguments);

}  // namespace sluice::app
