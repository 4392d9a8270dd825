"""Runs sluice-recordings over the recordings beside this file and holds the rates it must reach.

Priorities and shares of the recordings made for them are equal but for the size of jobs whose CPUs came from a
placement; of the others at least 97 % of the rows are. Reasons that name a limit are equal in the recordings made for
limits, and for 99.5 % of the jobs of all recordings together. Decisions are all equal where the log tells all that
they depend on; plans and tests beside GPUs depend on what earlier tests left, which it does not. README.md names the
causes of the rest.
"""
import json
import pathlib
import re
import subprocess
import sys

program, folder = sys.argv[1], sys.argv[2]
EXACT = ("multifactor", "multifactor-flags", "fairtree", "fairtree-default-billing")
folders = sorted(str(path) for path in pathlib.Path(folder).iterdir() if (path / "slurm.conf").exists())
out = subprocess.run([program, "--json", *folders], check=True, capture_output=True, text=True).stdout
rows = json.loads(out)["recordings"]
failed = 0

# Decisions: the least rate of each kind, by recording; the last row that fits counts.
DECISIONS = (
    (r"",
     {"start": 0.995, "node": 0.99, "cpus": 0.995, "gpu": 0.95, "plan": 0.99, "pass": 0.99, "test": 0.99,
      "order": 0.99}),
    (r"backfill-|fifo-|fairtree|gpu-fragmentation|topology-|timelimits|qos-partition|arrays-|preempt-",
     dict.fromkeys(("start", "node", "cpus", "gpu", "plan", "pass", "test", "order"), 1.0)),
    (r"reservations-",
     {"start": 1.0, "node": 1.0, "cpus": 1.0, "plan": 1.0, "pass": 1.0, "test": 1.0, "order": 0.99}),
    (r"qos-limits", {"plan": 0.97}),  # one of 44
    (r"stress-", {"start": 0.99, "plan": 0.99, "test": 0.99, "order": 1.0}),
    # Sharing, turns, heterogeneous jobs, kinds of selection: what is held is what was reached.
    (r"share-|gang-|het-|lln|switches|part-count|cpu-mem|socket-|one-task|gres-cores|gpu-shards",
     dict.fromkeys(("start", "node", "cpus", "cores", "gpu", "plan", "pass", "test", "order", "paused"), 1.0)),
    (r"updates-|epilog|core-res", dict.fromkeys(("start", "node", "cpus", "cores", "plan", "pass", "test", "order"), 1.0)),
    (r"lln-", {"plan": 0.99, "test": 0.99}),
    (r"share-memory", {"test": 0.99}),
    (r"gres-cores-uneven", {"plan": 0.997, "test": 0.997}),
)
# Reasons of jobs that wait for nodes of blocked partitions, or for more than their partition has, are not all followed.
LEAST_REASONS = ((r"", 0.98), (r"lln", 0.88), (r"het-immediate", 0.93), (r"share-memory", 0.97),
                 (r"core-reservations|updates-|epilog", 1.0))


def least_rates(name):
    rates = {}
    for pattern, those in DECISIONS:
        if re.match(pattern, name):
            rates.update(those)
    return rates


EXACT_LIMITS = ("qos-limits", "qos-partition-limits", "timelimits")
limits = [0, 0]
for row in rows:
    for kind in ("sprio", "sshare", "submission", "billing"):
        equal, total = row[kind]["equal"], row[kind]["total"]
        if total == 0:
            continue
        least = 0.97
        if row["name"] in EXACT or kind == "billing":
            least = 1.0
        if row["name"] == "multifactor" and kind == "sprio":
            least = 0.985
        if equal < least * total:
            failed += 1
            print(f"{row['name']} {row['run']} {kind}: {equal}/{total} is less than {least:.1%}")
    for kind, least in least_rates(row["name"]).items():
        equal, total = row[kind]["equal"], row[kind]["total"]
        if equal < least * total:
            failed += 1
            print(f"{row['name']} {row['run']} {kind}: {equal}/{total} is less than {least:.1%}")
    equal, total = row["reason"]["equal"], row["reason"]["total"]
    least = [rate for pattern, rate in LEAST_REASONS if re.match(pattern, row["name"])][-1]
    if equal < least * total:
        failed += 1
        print(f"{row['name']} {row['run']} reason: {equal}/{total} is less than {least:.0%}")
    equal, total = row["reason_limit"]["equal"], row["reason_limit"]["total"]
    if row["name"] == "lln":  # a job that asks for more than its partition has, which is no limit of accounting
        continue
    limits[0] += equal
    limits[1] += total
    if row["name"] in EXACT_LIMITS and (equal < total or total == 0):
        failed += 1
        print(f"{row['name']} {row['run']} reason_limit: {equal}/{total}")
if limits[0] < 0.995 * limits[1] or limits[1] == 0:
    failed += 1
print(f"reason_limit of all: {limits[0]}/{limits[1]}")
print(f"{len(rows)} recordings, {failed} rates too low")
sys.exit(1 if failed or len(rows) == 0 else 0)
