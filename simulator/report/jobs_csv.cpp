#include "simulator/report/jobs_csv.hpp"

#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "simulator/base/csv_text.hpp"
#include "simulator/report/history.hpp"

namespace sluice::report {
namespace {

std::vector<std::string> fields_of(const Names& names) {
  std::vector<std::string> fields;
  for (std::uint32_t i = 0; i < names.size(); ++i) fields.push_back(csv_field(names.text(NameId{i})));
  return fields;
}

/// cpu=8,mem=64000M,node=1,gres/gpu=4 as a CSV field: quoted when it has more than one entry. Zeros are left out.
class TresField {
 public:
  explicit TresField(const JobRecord& record) {
    add("cpu=", record.cpus, {});
    add("mem=", record.memory, "M");
    add("node=", record.nodes, {});
    add("gres/gpu=", record.gpus, {});
    put("\"");
  }
  std::string_view field() const {
    const std::string_view text{text_.data(), size_};
    return entries_ > 1 ? text : text.substr(1, size_ - 2);
  }

 private:
  void add(std::string_view name, std::int64_t value, std::string_view unit) {
    if (value == 0) return;
    if (entries_++ > 0) put(",");
    put(name);
    char* const at = text_.data() + size_;
    size_ += static_cast<std::size_t>(std::to_chars(at, at + 24, value).ptr - at);
    put(unit);
  }
  void put(std::string_view text) {
    text.copy(text_.data() + size_, text.size());
    size_ += text.size();
  }

  std::array<char, 160> text_{'"'};
  std::size_t size_ = 1;
  int entries_ = 0;
};

/// Puts rows together. Texts that many rows share are quoted once.
class RowWriter {
 public:
  explicit RowWriter(const JobRows& rows)
      : rows_{rows},
        zero_{rows.workload().time_base.zero},
        users_{fields_of(rows.workload().users)},
        accounts_{fields_of(rows.workload().accounts)},
        qos_{fields_of(rows.workload().qos)} {
    for (std::uint32_t i = 0; i < rows.workload().requests().size(); ++i)
      partitions_.push_back(csv_field(rows.partition(RequestId{i})));
  }

  void append(const JobRow& row) {
    const JobSpec& spec = *row.spec;
    csv_.text(rows_.workload().job_id(row.id));
    csv_.raw(users_[spec.user.index()]).raw(accounts_[spec.account.index()]).raw(qos_[spec.qos.index()]);
    if (rows_.chose_partition(row)) csv_.text(rows_.partition(row));
    else csv_.raw(partitions_[row.request.index()]);
    append_arrival(row.submit, row.eligible);
    moment(row.start);
    moment(row.end);
    csv_.raw(state_text(*row.record));
    append_nodes(row);
    append_waiting(row);
    csv_.text(rows_.reason(row));
    csv_.integer(row.restarts);
    if (!rows_.workload().recorded.empty()) append_history(row);
    csv_.end_row();
  }

  CsvText& csv() { return csv_; }

 private:
  void moment(std::optional<Time> t) {
    if (t) csv_.seconds(zero_ + t->time_since_epoch());
    else csv_.empty();
  }

  /// Most jobs are eligible when they are submitted: that text is written once and copied.
  void append_arrival(Time submit, std::optional<Time> eligible) {
    const std::size_t begin = csv_.size() + 1;
    moment(submit);
    if (eligible != submit) return moment(eligible);
    const std::string text{csv_.view().substr(begin)};  // short enough to need no allocation
    csv_.raw(text);
  }

  void append_nodes(const JobRow& row) {
    const JobRecord& record = *row.record;
    if (!record.started) {
      csv_.raw(",,,,,");
      return;
    }
    csv_.integer(record.nodes);
    const auto nodes = rows_.sink().node_text(record);
    csv_.raw(nodes.empty() ? std::string_view{",,,"} : nodes);
    csv_.raw(TresField{record}.field());
  }

  void append_waiting(const JobRow& row) {
    const auto wait = row.wait();
    const auto run = row.run();
    if (wait) csv_.seconds(*wait);
    else csv_.empty();
    if (wait && run) csv_.fixed(bounded_slowdown_micro(*wait, *run), 6);
    else csv_.empty();
  }

  void append_history(const JobRow& row) {
    moment(rows_.workload().recorded[row.id.index()].start);
    if (const auto wait = recorded_wait(rows_.workload(), row.id)) csv_.seconds(*wait);
    else csv_.empty();
  }

  const JobRows& rows_;
  Duration zero_;
  std::vector<std::string> users_, accounts_, qos_, partitions_;
  CsvText csv_;
};

}  // namespace

void write_jobs_csv(const JobRows& rows, OutputFile& file) {
  constexpr std::size_t enough = 1U << 18;
  RowWriter writer{rows};
  writer.csv().raw(jobs_csv_header);
  if (!rows.workload().recorded.empty()) writer.csv().raw(jobs_csv_history_header);
  writer.csv().end_row();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const JobRow row = rows[i];
    if (row.record->fate == Fate::unsubmitted) continue;
    for (const JobRow& run : rows.earlier(row)) writer.append(run);
    writer.append(row);
    if (writer.csv().size() < enough) continue;
    file.write(writer.csv().view());
    writer.csv().clear();
  }
  file.write(writer.csv().view());
}

}  // namespace sluice::report
