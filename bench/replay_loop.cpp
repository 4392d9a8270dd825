// The least that any replay of a trace has to do, as the yardstick for `sluice run`: parse every column of a native CSV
// trace, take one end event a job through a heap, and write the columns of jobs.csv. There is no cluster and no
// scheduler: every job starts when it is submitted, so that the output is what `sluice run` writes when the pool is
// never full. The file is mapped, numbers go through from_chars and to_chars, rows through one buffer.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <queue>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::string_view input_header = "job_id,user,account,submit,duration,ntasks,time";
constexpr std::string_view output_header =
    "job_id,user,account,qos,partition,submit,eligible,start,end,state,nodes,nodelist,cpus_per_node,gpu_idx,"
    "mem_per_node,alloc_tres,wait,bounded_slowdown,reason,restarts";

/// A whole file, read only.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (descriptor < 0 || fstat(descriptor, &status) != 0) throw std::runtime_error{"cannot open the trace"};
    size_ = static_cast<std::size_t>(status.st_size);
    bytes_ = size_ == 0 ? nullptr : mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    close(descriptor);
    if (bytes_ == MAP_FAILED) throw std::runtime_error{"cannot map the trace"};
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (bytes_ != nullptr) munmap(bytes_, size_);
  }
  std::string_view text() const { return {static_cast<const char*>(bytes_), size_}; }

 private:
  std::size_t size_ = 0;
  void* bytes_ = nullptr;
};

struct Job {
  std::string_view id, user, account;
  std::int64_t submit = 0, duration = 0, limit = 0;  ///< seconds
  std::int64_t tasks = 0;
  std::int64_t end = -1;
  bool timed_out = false;
};

/// Takes cells from the front of a text.
class Cells {
 public:
  explicit Cells(std::string_view text) : at_{text.data()}, end_{text.data() + text.size()} {}

  bool at_end() const { return at_ == end_; }
  std::string_view text(char stop) {
    const auto* found = static_cast<const char*>(std::memchr(at_, stop, static_cast<std::size_t>(end_ - at_)));
    if (found == nullptr) throw std::runtime_error{"a row is cut short"};
    const std::string_view cell{at_, static_cast<std::size_t>(found - at_)};
    at_ = found + 1;
    return cell;
  }
  std::int64_t number(char stop) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(at_, end_, value);
    if (error != std::errc{} || end == end_ || *end != stop) throw std::runtime_error{"a number was expected"};
    at_ = end + 1;
    return value;
  }

 private:
  const char* at_;
  const char* end_;
};

std::vector<Job> read_jobs(std::string_view text) {
  Cells cells{text};
  if (cells.text('\n') != input_header) throw std::runtime_error{"the header is not that of `sluice generate`"};
  std::vector<Job> jobs;
  while (!cells.at_end()) {
    Job job;
    job.id = cells.text(',');
    job.user = cells.text(',');
    job.account = cells.text(',');
    job.submit = cells.number(',');
    job.duration = cells.number(',');
    job.tasks = cells.number(',');
    job.limit = cells.number('\n') * 60;
    if (!jobs.empty() && job.submit < jobs.back().submit) throw std::runtime_error{"the jobs are not in order"};
    jobs.push_back(job);
  }
  return jobs;
}

struct End {
  std::int64_t at = 0;
  std::uint32_t job = 0;
  friend bool operator>(const End& a, const End& b) { return a.at != b.at ? a.at > b.at : a.job > b.job; }
};

/// Every job starts at once; its end is an event. Returns the number of ends.
std::size_t replay(std::vector<Job>& jobs) {
  std::priority_queue<End, std::vector<End>, std::greater<>> ends;
  std::size_t ended = 0;
  const auto end_until = [&](std::int64_t now) {
    for (; !ends.empty() && ends.top().at <= now; ends.pop(), ++ended) {
      Job& job = jobs[ends.top().job];
      job.end = ends.top().at;
      job.timed_out = job.duration > job.limit;
    }
  };
  for (std::uint32_t i = 0; i < jobs.size(); ++i) {
    end_until(jobs[i].submit);
    ends.push({jobs[i].submit + std::min(jobs[i].duration, jobs[i].limit), i});
  }
  end_until(INT64_MAX);
  return ended;
}

/// Gathers text and writes it in large pieces.
class Output {
 public:
  explicit Output(const char* path) : descriptor_{open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)} {
    if (descriptor_ < 0) throw std::runtime_error{"cannot write the results"};
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { close(descriptor_); }

  Output& text(std::string_view field) {
    std::memcpy(at_, field.data(), field.size());
    at_ += field.size();
    return *this;
  }
  Output& number(std::int64_t value) {
    at_ = std::to_chars(at_, at_ + 24, value).ptr;
    return *this;
  }
  /// Rows are shorter than `row_room`.
  void end_row() {
    *at_++ = '\n';
    if (at_ > buffer_.data() + buffer_.size() - row_room) flush();
  }
  void flush() {
    for (const char* from = buffer_.data(); from < at_;) {
      const auto written = write(descriptor_, from, static_cast<std::size_t>(at_ - from));
      if (written < 0) throw std::runtime_error{"cannot write the results"};
      from += written;
    }
    at_ = buffer_.data();
  }
  static constexpr std::size_t row_room = 4096;

 private:
  int descriptor_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{1} << 18U);
  char* at_ = buffer_.data();
};

void write_jobs(const std::vector<Job>& jobs, Output& out) {
  out.text(output_header).end_row();
  for (const Job& job : jobs) {
    if (job.id.size() + job.user.size() + job.account.size() > Output::row_room / 2)
      throw std::runtime_error{"a name is too long"};
    out.text(job.id).text(",").text(job.user).text(",").text(job.account).text(",,pool,");
    out.number(job.submit).text(",").number(job.submit).text(",").number(job.submit).text(",");
    out.number(job.end).text(job.timed_out ? ",TIMEOUT" : ",COMPLETED");
    out.text(",1,,,,,\"cpu=").number(job.tasks).text(",node=1\",");
    out.number(0).text(",").number(1).text(",None,0").end_row();
  }
  out.flush();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: replay_loop TRACE.csv JOBS.csv\n", stderr);
    return 2;
  }
  try {
    const MappedFile trace{arguments[1]};
    auto jobs = read_jobs(trace.text());
    if (replay(jobs) != jobs.size()) throw std::runtime_error{"a job has not ended"};
    Output out{arguments[2]};
    write_jobs(jobs, out);
    return 0;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "replay_loop: error: %s\n", problem.what());
    return 2;
  }
}
