"""Runs sluice-free-runs over the recordings beside this file and holds how near simulated waits come to recorded ones.

Each scenario is simulated from its submissions alone. Real slurmctld against itself differs by 7.2 % of the mean wait
over all scenarios. e = simulated / mean(run1, run2) - 1 of the mean wait, where simulated is the mean of 30 seeded
timings, for real Slurm's is one draw of many; the band is theirs, too. Beside it stands e without a seed.
"""
import json
import pathlib
import subprocess
import sys

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
# Mean |e|, |mean e| and recorded means inside their band: of all that both are asked of, and of the families that nothing but
# the loops, priorities, limits and GPUs have a part in, where seven of eight lie inside.
FAMILIES = {"all": ("", 0.05, 0.03, 33 / 38),
            "loops": (("backfill-", "fifo-", "fairtree", "multifactor", "gpu-", "qos-", "topology-"), 0.05, 0.03, 7 / 8)}
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
          f"simulated {one['simulated'][0]:6.0f} {one['simulated'][1]:6.0f}  e {one['e']:+7.1%} (unseeded {one['unseeded_e']:+7.1%})  inside {one['inside']}")
failed = []
for one in result["scenarios"] + others["scenarios"]:
    unlike = one["endings"]["others"]
    print("\n".join(f"    {one['name']}: {line}" for line in unlike), end="\n" if unlike else "")
    never = [line for line in unlike if " in 0 of " in line]
    if len(never) > ENDING_OTHERWISE.get(one["name"], 0):
        failed.append(f"{one['name']}: {len(never)} of {one['endings']['agreed']} jobs never end as in both recordings")
    print("\n".join(one["orders"]["broken"][:5]), end="\n" if one["orders"]["broken"] else "")
held = []
for family, (names, mean_abs_e, mean_e, inside) in FAMILIES.items():
    those = [one for one in result["scenarios"] if one["name"].startswith(names)]
    apart_from_0 = [one["e"] for one in those]
    measured = (sum(map(abs, apart_from_0)) / len(those), sum(apart_from_0) / len(those), sum(one["inside"] for one in those))
    held.append(f"{family}: mean |e| {measured[0]:.1%}, mean e {measured[1]:+.1%}, {measured[2]} of {2 * len(those)} recorded means inside")
    if measured[0] > mean_abs_e or abs(measured[1]) > mean_e or measured[2] < inside * 2 * len(those):
        failed.append(f"{held[-1]}; wanted at most {mean_abs_e:.0%}, {mean_e:.0%} from 0, and {inside:.1%} of them")
print("\n".join(failed or held))
sys.exit(1 if failed else 0)
