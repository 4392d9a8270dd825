#include "simulator/conf/keys.hpp"

// Source: slurm.conf(5) NODE CONFIGURATION, 22.05; keys of other releases are marked.

namespace sluice::conf {
namespace {

using enum Type;
using enum Support;

constexpr Key table[] = {
    {"NodeName", hostlist, "", "", modelled, "names of the nodes; DEFAULT sets defaults for later lines"},
    {"BcastAddr", hostlist, "", "NodeName", accepted, "addresses for sbcast"},
    {"Boards", number16, "", "1", modelled, "baseboards in a node"},
    {"CoreSpecCount", number16, "cores", "0", slurm_only, "cores withheld from jobs"},
    {"CoresPerSocket", number16, "", "1", modelled, "cores in a socket"},
    {"CpuBind", text, "", "", accepted, "default binding of tasks"},
    {"CPUs", number16, "", "sockets x cores x threads", modelled, "logical processors of a node"},
    {"CpuSpecList", text, "", "", slurm_only, "processors withheld from jobs"},
    {"Feature", text, "", "", modelled, "comma list of features that --constraint can ask for"},
    {"Features", text, "", "", modelled, "same as Feature"},
    {"Gres", gres, "", "", modelled, "generic resources of a node: name[:type][:count], a comma list"},
    {"MemSpecLimit", number64, "MB", "0", modelled, "memory withheld from jobs"},
    {"NodeAddr", hostlist, "", "NodeName", accepted, "network addresses"},
    {"NodeHostname", hostlist, "", "NodeName", accepted, "what hostname prints on the nodes"},
    {"Port", text, "", "", accepted, "ports of slurmd"},
    {"Procs", number16, "", "", modelled, "old name of CPUs"},
    {"RealMemory", number64, "MB", "1", modelled, "memory of a node"},
    {"Reason", text, "", "", modelled, "why the nodes are in their state"},
    {"Sockets", number16, "", "from CPUs", modelled, "sockets of a node"},
    {"SocketsPerBoard", number16, "", "", modelled, "sockets of a board; wins over Sockets"},
    {"State", choice, "UNKNOWN|CLOUD|DOWN|DRAIN|FAIL|FAILING|FUTURE", "UNKNOWN", modelled,
     "state at start; UNKNOWN nodes become idle"},
    {"ThreadsPerCore", number16, "", "1", modelled, "hardware threads of a core"},
    {"TmpDisk", number32, "MB", "0", slurm_only, "size of the temporary file system, which --tmp asks for"},
    {"TRESWeights", text, "", "", accepted, "weights of the node state that is reported"},
    {"Weight", number32, "", "1", modelled, "nodes of lower weight are taken first"},

    {"GresConf", text, "", "", historic, "gres.conf text of the nodes (since 23.11)"},
    {"Parameters", text, "", "", historic, "options of the nodes (since 25.05)"},
    {"RestrictedCoresPerGPU", number16, "cores", "", historic, "cores kept for GPU jobs (since 24.05)"},
    {"SuspendTime", text, "s", "", historic, "idle time before power is saved (since 23.11)"},
    {"Topology", text, "", "", historic, "place in the topology (since 25.05)"},
};

}  // namespace

std::span<const Key> node_keys() { return table; }

}  // namespace sluice::conf
