#include <fmt/format.h>

#include <string>
#include <string_view>

#include "simulator/base/text.hpp"
#include "workloads/describe.hpp"
#include "workloads/state_words.hpp"

namespace sluice::workloads {
namespace {

/// "1234567" -> "1,234,567".
std::string grouped(std::size_t value) {
  std::string text = fmt::format("{}", value);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

/// 12345.6 -> "12,346", 1.23 -> "1.23", 1.5e19 -> "1.5e+19".
std::string amount(double value) {
  return value >= 100 && value < 1e15 ? grouped(static_cast<std::size_t>(value + 0.5)) : fmt::format("{:.4g}", value);
}

class Lines {
 public:
  template <class... Args>
  void add(std::string_view name, fmt::format_string<Args...> format, Args&&... args) {
    text_ += fmt::format("{:<16} ", name) + fmt::format(format, std::forward<Args>(args)...) + '\n';
  }
  void raw(std::string_view line) { text_.append(line) += '\n'; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string spread(const SampleStatistics& s, std::string_view unit) {
  return fmt::format("median {}{}, mean {}, p90 {}, p99 {}", amount(s.median), unit, amount(s.mean), amount(s.p90),
                     amount(s.p99));
}

std::string fit_text(const std::optional<LognormalFit>& fit) {
  return fit ? fmt::format("{:.2f}, {:.2f} ({:.2f})", fit->mu, fit->sigma, fit->ks) : std::string{"-"};
}

void add_sizes(const TraceStatistics& s, Lines& lines) {
  lines.raw(fmt::format("\n{:<16} {:>9} {:>13}   {}", fmt::format("size ({}s)", size_unit_name(s.unit)), "jobs",
                        "resource time", "ln(run time/s): mu, sigma (KS)"));
  for (const auto& bucket : s.sizes)
    lines.raw(fmt::format("  {:<14} {:>9} {:>13}   {}", bucket.name, percent(bucket.share_of_jobs),
                          percent(bucket.share_of_time), fit_text(bucket.run_time)));
  lines.raw(fmt::format("  {:<14} {:>9} {:>13}   {}", "all", "100.0 %", "100.0 %", fit_text(s.run_time_fit)));
}

void add_end_states(const TraceStatistics& s, Lines& lines) {
  lines.raw(fmt::format("\n{:<16} {:>9} {:>13}", "end state", "jobs", "resource time"));
  for (const auto& state : s.end_states)
    lines.raw(fmt::format("  {:<14} {:>9} {:>13}", state_word(state.outcome), percent(state.share_of_jobs),
                          percent(state.share_of_time)));
}

void add_profiles(const TraceStatistics& s, Lines& lines) {
  if (!s.hour_profile) return;
  std::string hours, days;
  for (const double rate : *s.hour_profile) hours += fmt::format(" {:.2f}", rate);
  for (const double rate : *s.weekday_profile) days += fmt::format(" {:.2f}", rate);
  lines.raw("\nrate of submissions (1 is the average)");
  lines.raw(fmt::format("  hour 0..23  {}", hours));
  lines.raw(fmt::format("  Mon..Sun    {}", days));
}

void add_users(const UserSkew& users, Lines& lines) {
  lines.add("users", "{}; the largest has {} of jobs, the top 5 % have {} of resource time", grouped(users.users),
            percent(users.largest_share_of_jobs), percent(users.top_share_of_time));
  if (users.zipf_exponent) lines.add("", "Zipf exponent {:.2f} of jobs by user", *users.zipf_exponent);
  lines.add("", "the next job has the same user in {}", percent(users.same_user_next));
}

}  // namespace

std::string describe_text(const TraceStatistics& s) {
  Lines lines;
  lines.add("jobs", "{} of {} rows (format {})", grouped(s.jobs), grouped(s.rows), s.format);
  for (const auto& [cause, count] : s.left_out) lines.add("", "left out: {} ({})", grouped(count), cause);
  lines.add("submitted", "{} to {}, {:.2f} days", s.first, s.last, s.span_days);
  lines.add("run time", "{}", spread(s.run_time, " s"));
  lines.add("size", "mean {:.2f}, largest {} {}s", s.mean_size, amount(s.max_size), size_unit_name(s.unit));
  lines.add("resource time", "{} {} hours", amount(s.resource_hours), size_unit_name(s.unit));
  if (s.load) lines.add("load", "{:.4f} of {} {}s", *s.load, amount(*s.capacity), size_unit_name(s.unit));
  if (s.interarrival_cv)
    lines.add("arrivals", "mean gap {} s, CV {:.2f}; jobs per hour {:.2f}, IDC {:.2f}", amount(*s.interarrival_mean),
              *s.interarrival_cv, *s.hourly_mean, *s.hourly_idc);
  if (s.wait) lines.add("recorded wait", "{}", spread(*s.wait, " s"));
  if (s.users) add_users(*s.users, lines);
  if (s.run_of_limit)
    lines.add("run / limit", "median {:.3f}, mean {:.3f}; {} of jobs have a limit", s.run_of_limit->median,
              s.run_of_limit->mean, percent(s.with_limit));
  add_sizes(s, lines);
  add_end_states(s, lines);
  add_profiles(s, lines);
  if (!s.assumptions.empty()) lines.raw("\nassumed");
  for (const auto& statement : s.assumptions) lines.raw("  - " + statement);
  return lines.take();
}

}  // namespace sluice::workloads
