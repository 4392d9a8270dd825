#!/usr/bin/env python3
"""Runs that do not begin at the beginning: snapshots and --state. usage: state_test.py SLUICE SOURCE_DIR"""

import gzip
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE, SOURCE = str(Path(sys.argv.pop(1)).resolve()), Path(sys.argv.pop(1)).resolve()
RECORDED = ("RAW|ARRAY|TASK|JOBID|NAME|USER|ACCOUNT|QOS|PARTITION|STATE|REASON|PRIORITY|SUBMIT_TIME|START_TIME|END|TIME_LIMIT|TIME|"
            "NODES|CPUS|MIN_MEMORY|TRES_PER_NODE|NODELIST|REQNODES|NICE|DEPENDENCY\n")
CONF = """ClusterName=test
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=5
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
PriorityType=priority/basic
NodeName=n[1-4] CPUs=8 Sockets=1 CoresPerSocket=8 RealMemory=64000 Gres=gpu:2
NodeName=n5 CPUs=8 Sockets=1 CoresPerSocket=8 RealMemory=64000 State=DOWN
PartitionName=main Nodes=n[1-5] Default=YES MaxTime=1-0
PartitionName=few Nodes=n[1-2] MaxTime=1-0
"""
JOBS = "job_id,submit,duration,nodes,ntasks,time,array,dependency\n" + "".join(
    f"{i},{i * 20},{100 + 37 * i % 400},{1 + i % 3},{8 * (1 + i % 3)},10,{'0-3%2' if i == 7 else ''},"
    f"{'afterok:3' if i == 9 else ''}\n" for i in range(1, 31))
HEADER = "JOBID|USER|PARTITION|STATE|SUBMIT_TIME|START_TIME|TIME_LIMIT|TIME|NODES|CPUS|TRES_PER_NODE|NODELIST|DEPENDENCY|REASON\n"
STATE = HEADER + (
    "11|ann|main|RUNNING|2026-03-02T08:00:00|2026-03-02T09:00:00|3:00:00|1:00:00|2|16|N/A|n[1-2]|(null)|None\n"
    "12|bob|main|RUNNING|2026-03-02T08:10:00|2026-03-02T09:30:00|2:00:00|30:00|2|16|gres:gpu:2|n[3-4]|(null)|None\n"
    "13|eve|main|PENDING|2026-03-02T09:40:00|N/A|1:00:00|0:00|4|32|N/A||(null)|Resources\n"
    "14|eve|main|PENDING|2026-03-02T09:41:00|N/A|1:00:00|0:00|1|8|N/A||afterok:12(unfulfilled)|Dependency\n")


class Begun(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = Path(temporary.name)
        self.file("cluster/slurm.conf", CONF)
        self.file("cluster/gres.conf", "NodeName=n[1-4] Name=gpu File=/dev/nvidia[0-1]\n")
        self.file("jobs.csv", JOBS)
        self.file("now.txt", STATE)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text)

    def sluice(self, *arguments):
        return subprocess.run([SLUICE, *arguments], capture_output=True, text=True, cwd=self.dir)

    def run_ok(self, *arguments):
        result = self.sluice("run", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def refused(self, result, *texts):
        self.assertEqual(result.returncode, 2, result.stderr)
        for text in texts:
            self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")

    def results(self, folder):
        files = {p.name: p.read_text() for p in (self.dir / folder).iterdir()}
        summary = json.loads(files["summary.json"])
        summary.pop("wall_s")
        files["summary.json"] = summary
        return files

    whole = ["--cluster", "cluster", "--workload", "jobs.csv"]

    def test_a_run_resumes_to_the_results_of_one_that_was_never_stopped(self):
        self.run_ok(*self.whole, "--snapshot", "70", "--snapshot", "333.5", "--snapshot-file", "at-%t", "--out", "whole")
        self.assertEqual(sorted(p.name for p in self.dir.glob("at-*")), ["at-333.5", "at-70"])
        for snapshot in ["at-70", "at-333.5"]:
            self.run_ok("--resume", snapshot, "--out", snapshot + ".out")
            self.assertEqual(self.results(snapshot + ".out"), self.results("whole"))
        plain = self.run_ok(*self.whole, "--json")
        self.assertEqual(json.loads(plain)["fingerprint"], self.results("whole")["summary.json"]["fingerprint"])
        self.assertEqual(self.sluice("explain", "12", "at-70.out").returncode, 0)

    def test_a_resumed_run_takes_snapshots_of_its_own(self):
        self.run_ok(*self.whole, "--snapshot", "70", "--snapshot-file", "first", "--out", "whole")
        self.run_ok("--resume", "first", "--snapshot", "500", "--snapshot-file", "second", "--quiet")
        self.run_ok("--resume", "second", "--out", "out")
        self.assertEqual(self.results("out"), self.results("whole"))
        self.refused(self.sluice("run", "--resume", "second", "--snapshot", "70"), "lies before")

    def test_an_input_that_has_changed_is_refused(self):
        self.run_ok(*self.whole, "--snapshot", "70", "--quiet")
        for name, text in [("jobs.csv", JOBS + "99,900,10,1,1,10,,\n"), ("cluster/slurm.conf", CONF + "# more\n")]:
            before = (self.dir / name).read_text()
            self.file(name, text)
            self.refused(self.sluice("run", "--resume", "snapshot.sluice"), name, "has changed since the run")
            self.file(name, before)
        (self.dir / "jobs.csv").unlink()
        self.refused(self.sluice("run", "--resume", "snapshot.sluice"), "jobs.csv", "is gone")

    def test_a_damaged_or_foreign_file_is_refused(self):
        self.run_ok(*self.whole, "--snapshot", "70", "--quiet")
        good = (self.dir / "snapshot.sluice").read_bytes()
        middle = len(good) // 2
        for bad, text in [(b"", "is no snapshot"), (b"PK\x03\x04 zip", "is no snapshot"), (good[:20], "is damaged"),
                          (good[:-1], "is damaged"), (good + b"x", "is damaged"),
                          (good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1:], "checksum")]:
            self.file("bad", bad)
            self.refused(self.sluice("run", "--resume", "bad"), "bad: error:", text)
        self.refused(self.sluice("run", "--resume", "nowhere"), "nowhere", "cannot be read")

    def test_what_does_not_go_together_is_refused(self):
        self.refused(self.sluice("run", "--resume", "x", "--cluster", "cluster"), "--resume", "--cluster")
        self.refused(self.sluice("run", "--cluster", "cluster"), "--workload")
        self.refused(self.sluice("run", *self.whole, "--snapshot", "1", "--snapshot", "2"), "%t")
        self.refused(self.sluice("run", *self.whole, "--until", "10", "--snapshot", "20"), "behind --until")

    def starts(self, folder="out"):
        rows = [line.split(",") for line in (self.dir / folder / "jobs.csv").read_text().splitlines()]
        start = rows[0].index("start")
        return {row[0]: row[start] for row in rows[1:]}

    def test_jobs_that_run_hold_their_nodes_until_their_limits(self):
        self.run_ok("--cluster", "cluster", "--state", "now.txt", "--out", "out", "--quiet")
        day = 1772409600  # 2026-03-02
        self.assertEqual(self.starts(), {"11": str(day + 9 * 3600), "12": str(day + 9 * 3600 + 1800),
                                         "13": str(day + 12 * 3600 + 0), "14": str(day + 13 * 3600)})

    def test_what_a_real_squeue_printed_fits_its_cluster(self):
        for name in ["stress-mixed", "gpu-fragmentation", "multifactor", "topology-tree", "arrays-deps"]:
            recording = SOURCE / "tests/recordings" / name
            moments = gzip.open(recording / "run1/squeue.snap.gz", "rt").read().split("\n### ")[1:]
            for moment in moments[5::12]:
                rows = moment.split("\n", 1)[1]
                if not rows.strip():
                    continue
                self.file("real.txt", RECORDED + rows)
                result = self.sluice("run", "--cluster", str(recording), "--state", "real.txt", "--json")
                self.assertEqual(result.returncode, 0, f"{name} {moment.splitlines()[0]}: {result.stderr}")
                jobs = json.loads(result.stdout)["jobs"]
                self.assertEqual(jobs["total"], sum(f"|{state}|" in row for row in rows.splitlines()
                                                    for state in ("PENDING", "RUNNING", "SUSPENDED")))

    def test_what_sacct_prints_does_as_well(self):
        self.run_ok("--cluster", "cluster", "--state", "now.txt", "--out", "squeue", "--quiet")
        self.file("now.txt", "JobID|User|Partition|State|Submit|Start|Timelimit|Elapsed|AllocNodes|AllocCPUS|AllocTRES|ReqNodes|"
                             "ReqCPUS|ReqTRES|NodeList|Reason\n"
            "11|ann|main|RUNNING|2026-03-02T08:00:00|2026-03-02T09:00:00|03:00:00|01:00:00|2|16|billing=16,cpu=16,node=2|2|16|"
            "billing=16,cpu=16,node=2|n[1-2]|None\n"
            "12|bob|main|RUNNING|2026-03-02T08:10:00|2026-03-02T09:30:00|02:00:00|00:30:00|2|16|cpu=16,gres/gpu=4,node=2|2|16|"
            "cpu=16,gres/gpu=4,node=2|n[3-4]|None\n"
            "13|eve|main|PENDING|2026-03-02T09:40:00|Unknown|01:00:00|00:00:00|0|0||4|32|cpu=32,node=4|None assigned|Resources\n"
            "10|eve|main|COMPLETED|2026-03-02T07:40:00|2026-03-02T08:00:00|01:00:00|00:30:00|1|1|cpu=1,node=1|1|1|cpu=1,node=1|n1|\n")
        self.run_ok("--cluster", "cluster", "--state", "now.txt", "--out", "sacct", "--quiet")
        squeue, sacct = self.starts("squeue"), self.starts("sacct")
        self.assertEqual(sacct, {job: squeue[job] for job in ("11", "12", "13")})

    def test_cpus_are_spread_as_others_leave_room(self):
        self.file("now.txt", HEADER +
            "1|ann|main|RUNNING|2026-03-02T08:00:00|2026-03-02T08:00:00|3:00:00|1:00:00|2|9|N/A|n[1-2]|(null)|None\n"
            "2|bob|main|RUNNING|2026-03-02T08:00:00|2026-03-02T08:00:00|3:00:00|1:00:00|2|8|N/A|n[2-3]|(null)|None\n"
            "3|eve|main|RUNNING|2026-03-02T08:00:00|2026-03-02T08:30:00|3:00:00|0:30:00|1|7|N/A|n3|(null)|None\n")
        self.run_ok("--cluster", "cluster", "--state", "now.txt", "--out", "out", "--quiet")
        rows = [line.split(",") for line in (self.dir / "out/jobs.csv").read_text().replace('"', "").splitlines()]
        self.assertEqual(len(rows), 4)
        self.assertEqual(self.sluice("verify", "out").returncode, 0)

    def test_when_will_my_job_start(self):
        self.file("my.sh", "#!/bin/sh\n#SBATCH --nodes=1 --ntasks=8 --time=20\n")
        told = self.run_ok("--cluster", "cluster", "--state", "now.txt", "--workload", "my.sh")
        self.assertIn("2026-03-02T11:30:0", told)  # when 12 is over, before 13 can have four nodes
        self.assertIn("Resources", told)

    def test_what_if_a_node_is_drained_tonight(self):
        self.file("tonight.csv", "t,command\n2026-03-02T11:00:00,scontrol update nodename=n4 state=drain reason=x\n"
                                 "2026-03-02T20:00:00,scontrol update nodename=n4 state=resume\n")
        self.run_ok("--cluster", "cluster", "--state", "now.txt", "--events", "tonight.csv", "--out", "out", "--quiet")
        self.assertGreaterEqual(int(float(self.starts()["13"])), 1772409600 + 20 * 3600)

    def test_a_state_that_is_written_is_read_again_as_it_was(self):
        self.run_ok("--cluster", "cluster", "--state", "now.txt", "--until", "2026-03-02T10:00:00", "--state-out", "a.txt", "--quiet")
        self.run_ok("--cluster", "cluster", "--state", "a.txt", "--until", "2026-03-02T10:00:00", "--state-out", "b.txt", "--quiet")
        a = (self.dir / "a.txt").read_text()
        self.assertEqual(a, (self.dir / "b.txt").read_text())
        self.assertIn("12|bob||main||RUNNING|2026-03-02T08:10:00|2026-03-02T09:30:00|02:00:00|00:30:00|2|16|gres:gpu:2|", a)

    def test_rows_that_do_not_fit_the_cluster_are_shown(self):
        for before, after, place, text in [
                ("n[1-2]|", "n[1-2],n7|", "now.txt:2:86", "runs on n7, which the cluster does not have"),
                ("2|16|N/A|n[1-2]", "2|18|N/A|n[1-2]", "now.txt:2:", "has 18 CPUs on n[1-2], which has 16"),
                ("n[3-4]", "n[2-3]", "now.txt:3:", "has 16 CPUs on n[2-3], which has 16, of which others of this file have 8"),
                ("gres:gpu:2", "gres:gpu:3", "now.txt:3:", "has 6 GPUs on n[3-4], where 4 are free"),
                ("n[1-2]|", "n[4-5]|", "now.txt:2:", "which slurm.conf says is out of service"),
                ("bob|main", "bob|few", "now.txt:3:", "not in partition few"),
                ("bob|main", "bob|mian", "now.txt:3:", "partition 'mian', which the cluster does not have"),
                ("N/A|1:00:00|0:00|4", "N/A|an hour|0:00|4", "now.txt:4:", "TIME_LIMIT wants a time limit, got 'an hour'"),
                ("2026-03-02T09:40:00", "yesterday", "now.txt:4:", "SUBMIT_TIME wants a moment, got 'yesterday'"),
                ("13|eve", "13_[1-4]|eve", "now.txt:4:1", "is several tasks in one row"),
                ("13|eve", "12|eve", "now.txt:4:1", "is there twice"),
                ("|(null)|Resources", "", "now.txt:4:1", "12 cells under a header of 14"),
                ("|SUBMIT_TIME", "|SUBMITTED", "now.txt:1:1", "there is no column SUBMIT_TIME")]:
            self.file("now.txt", STATE.replace(before, after, 1))
            result = self.sluice("run", "--cluster", "cluster", "--state", "now.txt")
            self.refused(result, place, text, "hint:" if "row" in text else "")


if __name__ == "__main__":
    unittest.main()
