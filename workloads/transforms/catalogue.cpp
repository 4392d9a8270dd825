#include "workloads/transforms/catalogue.hpp"

namespace sluice::workloads {
namespace {

using Kind = ArgumentKind;
constexpr double tiny = std::numeric_limits<double>::min();

constexpr TransformArgument seed_argument{
    .name = "seed", .kind = Kind::whole, .range = ">= 0", .meaning = "seed of the draws; else the command's", .low = 0};

constexpr TransformArgument cut_arguments[] = {
    {.name = "from", .kind = Kind::moment, .meaning = "keep jobs submitted then or later"},
    {.name = "to", .kind = Kind::moment, .meaning = "keep jobs submitted before"},
};
constexpr TransformArgument shift_arguments[] = {
    {.name = "by",
     .kind = Kind::length,
     .meaning = "moves every job on the calendar, as 7-0 or -3600",
     .is_required = true},
};
constexpr TransformArgument scale_load_arguments[] = {
    {.name = "factor",
     .kind = Kind::number,
     .range = "> 0",
     .meaning = "the gaps between submissions are divided by it",
     .is_required = true,
     .low = tiny},
};
constexpr TransformArgument scale_runtimes_arguments[] = {
    {.name = "factor",
     .kind = Kind::number,
     .range = "> 0",
     .meaning = "run times are multiplied by it",
     .is_required = true,
     .low = tiny},
    {.name = "limits",
     .kind = Kind::word,
     .fallback = "scale",
     .range = "scale|keep",
     .meaning = "whether time limits go with them"},
};
constexpr TransformArgument thin_users_arguments[] = {
    {.name = "share",
     .kind = Kind::number,
     .range = "in (0, 1]",
     .meaning = "share of the users that are kept",
     .is_required = true,
     .low = tiny,
     .high = 1},
    seed_argument,
};
constexpr TransformArgument filter_arguments[] = {
    {.name = "user", .kind = Kind::list, .meaning = "jobs of these users"},
    {.name = "account", .kind = Kind::list, .meaning = "of these accounts"},
    {.name = "qos", .kind = Kind::list, .meaning = "of these QOS"},
    {.name = "partition", .kind = Kind::list, .meaning = "that name one of these partitions"},
    {.name = "kind", .kind = Kind::list, .meaning = "of these kinds (training, inference, ...)"},
    {.name = "state",
     .kind = Kind::list,
     .meaning = "that end so: COMPLETED, FAILED, CANCELLED, NODE_FAIL, OUT_OF_MEMORY"},
    {.name = "min_gpus", .kind = Kind::whole, .range = ">= 0", .meaning = "asking for as many GPUs or more", .low = 0},
    {.name = "max_gpus", .kind = Kind::whole, .range = ">= 0", .meaning = "or fewer", .low = 0},
    {.name = "min_cpus",
     .kind = Kind::whole,
     .range = ">= 0",
     .meaning = "asking for as many processors or more",
     .low = 0},
    {.name = "max_cpus", .kind = Kind::whole, .range = ">= 0", .meaning = "or fewer", .low = 0},
    {.name = "min_run", .kind = Kind::length, .range = ">= 0", .meaning = "running as long or longer", .low = 0},
    {.name = "max_run", .kind = Kind::length, .range = ">= 0", .meaning = "or shorter", .low = 0},
    {.name = "keep",
     .kind = Kind::word,
     .fallback = "these",
     .range = "these|others",
     .meaning = "keep the jobs that meet all conditions, or the others"},
};
constexpr TransformArgument repeat_arguments[] = {
    {.name = "times",
     .kind = Kind::whole,
     .range = "in [1, 100000]",
     .meaning = "how often the trace is there in the end",
     .is_required = true,
     .low = 1,
     .high = 100'000},
    {.name = "every",
     .kind = Kind::length,
     .range = "> 0",
     .meaning = "from one copy's beginning to the next; else the span rounded up to whole days",
     .low = 0.001},
};
constexpr TransformArgument bootstrap_arguments[] = {
    {.name = "weeks",
     .kind = Kind::whole,
     .range = "in [1, 100000]",
     .meaning = "how many blocks are drawn; else as many as the trace has",
     .low = 1,
     .high = 100'000},
    {.name = "block",
     .kind = Kind::length,
     .fallback = "7-0",
     .range = "> 0",
     .meaning = "length of a block",
     .low = 0.001},
    seed_argument,
};
constexpr TransformArgument merge_arguments[] = {
    {.name = "file", .kind = Kind::text, .meaning = "the second trace", .is_required = true},
    {.name = "format", .kind = Kind::text, .meaning = "its format; else told by its content"},
    {.name = "align",
     .kind = Kind::word,
     .fallback = "start",
     .range = "start|time",
     .meaning = "both begin together, or at their own times"},
    {.name = "prefix", .kind = Kind::text, .meaning = "put before its users and accounts, to tell equal names apart"},
};
constexpr TransformArgument map_arguments[] = {
    {.name = "names",
     .kind = Kind::pairs,
     .meaning = "the new name of each; * is every other name",
     .is_required = true},
};
constexpr TransformArgument limits_arguments[] = {
    {.name = "model",
     .kind = Kind::word,
     .range = "menu|factor|exact|partition|unlimited",
     .meaning =
         "menu: round values, the run time a uniform share of the limit; factor: uniform in [run, (factor+1) x run]; "
         "exact: the run time; partition: DefaultTime, else MaxTime; unlimited: a year",
     .is_required = true},
    {.name = "for",
     .kind = Kind::word,
     .fallback = "missing",
     .range = "missing|all",
     .meaning = "give limits to the jobs without one, or replace all"},
    {.name = "factor",
     .kind = Kind::number,
     .fallback = "3",
     .range = ">= 0",
     .meaning = "of the factor model",
     .low = 0},
    {.name = "at_limit",
     .kind = Kind::number,
     .fallback = "0.1",
     .range = "in [0, 1]",
     .meaning = "menu: share of jobs that run right up to their limit",
     .low = 0,
     .high = 1},
    {.name = "max",
     .kind = Kind::length,
     .fallback = "7-0",
     .range = ">= 60",
     .meaning = "menu: longest value offered; longer runs get theirs rounded up to a day",
     .low = 60},
    seed_argument,
};

constexpr TransformInfo table[] = {
    {"cut", "keep the jobs of a time window; the first of them is the new zero", cut_arguments, cut},
    {"shift", "move the trace on its calendar", shift_arguments, shift},
    {"scale_load", "bring submissions closer together or farther apart", scale_load_arguments, scale_load},
    {"scale_runtimes", "make jobs longer or shorter", scale_runtimes_arguments, scale_runtimes},
    {"thin_users", "keep some users with all their jobs; a larger share keeps the users of a smaller one",
     thin_users_arguments, thin_users},
    {"filter", "keep jobs by what they are", filter_arguments, filter},
    {"repeat", "append copies of the trace to it", repeat_arguments, repeat},
    {"bootstrap", "a new trace of the same length from blocks (weeks) drawn with replacement", bootstrap_arguments,
     bootstrap},
    {"merge", "add the jobs of a second trace", merge_arguments, merge},
    {"map_users", "rename users", map_arguments, map_users},
    {"map_accounts", "rename accounts", map_arguments, map_accounts},
    {"map_partitions", "rename partitions", map_arguments, map_partitions},
    {"map_qos", "rename QOS", map_arguments, map_qos},
    {"limits", "replace or invent time limits", limits_arguments, limits},
};

}  // namespace

std::span<const TransformInfo> catalogue() { return table; }

}  // namespace sluice::workloads
