"""Runs sluice-recordings over the recordings beside this file and holds the rates it must reach.

Priorities and shares of the recordings made for them are equal but for the size of jobs whose CPUs came from a
placement; of the others at least 97 % of the rows are. README.md names the causes of the rest.
"""
import json
import pathlib
import subprocess
import sys

program, folder = sys.argv[1], sys.argv[2]
EXACT = ("multifactor", "multifactor-flags", "fairtree", "fairtree-default-billing")
folders = sorted(str(path) for path in pathlib.Path(folder).iterdir() if (path / "slurm.conf").exists())
out = subprocess.run([program, "--json", *folders], check=True, capture_output=True, text=True).stdout
rows = json.loads(out)["recordings"]
failed = 0
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
print(f"{len(rows)} recordings, {failed} rates too low")
sys.exit(1 if failed or len(rows) == 0 else 0)
