#pragma once
// sluice convert: any trace as native CSV or SWF.

#include <string>

#include "simulator/app/command.hpp"
#include "simulator/app/trace_options.hpp"

namespace sluice::app {

struct ConvertArguments {
  TraceArguments trace;
  std::string cluster;  ///< empty: none
  std::string as;  ///< csv or swf; empty: told by the name of `out`
  std::string out;
};
CLI::App* add_convert_command(CLI::App& app, ConvertArguments& arguments);
/// Throws BadInput and WriteError.
ExitCode convert(const ConvertArguments& arguments);

}  // namespace sluice::app
