#pragma once
// A text in memory where a trace file is expected.

#include <memory>
#include <string_view>

#include "workloads/byte_source.hpp"

namespace sluice::workloads {

/// The text must outlive what is returned.
std::unique_ptr<ByteSource> bytes_of(std::string_view text);

}  // namespace sluice::workloads
