// Fingerprints of fixed workloads under every scheduler. See README.md on how to approve a change.

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "simulator/base/rng.hpp"
#include "tests/properties/draws.hpp"

namespace sluice::test {
namespace {

const std::string file = std::string{SLUICE_SOURCE_DIR} + "/tests/golden/fingerprints.txt";

int below(Rng& rng, std::uint64_t n) { return static_cast<int>(rng.below(n)); }

/// The same jobs for ever: drawn from our own generator.
CaseDraw fixed_case(ClusterKind cluster, const PolicyNames& policies) {
  CaseDraw draw;
  draw.cluster = cluster;
  // So many that a queue builds up now and then: else all schedulers do the same.
  draw.nodes = cluster == ClusterKind::pool ? 24 : cluster == ClusterKind::equal_nodes ? 5 : 3;
  draw.cpus = 4;
  draw.policies = policies;
  Rng rng{1, "golden"};
  for (int i = 0; i < 500; ++i)
    draw.jobs.push_back({below(rng, 3), below(rng, 20), below(rng, 40), 1 + below(rng, 19), below(rng, 12)});
  return draw;
}

std::string fingerprints() {
  std::string text = "# cluster  scheduler  options  order  placement  fingerprint\n";
  const std::pair<ClusterKind, const char*> clusters[] = {
      {ClusterKind::pool, "pool"}, {ClusterKind::equal_nodes, "equal"}, {ClusterKind::mixed_nodes, "mixed"}};
  for (const auto& [cluster, name] : clusters)
    for (PolicyNames policies : all_schedulers())
      for (const char* order : {"priority/basic", "priority/sjf"}) {
        policies.order = order;
        policies.placement = cluster == ClusterKind::mixed_nodes ? "select/pack_gpu" : "select/best_fit";
        const Run done = run(build(fixed_case(cluster, policies)));
        CHECK(done.complaints == std::vector<std::string>{});
        text += fmt::format("{} {} {:016x}\n", name, policies.text(), done.fingerprint);
      }
  return text;
}

}  // namespace

TEST_CASE("fixed workloads have the fingerprints that were approved", "[golden]") {
  const std::string got = fingerprints();
  if (std::getenv("SLUICE_APPROVE") != nullptr) std::ofstream{file} << got;
  std::ifstream in{file};
  const std::string approved{std::istreambuf_iterator<char>{in}, {}};
  CHECK(got == approved);
}

}  // namespace sluice::test
