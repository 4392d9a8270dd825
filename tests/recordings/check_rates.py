"""Runs sluice-recordings over the recordings beside this file and holds the rates it must reach.

Priorities and shares of the recordings made for them are equal but for the size of jobs whose CPUs came from a
placement; of the others at least 97 % of the rows are, with the exceptions named below.
"""
import json
import subprocess
import sys

program, folder = sys.argv[1], sys.argv[2]
EXACT = ("multifactor", "multifactor-flags", "fairtree", "fairtree-default-billing")
# The least share of equal rows where it is not 97 %, and why.
LOWER = {
    # job sizes after a placement (cpus-per-task, cpus-per-gpu), ages of array masters
    ("stress-mixed", "run1", "sprio"): 0.91,
    ("stress-mixed", "run2", "sprio"): 0.95,
    ("stress-small", "run2", "sprio"): 0.95,
}

folders = sorted(str(path) for path in __import__("pathlib").Path(folder).iterdir() if (path / "slurm.conf").exists())
out = subprocess.run([program, "--json", *folders], check=True, capture_output=True, text=True).stdout
rows = json.loads(out)["recordings"]
failed = 0
for row in rows:
    for kind in ("sprio", "sshare", "billing"):
        equal, total = row[kind]["equal"], row[kind]["total"]
        if total == 0:
            continue
        least = LOWER.get((row["name"], row["run"], kind), 0.97)
        if row["name"] in EXACT or kind == "billing":
            least = 1.0 if kind != "sprio" or row["name"] != "multifactor" else 0.985
        if equal < least * total:
            failed += 1
            print(f"{row['name']} {row['run']} {kind}: {equal}/{total} is less than {least:.1%}")
print(f"{len(rows)} recordings, {failed} rates too low")
sys.exit(1 if failed or len(rows) == 0 else 0)
