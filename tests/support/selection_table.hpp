#pragma once
// Tables that ask a select plugin: what users ask for left of the bar, where it must lie right of it.

#include <string_view>

namespace sluice::test {

/// Lines of one word and the rest; `#` begins a comment:
///   conf      a line of slurm.conf; topology, gres: of topology.conf, gres.conf
///   held      NODES [cpus=N] [memory=MB] [gpus=N] [until=MINUTES] [partition=NAME]: what one running job holds of each node
///   down      NODES that no job may use
///   at        SECONDS: the rows below are asked at that moment
///   job       OPTIONS | SHARES: a start now; `-`: no; `start` does the same and keeps the job
///   will      OPTIONS | MINUTES SHARES: a test of when it will run; `now` for at once
///   ever      OPTIONS | yes or no: the test of a submission
///   refused   OPTIONS | the message
///   preempt   OPTIONS | VICTIMS -> SHARES: with every held job preemptable, in order, by number from 1, or `none`
/// Options are sbatch's. Shares are `n1:5` (CPUs), `n1:5+m100` (with memory), `n1:5+g0-1` (with devices), `n1:5+c0-4`
/// (with cores), separated by spaces; memory, devices and cores are only told where the row names any. Fails the test with the table it got.
void check_selection(std::string_view table);

}  // namespace sluice::test
