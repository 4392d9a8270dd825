#include "workloads/generators/ml_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <ostream>

#include "simulator/base/civil_time.hpp"
#include "simulator/base/csv_text.hpp"

namespace sluice::workloads::generators {
namespace {

constexpr std::int64_t gpus_per_node = 8, cpus_per_gpu = 4;
constexpr std::string_view first_midnight = "2026-01-05";  // a Monday

/// Where the jobs go in the file.
std::vector<std::size_t> submission_order(std::span<const MlJob> jobs) {
  std::vector<std::size_t> order(jobs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto second = [&](std::size_t i) { return static_cast<std::int64_t>(jobs[i].submit); };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return second(a) < second(b); });
  return order;
}

/// 1, 2, 3, ...; the tasks of an array, which follow each other, are 7_1, 7_2, ...
std::vector<std::string> number_jobs(std::span<const MlJob> jobs, const std::vector<std::size_t>& order) {
  std::vector<std::string> ids(jobs.size());
  std::vector<std::size_t> arrays(jobs.size());  // by submission; 0: none yet
  std::size_t next = 1;
  for (const std::size_t i : order) {
    if (!jobs[i].array_task) {
      ids[i] = fmt::format("{}", next++);
      continue;
    }
    std::size_t& array = arrays[jobs[i].submission];
    if (array == 0) array = next++;
    ids[i] = fmt::format("{}_{}", array, *jobs[i].array_task);
  }
  return ids;
}

/// nodes, ntasks, cpus-per-task, gpus-per-node, gpus: a task a GPU; whole nodes where the GPUs fill them evenly.
void write_request(const MlJob& job, CsvText& text) {
  if (job.gpus == 0) {
    text.integer(1).integer(1).integer(job.cpus).empty().empty();
    return;
  }
  const std::int64_t nodes = (job.gpus + gpus_per_node - 1) / gpus_per_node;
  const bool even = job.gpus % nodes == 0;
  if (even)
    text.integer(nodes);
  else
    text.empty();
  text.integer(job.gpus).integer(cpus_per_gpu);
  if (even)
    text.integer(job.gpus / nodes).empty();
  else
    text.empty().integer(job.gpus);
}

}  // namespace

void write_ml_jobs(std::span<const MlJob> jobs, const MlUsers& users, std::ostream& out) {
  const auto order = submission_order(jobs);
  const auto ids = number_jobs(jobs, order);
  const Duration midnight = parse_civil(first_midnight).value_or(Duration{});
  CsvText text;
  text.raw(
          "job_id,user,account,partition,job-name,kind,submit,duration,nodes,ntasks,cpus-per-task,gpus-per-node,gpus,"
          "mem-per-cpu,time,dependency,exit-code,state")
      .end_row();
  for (const std::size_t i : order) {
    const MlJob& job = jobs[i];
    const Duration submit = midnight + std::chrono::seconds{static_cast<std::int64_t>(job.submit)};
    text.text(ids[i]).text(users.names[job.user]).text(users.accounts[job.user % users.accounts.size()]);
    text.text(job.partition).text(job.name).text(job.kind).text(format_civil(submit)).integer(job.duration);
    write_request(job, text);
    text.raw(job.gpus > 0 ? "8G" : "2G").integer(job.limit);
    if (job.after)
      text.text(fmt::format("afterok:@{}", ids[*job.after]));
    else
      text.empty();
    text.integer(job.state == "FAILED" ? 1 : 0).text(job.state).end_row();
  }
  out << text.view();
}

}  // namespace sluice::workloads::generators
