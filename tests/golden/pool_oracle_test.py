"""Every number of oracle/pool/expected.json: FCFS, EASY and SJF on one pool, eight public traces.

usage: pool_oracle_test.py SLUICE
"""
import json
import sys

from oracle import Sluice, Verdicts, folders, settings

TRACES = {
    "curie": "swf/CEA-Curie-2011-2.1-cln.swf.gz",
    "hpc2n-first3k": "swf/hpc2n-first3k.swf",
    "lublin_256": "swf/lublin_256.swf",
    "mira": "swf/mira.swf",
    "venus_sept_pool": "helios/venus_gpu_jobs.csv",
    "itp02@128": "microsoft-itp-2021/cluster02.csv",
    "itp04@512": "microsoft-itp-2021/cluster04.csv",
    "itp05@64": "microsoft-itp-2021/cluster05.csv",
}
POLICIES = {
    "fcfs": settings(SchedulerType="sched/fcfs"),
    "easy": settings(SchedulerType="sched/easy"),
    "sjf": settings(SchedulerType="sched/fcfs", PriorityType="priority/sjf"),
}
# Where each number stands in the summary, and the last digit of it that is printed there.
NUMBERS = {
    "jobs": (lambda s: s["jobs"]["completed"], 0),
    "mean_wait": (lambda s: s["wait_s"]["mean"], 0.006),
    "median_wait": (lambda s: s["wait_s"]["median"], 0.06),
    "p99_wait": (lambda s: s["wait_s"]["p99"], 0.06),
    "max_wait": (lambda s: s["wait_s"]["max"], 0.06),
    "mean_jct": (lambda s: s["jct_s"]["mean"], 0.006),
    "mean_bsld10": (lambda s: s["bounded_slowdown"]["mean"], 0.0006),
    "makespan": (lambda s: s["makespan_s"], 0.06),
    "util": (lambda s: s["utilization"]["cpu"], 0.00006),
    "started_immediately": (lambda s: s["started_immediately"], 0.00006),
}
NOT_RESULTS = {"capacity", "dropped"}


def main():
    data, oracle = folders("SLUICE_DATA", "SLUICE_ORACLE")
    sluice, verdicts = Sluice(sys.argv[1]), Verdicts()
    for case, expected in json.loads((oracle / "pool" / "expected.json").read_text()).items():
        trace, policy = case.split("/")
        window = ["--from", "2020-09-01"] if trace == "venus_sept_pool" else []
        summary = sluice.run(f"pool:{expected['capacity']}", data / TRACES[trace], *POLICIES[policy], *window)
        wrong = {name: (NUMBERS[name][0](summary), value) for name, value in expected.items()
                 if name not in NOT_RESULTS and abs(NUMBERS[name][0](summary) - value) > NUMBERS[name][1]}
        verdicts.expect(case, not wrong, "; ".join(f"{n}: got {g}, expected {e}" for n, (g, e) in wrong.items()))
    verdicts.finish()


if __name__ == "__main__":
    main()
