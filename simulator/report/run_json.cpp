#include "simulator/report/run_json.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace sluice::report {
namespace {

using Json = nlohmann::ordered_json;

Json input(const InputFile& file) {
  Json out = {{"role", file.role}, {"path", file.path.string()}, {"bytes", nullptr}, {"xxh64", nullptr}};
  if (!file.digest) return out;
  out["bytes"] = file.digest->size;
  out["xxh64"] = hex64(file.digest->hash);
  return out;
}

}  // namespace

InputFile describe_input(std::string role, std::filesystem::path path) {
  auto digest = digest_file(path);
  return {std::move(role), std::move(path), digest};
}

std::string run_json(const RunRecord& record) {
  Json out;
  out["arguments"] = record.arguments;
  out["cluster"] = record.cluster;
  out["set"] = record.sets;
  out["inputs"] = Json::array();
  for (const auto& file : record.inputs) out["inputs"].push_back(input(file));
  out["seed"] = record.seed;
  out["version"] = record.version;
  out["commit"] = record.commit.empty() ? Json(nullptr) : Json(record.commit);
  out["fingerprint"] = hex64(record.fingerprint);
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace sluice::report
