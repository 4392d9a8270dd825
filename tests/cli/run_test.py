#!/usr/bin/env python3
"""`sluice run` as a user meets it: arguments in; text, files and exit code out. usage: run_test.py SLUICE SOURCE_DIR"""

import gzip
import json
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SLUICE, SOURCE = str(Path(sys.argv.pop(1)).resolve()), Path(sys.argv.pop(1)).resolve()
JOBS = "job_id,submit,duration,ntasks,time\na,0,100,4,5\nb,10,50,2,1\nc,10,100,4,5\n"


class Run(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.dir = Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)

    def file(self, name, text):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text) if isinstance(text, bytes) else path.write_text(text)
        return str(path)

    def cluster(self, name="cluster", **changes):
        lines = {
            "name": "ClusterName=test",
            "scheduler": "SchedulerType=sched/easy",
            "priority": "PriorityType=priority/basic",
            "select": "SelectType=select/first_fit",
            "nodes": "NodeName=n[1-2] CPUs=4",
            "partitions": "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE",
        }
        lines.update(changes)
        self.file(name + "/slurm.conf", "\n".join(lines.values()) + "\n")
        return str(self.dir / name)

    def slurm(self):
        """A cluster under slurmctld's loops."""
        return self.cluster(scheduler="SchedulerType=sched/backfill", select="SelectType=select/cons_tres")

    def sluice(self, *arguments):
        return subprocess.run([SLUICE, *arguments], capture_output=True, text=True, cwd=self.dir)

    def replay(self, *more, cluster=None, jobs=JOBS):
        workload = self.file("jobs.csv", jobs) if "--workload" not in more else None
        arguments = ["run", "--cluster", cluster or self.cluster(), "--out", str(self.dir / "out")]
        if workload:
            arguments += ["--workload", workload]
        return self.sluice(*arguments, *more)

    def refused(self, result, *texts):
        """Exit code 2, a diagnostic with all of the texts, and nothing written."""
        self.assertEqual(result.returncode, 2, result.stderr)
        for text in texts:
            self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")
        self.assertFalse((self.dir / "out").exists())
        self.assertEqual([p.name for p in self.dir.iterdir() if "partial" in p.name], [])

    def test_results_are_four_files_and_a_summary(self):
        result = self.replay()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("3 COMPLETED", result.stdout)
        self.assertEqual(sorted(p.name for p in (self.dir / "out").iterdir()),
                         ["jobs.csv", "run.json", "summary.json", "timeline.csv"])
        rows = (self.dir / "out/jobs.csv").read_text().splitlines()
        self.assertEqual([row.split(",")[0] for row in rows], ["job_id", "a", "b", "c"])
        self.assertEqual(self.sluice("verify", "out").returncode, 0)

    def test_json_prints_the_summary_file(self):
        result = self.replay("--json")
        self.assertEqual(json.loads(result.stdout), json.loads((self.dir / "out/summary.json").read_text()))

    def test_the_same_run_gives_the_same_bytes(self):
        first = self.replay("--json")
        jobs = (self.dir / "out/jobs.csv").read_bytes()
        timeline = (self.dir / "out/timeline.csv").read_bytes()
        second = self.replay("--json")
        self.assertEqual(jobs, (self.dir / "out/jobs.csv").read_bytes())
        self.assertEqual(timeline, (self.dir / "out/timeline.csv").read_bytes())
        drop_clock = lambda text: {k: v for k, v in json.loads(text).items() if k != "wall_s"}
        self.assertEqual(drop_clock(first.stdout), drop_clock(second.stdout))

    def test_set_overrides_a_key(self):
        self.replay("--set", "SchedulerType=sched/fcfs")
        self.assertEqual(json.loads((self.dir / "out/summary.json").read_text())["policy"]["scheduler"], "sched/fcfs")

    def test_options_that_the_chosen_scheduler_does_not_heed_are_warned_of(self):
        jobs = "submit,duration,ntasks,contiguous,time-min\n0,5,1,yes,\n1,5,1,,1\n"
        said = self.replay(jobs=jobs).stderr
        self.assertIn("1 job with options that lay out tasks or nodes", said)
        self.assertIn("1 job with --time-min: heeded by sched/backfill only\n", said)
        slurm = self.cluster("slurm", scheduler="SchedulerType=sched/backfill", select="SelectType=select/cons_tres")
        again = self.replay(cluster=slurm, jobs=jobs)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertNotIn("heeded", again.stderr)

    def test_times_stay_in_the_traces_base(self):
        jobs = "job_id,submit,duration,ntasks\na,1000,10,1\nb,1005.5,10,1\n"
        self.replay(jobs=jobs)
        rows = [row.split(",") for row in (self.dir / "out/jobs.csv").read_text().splitlines()]
        start = rows[0].index("start")
        self.assertEqual([row[start] for row in rows[1:]], ["1000", "1005.5"])

    def test_from_and_to_keep_submissions_and_measure_limits_the_statistics(self):
        self.replay("--from", "10")
        summary = json.loads((self.dir / "out/summary.json").read_text())
        self.assertEqual(summary["jobs"]["total"], 2)
        self.replay("--to", "10")
        self.assertEqual(json.loads((self.dir / "out/summary.json").read_text())["jobs"]["total"], 1)
        self.replay("--measure", "5..")
        summary = json.loads((self.dir / "out/summary.json").read_text())
        self.assertEqual((summary["jobs"]["total"], summary["wait_s"]["count"]), (3, 2))

    def test_jobs_unfinished_at_the_end_are_censored_not_dropped(self):
        jobs = "job_id,submit,duration,ntasks\na,0,100,8\nb,1,100,8\nc,2,100,8\n"
        result = self.replay("--until", "150", jobs=jobs)
        summary = json.loads((self.dir / "out/summary.json").read_text())
        self.assertEqual([summary["jobs"][k] for k in ("total", "completed", "running", "pending")], [3, 1, 1, 1])
        self.assertEqual(summary["wait_censored"]["count"], 1)
        self.assertIn("PENDING", (self.dir / "out/jobs.csv").read_text())
        self.assertEqual(result.returncode, 0)

    def test_a_pool_takes_gpus_if_asked_for_else_processors(self):
        jobs = "job_id,submit,duration,ntasks,gpus\na,0,100,64,2\nb,0,100,2,\nc,0,100,1,\n"
        self.replay(cluster="pool:4", jobs=jobs)
        rows = [row.split(",") for row in (self.dir / "out/jobs.csv").read_text().splitlines()]
        start = rows[0].index("start")
        self.assertEqual([row[start] for row in rows[1:]], ["0", "0", "100"])

    def test_a_run_can_begin_with_the_usage_that_sshare_printed(self):
        cluster = self.cluster(priority="PriorityType=priority/multifactor\nPriorityWeightFairshare=1000\n"
                                        "AccountingStorageType=accounting_storage/slurmdbd")
        self.file("cluster/accounting.cmds", "add account red\nadd user u1 account=red\nadd user u2 account=red\n")
        usage = self.file("usage.txt", "Account|User|RawUsage\nred||1000\nred|u1|900\nred|u2|100\n")
        jobs = "job_id,submit,user,duration,ntasks\nbusy,0,u1,100,8\nfirst,1,u1,100,8\nsecond,2,u2,100,8\n"

        def starts(*more):
            result = self.replay(*more, cluster=cluster, jobs=jobs)
            self.assertEqual(result.returncode, 0, result.stderr)
            rows = [row.split(",") for row in (self.dir / "out/jobs.csv").read_text().splitlines()]
            return [row[rows[0].index("start")] for row in rows[1:]]

        self.assertEqual(starts(), ["0", "100", "200"])
        self.assertEqual(starts("--start-usage", usage), ["0", "200", "100"])

    def test_start_usage_without_accounting_data_is_refused(self):
        self.refused(self.replay("--start-usage", self.file("usage.txt", "Account|User|RawUsage\n")),
                     "start usage means nothing to a cluster without accounting data")

    def test_a_job_that_can_never_run_is_counted_and_warned_about(self):
        jobs = "job_id,submit,duration,ntasks\nbig,0,100,9\nsmall,0,100,1\n"
        result = self.replay(jobs=jobs)
        self.assertEqual(result.returncode, 0)
        self.assertIn("1 job rejected at submission: Requested node configuration is not available (first: job big)",
                      result.stdout)
        self.assertEqual(json.loads((self.dir / "out/summary.json").read_text())["jobs"]["rejected"], 1)

    def test_strict_refuses_a_job_that_can_never_run(self):
        jobs = "job_id,submit,duration,ntasks\nbig,0,100,9\nsmall,0,100,1\n"
        self.refused(self.replay("--strict", jobs=jobs), "Requested node configuration is not available")

    def test_nothing_left_to_run_is_an_error(self):
        self.refused(self.replay(jobs="job_id,submit,duration,ntasks\nbig,0,100,9\n"),
                     "no job of the trace can ever run on this cluster")

    def test_a_missing_trace(self):
        self.refused(self.replay("--workload", "nothing.csv"), "nothing.csv: error: ")

    def test_an_empty_trace(self):
        self.refused(self.replay(jobs=""), "jobs.csv: error: the trace is empty")

    def test_a_truncated_gz(self):
        whole = gzip.compress(("job_id,submit,duration\n" + "".join(f"{i},{i},{i % 97 + 1}\n" for i in range(9999)))
                              .encode())
        path = self.file("cut.csv.gz", whole[: len(whole) // 2])
        self.refused(self.replay("--workload", path), "cut.csv.gz")

    def test_a_misspelt_key(self):
        self.refused(self.replay(cluster=self.cluster(scheduler="SchedulerTyp=sched/easy")),
                     "slurm.conf:2:1: error: ", "SchedulerTyp=sched/easy\n  ^\n", "did you mean 'SchedulerType'?")

    def test_a_misspelt_key_on_the_command_line(self):
        self.refused(self.replay("--set", "SchedulerTyp=sched/easy"), "--set", "did you mean 'SchedulerType'?")

    def test_a_duplicate_node(self):
        self.refused(self.replay(cluster=self.cluster(nodes="NodeName=n[1-2] CPUs=4\nNodeName=n2 CPUs=4")),
                     "slurm.conf:6:10: error: ", "n2")

    def test_a_cyclic_include(self):
        cluster = self.cluster(nodes="NodeName=n[1-2] CPUs=4\nInclude more.conf")
        self.file("cluster/more.conf", "Include more.conf\n")
        self.refused(self.replay(cluster=cluster), "more.conf:1:9: error: ")

    def test_a_missing_cluster(self):
        self.refused(self.replay(cluster="nowhere"), "nowhere")

    def test_an_unknown_policy_names_the_nearest(self):
        self.refused(self.replay("--set", "SchedulerType=sched/esy"), "SchedulerType 'sched/esy' is not known",
                     "did you mean 'sched/easy'?")

    def test_an_unknown_option_of_a_policy(self):
        self.refused(self.replay("--set", "SchedulerParameters=easy_variant=quick"),
                     "easy_variant wants one of textbook, fast, cq, sjbf, easy++, got 'quick'")

    def test_a_folder_that_cannot_be_written(self):
        blocker = self.file("blocker", "")
        result = self.sluice("run", "--cluster", self.cluster(), "--workload", self.file("jobs.csv", JOBS),
                             "--out", blocker + "/out")
        self.assertEqual(result.returncode, 2)
        self.assertIn("blocker", result.stderr)

    def test_bad_usage_is_exit_code_2(self):
        for arguments in (["run"], ["fly"], [], ["run", "--cluster"]):
            self.assertEqual(self.sluice(*arguments).returncode, 2, arguments)

    def test_help_and_version(self):
        for arguments in (["--help"], ["run", "--help"], ["--version"]):
            result = self.sluice(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
            self.assertTrue(result.stdout)

    def test_ctrl_c_leaves_no_torn_files(self):
        workload = str(self.dir / "many.csv")
        self.sluice("generate", "--kind", "stress", "--jobs", "400000", "--out", workload)
        arguments = [SLUICE, "run", "--cluster", "pool:1024", "--workload", workload, "--out", str(self.dir / "out")]
        run = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.dir)
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        run.communicate()
        if run.returncode == 0:
            self.skipTest("the run was over before the signal")
        self.assertIn(run.returncode, (130, -signal.SIGINT))
        self.assertFalse((self.dir / "out").exists())

    def test_verify_finds_a_changed_result(self):
        self.replay()
        path = self.dir / "out/jobs.csv"
        path.write_text(path.read_text().replace("COMPLETED,1,n1", "COMPLETED,1,n2", 1))
        result = self.sluice("verify", "out")
        self.assertEqual(result.returncode, 1, result.stdout)

    def test_verify_agrees_where_nodes_boot_and_jobs_are_suspended(self):
        """Nodes are their jobs' from start to end in the summary, as in the rows of jobs.csv."""
        power = "SuspendProgram=/a\nResumeProgram=/b\nSuspendTime=30\nSuspendTimeout=10\nResumeTimeout=60"
        cluster = self.cluster(scheduler="SchedulerType=sched/backfill", select="SelectType=select/cons_tres", power=power)
        events = self.file("events.csv", "t,command\n30,scontrol suspend a\n80,scontrol resume a\n420,scancel c\n")
        result = self.replay("--events", events, cluster=cluster, jobs="job_id,submit,duration,nodes,time\n"
                             "a,0,100,2,10\nb,300,100,1,10\nc,400,100,2,10\nd,700,100,2,10\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        starts = [row.split(",")[7] for row in (self.dir / "out/jobs.csv").read_text().splitlines()[1:]]
        self.assertGreater(int(starts[1]), 310)  # n1 was powered down
        verified = self.sluice("verify", "out")
        self.assertEqual(verified.returncode, 0, verified.stdout)

    def test_partitions_and_nodes_change_while_a_run_goes_on(self):
        events = self.file("events.csv", "t,command\n"
                           "50,scontrol create PartitionName=late Nodes=n1 MaxTime=5\n"
                           "60,scontrol update PartitionName=late MaxTime=30 Hidden=YES\n"
                           "70,scontrol update PartitionName=late Hidden=NO\n"
                           "80,scontrol update NodeName=n1 Weight=7 Comment='once more'\n"
                           "100,scontrol delete PartitionName=late\n")
        result = self.replay("--events", events, cluster=self.slurm(), jobs="job_id,submit,duration,partition,time\n"
                             "a,0,100,late,10\nb,65,100,late,10\nc,300,100,,10\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stderr.count("Hidden of a partition is accepted, but has no effect here"), 1)
        self.assertIn("Comment of a node is accepted", result.stderr)
        jobs = (self.dir / "out/jobs.csv").read_text().splitlines()
        self.assertIn("REJECTED", jobs[1])
        self.assertTrue(jobs[2].startswith("b,,,,late,65,65,65,165,COMPLETED"), jobs[2])
        self.assertIn("'delete partition late' is not carried out: Partition is in use", result.stdout)
        verified = self.sluice("verify", "out")
        self.assertEqual(verified.returncode, 0, verified.stdout)

    def test_what_is_wrong_with_an_update_is_shown_where_it_is(self):
        for line, at, said, hint in (
            ("scontrol update PartitionName=all MaxTiem=5", 38, "a partition has no 'MaxTiem'", "did you mean 'MaxTime'?"),
            ("scontrol update PartitionName=all MaxTime=x", 46, "MaxTime wants a time, got 'x'", "write minutes"),
            ("scontrol update PartitionName=lal MaxTime=5", 34, "there is no partition 'lal'", "did you mean 'all'?"),
            ("scontrol update NodeName=n1 Wieght=5", 32, "a node has no 'Wieght' that can be changed", "did you mean 'Weight'?"),
            ("scontrol update JobId=a NumNoodes=2", 28, "a job has no 'NumNoodes' that can be changed", "did you mean 'NumNodes'?"),
        ):
            events = self.file("events.csv", f"t,command\n30,{line}\n")
            result = self.replay("--events", events, cluster=self.slurm(), jobs="job_id,submit,duration,time\na,0,100,10\n")
            self.refused(result, f"events.csv:2:{at}: error: {said}", f"hint: {hint}")

    def test_research_schedulers_take_no_change_of_a_partition_but_its_state(self):
        events = self.file("events.csv", "t,command\n30,scontrol update PartitionName=all MaxTime=5\n")
        self.refused(self.replay("--events", events), "only State can be changed under SchedulerType=sched/easy")

    def test_verify_refuses_a_changed_cluster(self):
        self.replay()
        self.cluster(nodes="NodeName=n[1-3] CPUs=4")
        result = self.sluice("verify", "out")
        self.assertEqual(result.returncode, 2)
        self.assertIn("has changed since the run", result.stderr)

    def test_every_ready_cluster_replays_a_made_up_trace(self):
        workload = str(self.dir / "made-up.csv")
        self.sluice("generate", "--kind", "stress", "--jobs", "300", "--capacity", "64", "--out", workload)
        for name in ("demo", "venus", "dgx-pod"):
            out = str(self.dir / name)
            result = self.sluice("run", "--cluster", str(SOURCE / "configs" / name), "--workload", workload,
                                 "--out", out)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(self.sluice("verify", out).returncode, 0)


    def circle(self):
        """First in, first out: of four victims the next one that its QOS lets run starts before the job that preempts it."""
        folder = self.cluster(
            "circle", scheduler="SchedulerType=sched/builtin", select="SelectType=select/cons_tres",
            preempt="PreemptType=preempt/qos\nPreemptMode=REQUEUE\nAccountingStorageEnforce=associations,limits,qos")
        self.file("circle/accounts.sh", "add account lab\nadd user u account=lab\nadd qos low maxjobsperuser=1\n"
                                        "add qos high priority=10 preempt=low\nmodify account root set qos+=low,high\n")
        rows = [f"{n},{n},u,lab,low,3600,120,8" for n in range(1, 5)] + ["5,5,u,lab,high,600,20,8"]
        return folder, "job_id,submit,user,account,qos,duration,time,ntasks\n" + "\n".join(rows) + "\n"

    def test_a_run_that_goes_round_for_ever_is_stopped_and_says_so(self):
        folder, jobs = self.circle()
        result = self.replay(cluster=folder, jobs=jobs)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("the run has no end", result.stdout)
        self.assertIn("meanwhile wait: 5 (Resources)", result.stdout)
        summary = json.loads((self.dir / "out/summary.json").read_text())
        self.assertEqual([one["job_id"] for one in summary["stopped"]["jobs"]], ["1", "2", "3", "4"])
        self.assertLess(summary["stopped"]["at_s"], 24 * 3600)
        self.assertEqual(summary["jobs"]["pending"] + summary["jobs"]["running"], 5)
        self.assertEqual(self.sluice("verify", str(self.dir / "out")).returncode, 0)
        quiet = self.replay("--quiet", cluster=folder, jobs=jobs)
        self.assertEqual((quiet.returncode, quiet.stdout), (1, ""))
        self.assertIn("the run has no end", quiet.stderr)

    def test_a_run_that_goes_round_for_ever_is_stopped_at_the_same_moment_when_it_was_saved_on_the_way(self):
        folder, jobs = self.circle()
        self.assertEqual(self.replay("--snapshot", "1000", "--snapshot", "900000", "--snapshot-file", "%t.sluice", cluster=folder, jobs=jobs).returncode, 1)
        whole = json.loads((self.dir / "out/summary.json").read_text())
        self.assertIn("no snapshot of 900000: the run was stopped before", whole["warnings"])
        resumed = self.sluice("run", "--resume", "1000.sluice", "--json")
        self.assertEqual(resumed.returncode, 1)
        again = json.loads(resumed.stdout)
        self.assertEqual((again["stopped"], again["fingerprint"]), (whole["stopped"], whole["fingerprint"]))

    def test_a_run_with_an_end_of_its_own_choice_is_not_called_endless(self):
        folder, jobs = self.circle()
        result = self.replay("--until", "3600", cluster=folder, jobs=jobs)
        self.assertEqual(result.returncode, 0)
        self.assertNotIn("stopped", json.loads((self.dir / "out/summary.json").read_text()))

    def test_the_bundled_demo_replays(self):
        demo = SOURCE / "configs" / "demo"
        out = str(self.dir / "demo")
        result = self.sluice("run", "--cluster", str(demo), "--workload", str(demo / "jobs.csv"), "--strict", "--out", out)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.sluice("verify", out).returncode, 0)

    def summary(self):
        return json.loads((self.dir / "out/summary.json").read_text())

    def test_workflows_and_arrays_have_tables_of_their_own(self):
        jobs = ("job_id,submit,duration,ntasks,time,array,dependency\na,0,100,1,10,,\nb,0,50,1,10,,afterok:a\n"
                "c,0,200,1,10,,afterok:a\nd,0,10,1,10,,afterany:b:c\nx,0,30,2,10,0-2%1,\nz,5,10,1,10,,\n")
        result = self.replay(jobs=jobs)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.dir / "out/workflows.csv").read_text().splitlines()[1:],
                         ["a,a,1,0,310,310", "a,b,0,150,310,310", "a,c,1,0,310,310", "a,d,1,0,310,310"])
        array = (self.dir / "out/arrays.csv").read_text().splitlines()
        self.assertEqual(array[0].split(",")[:8] + array[0].split(",")[9:],
                         "array_id,tasks,completed,ended,restarts,submit,first_start,last_end,most_at_once,cpu_seconds,gpu_seconds".split(","))
        row = array[1].split(",")
        self.assertEqual(row[:8] + row[9:], ["x", "3", "3", "3", "0", "0", "0", "90", "1", "180", "0"])
        summary = self.summary()
        flows = summary["workflows"]
        self.assertEqual([flows[k] for k in ("workflows", "jobs", "over")], [1, 4, 1])
        self.assertEqual(flows["longest"], {"first_job": "a", "jobs_on_path": 3, "critical_s": 310, "makespan_s": 310})
        self.assertEqual([summary["arrays"][k] for k in ("arrays", "tasks", "over", "completed")], [1, 3, 1, 1])
        self.assertIn("1 of them with all tasks COMPLETED", result.stdout)

    def test_what_runs_held_is_service_overhead_or_lost(self):
        jobs = "job_id,submit,duration,ntasks,time,qos\na,0,100,2,10,low\nb,0,100,1,10,\n"
        events = self.file("events.csv", "t,command\n30,scontrol requeue a\n40,scontrol suspend b\n60,scontrol resume b\n")
        result = self.replay("--events", events, jobs=jobs)
        self.assertEqual(result.returncode, 0, result.stderr)
        summary = self.summary()
        self.assertEqual(summary["delivered"]["cpu_s"],
                         {"all": 380, "service": 300, "overhead": 20, "lost": 60, "under_way": 0})
        cost = {"runs": 1, "jobs": 1, "cpu_s": 60, "gpu_s": 0}
        self.assertEqual(summary["lost"], {"REQUEUED": {**cost, "by_qos": {"low": cost}}})
        self.assertIn("REQUEUED", result.stdout)

    def test_what_a_run_held_while_it_was_suspended_is_overhead_if_it_ends_so(self):
        events = self.file("events.csv", "t,command\n40,scontrol suspend a\n75,scancel a\n")
        result = self.replay("--events", events, jobs="job_id,submit,duration,ntasks,time\na,0,100,2,10\n")
        self.assertEqual(result.returncode, 0, result.stderr)
        delivered = self.summary()["delivered"]["cpu_s"]
        self.assertEqual({key: delivered[key] for key in ("all", "overhead")}, {"all": 150, "overhead": 70})


if __name__ == "__main__":
    unittest.main()
