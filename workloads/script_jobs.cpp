#include "workloads/script_jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulator/base/suggest.hpp"
#include "simulator/model/dependency.hpp"

namespace sluice::workloads {
namespace {

class JobMaker {
 public:
  JobMaker(std::span<const ShelvedScript> scripts, JobSink& sink) : scripts_{scripts}, sink_{sink} {}

  void make() {
    if (!fix_time_base()) return;
    give_ids();
    for (std::size_t i = 0; i < scripts_.size(); ++i) add_script(i);
    say_assumptions();
  }

 private:
  bool fix_time_base() {
    for (const auto& one : scripts_) {
      if (!one.facts.submit_is_date) continue;
      earliest_ = std::min(earliest_.value_or(*one.facts.submit), *one.facts.submit);
    }
    for (const auto& one : scripts_)
      if (earliest_ && one.facts.submit && !one.facts.submit_is_date)
        sink_.reject({one.source.name}, {"submit is in seconds here, and a date in other scripts", {}}, {});
    TimeBase base;
    base.is_calendar = earliest_.has_value();
    return !sink_.done() && sink_.time_base(base);
  }

  void give_ids() {
    std::size_t next = 1;
    for (const auto& one : scripts_) {
      ids_.push_back(fmt::format("{}", next));
      next += one.jobs.size();
    }
  }

  void add_script(std::size_t index) {
    const ShelvedScript& one = scripts_[index];
    const Duration submit = one.facts.submit.value_or(earliest_.value_or(Duration{}));
    for (std::size_t i = 0; i < one.jobs.size(); ++i) {
      const SbatchJob& job = one.jobs[i];
      JobExtras extras = extras_of(index, job, submit);
      if (one.jobs.size() > 1) extras.het_group = ids_[index];
      if (job.array)
        add_tasks(one, job, submit, ids_[index], std::move(extras));
      else
        add_run(one, job, submit, one.jobs.size() > 1 ? fmt::format("{}+{}", ids_[index], i) : ids_[index], extras);
    }
  }

  void add_tasks(const ShelvedScript& one, const SbatchJob& job, Duration submit, const std::string& id,
                 JobExtras extras) {
    extras.array = id;
    extras.array_limit = job.array->limit;
    for (const auto task : job.array->tasks) {
      extras.array_task = task;
      add_run(one, job, submit, fmt::format("{}_{}", id, task), extras);
    }
  }

  void add_run(const ShelvedScript& one, const SbatchJob& job, Duration submit, const std::string& id,
               const JobExtras& extras) {
    sink_.begin_row();
    if (!sink_.wants(submit)) return;
    JobSpec spec;
    spec.submit = Time{submit};
    spec.duration = run_time(one, job, extras.array_task);
    spec.limit = job.limit;
    spec.request = sink_.request(job.request);
    spec.user = sink_.user(one.facts.user.value_or(job.user));
    spec.account = sink_.account(job.account);
    spec.qos = sink_.qos(job.qos);
    if (one.facts.exit_codes) spec.exit_code = one.facts.exit_codes->of(extras.array_task).value_or(std::int16_t{0});
    spec.outcome = one.facts.outcome.value_or(spec.exit_code == 0 ? Outcome::completed : Outcome::failed);
    spec.extras = sink_.extras(extras);
    sink_.add(spec, id);
  }

  JobExtras extras_of(std::size_t index, const SbatchJob& job, Duration submit) {
    const ShelvedScript& one = scripts_[index];
    JobExtras extras = job.extras;
    if (extras.name.empty()) extras.name = one.file;  // as sbatch does
    extras.kind = one.facts.kind.value_or("");
    extras.modules = one.script.modules;
    extras.steps = one.script.steps;
    extras.begin = moment(one, "begin", job.begin, submit);
    extras.deadline = moment(one, "deadline", job.deadline, submit);
    if (!extras.dependency.empty()) extras.dependency = resolve_names(index, extras.dependency);
    return extras;
  }

  std::optional<Duration> moment(const ShelvedScript& one, std::string_view option, const std::optional<Moment>& when,
                                 Duration submit) {
    if (!when) return std::nullopt;
    const auto at = resolve_moment(*when, submit, earliest_ ? Calendar::known : Calendar::unknown);
    if (!at)
      sink_.diagnostics().warning({one.source.name},
                                  fmt::format("--{} is left out: it is a date, but no script says at which date it "
                                              "was submitted",
                                              option),
                                  "add a line `#SLUICE submit=2020-09-01T00:00:00`");
    return at;
  }

  std::string resolve_names(std::size_t index, const std::string& text) {
    auto dependency = parse_dependency(text);
    if (!dependency) return text;  // reported with the option
    for (auto& term : dependency->terms) {
      if (!term.is_name) continue;
      const auto found = script_named(index, term.job);
      if (found)
        term.job = ids_[*found];
      else
        complain_of_name(index, term.job);
    }
    return dependency_text(*dependency);
  }

  bool is_called(std::size_t index, std::string_view name) const {
    const ShelvedScript& one = scripts_[index];
    return name == one.file || name == one.stem || name == one.jobs.front().extras.name;
  }

  std::optional<std::size_t> script_named(std::size_t from, std::string_view name) const {
    for (std::size_t i = from; i-- > 0;)
      if (is_called(i, name)) return i;
    for (std::size_t i = from + 1; i < scripts_.size(); ++i)
      if (is_called(i, name)) return i;
    return std::nullopt;
  }

  void complain_of_name(std::size_t index, const std::string& name) {
    std::vector<std::string_view> names;
    for (const auto& one : scripts_) names.push_back(one.stem);
    const SourceText& source = scripts_[index].source;
    for (std::size_t line = 1; line <= source.lines.size(); ++line) {
      const auto column = source.line(line).find('@' + name);
      if (column == std::string_view::npos) continue;
      return sink_.reject(place_in(source, line, column),
                          {fmt::format("there is no other script '{}'", name), did_you_mean(name, names)},
                          source.line(line));
    }
    sink_.reject({source.name}, {fmt::format("there is no other script '{}'", name), did_you_mean(name, names)}, {});
  }

  Duration run_time(const ShelvedScript& one, const SbatchJob& job, const std::optional<std::int64_t>& task) {
    std::optional<RunLength> stated;
    if (one.facts.duration) stated = one.facts.duration->of(task);
    if (stated && stated->length) return *stated->length;
    const RunTimeModel& model = sink_.options().run_times;
    if (!stated) ++(job.limit ? from_limit_ : from_nothing_);
    if (!job.limit) return model.without_limit;
    const double share = stated ? stated->share : model.share_of_limit;
    return std::max(Duration{1}, Duration{std::llround(static_cast<double>(job.limit->count()) * share)});
  }

  void say_assumptions() {
    const RunTimeModel& model = sink_.options().run_times;
    if (from_limit_ > 0)
      sink_.assume(fmt::format("{} job{} with nothing said of the run time: {:g}% of the time limit", from_limit_,
                               from_limit_ == 1 ? "" : "s", model.share_of_limit * 100));
    if (from_nothing_ > 0)
      sink_.assume(fmt::format("{} job{} with neither run time nor limit: {:g} s", from_nothing_,
                               from_nothing_ == 1 ? "" : "s", to_seconds(model.without_limit)));
  }

  std::span<const ShelvedScript> scripts_;
  JobSink& sink_;
  std::vector<std::string> ids_;      ///< by script
  std::optional<Duration> earliest_;  ///< submission, when they are dates
  std::size_t from_limit_ = 0, from_nothing_ = 0;
};

}  // namespace

void add_script_jobs(std::span<const ShelvedScript> scripts, JobSink& sink) { JobMaker{scripts, sink}.make(); }

}  // namespace sluice::workloads
