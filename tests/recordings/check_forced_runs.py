"""Runs sluice-forced-runs over the recordings beside this file and holds what becomes of recorded runs.

Each start and preemption happens as recorded. How every job ends, with its exit code and restarts, and the order in which
tasks of arrays and dependents start must be the recorded ones, job by job, but for those named here with their cause.
"""
import json
import pathlib
import subprocess
import sys

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
GRACE = "p033 ends TIMEOUT 0:0 in the recording, COMPLETED 0:0 here"  # told to go, which is not logged; ended after its grace
LOOK = ("s187 started at {} s, before it may here",  # its parent met its limit, for which slurmctld's looks have drifted
        "forced: s187 started at {} s before what it waits for")
EXCEPTIONS = {
    "preempt-part-cancel run1": {GRACE},
    "preempt-part-cancel run2": {GRACE},
    "stress-mixed run1": {one.format(2164) for one in LOOK},
    "stress-mixed run2": {one.format(2174) for one in LOOK},
}
# Forced starts name no cores, and find none beside reserved ones.
NOT_FORCED = ("core-reservations",)
folders = sorted(str(path.parent) for path in folder.glob("*/slurm.conf") if path.parent.name not in NOT_FORCED)
out = subprocess.run([program, "--json", *folders], check=True, capture_output=True, text=True).stdout
failed, jobs, orders = [], 0, 0
for one in json.loads(out)["recordings"]:
    jobs += one["ends"]["total"]
    orders += one["tasks"]["total"] + one["dependents"]["total"]
    name = f"{one['name']} {one['run']}"
    for difference in one["differences"]:
        if difference not in EXCEPTIONS.get(name, {}):
            failed.append(f"{name}: {difference}")
print("\n".join(failed) or f"{jobs} jobs end, and {orders} tasks and dependents start, as recorded")
sys.exit(1 if failed or jobs == 0 or orders == 0 else 0)
