#include <catch2/catch.hpp>
#include <string>

#include "simulator/app/command.hpp"
#include "simulator/app/other_commands.hpp"

namespace sluice::app {
namespace {

std::string complaint(const GenerateArguments& arguments) {
  try {
    generate(arguments);
  } catch (const BadInput& error) {
    return error.what();
  }
  return "no complaint";
}

TEST_CASE("generate names the presets of the kind when one is not known", "[app][generate]") {
  GenerateArguments arguments;
  arguments.preset = "helios";
  CHECK(complaint(arguments) ==
        "error: kind 'ml' has no preset 'helios'\n"
        "  hint: write one of demo, venus, philly, pai, itp, acme\n");
  arguments.preset = "venos";
  CHECK(complaint(arguments) ==
        "error: kind 'ml' has no preset 'venos'\n"
        "  hint: did you mean 'venus'?\n");
  arguments.kind = "lublin";
  arguments.preset = "venus";
  CHECK(complaint(arguments) ==
        "error: kind 'lublin' has no preset 'venus'\n"
        "  hint: write one of batch, all\n");
}

}  // namespace
}  // namespace sluice::app
