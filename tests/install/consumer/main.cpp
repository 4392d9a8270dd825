// An outside project: it knows Sluice only as installed.
#include <simulator/model/cluster_spec.hpp>

int main() { return sluice::make_pool(8).class_of(sluice::NodeId{0}).cpus == 8 ? 0 : 1; }
