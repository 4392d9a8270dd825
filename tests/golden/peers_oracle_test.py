"""Results of other simulators on the same inputs (oracle/peers): start times where they are recorded, else aggregates.

usage: peers_oracle_test.py SLUICE small|large|huge
  small  kth, lublin256, syn10k_128: every start time
  large  syn100k_1024: aggregates
  huge   syn1m_10000: aggregates
"""
import csv
import gzip
import subprocess
import sys
import tempfile
from pathlib import Path

from oracle import Sluice, Verdicts, folders, settings

WORKLOADS = {
    "small": ["kth", "lublin256", "syn10k_128"],
    "large": ["syn100k_1024"],
    "huge": ["syn1m_10000"],
}
GENERATED = {
    "syn10k_128": ["--jobs", "10000", "--nodes", "128", "--seed", "1"],
    "syn100k_1024": ["--jobs", "100000", "--nodes", "1024", "--seed", "2"],
    "syn1m_10000": ["--jobs", "1000000", "--nodes", "10000", "--seed", "3"],
}
SCHEDULERS = {
    "fcfs": ("sched/fcfs", "fcfs_events", ""),
    "easy": ("sched/easy", "easy_events", ""),
    "easy-cq": ("sched/easy", "easy_events", ",easy_variant=cq"),
    "easy-fast": ("sched/easy", "easy_events", ",easy_variant=fast"),
}
EVENTS = {"batch": "batch", "event": "each", "pyss": "arrivals_first"}
# Not asserted, with the reason. If one comes out equal after all, the test fails, so that it is taken off this list.
EMULATED = "the row emulates pyss with the ends of one instant by job id; pyss, and sluice, take them by start"
KNOWN_DIFFERENCES = {
    "lublin256 easy pyss": EMULATED,
    "syn10k_128 easy pyss": EMULATED,
    "syn100k_1024 easy pyss": EMULATED,
    "syn1m_10000 easy pyss": EMULATED,
}
# Mean waits that pyss itself prints.
PYSS_ITSELF = {"syn10k_128 easy pyss": 5185.2010, "syn100k_1024 easy pyss": 2901.3446}
# Conservative backfilling has one source, pyss, whose order of events it needs: so many starts are equal.
CONSERVATIVE = {"kth": 28481, "syn10k_128": 10000}


def make_input(workload, folder, data, tools):
    """Writes the workload as the peers had it, with the tools that made it."""
    path = Path(folder) / f"{workload}.swf"
    with open(path, "wb") as out:
        if workload in GENERATED:
            subprocess.run([sys.executable, tools, "gen", *GENERATED[workload]], stdout=out, check=True)
        elif workload == "kth":
            raw = gzip.decompress((data / "swf/KTH-SP2-1996.swf.gz").read_bytes())
            subprocess.run([sys.executable, tools, "norm", "--procs", "100"], input=raw, stdout=out, check=True,
                           stderr=subprocess.DEVNULL)
        else:
            raw = (data / "swf/lublin_256.swf").read_bytes()
            subprocess.run([sys.executable, tools, "norm", "--procs", "256"], input=raw, stdout=out, check=True,
                           stderr=subprocess.DEVNULL)
    return path


def arguments(algorithm, mode):
    scheduler, events, variant = SCHEDULERS[algorithm]
    return settings(SchedulerType=scheduler, SchedulerParameters=f"{events}={EVENTS[mode]}{variant}")


def recorded_starts(path):
    if not path.exists():
        return None
    with gzip.open(path, "rt", newline="") as rows:  # job,start; some files have a heading
        return {row[0]: row[1] for row in csv.reader(rows) if row[0].isdigit()}


def aggregates_differ(summary, row):
    pairs = {
        "mean wait": (summary["wait_s"]["mean"], float(row["mean_wait"]), 6e-4),
        "max wait": (summary["wait_s"]["max"], float(row["max_wait"]), 0.5),
        "mean bounded slowdown": (summary["bounded_slowdown"]["mean"], float(row["mean_bsld10"]), 6e-4),
        "makespan": (summary["makespan_s"], float(row["makespan"]), 0.5),
        "jobs": (summary["jobs"]["completed"], int(row["jobs"]), 0),
    }
    return {name: f"got {got}, expected {want}" for name, (got, want, most) in pairs.items() if abs(got - want) > most}


def compare(sluice, row, workload, oracle, verdicts):
    name = f"{row['workload']} {row['algorithm']} {row['mode']}"
    expected = recorded_starts(oracle / "peers/starts" / f"{name.replace(' ', '-')}.csv.gz")
    summary, starts = sluice.starts(f"pool:{row['procs']}", workload, *arguments(row["algorithm"], row["mode"]))
    different = aggregates_differ(summary, row)
    if name in PYSS_ITSELF:
        got, want = summary["wait_s"]["mean"], PYSS_ITSELF[name]
        verdicts.expect(f"{name}, as pyss itself", abs(got - want) < 6e-4, f"got {got}, expected {want}")
    if name in KNOWN_DIFFERENCES:
        verdicts.expect(f"{name} (known to differ: {KNOWN_DIFFERENCES[name]})", different, str(different))
        return
    verdicts.expect(name, not different, str(different or ""))
    if expected is not None:
        equal = sum(starts.get(job) == start for job, start in expected.items())
        verdicts.expect(f"{name}, start times", equal == len(expected), f"{equal} of {len(expected)} equal")


def compare_conservative(sluice, name, workload, oracle, verdicts):
    expected = recorded_starts(oracle / "peers/starts" / f"{name}-conservative-pyss.csv.gz")
    procs = {"kth": 100, "syn10k_128": 128}[name]
    _, starts = sluice.starts(f"pool:{procs}", workload, *settings(
        SchedulerType="sched/conservative", SchedulerParameters="conservative_events=arrivals_first"))
    equal = sum(starts.get(job) == start for job, start in expected.items())
    verdicts.expect(f"{name} conservative as pyss", equal >= CONSERVATIVE[name], f"{equal} of {len(expected)} equal")


def main():
    data, oracle = folders("SLUICE_DATA", "SLUICE_ORACLE")
    sluice, verdicts = Sluice(sys.argv[1]), Verdicts()
    with open(oracle / "peers/oracle.csv", newline="") as rows:
        rows = list(csv.DictReader(rows))
    with tempfile.TemporaryDirectory() as folder:
        for name in WORKLOADS[sys.argv[2]]:
            workload = make_input(name, folder, data, oracle / "peers/swf_tools.py")
            for row in (row for row in rows if row["workload"] == name):
                compare(sluice, row, workload, oracle, verdicts)
            if name in CONSERVATIVE:
                compare_conservative(sluice, name, workload, oracle, verdicts)
    verdicts.finish()


if __name__ == "__main__":
    main()
