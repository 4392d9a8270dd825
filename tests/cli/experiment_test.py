#!/usr/bin/env python3
"""sluice experiment as a user meets it. usage: experiment_test.py SLUICE"""

import csv
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE = str(Path(sys.argv.pop(1)).resolve())
JOBS = "job_id,user,submit,duration,ntasks,time\na,ann,0,100,4,5\nb,bob,10,50,4,2\nc,ann,20,10,1,1\nd,bob,30,10,3,1\n"
CLUSTER = """ClusterName=test
SchedulerType=sched/fcfs
PriorityType=priority/basic
SelectType=select/first_fit
NodeName=n1 CPUs=4
PartitionName=all Nodes=ALL Default=YES
"""
EXPERIMENT = """{
  "name": "orders",
  "cluster": "cluster",
  "workload": "jobs.csv",
  "variants": [
    {"name": "fcfs"},
    {"name": "sjf", "set": {"PriorityType": "priority/sjf"}},
    {"name": "busy", "transforms": [{"scale_load": 2}]}
  ]
}
"""


class Experiment(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.dir = Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)
        self.file("lab/jobs.csv", JOBS)
        self.file("lab/cluster/slurm.conf", CLUSTER)
        self.file("lab/orders.json", EXPERIMENT)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sluice(self, *arguments, code=0):
        result = subprocess.run([SLUICE, *arguments], capture_output=True, text=True, cwd=self.dir)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def compared(self, folder):
        with open(self.dir / folder / "comparison.csv", newline="") as rows:
            return {(row["variant"], row["seed"]): row for row in csv.DictReader(rows)}

    def test_each_variant_is_a_run_and_a_row(self):
        said = self.sluice("experiment", "lab/orders.json").stdout
        self.assertIn("Results in lab/results/orders\n", said)
        rows = self.compared("lab/results/orders")
        self.assertEqual(list(rows), [("fcfs", "1"), ("sjf", "1"), ("busy", "1")])
        # a 0-100, b 100-150, then c and d: waits 0 90 130 120. sjf: c and d before b: 0 100 80 70.
        self.assertEqual(rows["fcfs", "1"]["wait_mean_s"], "85")
        self.assertEqual(rows["sjf", "1"]["wait_mean_s"], "62.5")
        self.assertEqual(rows["busy", "1"]["wait_mean_s"], "92.5")
        for name in ("fcfs", "sjf", "busy"):
            self.assertTrue((self.dir / "lab/results/orders" / name / "jobs.csv").exists())

    def test_results_hold_the_command_that_repeats_the_run(self):
        self.sluice("experiment", "lab/orders.json", "--out", "out")
        first = json.loads((self.dir / "out/busy/run.json").read_text())
        self.assertIn("lab/orders.json#/variants/2/transforms", first["arguments"])
        self.sluice(*[word if word != "out/busy" else "again" for word in first["arguments"][1:]])
        again = json.loads((self.dir / "again/run.json").read_text())
        self.assertEqual(again["fingerprint"], first["fingerprint"])

    def test_each_seed_is_a_run(self):
        self.file("lab/orders.json", EXPERIMENT.replace('"variants"', '"seeds": [3, 4], "transforms": [{"thin_users": 0.5}], "variants"'))
        runs = json.loads(self.sluice("experiment", "lab/orders.json", "--json").stdout)
        self.assertEqual([(run["variant"], run["seed"]) for run in runs][:3], [("fcfs", 3), ("fcfs", 4), ("sjf", 3)])
        self.assertTrue((self.dir / "lab/results/orders/busy-seed4/run.json").exists())

    def test_every_mistake_of_the_file_is_shown_where_it_stands(self):
        self.file("lab/orders.json", '{\n  "clustr": "cluster",\n  "workload": {"fil": 1},\n  "seeds": [-1],\n'
                                     '  "variants": [{"name": "a/b", "set": {"ScheduleType": "x"}}, 7]\n}\n')
        self.assertEqual(self.sluice("experiment", "lab/orders.json", code=2).stderr.replace("lab/orders.json", "F"),
                         "F:2:3: error: an experiment has no member 'clustr'\n"
                         '    "clustr": "cluster",\n'
                         "    ^\n"
                         "  hint: did you mean 'cluster'?\n"
                         "F:3:16: error: a workload has no member 'fil'\n"
                         '    "workload": {"fil": 1},\n'
                         "                 ^\n"
                         "  hint: did you mean 'file'?\n"
                         "F:3:15: error: a workload has no \"file\"\n"
                         '    "workload": {"fil": 1},\n'
                         "                ^\n"
                         "  hint: name the trace\n"
                         "F:4:13: error: should be a whole number from 0\n"
                         '    "seeds": [-1],\n'
                         "              ^\n"
                         "F:5:25: error: 'a/b' cannot be the name of a folder\n"
                         '    "variants": [{"name": "a/b", "set": {"ScheduleType": "x"}}, 7]\n'
                         "                          ^\n"
                         "  hint: use letters, digits, - and _\n"
                         "F:5:40: error: 'ScheduleType' is no key of slurm.conf\n"
                         '    "variants": [{"name": "a/b", "set": {"ScheduleType": "x"}}, 7]\n'
                         "                                         ^\n"
                         "  hint: did you mean 'SchedulerType'?\n"
                         "F:5:16: error: there is no cluster\n"
                         '    "variants": [{"name": "a/b", "set": {"ScheduleType": "x"}}, 7]\n'
                         "                 ^\n"
                         '  hint: give the experiment or the variant a "cluster"\n'
                         "F:5:16: error: there is no workload\n"
                         '    "variants": [{"name": "a/b", "set": {"ScheduleType": "x"}}, 7]\n'
                         "                 ^\n"
                         '  hint: give the experiment or the variant a "workload"\n'
                         "F:5:63: error: a variant should be an object\n"
                         '    "variants": [{"name": "a/b", "set": {"ScheduleType": "x"}}, 7]\n'
                         "                                                                ^\n")

    def test_a_variant_that_cannot_run_is_found_before_the_first_one_runs(self):
        self.file("lab/orders.json", EXPERIMENT.replace("priority/sjf", "priority/sfj"))
        said = self.sluice("experiment", "lab/orders.json", code=2).stderr
        self.assertIn("lab/orders.json:7:5: error: variant 'sjf' cannot run\n", said)
        self.assertIn("--set: error: PriorityType 'priority/sfj' is not known\n", said)
        self.assertFalse((self.dir / "lab/results").exists())


if __name__ == "__main__":
    unittest.main()
