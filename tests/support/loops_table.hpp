#pragma once
// Tables that ask slurmctld's loops: the queue left of the bar, what one pass or cycle makes of it right of it.

#include <string_view>

namespace sluice::test {

/// Every job wants whole nodes, n0, n1, ...; the lowest that are free are taken. Times are seconds, limits minutes.
/// Lines of one word and the rest; `#` begins a comment:
///   nodes     COUNT
///   options   SchedulerParameters
///   partition NAME NODES [tier=N] [max=MINUTES] [default=MINUTES]
///   down      NODES
///   cleaning  NODES: COMPLETING
///   running   NODES until=SECONDS
///   at        SECONDS: now (default 0)
///   loop      default | full | backfill: default pass, pass over the full queue, cycle
///   job       NAME nodes=N [limit=MIN] [least=MIN] [deadline=SECONDS] [prio=P] [in=PARTITION,...] [user=N] [submit=S]
///             [eligible=S] [on=NODES] [array=TASKS[%ROOM]] [stopped] [stopped-late] [threshold=P] [never] | RESULT
/// `stopped`: a limit refuses it before nodes are looked for; `stopped-late`: with the nodes. RESULT is what happened, in
/// its order: `start NODES [limit=MIN]`, `plan START-END NODES`, `estimate START`, a Reason that was set, `ended`, `held`,
/// or `-` for nothing. NODES are `0-3,7`. The loop runs twice; the second run must do the same.
void check_loop(std::string_view table);

}  // namespace sluice::test
