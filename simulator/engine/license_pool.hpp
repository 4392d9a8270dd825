#pragma once
// How many licences there are, and how many running jobs hold.

#include <cstdint>
#include <string_view>
#include <utility>

#include "simulator/base/archive.hpp"
#include "simulator/base/check.hpp"
#include "simulator/model/licenses.hpp"

namespace sluice {

/// Invariant: never more in use than there are.
class LicensePool {
 public:
  LicensePool() = default;
  explicit LicensePool(Licenses total) : total_{std::move(total)} {}

  const Licenses& total() const { return total_; }
  std::int64_t used(std::string_view name) const { return count(used_, name); }
  /// Whether all of them exist, in this number.
  bool exist(const Licenses& wanted) const {
    for (const auto& [name, number] : wanted)
      if (const auto found = total_.find(name); found == total_.end() || number > found->second) return false;
    return true;
  }
  /// Whether they can be had while `reserved` of each, a function of the name, are kept from the job.
  template <class Reserved>
  bool can_give(const Licenses& wanted, Reserved reserved) const {
    for (const auto& [name, number] : wanted)
      if (number + used(name) + reserved(name) > count(total_, name)) return false;
    return true;
  }
  void take(const Licenses& some) {
    for (const auto& [name, number] : some) {
      auto& used = used_[name];
      used += number;
      SLUICE_CHECK(used <= count(total_, name), "more licences of '{}' in use than there are", name);
    }
  }
  void give_back(const Licenses& some) {
    for (const auto& [name, number] : some) {
      auto& used = used_[name];
      used -= number;
      SLUICE_CHECK(used >= 0, "more licences of '{}' come back than were taken", name);
    }
  }

  void fields(Archive& archive) { archive(used_); }

 private:
  static std::int64_t count(const Licenses& of, std::string_view name) {
    const auto found = of.find(name);
    return found == of.end() ? 0 : found->second;
  }

  Licenses total_, used_;
};

}  // namespace sluice
