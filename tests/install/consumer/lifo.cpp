#include <policies/api/priority.hpp>

namespace {

/// The last submitted goes first.
class Lifo final : public sluice::Priority {
 public:
  void score(std::span<const sluice::PendingJob> jobs, sluice::Time, std::span<double> out) const override {
    for (std::size_t i = 0; i < jobs.size(); ++i)
      out[i] = static_cast<double>(jobs[i].submit.time_since_epoch().count());
  }
};

}  // namespace

extern const sluice::PriorityEntry lifo;
constinit const sluice::PriorityEntry lifo{
    "priority/lifo", "last in, first out", {},
    [](const sluice::Options&, const sluice::ClusterSpec&) -> std::unique_ptr<sluice::Priority> {
      return std::make_unique<Lifo>();
    }};
