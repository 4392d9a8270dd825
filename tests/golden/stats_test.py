"""sluice describe against the published statistics of every trace (STATS.json): jobs, span, mean size, median run time.

usage: stats_test.py SLUICE
"""
import json
import subprocess
import sys

from oracle import Verdicts, folders

# Where a trace lies when its name in STATS.json is not the path without its ending, and what of it is meant.
PLACES = {
    "helios/venus_sept": ("helios/venus_gpu_jobs.csv", "--from", "2020-09-01", "--to", "2020-09-28"),
    "philly/philly_jobs (from 2017-10-01)": ("philly/philly_jobs.csv", "--from", "2017-10-01"),
    "alibaba-openb-2023/pod_list_default":
        ("alibaba-openb-2023/openb_pod_list_default.csv", "--from", "9960000"),
    "alibaba-dlrm-2025 (instances with both times)":
        ("alibaba-dlrm-2025/disaggregated_DLRM_trace.csv", "--unit", "gpus"),
    "slurm-ubccr/ubhpc/workload_5k": ("slurm-ubccr/ubhpc/workload_5k.events",),
    "slurm-ubccr/micro/jobs500": ("slurm-ubccr/micro/jobs500.events",),
    "azure-llm-2023/conv": ("azure-llm-2023/AzureLLMInferenceTrace_conv.csv",),
    "azure-llm-2023/code": ("azure-llm-2023/AzureLLMInferenceTrace_code.csv",),
}

# Where the two differ, what Sluice says, and why. STATS.json counts jobs that did not run as jobs, but leaves their run
# times out of the medians; Sluice leaves the whole job out, and says how many and why.
NEVER_RAN = "rows with run time 0 never ran: they are no jobs, and their sizes do not count"
NEVER_SCHEDULED = "a pod that was never scheduled has no run time; STATS.json counts it from its creation to its deletion"
STILL_THERE = "instances without a deletion run to the end of the trace; STATS.json leaves them out"
TO_THE_LIMIT = "-sim-walltime of 0 or less means until the time limit; STATS.json leaves these run times out"
DISAGREEMENTS = {
    "alibaba-openb-2023/pod_list_default":
        (NEVER_SCHEDULED, {"jobs": 7224, "mean_size": 0.755, "median": 610.0}),
    "alibaba-dlrm-2025 (instances with both times)":
        (STILL_THERE, {"jobs": 23855, "span": 30.98, "mean_size": 0.309, "median": 267812.0}),
    "swf/CEA-Curie-2011-2.1-cln": (NEVER_RAN, {"jobs": 295540, "mean_size": 647.077}),
    "swf/UniLu-Gaia-2014-1": (NEVER_RAN, {"jobs": 51859, "mean_size": 9.965}),
    "swf/NASA-iPSC-1993-3.1-cln": (NEVER_RAN, {"jobs": 18066, "mean_size": 16.807}),
    "swf/hpc2n-first3k": (NEVER_RAN, {"jobs": 3145, "mean_size": 20.216}),
    "swf/metacentrum-wagap-2013": (NEVER_RAN, {"jobs": 17898}),
    "slurm-ubccr/ubhpc/workload_5k": (TO_THE_LIMIT, {"median": 38038.5}),
    "slurm-ubccr/micro/jobs500": (TO_THE_LIMIT, {"median": 639.0}),
}

# STATS.json is rounded: days to two digits, sizes to three, seconds to one.
ROUNDED = {"jobs": 0, "span": 0.00501, "mean_size": 0.00051, "median": 0.0501, "mean": 0.0501, "mu": 0.00051,
           "interarrival_cv": 0.00501, "hourly_idc": 0.00501}


def published(name, row):
    if "requests" in row:  # inference requests have no size and no run time in STATS.json
        return {"jobs": row["requests"], "span": row["span_s"] / 86400}
    figures = {"jobs": row["jobs"], "span": row["span_days"], "mean_size": row["req_mean"], "median": row["dur_median"]}
    cause = DISAGREEMENTS.get(name, (None,))[0]
    if cause in (None, NEVER_RAN):  # the run times are those of the same jobs
        figures |= {"mean": row["dur_mean"], "mu": row["lognormal"]["all"]["mu"]} if "lognormal" in row else {}
    if cause is None:  # and so are the submissions
        figures |= {"interarrival_cv": row["interarrival_cv"], "hourly_idc": row["hourly_idc"]}
    return figures


def described(program, data, name):
    place = PLACES.get(name)
    if place is None:
        endings = [ending for ending in (".csv", ".swf", ".swf.gz") if (data / (name + ending)).exists()]
        place = (name + endings[0],)
    command = [program, "describe", "--json", str(data / place[0]), *place[1:]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode} of {' '.join(command)}\n{done.stderr}")
    found = json.loads(done.stdout)
    return {"jobs": found["jobs"], "span": found["span_days"], "mean_size": found["mean_size"],
            "median": found["run_time_s"]["median"], "mean": found["run_time_s"]["mean"],
            "mu": (found["lognormal"] or {}).get("mu"), "interarrival_cv": found["interarrival_cv"],
            "hourly_idc": found["hourly_idc"]}


def main():
    (data,) = folders("SLUICE_DATA")
    verdicts = Verdicts()
    for name, row in json.loads((data / "STATS.json").read_text()).items():
        ours = described(sys.argv[1], data, name)
        theirs = published(name, row)
        why, differing = DISAGREEMENTS.get(name, ("", {}))
        for figure, value in theirs.items():
            expected = differing.get(figure, value)
            verdicts.expect(f"{name}: {figure}", abs(ours[figure] - expected) <= ROUNDED[figure],
                            f"{ours[figure]}" + (f", STATS.json {value}: {why}" if figure in differing else ""))
    verdicts.finish()


if __name__ == "__main__":
    main()
