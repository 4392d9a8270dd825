#include "simulator/report/verify_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "simulator/report/verify_text.hpp"

namespace sluice::report::verify {
namespace {

/// The columns that are checked, in the order of `columns`.
enum Column : std::size_t {
  job_id, user, account, partition, submit, eligible, start, end, state, nodes, nodelist, cpus_per_node, gpu_idx,
  mem_per_node, alloc_tres, wait, slowdown, restarts, column_count
};
constexpr std::array<std::string_view, column_count> columns{
    "job_id", "user", "account", "partition", "submit", "eligible", "start", "end", "state", "nodes", "nodelist",
    "cpus_per_node", "gpu_idx", "mem_per_node", "alloc_tres", "wait", "bounded_slowdown",
    "restarts"};

using Fields = std::vector<std::string>;

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  return std::move(text).str();
}

class Reader {
 public:
  Reader(const ClusterSpec& cluster, VerifyReport& report)
      : cluster_{cluster}, report_{report}, listed_by_(cluster.nodes.size(), 0) {
    for (std::uint32_t i = 0; i < cluster.nodes.size(); ++i) node_of_.emplace(cluster.nodes[i].name, i);
  }

  bool read_header(const Fields& header) {
    for (std::size_t c = 0; c < column_count; ++c) {
      const auto found = std::find(header.begin(), header.end(), columns[c]);
      if (found == header.end()) {
        report_.add("", "format", fmt::format("jobs.csv has no column {}", columns[c]));
        return false;
      }
      at_[c] = static_cast<std::size_t>(found - header.begin());
    }
    width_ = header.size();
    return true;
  }

  void read_row(const Fields& row) {
    ++report_.jobs;
    if (row.size() != width_) {
      report_.add(row.front(), "format", fmt::format("row {} has {} fields, not {}", report_.jobs, row.size(), width_));
      return;
    }
    row_ = &row;
    Job job{get(job_id), get(user), get(account), get(partition), get(state), {}, {}, {}, {}};
    const auto before = report_.total();
    read_times(job);
    read_tres(job);
    if (report_.total() > before) return;  // a row that cannot be read is not checked further
    check_state(job);
    check_order(job);
    check_waiting(job);
    read_shares(job);
    jobs_.list.push_back(std::move(job));
  }

  Jobs take() { return std::move(jobs_); }

 private:
  const std::string& get(Column column) const { return (*row_)[at_[column]]; }
  void bad(std::string_view rule, std::string what) { report_.add(get(job_id), rule, std::move(what)); }
  void unreadable(Column column) { bad("format", fmt::format("{} is '{}'", columns[column], get(column))); }

  std::optional<std::int64_t> time(Column column) {
    if (get(column).empty()) return std::nullopt;
    const auto value = parse_milli(get(column));
    if (!value) unreadable(column);
    return value;
  }

  void read_times(Job& job) {
    job.submit = time(submit);
    job.eligible = time(eligible);
    job.start = time(start);
    job.end = time(end);
    if (get(submit).empty()) unreadable(submit);
    const auto before = parse_integer(get(restarts));
    if (!before) unreadable(restarts);
    job.restarts = before.value_or(0);
  }

  void read_tres(Job& job) {
    std::string_view text = get(alloc_tres);
    while (!text.empty()) {
      const auto comma = text.find(',');
      if (!read_entry(job, text.substr(0, comma))) unreadable(alloc_tres);
      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
  }

  static bool read_entry(Job& job, std::string_view entry) {
    const auto equals = entry.find('=');
    if (equals == std::string_view::npos) return false;
    const auto name = entry.substr(0, equals);
    auto amount = entry.substr(equals + 1);
    if (name == "mem") {
      if (amount.empty() || amount.back() != 'M') return false;
      amount.remove_suffix(1);
    }
    const auto value = parse_integer(amount);
    if (!value || *value <= 0) return false;
    if (name == "cpu") job.cpus = *value;
    else if (name == "mem") job.memory = *value;
    else if (name == "node") job.nodes = *value;
    else if (name == "gres/gpu") job.gpus = *value;
    else return false;
    return true;
  }

  void check_state(const Job& job) {
    constexpr std::array<std::string_view, 8> ran{"COMPLETED",     "FAILED",    "TIMEOUT", "NODE_FAIL",
                                                  "OUT_OF_MEMORY", "PREEMPTED", "REQUEUED", "RESIZING"};
    const bool has_run = std::find(ran.begin(), ran.end(), job.state) != ran.end();
    const auto need = [&](bool holds, std::string_view what) {
      if (!holds) bad("state", fmt::format("{} {}", job.state, what));
    };
    if (has_run) {
      need(job.start.has_value(), "without a start");
      need(job.end.has_value(), "without an end");
    } else if (job.state == "CANCELLED" || job.state == "DEADLINE") {
      need(job.end.has_value(), "without an end");
    } else if (job.state == "RUNNING") {
      need(job.start.has_value(), "without a start");
      need(!job.end.has_value(), "with an end");
    } else if (job.state == "PENDING" || job.state == "REJECTED") {
      need(!job.start.has_value(), "with a start");
      need(!job.end.has_value(), "with an end");
    } else {
      bad("state", fmt::format("unknown state '{}'", job.state));
    }
    if (!job.start) need(get(nodelist).empty() && get(alloc_tres).empty(), "with resources but without a start");
    else need(job.cpus + job.nodes > 0, "started with nothing");
  }

  void check_order(const Job& job) {
    const std::array<std::pair<std::string_view, std::optional<std::int64_t>>, 4> times{
        {{"submit", job.submit}, {"eligible", job.eligible}, {"start", job.start}, {"end", job.end}}};
    const std::pair<std::string_view, std::optional<std::int64_t>>* earlier = &times[0];
    for (const auto& time : times) {
      if (!time.second) continue;
      if (*time.second < *earlier->second)
        bad("order", fmt::format("{} {} is before {} {}", time.first, seconds_text(*time.second), earlier->first,
                                 seconds_text(*earlier->second)));
      earlier = &time;
    }
  }

  void check_waiting(const Job& job) {
    const auto expected = job.start ? seconds_text(job.wait()) : std::string{};
    if (get(wait) != expected)
      bad("wait", fmt::format("wait is {}, from its times {}", quoted(get(wait)), quoted(expected)));
    if (!job.start || !job.end) {
      if (!get(slowdown).empty()) bad("slowdown", fmt::format("bounded_slowdown {} of an unfinished job", get(slowdown)));
      return;
    }
    const auto run = static_cast<double>(*job.end - *job.start);
    const double right = std::max(1.0, (static_cast<double>(job.wait()) + run) / std::max(run, 10000.0));
    char* stop = nullptr;
    const double written = std::strtod(get(slowdown).c_str(), &stop);
    if (get(slowdown).empty() || *stop != '\0' || std::abs(written - right) > 6e-7 + right * 1e-12)
      bad("slowdown", fmt::format("bounded_slowdown is {}, from its times {:.6f}", quoted(get(slowdown)), right));
  }

  static std::string quoted(std::string_view text) { return text.empty() ? "empty" : std::string{text}; }

  /// The nodes of the row as shares, if they can be understood; sums and places are checked.
  void read_shares(Job& job) {
    job.first_share = jobs_.shares.size();
    if (cluster_.is_pool || get(nodelist).empty()) {
      if (!cluster_.is_pool && job.start) bad("node", "started without a nodelist");
      return;
    }
    const auto names = parse_nodes(get(nodelist));
    if (!names) return unreadable(nodelist);
    for (const auto& name : *names) add_share(job, name);
    job.shares = jobs_.shares.size() - job.first_share;
    if (job.shares != names->size()) return;
    fill(job, cpus_per_node, [](Share& share, std::string_view v) { return assign(share.cpus, parse_integer(v)); });
    fill(job, mem_per_node, [](Share& share, std::string_view v) { return assign(share.memory, parse_integer(v)); });
    fill(job, gpu_idx, [](Share& share, std::string_view v) { return assign(share.devices, parse_devices(v)); });
    check_sums(job);
  }

  template <class T>
  static bool assign(T& to, const std::optional<T>& value) {
    if (value) to = *value;
    return value.has_value();
  }

  void add_share(const Job& job, const std::string& name) {
    const auto found = node_of_.find(name);
    if (found == node_of_.end()) return bad("node", fmt::format("there is no node {}", name));
    if (std::exchange(listed_by_[found->second], report_.jobs) == report_.jobs)
      bad("node", fmt::format("{} is listed twice", name));
    if (const auto& members = members_of(job.partition); !members.empty() && !members[found->second])
      bad("partition", fmt::format("{} is not of partition {}", name, job.partition));
    jobs_.shares.push_back({found->second, 0, 0, 0});
  }

  /// By node: is it of one of the partitions of this comma list? Empty when there is no such partition.
  const std::vector<bool>& members_of(const std::string& list) {
    const auto [place, is_new] = members_.emplace(list, std::vector<bool>{});
    if (!is_new) return place->second;
    const auto wanted = ',' + list + ',';
    for (const auto& candidate : cluster_.partitions) {
      if (wanted.find(',' + candidate.name + ',') == std::string::npos) continue;
      place->second.resize(cluster_.nodes.size());
      for (const auto node : candidate.nodes) place->second[node.index()] = true;
    }
    if (place->second.empty()) bad("partition", fmt::format("there is no partition '{}'", list));
    return place->second;
  }

  /// Deals the values of a repeated column out to the job's shares. An empty column gives nothing.
  template <class Set>
  void fill(const Job& job, Column column, Set set) {
    if (get(column).empty()) return;
    const auto values = parse_repeats(get(column));
    if (!values) return unreadable(column);
    std::size_t next = 0;
    for (const auto& value : *values)
      for (std::int64_t i = 0; i < value.second; ++i, ++next)
        if (next >= job.shares || !set(jobs_.shares[job.first_share + next], value.first)) return unreadable(column);
    if (next != job.shares) bad("tres", fmt::format("{} has {} values for {} nodes", columns[column], next, job.shares));
  }

  void check_sums(const Job& job) {
    std::int64_t cpus = 0, memory = 0, gpus = 0;
    for (std::size_t i = 0; i < job.shares; ++i) {
      const Share& share = jobs_.shares[job.first_share + i];
      cpus += share.cpus;
      memory += share.memory;
      gpus += std::popcount(share.devices);
    }
    const auto same = [&](std::string_view what, std::int64_t of_nodes, std::int64_t of_tres) {
      if (of_nodes != of_tres)
        bad("tres", fmt::format("its nodes have {} {}, alloc_tres says {}", of_nodes, what, of_tres));
    };
    same("CPUs", cpus, job.cpus);
    same("MB", memory, job.memory);
    same("GPUs", gpus, job.gpus);
    same("nodes", static_cast<std::int64_t>(job.shares), job.nodes);
    if (parse_integer(get(nodes)) != job.nodes) bad("tres", fmt::format("nodes is {}, alloc_tres says {}", get(nodes), job.nodes));
  }

  const ClusterSpec& cluster_;
  VerifyReport& report_;
  std::unordered_map<std::string, std::uint32_t> node_of_;
  std::unordered_map<std::string, std::vector<bool>> members_;
  std::vector<std::size_t> listed_by_;  ///< by node: the last row that named it
  std::array<std::size_t, column_count> at_{};
  std::size_t width_ = 0;
  const Fields* row_ = nullptr;
  Jobs jobs_;
};

}  // namespace

std::string seconds_text(std::int64_t ms) {
  std::string out = fmt::format("{}{}.{:03}", ms < 0 ? "-" : "", std::abs(ms) / 1000, std::abs(ms) % 1000);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

std::optional<Jobs> read_jobs(const std::filesystem::path& path, const ClusterSpec& cluster, VerifyReport& report) {
  const auto content = read_file(path);
  if (!content) {
    report.add("", "format", "jobs.csv cannot be read");
    return std::nullopt;
  }
  std::string_view text{*content};
  Fields fields;
  Reader reader{cluster, report};
  if (!take_record(text, fields) || !reader.read_header(fields)) return std::nullopt;
  while (!text.empty()) {
    if (!take_record(text, fields)) {
      report.add(fields.front(), "format", "a quote is never closed");
      break;
    }
    reader.read_row(fields);
  }
  return reader.take();
}

}  // namespace sluice::report::verify
