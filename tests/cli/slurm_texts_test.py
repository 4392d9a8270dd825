#!/usr/bin/env python3
"""What Slurm's commands would show of a run: Reasons, nodes, sacct with steps; and licences, wherever they come from.
usage: slurm_texts_test.py SLUICE"""

import csv
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLUICE = str(Path(sys.argv.pop(1)).resolve())
CONF = """ClusterName=test
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
PriorityType=priority/basic
NodeName=n[1-5] CPUs=8 Sockets=1 CoresPerSocket=8 RealMemory=64000
PartitionName=main Nodes=n[1-5] Default=YES MaxTime=1-0
"""


class Texts(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.dir = Path(temporary.name)
        self.file("cluster/slurm.conf", CONF)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def sluice(self, *arguments):
        return subprocess.run([SLUICE, *arguments], capture_output=True, text=True, cwd=self.dir)

    def run_ok(self, *arguments):
        result = self.sluice("run", "--cluster", "cluster", "--workload", "jobs.csv", "--quiet", *arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stderr

    def rows(self, name):
        with open(self.dir / name) as file:
            return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))

    def reasons(self, *arguments):
        self.run_ok("--state-out", "state.txt", *arguments)
        return {row["JOBID"]: row["REASON"] for row in self.rows("state.txt")}

    def states(self, *arguments):
        self.run_ok("--nodes-out", "nodes.txt", *arguments)
        return {row["STATE"]: row["NODELIST"] for row in self.rows("nodes.txt")}


class Reasons(Texts):
    def test_names_the_nodes_that_a_job_lacks(self):
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,nodelist\n0,0,1,1,1,1,\n1,5,100,1,1,10,n5\n"
                              "2,6,100,5,5,10,\n3,7,100,4,4,10,\n")
        self.file("events.csv", "t,command\n3,scontrol update nodename=n5 state=drain reason=fan\n")
        reasons = self.reasons("--events", "events.csv", "--until", "50")
        self.assertEqual(reasons, {"1": "ReqNodeNotAvail, UnavailableNodes:n5", "3": "None",
                                   "2": "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority "
                                        "partitions"})

    def test_says_resources_where_running_jobs_have_the_nodes(self):
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time\n1,0,100,5,40,10\n2,1,100,2,16,10\n3,2,100,1,8,10\n")
        self.assertEqual(self.reasons("--until", "70"), {"1": "None", "2": "Resources", "3": "Priority"})

    def test_says_what_reservations_keep(self):
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,reservation,user\n"
                              "1,10,100,1,1,60,,bob\n2,20,100,1,1,10,mine,ann\n")
        self.file("events.csv", "t,command\n0,scontrol create reservation reservationname=all starttime=now+600 duration=60 "
                                "nodes=n[1-5] flags=MAINT user=root\n"
                                "5,scontrol create reservation reservationname=mine starttime=now+300 duration=5 "
                                "nodes=n1 user=ann\n15,scontrol create reservation reservationname=now starttime=now "
                                "duration=3 nodes=n3 user=ann\n")
        reasons = self.reasons("--events", "events.csv", "--until", "100")
        self.assertEqual(reasons, {"1": "ReqNodeNotAvail, Reserved for maintenance", "2": "Reservation"})
        self.assertEqual(self.states("--events", "events.csv", "--until", "100"),
                         {"idle": "n[2,4-5]", "reserved": "n3", "planned": "n1"})
        self.assertEqual(self.states("--events", "events.csv", "--until", "700"), {"maint": "n[1-5]"})

    def test_counts_from_the_moment_of_a_command_before_the_first_job(self):
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,reservation,user\n1,10,100,1,1,4,mine,ann\n")
        self.file("events.csv", "t,command\n5,scontrol create reservation reservationname=mine starttime=now+300 duration=5 "
                                "nodes=n1 user=ann\n")
        self.run_ok("--events", "events.csv", "--out", "results")
        with open(self.dir / "results/jobs.csv") as file:
            self.assertEqual([row["start"] for row in csv.DictReader(file)], ["305"])

    def test_says_that_a_reservation_was_deleted(self):
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,reservation,user\n0,0,1,1,1,1,,bob\n1,10,100,1,1,10,mine,ann\n")
        self.file("events.csv", "t,command\n5,scontrol create reservation reservationname=mine starttime=now+300 duration=5 "
                                "nodes=n1 user=ann\n60,scontrol delete reservationname=mine\n")
        self.assertEqual(self.reasons("--events", "events.csv", "--until", "100"), {"1": "Reservation mine was deleted"})
        self.run_ok("--events", "events.csv", "--until", "100", "--out", "results")
        self.assertIn("Reservation mine was deleted", self.sluice("explain", "1", "results").stdout)

    def test_is_none_again_once_a_job_may_be_considered(self):
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,begin\n1,0,500,5,40,10,\n2,1,100,2,16,10,\n"
                              "3,2,100,1,8,10,now+30\n")
        self.assertEqual(self.reasons("--until", "20")["3"], "BeginTime")
        self.assertEqual(self.reasons("--until", "100")["3"], "Priority")


class Sacct(Texts):
    def setUp(self):
        super().setUp()
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,exit-code,user\n"
                              "1,1000,100,2,16,10,0,ann\n2,1001,900,1,8,10,0,bob\n3,1002,50,1,4,10,3,ann\n"
                              "4,1003,5000,2,4,10,0,bob\n")
        self.file("events.csv", "t,command\n1030,scontrol suspend 1\n1070,scontrol resume 1\n1200,scancel 4\n")

    def sacct(self, *arguments):
        self.run_ok("--events", "events.csv", "--sacct", "sacct.txt", *arguments)
        return {row["JobID"]: row for row in self.rows("sacct.txt")}

    def test_tells_each_job_as_sacct_does(self):
        rows = self.sacct()
        ends = {job: (row["State"], row["ExitCode"]) for job, row in rows.items()}
        self.assertEqual(ends, {"1": ("COMPLETED", "0:0"), "2": ("TIMEOUT", "0:0"), "3": ("FAILED", "3:0"),
                                "4": ("CANCELLED", "0:0")})
        self.assertEqual((rows["1"]["Suspended"], rows["1"]["Elapsed"], rows["1"]["ElapsedRaw"]), ("00:00:40", "00:01:40", "100"))
        self.assertEqual(rows["1"]["AllocTRES"], "cpu=16,node=2")
        self.assertEqual(rows["3"]["Suspended"], "00:00:00")

    def test_shows_steps_if_asked(self):
        rows = self.sacct("--sacct-steps")
        self.assertEqual(sorted(rows), ["1", "1.batch", "2", "2.batch", "3", "3.batch", "4", "4.batch"])
        ends = {job: (row["State"], row["ExitCode"]) for job, row in rows.items() if "." in job}
        self.assertEqual(ends, {"1.batch": ("COMPLETED", "0:0"), "2.batch": ("CANCELLED", "0:15"),
                                "3.batch": ("FAILED", "3:0"), "4.batch": ("CANCELLED", "0:15")})
        batch = rows["1.batch"]
        self.assertEqual((batch["AllocNodes"], batch["AllocCPUS"], batch["Start"]), ("1", "8", rows["1"]["Start"]))
        self.assertEqual(batch["NodeList"], "n1")

    def test_shows_the_extern_step_where_the_prolog_contains(self):
        self.file("cluster/slurm.conf", "PrologFlags=Alloc,Contain\n" + CONF)
        rows = self.sacct("--sacct-steps")
        self.assertEqual((rows["3.extern"]["State"], rows["3.extern"]["ExitCode"]), ("COMPLETED", "0:0"))

    def test_shows_the_steps_that_srun_lines_of_a_script_start(self):
        self.file("scripts/train.sh", "#!/bin/sh\n#SBATCH -n 4 -t 10\n#SLUICE duration=60 exit-code=2\nmodule load python\n"
                                      "srun -n 1 ./prepare --all\nOMP_NUM_THREADS=2 srun --cpus-per-task=1 python train.py\n"
                                      "echo srun is done\n")
        result = self.sluice("run", "--cluster", "cluster", "--workload", "scripts", "--quiet", "--sacct", "steps.txt",
                             "--sacct-steps")
        self.assertEqual(result.returncode, 0, result.stderr)
        steps = [(row["JobID"].partition(".")[2], row["JobName"], row["State"], row["ExitCode"]) for row in self.rows("steps.txt")]
        self.assertEqual(steps, [("", "train.sh", "FAILED", "2:0"), ("batch", "batch", "FAILED", "2:0"),
                                 ("0", "prepare", "COMPLETED", "0:0"), ("1", "python", "FAILED", "2:0")])
        self.assertEqual(self.rows("steps.txt")[0]["DerivedExitCode"], "2:0")

    def test_is_read_again_with_the_same_jobs_with_and_without_steps(self):
        self.sacct()
        (self.dir / "sacct.txt").rename(self.dir / "plain.txt")
        self.sacct("--sacct-steps")
        for name in ("plain", "sacct"):
            result = self.sluice("convert", f"{name}.txt", "--out", f"{name}.csv")
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.dir / "plain.csv").read_text(), (self.dir / "sacct.csv").read_text())
        with open(self.dir / "plain.csv") as file:
            jobs = {row["job_id"]: row for row in csv.DictReader(file)}
        self.assertEqual(sorted(jobs), ["1", "2", "3", "4"])
        self.assertEqual((jobs["1"]["duration"], jobs["1"]["user"], jobs["3"]["exit-code"]), ("100", "ann", "3"))


class Resizing(Texts):
    """--no-kill: a job goes on without a node that fails; one whose batch host fails does not."""

    def setUp(self):
        super().setUp()
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,no-kill,user\n"
                              "1,0,100,2,16,10,yes,ann\n2,1,100,3,24,10,yes,bob\n3,2,30,2,4,10,,ann\n")
        self.file("events.csv", "t,command\n40,scontrol update nodename=n2,n3 state=down reason=x\n"
                                "50,scontrol update nodename=n3 state=resume\n")

    def test_begins_a_new_row_as_sacct_does(self):
        self.run_ok("--events", "events.csv", "--sacct", "sacct.txt", "--sacct-steps", "--out", "results")
        rows = [[row[name] for name in ("JobID", "State", "ExitCode", "Submit", "Start", "End", "Elapsed", "AllocTRES", "NodeList")]
                for row in self.rows("sacct.txt") if "." not in row["JobID"]]
        self.assertEqual(rows, [
            ["1", "RESIZING", "0:0", "0", "3", "40", "00:00:37", "cpu=16,node=2", "n[1-2]"],
            ["1", "COMPLETED", "0:0", "40", "40", "103", "00:01:03", "cpu=8,node=1", "n1"],
            ["2", "RESIZING", "0:0", "1", "3", "40", "00:00:37", "cpu=24,node=3", "n[3-5]"],
            ["2", "FAILED", "0:9", "40", "40", "40", "00:00:00", "cpu=16,node=2", "n[4-5]"],
            ["3", "COMPLETED", "0:0", "2", "40", "70", "00:00:30", "cpu=4,node=2", "n[4-5]"]])
        steps = [row["JobID"] + " " + row["State"] for row in self.rows("sacct.txt") if "." in row["JobID"]]
        self.assertEqual(steps, ["1.batch COMPLETED", "2.batch FAILED", "3.batch COMPLETED"])
        verified = self.sluice("verify", "results")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        explained = self.sluice("explain", "1", "results")
        self.assertIn("n1", explained.stdout, explained.stderr)

    def test_is_done_by_scontrol_too(self):
        self.file("events.csv", "t,command\n20,scontrol update jobid=2 numnodes=1\n30,scontrol update jobid=1 numnodes=3\n")
        self.run_ok("--events", "events.csv", "--sacct", "sacct.txt", "--out", "results")
        self.assertIn("'update job 1' is not carried out: Node count specification invalid", (self.dir / "results/summary.json").read_text())
        rows = [[row[name] for name in ("JobID", "State", "Start", "End", "NodeList")] for row in self.rows("sacct.txt")]
        self.assertEqual(rows, [["1", "COMPLETED", "3", "103", "n[1-2]"], ["2", "RESIZING", "3", "20", "n[3-5]"],
                                ["2", "COMPLETED", "20", "103", "n3"], ["3", "COMPLETED", "20", "50", "n[4-5]"]])

    def test_is_read_again_as_one_job(self):
        self.run_ok("--events", "events.csv", "--sacct", "sacct.txt")
        read = self.sluice("convert", "sacct.txt", "--out", "again.csv")
        self.assertEqual(read.returncode, 0, read.stderr)
        with open(self.dir / "again.csv") as file:
            jobs = {row["job_id"]: row["duration"] for row in csv.DictReader(file)}
        self.assertEqual(jobs, {"1": "100", "2": "37", "3": "30"})


class Licences(Texts):
    JOBS = "job_id,submit,duration,nodes,ntasks,time,licenses\n" + "".join(
        f"{i},{i},100,1,1,10,{what}\n" for i, what in enumerate(("lic:1", "lic:1", "", "lic:2", "lic:3"), 1))

    def setUp(self):
        super().setUp()
        self.file("jobs.csv", self.JOBS)

    def starts(self, *arguments):
        self.run_ok("--out", "results", *arguments)
        with open(self.dir / "results/jobs.csv") as file:
            return {row["job_id"]: row["start"] for row in csv.DictReader(file)}

    def test_count_under_research_schedulers_too(self):
        self.file("cluster/slurm.conf", "Licenses=lic:2\n" + CONF)
        for scheduler in ("easy", "fcfs", "conservative"):
            starts = self.starts("--set", f"SchedulerType=sched/{scheduler}", "--set", "SelectType=select/first_fit")
            self.assertEqual(starts, {"1": "1", "2": "2", "3": "3", "4": "102", "5": ""}, scheduler)

    def test_are_said_to_be_short(self):
        self.file("cluster/slurm.conf", "Licenses=lic:2\n" + CONF)
        for more in ([], ["--set", "SchedulerType=sched/easy", "--set", "SelectType=select/first_fit"]):
            self.assertEqual(self.reasons("--until", "50", *more)["4"], "Licenses")

    def test_come_from_a_server_that_clusters_share(self):
        self.file("cluster/resources.cmds", "add resource name=lic server=flex count=8 type=License\n"
                                            "add resource name=lic server=flex cluster=test percentallowed=25\n")
        self.file("jobs.csv", self.JOBS.replace("lic:", "lic@flex:"))
        starts = self.starts("--set", "SchedulerType=sched/easy", "--set", "SelectType=select/first_fit")
        self.assertEqual(starts, {"1": "1", "2": "2", "3": "3", "4": "102", "5": ""})
        written = self.sluice("check", "--cluster", "cluster", "--write", "again")
        self.assertIn("name=lic server=flex count=2", (self.dir / "again/sacctmgr_resources.cmds").read_text(), written.stderr)

    def test_of_a_server_are_given_out_once(self):
        self.file("cluster/resources.cmds", "add resource name=lic server=flex count=8 cluster=a,b percentallowed=60\n")
        result = self.sluice("check", "--cluster", "cluster")
        self.assertEqual(result.returncode, 2)
        self.assertIn("would be given out to 120 percent", result.stderr + result.stdout)

    def test_are_trackable_resources(self):
        self.file("cluster/slurm.conf", "Licenses=lic:2\nAccountingStorageTRES=license/lic\n"
                                        "AccountingStorageEnforce=limits\n" + CONF)
        self.file("cluster/accounts.cmds", "add account lab grptres=license/lic=1\nadd user ann account=lab\n")
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,licenses,user,account\n"
                              "1,1,100,1,1,10,lic:1,ann,lab\n2,2,100,1,1,10,lic:1,ann,lab\n3,3,100,1,1,10,,ann,lab\n")
        for more in ([], ["--set", "SchedulerType=sched/easy", "--set", "SelectType=select/first_fit"]):
            reasons = self.reasons("--until", "70", *more)
            self.assertEqual(reasons, {"1": "None", "2": "AssocGrpLicense", "3": "None"})


class Owners(Texts):
    """Who names no account and no QOS has those of the association; who names partitions runs in one of them."""

    def setUp(self):
        super().setUp()
        self.file("cluster/slurm.conf", CONF + "PartitionName=side Nodes=n5\n")
        self.file("cluster/accounts.cmds", "add qos long\nadd account lab\nadd account art\n"
                                           "add user ann account=lab defaultaccount=lab\n"
                                           "add user bob account=art defaultaccount=art qos=normal,long defaultqos=long\n"
                                           "add user bob account=lab\n")
        self.file("jobs.csv", "job_id,submit,duration,nodes,ntasks,time,user,account,qos,partition\n"
                              '1,0,100,5,5,10,ann,,,\n2,1,100,1,1,10,bob,,,"side,main"\n3,2,100,1,1,10,bob,lab,,main\n'
                              '4,3,100,1,8,10,eve,,long,"main,side"\n')
        self.owners = {"1": ("lab", "normal"), "2": ("art", "long"), "3": ("lab", "normal"), "4": ("", "long")}

    def test_are_shown_by_squeue_sacct_and_the_table_of_jobs(self):
        self.run_ok("--until", "50", "--state-out", "state.txt")
        self.assertEqual({row["JOBID"]: (row["ACCOUNT"], row["QOS"]) for row in self.rows("state.txt")}, self.owners)
        self.assertEqual([row["PARTITION"] for row in self.rows("state.txt")], ["main", "side", "main", "main,side"])
        self.run_ok("--sacct", "sacct.txt", "--out", "results")
        rows = self.rows("sacct.txt")
        self.assertEqual({row["JobID"]: (row["Account"], row["QOS"]) for row in rows}, self.owners)
        self.assertEqual([row["Partition"] for row in rows], ["main", "side", "main", "main"])
        with open(self.dir / "results/jobs.csv") as file:
            jobs = list(csv.DictReader(file))
        self.assertEqual({row["job_id"]: (row["account"], row["qos"]) for row in jobs}, self.owners)
        self.assertEqual([row["partition"] for row in jobs], ["main", "side", "main", "main"])
        verified = self.sluice("verify", "results")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def test_are_what_scancel_goes_by(self):
        self.file("events.csv", "t,command\n20,scancel --account=art\n30,scancel --qos=normal\n")
        self.run_ok("--events", "events.csv", "--sacct", "sacct.txt")
        states = {row["JobID"]: row["State"] for row in self.rows("sacct.txt")}
        self.assertEqual(states, {"1": "CANCELLED", "2": "CANCELLED", "3": "CANCELLED", "4": "COMPLETED"})


unittest.main()
