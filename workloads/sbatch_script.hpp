#pragma once
// One batch script: its #SBATCH options, its #SLUICE comments, and what its body loads.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/source.hpp"
#include "workloads/sbatch_command.hpp"
#include "workloads/shell_words.hpp"

namespace sluice::workloads {

struct SbatchScript {
  std::vector<SbatchCommand> components;  ///< more than one for a heterogeneous job
  std::vector<ShellWord> facts;           ///< KEY=VALUE words of `#SLUICE` lines
  std::vector<std::string> modules;       ///< what `module load` and `ml` lines name, each once
  std::vector<std::string> steps;         ///< names of what its srun lines start, in order
  std::optional<ShellWord> gpu_user;      ///< the first module or environment variable that only makes sense with GPUs
  bool brings_software = false;           ///< conda, containers, virtual environments: modules do not tell the whole
  std::vector<PlacedComplaint> errors;
};

/// Options stand in lines that begin with #SBATCH, before the first line that is neither comment nor blank; `#SBATCH
/// hetjob` begins the next component. Source: sbatch(1), opt.c of sbatch.
SbatchScript read_script(const SourceText& source);

/// A script begins with `#!`; sbatch takes no other.
bool is_script(std::string_view head);
/// Whether a line begins with #SBATCH.
bool has_directives(std::string_view head);

/// Whether a module of this name is for GPUs: cuda/12.1, pytorch/2.1-gpu, but not pytorch/2.1-cpu.
bool is_gpu_module(std::string_view name);

}  // namespace sluice::workloads
