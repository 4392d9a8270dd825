#pragma once
// Where readers of a command's fields complain.

#include <cstddef>
#include <functional>
#include <set>
#include <string>

namespace sluice::app {

struct CommandComplaints {
  /// What is wrong at this byte of the command.
  std::function<void(std::size_t position, std::string message, std::string hint)> refuse;
  /// What is done otherwise than asked for.
  std::function<void(std::size_t position, std::string message)> remark;
  /// Of the whole file: what it was remarked about.
  std::set<std::string>* remarked = nullptr;

  /// A field that changes nothing in a simulation: said once.
  void has_no_effect(const std::string& what, std::size_t position) {
    if (remarked->insert(what).second) remark(position, what + " is accepted, but has no effect here");
  }
};

}  // namespace sluice::app
