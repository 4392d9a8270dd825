#include "simulator/conf/keys.hpp"

// Source: gres.conf(5), 22.05.

namespace sluice::conf {
namespace {

using enum Type;
using enum Support;

constexpr Key table[] = {
    {"NodeName", hostlist, "", "", modelled, "nodes that the line is about; all nodes without it"},
    {"AutoDetect", text, "", "", modelled, "how slurmd finds devices itself; counts are not compared then"},
    {"Cores", text, "", "", modelled, "cores near the devices"},
    {"Count", text, "", "number of files, else 1", modelled, "number of devices; K, M, G, T, P are powers of 1024"},
    {"CPUs", text, "", "", modelled, "old name of Cores"},
    {"File", text, "", "", modelled, "device files, each of them one device"},
    {"Files", text, "", "", modelled, "same as File"},
    {"Flags", text, "", "", accepted, "CountOnly, one_sharing, environment of the jobs, ..."},
    {"Link", text, "", "", accepted, "same as Links"},
    {"Links", text, "", "", not_modelled, "quality of the links between devices"},
    {"MultipleFiles", text, "", "", modelled, "files of one device that has several"},
    {"Name", text, "", "", modelled, "name of the resource, one of GresTypes"},
    {"Type", text, "", "", modelled, "model of the devices"},

    {"Ignore", text, "", "", historic, "devices to leave out (bluegene)"},
    {"LinkIDs", text, "", "", historic, "link numbers"},
};

}  // namespace

std::span<const Key> gres_keys() { return table; }

}  // namespace sluice::conf
