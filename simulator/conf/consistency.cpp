#include "simulator/conf/consistency.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/suggest.hpp"
#include "simulator/base/text.hpp"
#include "simulator/conf/settings.hpp"

namespace sluice::conf {
namespace {

using Action = PreemptMode::Action;

class Checker {
 public:
  Checker(const ClusterSpec& spec, const Fields& scalars, Diagnostics& diags)
      : spec_{spec}, scalars_{scalars}, diags_{diags} {}

  void run(std::span<const Record> partitions) {
    check_preemption();
    check_decay();
    check_fair_share();
    check_selection();
    check_arrays();
    for (const auto& record : partitions) check_partition_qos(record);
    for (const auto& record : partitions) check_groups(record);
    check_preempted_qos();
  }

 private:
  /// A group that there is not has no members.
  void check_groups(const Record& record) {
    const Entry* entry = record.own("AllowGroups");
    if (entry == nullptr || !spec_.groups || equal_ignoring_case(entry->value, "ALL")) return;
    std::vector<std::string_view> known;
    for (const auto& one : spec_.groups->members) known.push_back(one.first);
    std::size_t begin = 0;
    for (const auto part : split(entry->value, ',')) {
      const auto at = begin;
      begin += part.size() + 1;
      const auto group = trim(part);
      if (!group.empty() && !spec_.groups->members.contains(group))
        warning_at(diags_, entry->value_spot(at), fmt::format("the file group has no group '{}': nobody is in it", group),
                   did_you_mean(group, known));
    }
  }

  /// Where to point: the first of these keys that the file has. nullptr when none has been written.
  const Entry* written(std::initializer_list<std::string_view> keys) const {
    for (const auto key : keys)
      if (const auto* field = scalars_.find(key)) return &field->entry;
    return nullptr;
  }

  void error(const Entry* at, std::string message, std::string hint) {
    if (at != nullptr) return error_at(diags_, at->value_spot(), std::move(message), std::move(hint));
    diags_.error({}, std::move(message), std::move(hint));
  }
  void warning(const Entry* at, std::string message, std::string hint) {
    if (at != nullptr) return warning_at(diags_, at->value_spot(), std::move(message), std::move(hint));
    diags_.warning({}, std::move(message), std::move(hint));
  }

  void check_preemption() {
    const auto& mode = spec_.preempt.mode;
    const auto& type = spec_.preempt.type;
    const bool preempts = type == "preempt/qos" || type == "preempt/partition_prio";
    if (mode.action == Action::suspend && !mode.gang)
      error(written({"PreemptMode"}), "PreemptMode=SUSPEND needs GANG", "write PreemptMode=SUSPEND,GANG");
    if (preempts && mode.action == Action::off)
      error(written({"PreemptType"}),
            fmt::format("PreemptType={} with PreemptMode={} preempts nobody", type, preempt_mode_text(mode)),
            "write PreemptMode=CANCEL, REQUEUE or SUSPEND,GANG");
    if (type == "preempt/none" && mode.action != Action::off)
      error(written({"PreemptMode"}), fmt::format("PreemptMode={} needs a PreemptType", preempt_mode_text(mode)),
            "write PreemptType=preempt/qos or preempt/partition_prio, or PreemptMode=OFF");
  }

  bool is_multifactor() const { return spec_.priority.name == "priority/multifactor"; }

  void check_decay() {
    const auto& multifactor = spec_.multifactor;
    if (!is_multifactor() || multifactor.decay_half_life > Duration{} || multifactor.usage_reset != UsageReset::none)
      return;
    error(written({"PriorityDecayHalfLife"}),
          "PriorityDecayHalfLife=0 without a PriorityUsageResetPeriod: usage only grows",
          "set PriorityUsageResetPeriod, e.g. MONTHLY, or a half-life");
  }

  void check_fair_share() {
    const bool has_storage = spec_.accounting || spec_.accounting_settings.storage == "accounting_storage/slurmdbd" ||
                             scalars_.find("DefaultStorageType") != nullptr;
    if (!is_multifactor() || spec_.multifactor.weight_fairshare == 0 || has_storage) return;
    warning(written({"PriorityWeightFairshare"}),
            "PriorityWeightFairshare without a slurmdbd: slurmctld sets the weights of fair-share and age to 0",
            "set AccountingStorageType=accounting_storage/slurmdbd");
  }

  void check_selection() {
    const bool consumes = spec_.select.name == "select/cons_tres" || spec_.select.name == "select/cons_res";
    if (!consumes && spec_.select.name != "select/linear") return;  // another plugin has options of its own
    constexpr std::string_view sizes[] = {"CR_CPU",    "CR_CPU_Memory",    "CR_Core",  "CR_Core_Memory",
                                          "CR_Socket", "CR_Socket_Memory", "CR_Memory"};
    constexpr std::string_view others[] = {"CR_LLN",
                                           "CR_ONE_TASK_PER_CORE",
                                           "CR_CORE_DEFAULT_DIST_BLOCK",
                                           "CR_Pack_Nodes",
                                           "CR_ALLOCATE_FULL_SOCKET",
                                           "OTHER_CONS_RES",
                                           "OTHER_CONS_TRES",
                                           "MULTIPLE_SHARING_GRES_PJ",
                                           "ENFORCE_BINDING_GRES",
                                           "ONE_TASK_PER_SHARING_GRES",
                                           "LL_SHARED_GRES",
                                           "NONE"};
    const auto* entry = written({"SelectTypeParameters"});
    std::size_t begin = 0;
    std::vector<std::string_view> chosen;
    for (const auto part : split(spec_.select.parameters, ',')) {
      const auto at = begin;
      begin += part.size() + 1;
      const auto word = trim(part);
      const auto same = [&](std::string_view other) { return equal_ignoring_case(other, word); };
      if (word.empty() || std::any_of(std::begin(others), std::end(others), same)) continue;
      if (std::any_of(std::begin(sizes), std::end(sizes), same)) {
        chosen.push_back(word);
        continue;
      }
      std::vector<std::string_view> known(std::begin(sizes), std::end(sizes));
      known.insert(known.end(), std::begin(others), std::end(others));
      error_at(diags_, entry->value_spot(at), fmt::format("SelectTypeParameters has no '{}'", word),
               did_you_mean(word, known));
    }
    if (chosen.size() > 1)
      error(entry, fmt::format("{} and {} exclude each other", chosen[0], chosen[1]), "give one of the CR_ sizes");
  }

  void check_arrays() {
    constexpr std::int64_t most = 4000001;
    if (spec_.job_settings.max_array_size > most)
      error(written({"MaxArraySize"}), fmt::format("MaxArraySize may be at most {}", most), {});
  }

  void check_partition_qos(const Record& record) {
    const auto* entry = record.find("QOS");
    if (entry == nullptr || entry->value.empty()) return;
    if (!spec_.accounting || !spec_.accounting->qos_defined) return;
    const auto name = to_lower(entry->value);
    if (find_qos(*spec_.accounting, name)) return;
    std::vector<std::string_view> known;
    for (const auto& qos : spec_.accounting->qos) known.push_back(qos.name);
    error_at(diags_, entry->value_spot(), fmt::format("no QOS is called '{}'", name), did_you_mean(name, known));
  }

  void check_preempted_qos() {
    if (!spec_.accounting || !spec_.accounting->qos_defined) return;
    for (const auto& qos : spec_.accounting->qos)
      for (const auto& name : qos.preempt)
        if (!find_qos(*spec_.accounting, name))
          diags_.error({}, fmt::format("QOS '{}' preempts '{}', which is no QOS", qos.name, name));
  }

  const ClusterSpec& spec_;
  const Fields& scalars_;
  Diagnostics& diags_;
};

}  // namespace

void check_consistency(const ClusterSpec& spec, const Fields& scalars, std::span<const Record> partitions,
                       Diagnostics& diags) {
  Checker{spec, scalars, diags}.run(partitions);
}

}  // namespace sluice::conf
