#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "workloads/describe.hpp"
#include "workloads/state_words.hpp"

namespace sluice::workloads {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
Json maybe(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json sample(const std::optional<SampleStatistics>& s) {
  if (!s) return nullptr;
  return {{"count", s->count}, {"mean", s->mean}, {"p10", s->p10}, {"median", s->median},
          {"p90", s->p90},     {"p99", s->p99},   {"max", s->max}};
}

Json fit(const std::optional<LognormalFit>& f) {
  if (!f) return nullptr;
  return {{"count", f->count}, {"mu", f->mu}, {"sigma", f->sigma}, {"ks", f->ks}};
}

Json users(const std::optional<UserSkew>& u) {
  if (!u) return nullptr;
  return {{"users", u->users},
          {"zipf_exponent", maybe(u->zipf_exponent)},
          {"largest_share_of_jobs", u->largest_share_of_jobs},
          {"top_5_percent_share_of_time", u->top_share_of_time},
          {"same_user_next", u->same_user_next}};
}

Json sizes(const TraceStatistics& s) {
  Json list = Json::array();
  for (const auto& bucket : s.sizes)
    list.push_back({{"size", bucket.name},
                    {"share_of_jobs", bucket.share_of_jobs},
                    {"share_of_time", bucket.share_of_time},
                    {"lognormal", fit(bucket.run_time)}});
  return list;
}

Json end_states(const TraceStatistics& s) {
  Json list = Json::array();
  for (const auto& state : s.end_states)
    list.push_back({{"state", std::string{state_word(state.outcome)}},
                    {"share_of_jobs", state.share_of_jobs},
                    {"share_of_time", state.share_of_time}});
  return list;
}

Json left_out(const TraceStatistics& s) {
  Json counts = Json::object();
  for (const auto& [cause, count] : s.left_out) counts[cause] = count;
  return counts;
}

}  // namespace

std::string describe_json(const TraceStatistics& s) {
  const Json json = {{"format", s.format},
                     {"rows", s.rows},
                     {"jobs", s.jobs},
                     {"left_out", left_out(s)},
                     {"first", s.first},
                     {"last", s.last},
                     {"span_days", s.span_days},
                     {"unit", std::string{size_unit_name(s.unit)}},
                     {"run_time_s", sample(s.run_time)},
                     {"lognormal", fit(s.run_time_fit)},
                     {"mean_size", s.mean_size},
                     {"max_size", s.max_size},
                     {"sizes", sizes(s)},
                     {"resource_hours", s.resource_hours},
                     {"capacity", maybe(s.capacity)},
                     {"load", maybe(s.load)},
                     {"interarrival_mean_s", maybe(s.interarrival_mean)},
                     {"interarrival_cv", maybe(s.interarrival_cv)},
                     {"hourly_mean", maybe(s.hourly_mean)},
                     {"hourly_idc", maybe(s.hourly_idc)},
                     {"hour_profile", maybe(s.hour_profile)},
                     {"weekday_profile_mon_first", maybe(s.weekday_profile)},
                     {"recorded_wait_s", sample(s.wait)},
                     {"users", users(s.users)},
                     {"share_with_limit", s.with_limit},
                     {"run_of_limit", sample(s.run_of_limit)},
                     {"end_states", end_states(s)},
                     {"assumptions", s.assumptions}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace sluice::workloads
