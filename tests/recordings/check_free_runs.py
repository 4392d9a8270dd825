"""Runs sluice-free-runs over the recordings beside this file and holds how near simulated waits come to recorded ones.

Each scenario is simulated from its submissions alone. Real slurmctld against itself differs by 7.2 % of the mean wait
over all scenarios. e = simulated / mean(run1, run2) - 1 of the mean wait; the band is that of 30 seeded timings.
"""
import json
import pathlib
import subprocess
import sys

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
MEAN_ABS_E, MEAN_E, INSIDE = 0.07, 0.03, 33
# Recorded for sharing, turns, heterogeneous jobs and kinds of selection: printed, and held by their endings alone.
APART = ("share-", "gang-", "het-", "lln", "switches", "part-count", "cpu-mem", "socket-", "one-task", "gres-cores", "gpu-shards")
# Jobs that ended alike in both recordings, exit code and restarts included, end so in one simulation at least, but for one
# that asks for more than any node has; those that do not in nine of ten are printed.
ENDING_OTHERWISE = {"socket-memory": 1}
folders = sorted(str(path.parent) for path in folder.glob("*/slurm.conf") if (path.parent / "run2").exists())


def run(those):
    return json.loads(subprocess.run([program, "--json", "--seeds", "30", *those], check=True, capture_output=True, text=True).stdout)


apart = [one for one in folders if pathlib.Path(one).name.startswith(APART)]
folders = [one for one in folders if one not in apart]
result, others = run(folders), run(apart)
for one in result["scenarios"] + others["scenarios"]:
    print(f"{one['name']:<26} recorded {one['recorded'][0]:6.0f} {one['recorded'][1]:6.0f}  "
          f"simulated {one['simulated'][0]:6.0f} {one['simulated'][1]:6.0f}  e {one['e']:+7.1%}  inside {one['inside']}")
failed = []
for one in result["scenarios"] + others["scenarios"]:
    unlike = one["endings"]["others"]
    print("\n".join(f"    {one['name']}: {line}" for line in unlike), end="\n" if unlike else "")
    never = [line for line in unlike if " in 0 of " in line]
    if len(never) > ENDING_OTHERWISE.get(one["name"], 0):
        failed.append(f"{one['name']}: {len(never)} of {one['endings']['agreed']} jobs never end as in both recordings")
    print("\n".join(one["orders"]["broken"][:5]), end="\n" if one["orders"]["broken"] else "")
if result["mean_abs_e"] > MEAN_ABS_E:
    failed.append(f"mean |e| {result['mean_abs_e']:.1%} is more than {MEAN_ABS_E:.0%}")
if abs(result["mean_e"]) > MEAN_E:
    failed.append(f"mean e {result['mean_e']:+.1%} is more than {MEAN_E:.0%} from 0")
if result["inside"] < INSIDE:
    failed.append(f"{result['inside']} recorded means lie inside their band, not {INSIDE}")
print("\n".join(failed) or f"mean |e| {result['mean_abs_e']:.1%}, mean e {result['mean_e']:+.1%}, "
      f"{result['inside']} of {2 * len(folders)} recorded means inside")
sys.exit(1 if failed else 0)
