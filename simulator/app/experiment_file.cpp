#include "simulator/app/experiment_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>

#include "simulator/app/inputs.hpp"
#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/keys.hpp"
#include "workloads/json_places.hpp"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view experiment_members[] = {"name",  "cluster", "workload", "set", "transforms",
                                                   "seeds", "until",   "measure",  "out", "variants"};
constexpr std::string_view variant_members[] = {"name", "cluster", "workload", "set", "transforms"};
constexpr std::string_view workload_members[] = {"file", "format", "from", "to", "timezone", "skip_bad_rows"};
constexpr std::size_t most_runs = 10'000;

/// A value, where it stands, and its JSON pointer.
struct Node {
  const Json* value = nullptr;
  std::size_t at = 0;
  std::string pointer;
  explicit operator bool() const { return value != nullptr; }
};

bool is_plain_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !name.empty() && name.front() != '.' && name.find_first_not_of(allowed) == std::string_view::npos;
}

class ExperimentReader {
 public:
  ExperimentReader(fs::path folder, const workloads::JsonPlaces& places, Diagnostics& diags)
      : folder_{std::move(folder)}, places_{places}, diags_{diags} {}

  Experiment read(const Json& document) {
    const Node root{&document, places_.root(), {}};
    Experiment experiment;
    if (!is_object(root, "an experiment", experiment_members)) return experiment;
    experiment.name = name_of(root, folder_.filename().string());
    const Node out = member(root, "out");
    experiment.out = out ? beside(text(out)) : beside((fs::path{"results"} / experiment.name).string());
    RunArguments common;
    read_common(root, common);
    if (const Node until = member(root, "until")) common.until = moment(until);
    if (const Node measure = member(root, "measure")) common.measure = text(measure);
    const auto seeds = read_seeds(root);
    for (const Node& one : variants_of(root)) add_variant(one, common, seeds, experiment);
    return experiment;
  }

 private:
  void add_variant(const Node& one, const RunArguments& common, const std::vector<std::uint64_t>& seeds,
                   Experiment& experiment) {
    if (!is_object(one, "a variant", variant_members)) return;
    const auto name = name_of(one, {});
    const auto same = [&](const ExperimentRun& run) { return run.variant == name; };
    if (std::any_of(experiment.runs.begin(), experiment.runs.end(), same))
      complain(one.at, fmt::format("two variants are called '{}'", name), {});
    RunArguments own = common;
    read_common(one, own);
    if (own.cluster.empty())
      complain(one.at, "there is no cluster", "give the experiment or the variant a \"cluster\"");
    if (own.trace.workload.empty())
      complain(one.at, "there is no workload", "give the experiment or the variant a \"workload\"");
    for (const auto seed : seeds) {
      own.trace.seed = seed;
      const auto folder = seeds.size() == 1 ? name : fmt::format("{}-seed{}", name, seed);
      own.out = (fs::path{experiment.out} / folder).string();
      experiment.runs.push_back({name, own, places_.location(one.at), std::string{places_.line(one.at)}});
    }
  }

  /// What experiments and variants have in common.
  void read_common(const Node& node, RunArguments& run) {
    if (const Node cluster = member(node, "cluster")) run.cluster = beside(text(cluster));
    if (const Node workload = member(node, "workload")) read_workload(workload, run.trace);
    if (const Node set = member(node, "set")) read_set(set, run.sets);
    if (const Node steps = member(node, "transforms"); steps && check_steps(steps))
      run.trace.transforms_files.push_back(places_.name() + "#" + steps.pointer);
  }

  void read_workload(const Node& node, TraceArguments& trace) {
    auto steps = std::move(trace.transforms_files);
    trace = {};
    trace.transforms_files = std::move(steps);
    if (node.value->is_string()) {
      trace.workload = beside(text(node));
      return;
    }
    if (!is_object(node, "a workload", workload_members)) return;
    if (const Node file = member(node, "file"))
      trace.workload = beside(text(file));
    else
      complain(node.at, "a workload has no \"file\"", "name the trace");
    if (const Node format = member(node, "format")) trace.format = text(format);
    if (const Node from = member(node, "from")) trace.from = moment(from);
    if (const Node to = member(node, "to")) trace.to = moment(to);
    if (const Node zone = member(node, "timezone")) trace.timezone = text(zone);
    if (const Node rows = member(node, "skip_bad_rows")) trace.skip_bad_rows = whole(rows);
  }

  /// Later settings of a key replace earlier ones.
  void read_set(const Node& node, std::vector<std::string>& sets) {
    if (!node.value->is_object()) return complain(node.at, "set should be an object of slurm.conf keys", {});
    for (const auto& [key, value] : node.value->items()) {
      const auto place = places_.member(node.at, key);
      if (conf::find_key(conf::Scope::cluster, key) == nullptr) {
        const auto known = conf::key_names(conf::Scope::cluster);
        complain(place.key, fmt::format("'{}' is no key of slurm.conf", key), did_you_mean(key, known));
      } else if (!value.is_string() && !value.is_number()) {
        complain(place.value, fmt::format("{} should be a text or a number", key), {});
      } else {
        std::erase_if(sets, [&](const std::string& set) {
          return equal_ignoring_case(std::string_view{set}.substr(0, set.find('=')), key);
        });
        sets.push_back(key + "=" + (value.is_string() ? value.get<std::string>() : value.dump()));
      }
    }
  }

  bool check_steps(const Node& node) {
    return workloads::parse_transforms_json(places_.name(), places_.text(), node.pointer, diags_).has_value();
  }

  std::vector<std::uint64_t> read_seeds(const Node& root) {
    const Node node = member(root, "seeds");
    if (!node) return {1};
    std::vector<std::uint64_t> seeds;
    if (node.value->is_array())
      for (std::size_t i = 0; i < node.value->size(); ++i)
        seeds.push_back(whole({&node.value->at(i), places_.element(node.at, i), {}}));
    if (seeds.empty()) complain(node.at, "seeds should be an array of whole numbers", "write [1, 2, 3]");
    return seeds;
  }

  std::vector<Node> variants_of(const Node& root) {
    const Node node = member(root, "variants");
    std::vector<Node> variants;
    if (node && node.value->is_array())
      for (std::size_t i = 0; i < std::min(node.value->size(), most_runs); ++i)
        variants.push_back({&node.value->at(i), places_.element(node.at, i), fmt::format("{}/{}", node.pointer, i)});
    if (variants.empty())
      complain(node ? node.at : root.at, "there are no variants", "write \"variants\": [{\"name\": \"base\"}]");
    return variants;
  }

  std::string name_of(const Node& node, const std::string& fallback) {
    const Node name = member(node, "name");
    if (!name && !fallback.empty()) return fallback;
    const std::string word = name ? text(name) : std::string{};
    if (!is_plain_name(word))
      complain(name ? name.at : node.at,
               name ? fmt::format("'{}' cannot be the name of a folder", word) : "has no name",
               "use letters, digits, - and _");
    return word;
  }

  Node member(const Node& node, std::string_view name) const {
    const auto found = node.value->find(name);
    if (found == node.value->end()) return {};
    return {&*found, places_.member(node.at, name).value, fmt::format("{}/{}", node.pointer, name)};
  }

  bool is_object(const Node& node, std::string_view what, std::span<const std::string_view> members) {
    if (!node.value->is_object()) return complain(node.at, fmt::format("{} should be an object", what), {}), false;
    for (const auto& [key, value] : node.value->items())
      if (std::find(members.begin(), members.end(), key) == members.end())
        complain(places_.member(node.at, key).key, fmt::format("{} has no member '{}'", what, key),
                 did_you_mean(key, members));
    return true;
  }

  std::string text(const Node& node) {
    if (node.value->is_string()) return node.value->get<std::string>();
    return complain(node.at, "should be a text", {}), std::string{};
  }
  /// A date, or seconds in the trace's own base.
  std::string moment(const Node& node) { return node.value->is_number() ? node.value->dump() : text(node); }
  std::uint64_t whole(const Node& node) {
    if (node.value->is_number_unsigned()) return node.value->get<std::uint64_t>();
    return complain(node.at, "should be a whole number from 0", {}), 0;
  }

  std::string beside(const std::string& file) const {
    if (file.empty() || file.starts_with("pool:") || fs::path{file}.is_absolute()) return file;
    return (folder_ / file).lexically_normal().string();
  }

  void complain(std::size_t at, std::string message, std::string hint) {
    diags_.error(places_.location(at), std::move(message), std::move(hint), places_.line(at));
  }

  fs::path folder_;
  const workloads::JsonPlaces& places_;
  Diagnostics& diags_;
};

}  // namespace

std::optional<Experiment> read_experiment(const fs::path& file, Diagnostics& diags) {
  const auto document = read_whole(file.string(), diags);
  if (!document) return std::nullopt;
  const workloads::JsonPlaces places{file.string(), *document};
  const auto json = workloads::parse_json(places, diags);
  if (!json) return std::nullopt;
  const std::size_t errors = diags.errors();
  ExperimentReader reader{file.parent_path(), places, diags};
  auto experiment = reader.read(*json);
  return diags.errors() == errors ? std::optional{std::move(experiment)} : std::nullopt;
}

}  // namespace sluice::app
