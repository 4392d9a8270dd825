#!/usr/bin/env python3
"""`sluice check` as a user meets it. usage: check_test.py SLUICE SOURCE_DIR"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE, SOURCE = str(Path(sys.argv.pop(1)).resolve()), Path(sys.argv.pop(1)).resolve()

CONF = """ClusterName=test
SchedulerType=sched/easy
SelectType=select/first_fit
GresTypes=gpu
NodeName=g[1-2] CPUs=8 RealMemory=1000 Gres=gpu:a100:4
NodeName=c[1-2] CPUs=4 RealMemory=1000
PartitionName=gpu Nodes=g[1-2] Default=YES MaxTime=1:00:00
PartitionName=cpu Nodes=c[1-2]
"""


class Check(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = Path(temporary.name)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def cluster(self, text=CONF):
        return self.file("cluster/slurm.conf", text).parent

    def check(self, *arguments, code=0):
        done = subprocess.run([SLUICE, "check", *map(str, arguments)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def json(self, *arguments, code=0):
        return json.loads(self.check(*arguments, "--json", code=code).stdout)

    def test_a_sound_cluster_is_clean(self):
        said = self.check("--cluster", self.cluster()).stdout
        self.assertIn("Cluster test: 4 nodes, 2 partitions\n", said)
        self.assertIn("2 x 8 CPUs (8 x 1 x 1), 1000 MB, gpu:a100:4: g[1-2]\n", said)
        self.assertIn("TRES: cpu=24 gres/gpu=8 gres/gpu:a100=8 mem=4000 node=4\n", said)
        self.assertTrue(said.endswith("\nclean: 0 errors, 0 warnings, 0 findings\n"), said)

    def test_the_ready_clusters_are_clean(self):
        for name in ("demo", "venus", "dgx-pod"):
            self.check("--cluster", SOURCE / "configs" / name)

    def test_json_holds_the_census(self):
        report = self.json("--cluster", self.cluster())
        self.assertEqual(list(report), ["verdict", "errors", "warnings", "findings", "diagnostics", "cluster"])
        self.assertEqual(report["verdict"], "clean")
        self.assertEqual([(p["name"], p["nodes"], p["cpus"], p["gpus"]) for p in report["cluster"]["partitions"]],
                         [("gpu", 2, 16, 8), ("cpu", 2, 8, 0)])
        self.assertEqual(report["cluster"]["partitions"][0]["max_time_minutes"], 60)
        self.assertIsNone(report["cluster"]["partitions"][1]["max_time_minutes"])

    def test_a_warning_is_a_finding(self):
        cluster = self.cluster(CONF + "PartitionName=late Nodes=c1 DefaultTime=2:00:00 MaxTime=1:00:00\n")
        said = self.check("--cluster", cluster, code=1).stdout
        self.assertIn(":9:", said)
        self.assertIn("findings: 0 errors, 1 warning, 0 findings\n", said)

    def test_every_mistake_is_said_in_one_run(self):
        cluster = self.cluster(CONF + "SchedulrParameters=x\nPreemptType=preempt/qos\nPartitionName=p Nodes=c9\n")
        report = self.json("--cluster", cluster, code=2)
        self.assertEqual(report["verdict"], "unusable")
        self.assertEqual([d["line"] for d in report["diagnostics"]], [9, 11, 10])
        self.assertEqual(report["diagnostics"][0]["hint"], "did you mean 'SchedulerParameters'?")
        self.assertEqual(report["diagnostics"][0]["column"], 1)
        self.assertNotIn("cluster", report)

    def test_what_run_would_refuse_is_unusable(self):
        said = self.check("--cluster", self.cluster(), "--set", "SchedulerType=sched/eazy", code=2).stdout
        self.assertIn("did you mean 'sched/easy'?", said)
        self.assertIn("Cluster test", said)

    def test_no_cluster_is_bad_input(self):
        self.check("--cluster", self.dir / "nothing", code=2)
        self.check(code=2)

    def test_keys_without_effect_are_listed_with_their_meaning(self):
        cluster = self.cluster(CONF + "JobSubmitPlugins=lua\n")
        self.assertEqual(self.json("--cluster", cluster)["cluster"]["not_modelled"],
                         [{"key": "JobSubmitPlugins", "meaning": "plugins that change jobs at submission"}])

    def test_keys_that_only_slurms_own_scheduler_heeds_are_listed_for_others(self):
        cluster = self.cluster(CONF + "DefMemPerCPU=100\nResumeTimeout=600\n")
        keys = [k["key"] for k in self.json("--cluster", cluster, "--set", "SchedulerType=sched/easy", "--set",
                                            "SelectType=select/best_fit")["cluster"]["not_modelled"]]
        self.assertEqual(keys, ["DefMemPerCPU"])  # no node is powered down, so none takes time to power up
        slurm = ("--set", "SchedulerType=sched/backfill", "--set", "SelectType=select/cons_tres")
        self.assertEqual(self.json("--cluster", cluster, *slurm)["cluster"]["not_modelled"], [])
        saving = self.cluster(CONF + "ResumeTimeout=600\nSuspendTime=60\n")
        self.assertEqual(self.json("--cluster", saving, *slurm)["cluster"]["not_modelled"], [])
        research = ("--set", "SchedulerType=sched/easy", "--set", "SelectType=select/best_fit")
        keys = [k["key"] for k in self.json("--cluster", saving, *research)["cluster"]["not_modelled"]]
        self.assertEqual(keys, ["ResumeTimeout", "SuspendTime"])

    def test_options_that_slurmctld_passes_over_are_findings(self):
        cluster = self.cluster(CONF)
        said = self.check("--cluster", cluster, "--set", "SchedulerType=sched/backfill", "--set",
                          "SelectType=select/cons_tres", "--set",
                          "SchedulerParameters=BF_Window=60,kill_invalid_depend,max_array_tasks=9", code=1).stdout
        self.assertIn("warning: sched/backfill 22.05 has no option 'kill_invalid_depend' and passes it over\n", said)
        self.assertIn("hint: since 19.05 it is an option of DependencyParameters\n", said)
        self.assertIn("warning: sched/backfill does not act on max_array_tasks\n", said)
        self.assertNotIn("BF_Window'", said)

    def test_limits_of_the_accounting_data_are_listed(self):
        cluster = self.cluster(CONF + "AccountingStorageEnforce=limits\n")
        self.file("cluster/a.cmds", "add qos gold maxwall=10\nadd account ml grptres=gres/gpu=4\nadd user u account=ml\n")
        facts = self.json("--cluster", cluster)["cluster"]
        self.assertEqual(facts["limits"], [{"of": "QOS gold", "limits": "MaxWall=00:10:00"},
                                           {"of": "account ml", "limits": "GrpTRES=gres/gpu=4"}])
        self.assertEqual((facts["accounts"], facts["users"], facts["qos"]), (2, 2, 2))
        self.assertEqual(facts["enforce"], "associations,limits")

    # -- workloads ----------------------------------------------------------------------------------------------------

    def workload(self, rows, header="job_id,submit,duration,time,partition,nodes,gpus-per-node,ntasks"):
        return self.file("jobs.csv", header + "\n" + "\n".join(rows) + "\n")

    def test_a_workload_that_fits_is_clean(self):
        jobs = self.workload(["a,0,60,10,gpu,1,4,1", "b,3600,60,10,cpu,1,,1"])
        report = self.json("--cluster", self.cluster(), "--workload", jobs)
        self.assertEqual(report["workload"]["jobs"], 2)
        self.assertEqual(report["workload"]["tied_jobs"], 0)
        loads = {row["resource"]: row for row in report["workload"]["offered_load"]}
        self.assertAlmostEqual(loads["gpu:a100"]["load"], 4 * 60 / (8 * 3600))
        self.assertAlmostEqual(loads["cpu in partition cpu"]["load"], 60 / (8 * 3600))

    def test_jobs_that_can_never_run_are_findings(self):
        jobs = self.workload(["a,0,60,10,gpu,1,5,1", "b,10,60,10,gpu,3,4,1", "c,3600,60,10,nowhere,1,,1",
                              "d,3600,60,90,gpu,1,,1", "e,3600,60,10,cpu,1,,1"])
        report = self.json("--cluster", self.cluster(), "--workload", jobs, code=1)
        self.assertEqual([(i["jobs"], i["first"]) for i in report["workload"]["impossible"]],
                         [(2, "a"), (1, "c"), (1, "d")])
        self.assertIn("1 job can never run: the time limit is beyond MaxTime of partition gpu (first: job d)",
                      report["findings"])
        self.assertEqual(report["workload"]["tied_jobs"], 3)
        self.assertEqual(report["workload"]["largest_tie"], 3)

    def test_more_work_than_there_is_capacity_is_a_finding(self):
        jobs = self.workload([f"{i},{i * 60},3600,60,gpu,1,4,1" for i in range(61)])
        said = self.check("--cluster", self.cluster(), "--workload", jobs, code=1).stdout
        self.assertIn("Finding: gpu:a100 demand is 3050 % of capacity: this queue never drains\n", said)

    def test_a_burst_is_no_queue_that_never_drains(self):
        jobs = self.workload([f"{i},{i},3600,60,gpu,1,4,1" for i in range(61)])
        said = self.check("--cluster", self.cluster(), "--workload", jobs).stdout
        self.assertNotIn("never drains", said)
        self.assertIn("the load is that of one burst, not of a queue.\n", said)

    def test_what_had_to_be_assumed_is_said(self):
        jobs = self.workload(["a,0,60", "b,60,60"], header="job_id,submit,duration")
        said = self.check("--cluster", self.cluster(), "--workload", jobs).stdout
        self.assertIn("2 jobs give no time limit.", said)
        self.assertIn("no calendar is known", said)

    def test_a_broken_workload_is_unusable(self):
        self.check("--cluster", self.cluster(), "--workload", self.workload(["a,zero,60,10,gpu,1,,1"]), code=2)

    # -- writing ------------------------------------------------------------------------------------------------------

    def test_a_changed_configuration_can_be_saved(self):
        self.file("cluster/x.cmds", "add account ml fairshare=3\n")
        self.check("--cluster", self.cluster(), "--set", "SchedulerType=sched/fcfs", "--write", self.dir / "new")
        self.assertEqual(sorted(p.name for p in (self.dir / "new").iterdir()),
                         ["sacctmgr_dump.cfg", "sacctmgr_qos.txt", "slurm.conf"])
        old = self.json("--cluster", self.cluster(), "--set", "SchedulerType=sched/fcfs")["cluster"]
        new = self.json("--cluster", self.dir / "new")["cluster"]
        self.assertEqual(new["scheduler"], "sched/fcfs")
        del old["files"], new["files"]
        self.assertEqual(old, new)

    def test_a_folder_with_something_in_it_is_not_written_over(self):
        self.file("full/notes.txt", "mine")
        done = self.check("--cluster", self.cluster(), "--write", self.dir / "full", code=2)
        self.assertIn("exists and is not empty", done.stderr)
        self.assertEqual([p.name for p in (self.dir / "full").iterdir()], ["notes.txt"])

    def test_a_pool_is_checked_but_not_written(self):
        self.check("--cluster", "pool:8")
        self.assertIn("a pool has no configuration",
                      self.check("--cluster", "pool:8", "--write", self.dir / "p", code=2).stderr)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]] + sys.argv[1:])
