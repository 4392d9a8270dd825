#pragma once
// A JSON text as a stream of the values that are worth looking at one by one, so that no file is held as a whole.

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"

namespace sluice::workloads {

/// Where a value stands. In `[V, V]` each V is an item without a section; in `{"jobs": [V, V], "profiles": {"p": V}}`
/// they are items of the sections jobs and profiles, the last one with the key p.
struct JsonItem {
  std::string section, key;
  std::size_t line = 0;  ///< where it begins, from 1
};

/// Gives out each item with its value, until the end or until the sink has had enough. Plain values at the top, such as
/// `"nb_res": 4`, are passed over. What is no JSON is an error, as nothing behind it can be trusted.
/// Memory goes with the largest item.
void for_each_json_item(LineSource& lines, JobSink& sink,
                        const std::function<void(const JsonItem& where, const nlohmann::json& value)>& each);

}  // namespace sluice::workloads
