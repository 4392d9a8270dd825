// Requests to large language models on Azure, 2023: TIMESTAMP, ContextTokens, GeneratedTokens.
// Source: https://github.com/Azure/AzurePublicDataset; Patel et al., ISCA 2024

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "workloads/csv_rows.hpp"
#include "workloads/format_list.hpp"
#include "workloads/gpu_job.hpp"
#include "workloads/job_sink.hpp"
#include "workloads/line_source.hpp"
#include "workloads/named_cells.hpp"

namespace sluice::workloads {
namespace {

using namespace std::chrono_literals;

enum Column : std::size_t { timestamp, context_tokens, generated_tokens };
constexpr std::array<std::string_view, 3> column_names{"TIMESTAMP", "ContextTokens", "GeneratedTokens"};

/// The nominal speed of one instance of a model, about that of Llama-2 70B in the paper.
constexpr std::int64_t context_tokens_per_second = 8'000;
constexpr Duration per_generated_token = 50ms;
constexpr std::int64_t most_tokens = 1'000'000'000;

void read_row(const NamedCells& row, JobSink& sink) {
  const auto submit = row.date(timestamp);
  if (!submit) return;
  const auto context = row.whole(context_tokens);
  if (!context) return;
  const auto generated = row.whole(generated_tokens);
  if (!generated) return;
  if (*context < 0 || *context > most_tokens) return row.complain(context_tokens, "a number of tokens");
  if (*generated < 0 || *generated > most_tokens) return row.complain(generated_tokens, "a number of tokens");
  const Duration ran = Duration{*context * 1000 / context_tokens_per_second} + *generated * per_generated_token;
  auto job = gpu_job(*submit, ran, 1, sink);
  if (!job) return;
  job->extras = sink.kind("inference");
  sink.add(*job, fmt::format("{}", sink.workload().report.rows));
}

}  // namespace

bool recognises_azure_llm(std::string_view head) { return has_columns(header_cells(head), column_names); }

void read_azure_llm(LineSource& lines, JobSink& sink) {
  CsvRows rows{lines, sink};
  const NamedCells row{rows, sink, column_names};
  TimeBase base;
  base.is_calendar = true;
  if (sink.done() || !sink.time_base(base)) return;
  for_each_row(rows, sink, [&](auto) { read_row(row, sink); });
  sink.assume("each request is a job of its own on one GPU, as there are no inference services yet; its id is its row");
  sink.assume("a request takes 1 s for 8,000 context tokens and 50 ms for each generated one");
}

}  // namespace sluice::workloads
