#!/usr/bin/env python3
"""`sluice explain` as a user meets it. usage: explain_test.py SLUICE SOURCE_DIR"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE, SOURCE = str(Path(sys.argv.pop(1)).resolve()), Path(sys.argv.pop(1)).resolve()
CLUSTER = """ClusterName=test
SchedulerType=sched/easy
PriorityType=priority/basic
SelectType=select/first_fit
NodeName=n[1-2] CPUs=4
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE
"""
# a holds everything for 100 s; b lacks resources until then; c stands behind b and starts when b has ended.
JOBS = """job_id,submit,duration,ntasks,time,user
a,0,100,8,5,ann
b,10,50,8,1,bob
c_1,20,100,8,5,eve
c_2,30,100,8,5,eve
"""


class Explain(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.dir = Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)
        (self.dir / "cluster").mkdir()
        (self.dir / "cluster/slurm.conf").write_text(CLUSTER)
        (self.dir / "jobs.csv").write_text(JOBS)

    def sluice(self, *arguments):
        return subprocess.run([SLUICE, *arguments], capture_output=True, text=True, cwd=self.dir)

    def replay(self, *more):
        result = self.sluice("run", "--cluster", "cluster", "--workload", "jobs.csv", "--out", "out", *more)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def explained(self, job, *more):
        result = self.sluice("explain", job, "out", "--json", *more)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def refused(self, result, *texts):
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertEqual(result.stdout, "")
        for text in texts:
            self.assertIn(text, result.stderr)

    def test_a_wait_is_told_interval_by_interval(self):
        self.replay()
        told = self.explained("c_1")
        self.assertEqual([(w["from"], w["to"], w["reason"]) for w in told["waits"]],
                         [(20, 100, "Priority"), (100, 150, "Resources")])
        self.assertEqual(told["by_reason"], [{"reason": "Priority", "s": 80.0}, {"reason": "Resources", "s": 50.0}])
        self.assertEqual(told["waited_s"], 130)
        self.assertEqual(told["runs"], [{"start": 150, "end": 250, "nodelist": "n[1-2]"}])
        self.assertEqual(told["state"], "COMPLETED")

    def test_who_held_what_and_who_stood_before_it(self):
        self.replay()
        behind, short_of = self.explained("c_1")["waits"]
        self.assertEqual(behind["behind"], [{"job_id": "b", "user": "bob", "s": 80.0}])
        self.assertEqual(behind["scarce"]["resource"], "CPUs")
        self.assertEqual(behind["scarce"]["held"], 1)
        self.assertEqual(behind["scarce"]["jobs"], [{"job_id": "a", "user": "ann", "share": 1.0}])
        self.assertEqual(short_of["scarce"]["jobs"], [{"job_id": "b", "user": "bob", "share": 1.0}])
        self.assertEqual(short_of["scarce"]["partitions"], [{"partition": "all", "share": 1.0}])
        self.assertNotIn("behind", short_of)

    def test_the_text_says_the_same(self):
        self.replay()
        text = self.sluice("explain", "c_1", "out").stdout
        for part in ["Job c_1\n", "User       eve", "8 CPUs; time limit 00:05:00", "Started    150 s on n[1-2]",
                     "Ended      250 s, COMPLETED, after 1m 40s", "Waited 2m 10s", "behind job b (bob) for 1m 20s",
                     "CPUs 100.0% held: job a (ann) 100.0%"]:
            self.assertIn(part, text)
        self.assertLessEqual(max(map(len, text.splitlines())), 120)

    def test_a_job_that_did_not_wait(self):
        self.replay()
        self.assertIn("It did not wait.", self.sluice("explain", "a", "out").stdout)

    def test_a_job_that_was_refused(self):
        with open(self.dir / "jobs.csv", "a") as jobs:
            jobs.write("big,40,10,9,1,bob\n")
        self.replay()
        self.assertIn("Refused    Requested node configuration is not available", self.sluice("explain", "big", "out").stdout)

    def test_a_run_that_was_cut_short(self):
        self.replay("--until", "60")
        told = self.explained("c_1")
        self.assertEqual([(w["from"], w["to"], w["reason"]) for w in told["waits"]], [(20, 30, "Priority")])
        self.assertEqual(told["runs"], [])
        self.assertIn("not before the end of the run", self.sluice("explain", "c_1", "out").stdout)

    def test_the_terms_of_an_order_are_told_as_they_change(self):
        self.replay("--set", "PriorityType=priority/expr", "--set", "PriorityParameters=expr=cpus * age, period=00:00:30")
        told = self.explained("c_1")["priority"]
        self.assertEqual([p["at"] for p in told], [20, 30, 60, 90, 120, 150])
        self.assertEqual(told[1], {"at": 30, "total": 80, "terms": {"cpus": 8, "age": 10}})
        self.assertIn("cpus", self.sluice("explain", "c_1", "out").stdout)

    def test_an_unknown_job(self):
        self.replay()
        self.refused(self.sluice("explain", "d_1", "out"), "the run has no job 'd_1'", "did you mean 'c_1'?")
        self.refused(self.sluice("explain", "c", "out"), "it is an array: its tasks are c_1 to c_2")

    def test_an_input_that_has_changed(self):
        self.replay()
        (self.dir / "jobs.csv").write_text(JOBS.replace("a,0,100", "a,0,101"))
        self.refused(self.sluice("explain", "b", "out"), "jobs.csv: error: has changed since the run")
        (self.dir / "jobs.csv").unlink()
        self.refused(self.sluice("explain", "b", "out"), "jobs.csv: error: is gone: it was an input of the run")

    def test_a_folder_without_results(self):
        self.refused(self.sluice("explain", "b", "nowhere"), "nowhere/run.json: error: cannot be read")
        (self.dir / "out").mkdir()
        (self.dir / "out/run.json").write_text("{}")
        self.refused(self.sluice("explain", "b", "out"), "is not a run.json of sluice")

    def test_run_says_why_jobs_waited(self):
        self.replay()
        summary = json.loads((self.dir / "out/summary.json").read_text())
        self.assertEqual(summary["waited_for"], [
            {"reason": "Resources", "job_s": 240.0, "share": 0.545455},  # b 10-100, c_1 100-150, c_2 150-250
            {"reason": "Priority", "job_s": 200.0, "share": 0.454545},   # c_1 20-100, c_2 30-150
        ])
        self.assertIn("Why jobs waited", self.sluice("run", "--cluster", "cluster", "--workload", "jobs.csv").stdout)


if __name__ == "__main__":
    unittest.main()
