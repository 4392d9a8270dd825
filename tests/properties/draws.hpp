#pragma once
// Random clusters, workloads and policies, drawn by RapidCheck and made smaller by it when a property fails.
//
// The seed is fixed, so that a build is red or green for a reason; RapidCheck prints it. To look further:
//   RC_PARAMS="seed=7 max_success=10000" build/release/tests/bin/test_properties

#include <rapidcheck.h>

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "simulator/model/cluster_spec.hpp"
#include "simulator/model/job_spec.hpp"
#include "tests/support/books.hpp"
#include "tests/support/policy_names.hpp"

namespace sluice::test {

enum class ClusterKind : std::uint8_t {
  pool,         ///< slots
  equal_nodes,  ///< identical nodes of a few CPUs
  mixed_nodes,  ///< with and without GPUs of two types, with memory, in three partitions of which one has a time limit
};

std::ostream& operator<<(std::ostream& out, const PolicyNames& names);

/// Small numbers from which a job is made; what they mean depends on the cluster.
struct JobDraw {
  int gap = 0;     ///< seconds since the submission before
  int kind = 0;    ///< which resources it asks for
  int size = 0;    ///< how much of them
  int length = 1;  ///< seconds it runs when left alone
  int limit = 0;   ///< 0: none; else the limit is half of it too short, just right, or too long
};

struct CaseDraw {
  ClusterKind cluster = ClusterKind::pool;
  int nodes = 1;
  int cpus = 1;
  std::vector<JobDraw> jobs;
  PolicyNames policies;
};
std::ostream& operator<<(std::ostream& out, const CaseDraw& draw);

/// A case ready to run. Jobs stand in the order of their draws; times are whole seconds.
struct Case {
  ClusterSpec cluster;
  Workload workload;
  PolicyNames policies;
};
Case build(const CaseDraw& draw);

/// Every scheduler with all of its variants and event orders.
const std::vector<PolicyNames>& all_schedulers();

rc::Gen<JobDraw> any_job();
rc::Gen<CaseDraw> any_case(rc::Gen<ClusterKind> cluster, rc::Gen<PolicyNames> policies);
rc::Gen<ClusterKind> any_cluster();
/// All schedulers x orders x placements.
rc::Gen<PolicyNames> any_policies();
/// EASY as the book has it, or with one other variant, under any order, placement and event order.
rc::Gen<PolicyNames> easy_policies(std::vector<std::string> variants);

/// A run to the end, watched by the books.
struct Run {
  std::uint64_t fingerprint = 0;
  std::vector<Entry> jobs;
  std::vector<std::string> complaints;
};
Run run(const Case& what, Memo memo = Memo::on, std::vector<Observer*> others = {});

/// Whether the shape fits beside what is taken, in one of its places: tried by search, not by the engine's counting.
bool fits(const Shape& shape, const std::vector<Amount>& free, const ClusterSpec& cluster);

Duration seconds(int s);
int whole_seconds(Time t);
/// Of every job, -1 where it never started.
std::vector<int> start_seconds(const Run& done);

}  // namespace sluice::test
