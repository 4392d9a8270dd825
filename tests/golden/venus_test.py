"""All GPU jobs of Helios Venus on configs/venus under EASY: runs through, verifies, and twice gives the same.

usage: venus_test.py SLUICE CONFIG
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from oracle import Sluice, Verdicts, folders, settings

JOBS = 125_303


def main():
    (data,) = folders("SLUICE_DATA")
    sluice, verdicts = Sluice(sys.argv[1]), Verdicts()
    trace, policy = data / "helios/venus_gpu_jobs.csv", settings(SchedulerType="sched/easy")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        summary = sluice.run(sys.argv[2], trace, *policy, out=out)
        jobs = summary["jobs"]
        verdicts.expect("every job is there and has ended",
                        jobs["total"] == JOBS and sum(jobs["by_state"].values()) == JOBS and jobs["pending"] == 0,
                        str(jobs))
        verified = subprocess.run([sys.argv[1], "verify", str(out)], capture_output=True, text=True)
        verdicts.expect("sluice verify", verified.returncode == 0, (verified.stdout + verified.stderr)[-500:])
        first = json.loads((out / "run.json").read_text())["fingerprint"]
        sluice.run(sys.argv[2], trace, *policy, out=Path(folder) / "again")
        second = json.loads((Path(folder) / "again" / "run.json").read_text())["fingerprint"]
        verdicts.expect("the same fingerprint twice", first == second, f"{first} {second}")
    verdicts.finish()


if __name__ == "__main__":
    main()
