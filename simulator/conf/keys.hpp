#pragma once
// The keys of slurm.conf and gres.conf: one table that drives parsing, type checks, suggestions and the manual.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::conf {

/// The kind of line a key belongs to.
enum class Scope : std::uint8_t { cluster, node, partition, node_set, down_nodes, frontend, gres, topology };

/// What a value must look like. Source: parse_value.c.
enum class Type : std::uint8_t {
  text,
  number16,  ///< 0..65535 in decimal, 0x hex or leading-0 octal, or UNLIMITED
  number32,  ///< as above up to 2^32-1; one trailing k is x1024
  number64,  ///< as above up to 2^63-1
  boolean,   ///< YES UP TRUE 1, NO DOWN FALSE 0
  minutes,   ///< Slurm's time format, kept in whole minutes
  time,      ///< Slurm's time format, seconds kept
  choice,    ///< one of the words in Key::form
  hostlist,  ///< n[001-128],login
  gres,      ///< name[:type][:count], a comma list
};

/// What becomes of a key here.
enum class Support : std::uint8_t {
  modelled,      ///< changes results as in Slurm
  slurm_only,    ///< the same, but only with Slurm's own scheduler and selection: with others the user is told
  accepted,      ///< cannot change when a job runs (ports, log files, ...)
  not_modelled,  ///< could change results in Slurm, but is ignored here: the user is told
  historic,      ///< older or newer Slurm had it; 22.05 would refuse it or ignore it. No effect here
};

struct Key {
  std::string_view name;
  Type type = Type::text;
  std::string_view form;  ///< unit of a number or time; the words of a choice, separated by |
  std::string_view default_value;
  Support support = Support::accepted;
  std::string_view meaning;
};

/// The keys of one kind of line, in the manual's spelling.
std::span<const Key> keys_of(Scope scope);

/// The key with this name in any letter case, or nullptr. O(keys).
const Key* find_key(Scope scope, std::string_view name);

/// Names of all keys of a scope, to suggest from.
std::vector<std::string_view> key_names(Scope scope);

/// "a cluster", "a NodeName line's", ...: whose key it is, for messages.
std::string_view scope_text(Scope scope);

inline constexpr Scope all_scopes[] = {Scope::cluster,    Scope::node,     Scope::partition, Scope::node_set,
                                       Scope::down_nodes, Scope::frontend, Scope::gres,
                                       Scope::topology};

// The tables themselves, one file each.
std::span<const Key> cluster_keys();
std::span<const Key> node_keys();
std::span<const Key> partition_keys();
std::span<const Key> gres_keys();

}  // namespace sluice::conf
