"""What the tests against recorded results share: where the data are, and running the program."""
import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path


def folders(*names):
    """The folders that the environment variables name; without one of them the test is skipped."""
    found = [os.environ.get(name) for name in names]
    if not all(found):
        print("skipped: no data (set " + " and ".join(names) + ")")
        sys.exit(0)
    return [Path(folder) for folder in found]


class Sluice:
    """The program under test."""

    def __init__(self, program):
        self.program = program

    def run(self, cluster, workload, *arguments, out=None):
        """The summary of a run; with `out` the results lie there."""
        command = [self.program, "run", "--cluster", str(cluster), "--workload", str(workload), "--json", *arguments]
        if out is not None:
            command += ["--out", str(out)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"exit code {done.returncode} of {' '.join(command)}\n{done.stderr}")
        return json.loads(done.stdout)

    def starts(self, cluster, workload, *arguments):
        """The summary, and the start of each job by its id, as jobs.csv has them."""
        with tempfile.TemporaryDirectory() as out:
            summary = self.run(cluster, workload, *arguments, out=out)
            with open(Path(out) / "jobs.csv", newline="") as rows:
                return summary, {row["job_id"]: row["start"] for row in csv.DictReader(rows)}


def settings(**keys):
    """--set for each key."""
    return [word for key, value in keys.items() for word in ("--set", f"{key}={value}")]


class Verdicts:
    """Collects what was compared; a test that compared nothing has failed."""

    def __init__(self):
        self.compared = 0
        self.failures = []

    def expect(self, name, holds, detail=""):
        self.compared += 1
        if not holds:
            self.failures.append(name)
        print(f"{'ok  ' if holds else 'FAIL'} {name} {detail}".rstrip(), flush=True)

    def finish(self):
        print(f"{self.compared - len(self.failures)} of {self.compared} as expected")
        sys.exit(1 if self.failures or self.compared == 0 else 0)
