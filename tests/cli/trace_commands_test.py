#!/usr/bin/env python3
"""convert, describe, anonymise and --transform as a user meets them. usage: trace_commands_test.py SLUICE SOURCE_DIR"""

import gzip
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE, SOURCE = str(Path(sys.argv.pop(1)).resolve()), Path(sys.argv.pop(1)).resolve()
JOBS = "job_id,user,submit,duration,ntasks,time\na,ann,100,100,4,5\nb,bob,110,50,2,1\nc,ann,170,100,4,5\n"
CLUSTER = """ClusterName=acme
SchedulerType=sched/easy
PriorityType=priority/basic
SelectType=select/first_fit
AccountingStoragePass=secret
NodeName=gpu[01-02] CPUs=4 NodeAddr=10.0.0.[1-2]
NodeName=cpu[1-3] CPUs=2
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE
PartitionName=fast Nodes=gpu[01-02]
"""


class TraceCommands(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.dir = Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)
        self.file("jobs.csv", JOBS)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sluice(self, *arguments, code=0):
        result = subprocess.run([SLUICE, *arguments], capture_output=True, text=True, cwd=self.dir)
        self.assertEqual(result.returncode, code, result.stderr)
        return result

    def run_jobs(self, *more):
        self.file("cluster/slurm.conf", CLUSTER)
        text = self.sluice("run", "--cluster", "cluster", "--workload", "jobs.csv", "--json", *more).stdout
        return json.loads(text)

    def test_convert_cuts_changes_and_packs(self):
        self.sluice("convert", "jobs.csv", "--out", "out.csv.gz", "--from", "110", "--transform", "map_users=ann:eve")
        with gzip.open(self.dir / "out.csv.gz", "rt") as packed:
            self.assertEqual(packed.read(), "job_id,user,submit,duration,time,ntasks\n"
                                            "b,bob,110,50,00:01:00,2\nc,eve,170,100,00:05:00,4\n")

    def test_convert_to_swf_says_what_is_lost(self):
        result = self.sluice("convert", "jobs.csv", "--out", "out.swf")
        self.assertIn("out.swf: job ids are no numbers from 0, each once: jobs are numbered from 1\n", result.stderr)
        rows = [line for line in (self.dir / "out.swf").read_text().splitlines() if not line.startswith(";")]
        self.assertEqual(rows[0], "1 100 -1 100 4 -1 -1 4 300 -1 1 1 -1 -1 -1 -1 -1 -1")
        self.sluice("convert", "out.swf", "--as", "csv", "--out", "again")
        self.assertEqual((self.dir / "again").read_text().splitlines()[1], "1,1,100,100,00:05:00,4")

    def test_convert_leaves_nothing_after_an_error(self):
        result = self.sluice("convert", "jobs.csv", "--out", "out.csv", "--transform", "scale_lod=2", code=2)
        self.assertIn("hint: did you mean 'scale_load'?", result.stderr)
        self.assertEqual([path.name for path in self.dir.iterdir()], ["jobs.csv"])
        self.assertIn("cannot write", self.sluice("convert", "jobs.csv", "--out", "no/such/x.csv", code=2).stderr)

    def test_describe_prints_text_and_json(self):
        self.assertIn("run time         median 100 s, mean 83.33", self.sluice("describe", "jobs.csv").stdout)
        figures = json.loads(self.sluice("describe", "jobs.csv", "--json", "--capacity", "10").stdout)
        self.assertEqual((figures["jobs"], figures["unit"], figures["users"]["users"]), (3, "CPU", 2))
        self.assertAlmostEqual(figures["load"], 900 / 700)
        self.assertEqual(json.loads(self.sluice("describe", "jobs.csv", "--json", "--unit", "nodes").stdout)["mean_size"], 1)

    def test_bad_rows_are_skipped_when_allowed(self):
        self.file("jobs.csv", JOBS + "d,ann,soon,1,1,1\n")
        self.sluice("describe", "jobs.csv", code=2)
        result = self.sluice("describe", "jobs.csv", "--skip-bad-rows", "1")
        self.assertIn("left out: 1 (broken row)", result.stdout)

    def test_transforms_are_listed(self):
        text = self.sluice("transforms").stdout
        for name in ("cut", "scale_load", "thin_users", "limits", "bootstrap"):
            self.assertIn(f"\n{name}: " if name != "cut" else "cut: ", text)

    def test_run_takes_transforms_and_says_so(self):
        summary = self.run_jobs("--transform", "repeat=2", "--transform", "scale_runtimes=0.5", "--out", "out")
        text = json.dumps(summary)
        self.assertIn("repeat: the trace is there 2 times, every 1-00:00:00", text)
        self.assertEqual(len((self.dir / "out" / "jobs.csv").read_text().splitlines()), 7)

    def test_a_merged_trace_is_an_input_of_the_run(self):
        self.file("more.csv", JOBS)
        self.run_jobs("--transform", "merge=more.csv", "--out", "out")
        inputs = json.loads((self.dir / "out" / "run.json").read_text())["inputs"]
        self.assertIn(("transform", "more.csv"), [(one["role"], one["path"]) for one in inputs])

    def test_an_anonymised_cluster_runs_jobs_as_before(self):
        before = self.run_jobs()
        self.sluice("anonymise", "cluster/slurm.conf", "jobs.csv", "--out", "shared", "--map-out", "map.csv")
        conf, jobs = (self.dir / "shared/slurm.conf").read_text(), (self.dir / "shared/jobs.csv").read_text()
        for name in ("acme", "secret", "10.0.0", "gpu", "cpu["):
            self.assertNotIn(name, conf)
        for name in ("ann", "bob"):
            self.assertNotIn(name, jobs)
        self.assertIn("cluster,acme,cluster1\n", (self.dir / "map.csv").read_text())
        after = json.loads(self.sluice("run", "--cluster", "shared", "--workload", "shared/jobs.csv", "--json").stdout)
        self.assertEqual(after["fingerprint"] if "fingerprint" in after else after["run"]["fingerprint"],
                         before["fingerprint"] if "fingerprint" in before else before["run"]["fingerprint"])

    def test_anonymise_refuses_files_of_one_name(self):
        self.file("a/slurm.conf", CLUSTER)
        self.file("b/slurm.conf", CLUSTER)
        result = self.sluice("anonymise", "a/slurm.conf", "b/slurm.conf", "--out", "shared", code=2)
        self.assertIn("b/slurm.conf: error: has the name of another file", result.stderr)
        self.assertFalse((self.dir / "shared").exists())

    def test_steps_may_stand_in_a_file(self):
        self.file("steps.json", '[{"filter": {"user": ["ann"]}},\n {"scale_load": 2}]')
        said = json.loads(self.sluice("describe", "jobs.csv", "--json", "--transforms", "steps.json",
                                      "--transform", "map_users=ann:eve").stdout)
        self.assertEqual(said["jobs"], 2)
        self.file("steps.json", '[{"filter": {"user": ["ann"]}},\n {"scale_lod": 2}]')
        self.assertEqual(self.sluice("describe", "jobs.csv", "--transforms", "steps.json", code=2).stderr,
                         "steps.json:2:3: error: unknown transform 'scale_lod'\n"
                         '   {"scale_lod": 2}]\n'
                         "    ^\n"
                         "  hint: did you mean 'scale_load'?\n")
        self.assertEqual(self.sluice("describe", "jobs.csv", "--transforms", "none.json", code=2).stderr,
                         "none.json: error: cannot be read\n")

    def test_a_cluster_may_stand_behind_transforms_of_any_command(self):
        self.file("cluster/slurm.conf", CLUSTER.replace("MaxTime=INFINITE", "MaxTime=90 DefaultTime=30"))
        self.file("bare.csv", "job_id,submit,duration\na,0,100\n")
        self.sluice("convert", "bare.csv", "--out", "out.csv", "--cluster", "cluster", "--transform", "limits=partition")
        self.assertEqual((self.dir / "out.csv").read_text(), "job_id,submit,duration,time\na,0,100,00:30:00\n")
        self.sluice("check", "--cluster", "cluster", "--workload", "bare.csv", "--transform", "limits=partition")
        self.sluice("convert", "bare.csv", "--out", "out.csv", "--transform", "limits=partition", code=2)

    def test_every_command_takes_the_zone_of_a_dump_and_the_run_times_of_scripts(self):
        self.file("dump", "JobID|State|Submit|Start|Elapsed|ReqCPUS\n"
                          "1|COMPLETED|2022-03-01T10:00:00|2022-03-01T10:00:00|00:10:00|4\n")
        said = json.loads(self.sluice("describe", "dump", "--json", "--timezone", "+02:00").stdout)
        self.assertEqual(said["first"], "2022-03-01T08:00:00")
        self.file("one.sh", "#!/bin/sh\n#SBATCH -t 10\n")
        said = json.loads(self.sluice("describe", "one.sh", "--json", "--run-share", "0.5").stdout)
        self.assertEqual(said["run_time_s"]["median"], 300)

    def test_results_name_every_file_that_was_read(self):
        self.file("scripts/one.sh", "#!/bin/sh\n#SBATCH -t 10\n")
        self.file("scripts/durations.csv", "script,duration\none.sh,60\n")
        self.file("scripts/jobs.list", "one.sh submit=0\n")
        self.file("cluster/slurm.conf", CLUSTER)
        self.sluice("run", "--cluster", "cluster", "--workload", "scripts/jobs.list", "--out", "out", "--quiet")
        inputs = json.loads((self.dir / "out/run.json").read_text())["inputs"]
        self.assertEqual([one["path"] for one in inputs if one["role"] == "workload"],
                         ["scripts/jobs.list", "scripts/durations.csv", "scripts/one.sh"])

    def test_what_generate_writes_is_read_without_a_word(self):
        for kind in ("ml", "lublin", "stress"):
            self.sluice("generate", "--kind", kind, "--jobs", "200", "--out", "made.csv")
            result = self.sluice("describe", "made.csv", "--json")
            self.assertEqual(json.loads(result.stdout)["jobs"], 200, kind)
            self.assertEqual(result.stderr, "", kind)


if __name__ == "__main__":
    unittest.main()
