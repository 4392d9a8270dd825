#include "tests/support/selection_table.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policies/catalogue.hpp"
#include "simulator/base/hostlist.hpp"
#include "simulator/base/text.hpp"
#include "tests/unit/conf/conf_folder.hpp"
#include "workloads/sbatch_command.hpp"
#include "workloads/shell_words.hpp"

namespace sluice::test {
namespace {

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> list;
  for (const auto word : split(line, ' '))
    if (!word.empty()) list.push_back(word);
  return list;
}

std::string join(const std::vector<std::string_view>& list) {
  std::string text;
  for (const auto word : list) text += (text.empty() ? "" : " ") + std::string{word};
  return text;
}

std::string device_text(std::uint64_t devices) {
  std::string text;
  for (int i = 0; i < 64;) {
    if ((devices >> i & 1) == 0) {
      ++i;
      continue;
    }
    int last = i;
    while (last < 63 && (devices >> (last + 1) & 1) != 0) ++last;
    text += (text.empty() ? "" : ",") + (last > i ? fmt::format("{}-{}", i, last) : fmt::format("{}", i));
    i = last + 1;
  }
  return text;
}

class Table {
 public:
  explicit Table(std::string_view text) {
    conf_ = "ClusterName=test\n";
    std::vector<std::string_view> rows;
    for (auto line : split(text, '\n')) {
      line = trim(line.substr(0, line.find('#')));
      if (line.empty()) continue;
      const auto word = line.substr(0, line.find(' '));
      const auto rest = std::string{trim(line.substr(word.size()))} + "\n";
      if (word == "conf")
        conf_ += rest;
      else if (word == "topology")
        topology_ += rest;
      else if (word == "gres")
        gres_ += rest;
      else
        rows.push_back(line);
    }
    load();
    for (const auto row : rows) run(row);
  }

  std::string wanted, got;

 private:
  void load() {
    if (conf_.find("SelectType=") == std::string::npos) conf_ += "SelectType=select/cons_tres\n";
    if (conf_.find("SelectTypeParameters=") == std::string::npos) conf_ += "SelectTypeParameters=CR_Core\n";
    if (conf_.find("PartitionName=") == std::string::npos) conf_ += "PartitionName=all Nodes=ALL Default=YES\n";
    folder_.write("slurm.conf", conf_);
    if (!topology_.empty()) folder_.write("topology.conf", topology_);
    if (!gres_.empty()) folder_.write("gres.conf", gres_);
    auto spec = folder_.load();
    INFO(folder_.said());
    REQUIRE(spec);
    spec_ = std::move(*spec);
    const Policies all = builtin_policies();
    for (const auto* entry : all.selections())
      if (entry->name == spec_.select.name) selection_ = entry->make(spec_, notes_);
    REQUIRE(selection_);
    cluster_.emplace(spec_);
    if (selection_->tells_cores_apart()) cluster_->tell_cores_apart();
    usable_ = NodeSet{spec_.nodes.size()};
    usable_.insert(NodeId{0}, spec_.nodes.size());
  }

  NodeId node(std::string_view name) const {
    for (std::uint32_t n = 0; n < spec_.nodes.size(); ++n)
      if (spec_.nodes[n].name == name) return NodeId{n};
    FAIL("no node " << name);
    return {};
  }

  std::vector<NodeId> nodes_of(std::string_view hostlist) const {
    std::vector<NodeId> list;
    const auto names = expand_hostlist(hostlist);
    REQUIRE(names);
    for (const auto& name : *names) list.push_back(node(name));
    return list;
  }

  void run(std::string_view row) {
    const auto bar = row.rfind(" | ");  // a constraint may have one, too
    const auto left = trim(row.substr(0, bar));
    const auto kind = left.substr(0, left.find(' '));
    const auto rest = trim(left.substr(kind.size()));
    if (kind == "held") return hold(rest);
    if (kind == "down") {
      for (const NodeId one : nodes_of(rest)) usable_.erase(one);
      return;
    }
    if (kind == "at") {
      now_ = Time{std::chrono::seconds{number(rest)}};
      return;
    }
    REQUIRE(bar != std::string_view::npos);
    right_ = join(words(row.substr(bar + 3)));
    wanted += fmt::format("{} {} | {}\n", kind, rest, right_);
    got += fmt::format("{} {} | {}\n", kind, rest, ask(kind, rest));
  }

  void hold(std::string_view rest) {
    const auto list = words(rest);
    Amount take;
    Time end{std::chrono::hours{24}};
    Allocation allocation;
    std::int64_t gpus = 0;
    for (std::size_t i = 1; i < list.size(); ++i) {
      const auto equals = list[i].find('=');
      const auto value = list[i].substr(equals + 1);
      const auto key = list[i].substr(0, equals);
      if (key == "cpus") take.cpus = static_cast<std::int32_t>(number(value));
      if (key == "memory") take.memory = number(value);
      if (key == "gpus") gpus = number(value);
      if (key == "until") end = Time{std::chrono::minutes{number(value)}};
      if (value == "shared_cores") allocation.claim = Claim::shared_cores;
      if (key == "partition")
        for (std::uint32_t p = 0; p < spec_.partitions.size(); ++p)
          if (spec_.partitions[p].name == value) allocation.partition = PartitionId{p};
    }
    take.gres[0] = static_cast<std::int32_t>(gpus);
    for (const NodeId one : nodes_of(list.front()))
      append_node(allocation, spec_, one, take, cluster_->choose_devices(one, take));
    keep(std::move(allocation), end);
  }

  void keep(Allocation&& allocation, Time end) {
    const JobId id{1000 + static_cast<std::uint32_t>(running_.size())};
    const RunningJob job{id, end, std::nullopt, cluster_->allocate(std::move(allocation))};
    const auto place = std::find_if(running_.begin(), running_.end(), [&](const auto& other) { return other.end > end; });
    running_.insert(place, job);
    held_.push_back({id, job.allocation, PreemptMode::Action::cancel});
  }

  JobId id_of(std::string_view options) {
    for (std::size_t i = 0; i < asked_.size(); ++i)
      if (asked_[i] == options) return JobId{static_cast<std::uint32_t>(i)};
    asked_.emplace_back(options);
    return JobId{static_cast<std::uint32_t>(asked_.size() - 1)};
  }

  std::string ask(std::string_view kind, std::string_view options) {
    workloads::SbatchCommand command;
    const auto line = workloads::split_shell_words(options);
    REQUIRE(command.take(line.words) == line.words.size());
    const auto job = command.read();
    for (const auto& error : job.errors) FAIL(error.complaint.message);
    PartitionId partition{0};
    for (std::uint32_t p = 0; p < spec_.partitions.size(); ++p)
      if (job.request.partition.empty() ? spec_.partitions[p].is_default
                                        : spec_.partitions[p].name == job.request.partition)
        partition = PartitionId{p};
    const auto demand = selection_->resolve(job.request, partition);
    if (!demand) return demand.error();
    SelectionJob asked{id_of(options), *demand};
    asked.running = running_;
    if (kind == "refused") return "accepted";
    if (kind == "ever") return selection_->feasible(asked, *cluster_, now_) ? "yes" : "no";
    if (kind == "will") return will_run(asked);
    if (kind == "preempt") return preempt(asked);
    auto selected = selection_->select(asked, usable_, *cluster_, now_);
    if (!selected) return "-";
    const std::string text = shares(selected->allocation);
    if (kind == "start") keep(std::move(selected->allocation), Time{std::chrono::hours{24}});
    return text;
  }

  std::string will_run(const SelectionJob& asked) {
    WillRunQuery query;
    query.running = running_;
    const auto when = selection_->will_run(asked, usable_, *cluster_, now_, query);
    if (!when) return "-";
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(when->start.time_since_epoch()).count();
    return (when->start == now_ ? std::string{"now"} : fmt::format("{}", minutes)) + " " + shares(when->allocation);
  }

  std::string preempt(const SelectionJob& asked) {
    const auto selected = selection_->select(asked, usable_, *cluster_, now_, held_);
    if (!selected) return "-";
    std::string text;
    for (const JobId victim : selected->victims)
      text += fmt::format("{}{}", text.empty() ? "" : ",", victim.value - 1000 + 1);
    return (text.empty() ? "none" : text) + " -> " + shares(selected->allocation);
  }

  std::string shares(const Allocation& allocation) const {
    std::string text;
    std::size_t place = 0;  // of nodes with at most 64 cores
    for (const NodeRun& run : allocation.runs)
      for (std::uint32_t n = run.first; n < run.first + run.count; ++n) {
        const Amount& take = allocation.takes[run.take];
        text += fmt::format("{}{}:{}", text.empty() ? "" : " ", spec_.nodes[n].name, take.cpus);
        if (right_.find("+m") != std::string::npos) text += fmt::format("+m{}", take.memory);
        if (right_.find("+g") != std::string::npos) text += "+g" + device_text(run.devices);
        if (right_.find("+c") != std::string::npos) text += "+c" + device_text(allocation.cores.at(place++));
      }
    return text;
  }

  std::string conf_, topology_, gres_;
  ConfFolder folder_;
  ClusterSpec spec_;
  std::vector<std::string> notes_;
  std::unique_ptr<Selection> selection_;
  std::optional<Cluster> cluster_;
  NodeSet usable_;
  std::vector<RunningJob> running_;
  std::vector<Preemptable> held_;
  std::vector<std::string> asked_;
  std::string right_;
  Time now_{};
};

}  // namespace

void check_selection(std::string_view text) {
  const Table table{text};
  CHECK(table.got == table.wanted);
}

}  // namespace sluice::test
