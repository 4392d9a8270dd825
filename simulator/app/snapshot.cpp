#include "simulator/app/snapshot.hpp"

#include <fmt/format.h>

#include <cstring>

#include "simulator/app/inputs.hpp"
#include "simulator/app/recorded_run.hpp"
#include "simulator/app/version.hpp"
#include "simulator/base/atomic_file.hpp"
#include "simulator/base/hash.hpp"

namespace sluice::app {
namespace {

constexpr std::string_view magic = "sluice snapshot\n";
/// Of the envelope and the head. What lies behind them is read by the commit that wrote it only.
constexpr std::uint32_t layout = 1;

/// What comes before the state and the head.
struct Envelope {
  std::uint32_t layout = app::layout;
  std::uint64_t size = 0, hash = 0;
  friend void fields(Archive& archive, Envelope& envelope) { all_fields<3>(archive, envelope); }
};
constexpr std::size_t envelope_size = 4 + 8 + 8;

void input_fields(Archive& archive, report::InputFile& input) {
  std::string path = input.path.string();
  std::optional<std::pair<std::uint64_t, std::uint64_t>> digest;
  if (input.digest) digest = {input.digest->size, input.digest->hash};
  archive(input.role, path, digest);
  input.path = path;
  if (digest) input.digest = FileDigest{digest->first, digest->second};
}

std::string shown(const std::string& version, const std::string& commit) {
  return fmt::format("sluice {}{}", version, commit.empty() ? "" : " (" + commit + ")");
}

}  // namespace

void SnapshotHead::fields(Archive& archive) {
  archive(version, commit, arguments, at);
  std::uint64_t count = inputs.size();
  archive(count);
  if (archive.is_loading()) {
    inputs.clear();
    for (std::uint64_t i = 0; i < count; ++i) input_fields(archive, inputs.emplace_back());
  } else {
    for (auto& input : inputs) input_fields(archive, input);
  }
}

void write_snapshot(const std::filesystem::path& file, SnapshotHead head, Simulation& simulation,
                    report::Recorder& recorder) {
  Archive state = Archive::saving();
  state(head, simulation, recorder);
  Envelope envelope{layout, state.bytes().size(), content_hash(state.bytes())};
  Archive before = Archive::saving();
  before(envelope);
  AtomicFile out{file};
  out.write(magic);
  out.write(before.bytes());
  out.write(state.bytes());
  out.commit();
}

Snapshot Snapshot::read(const std::filesystem::path& file) {
  Snapshot snapshot;
  snapshot.file_ = file.string();
  Diagnostics diags;
  auto text = read_whole(snapshot.file_, diags);
  if (!text) throw BadInput{diags.text()};
  constexpr const char* hint = "give a file that `sluice run --snapshot` has written";
  if (!std::string_view{*text}.starts_with(magic)) refuse(snapshot.file_, "is no snapshot of sluice", hint);
  const auto rest = std::string_view{*text}.substr(magic.size());
  if (rest.size() < envelope_size) refuse(snapshot.file_, "is damaged: it ends in its first lines", hint);
  Envelope envelope;
  Archive before = Archive::loading(rest.substr(0, envelope_size));
  before(envelope);
  if (envelope.layout != layout)
    refuse(snapshot.file_, fmt::format("has layout {}, this sluice knows {}", envelope.layout, layout), "run it again");
  const auto state = rest.substr(envelope_size);
  if (state.size() != envelope.size)
    refuse(snapshot.file_, fmt::format("is damaged: {} bytes of state instead of {}", state.size(), envelope.size), hint);
  if (content_hash(state) != envelope.hash) refuse(snapshot.file_, "is damaged: its checksum is wrong", hint);
  snapshot.bytes_ = std::string{state};
  try {
    Archive archive = Archive::loading(snapshot.bytes_);
    archive(snapshot.head_);
  } catch (const ArchiveError& error) {
    refuse(snapshot.file_, fmt::format("is damaged: {}", error.what()), hint);
  }
  const SnapshotHead& head = snapshot.head_;
  if (head.version != version() || head.commit != commit())
    refuse(snapshot.file_,
           fmt::format("was written by {}, this is {}", shown(head.version, head.commit), shown(version(), commit())),
           "another version may go on differently: use the one that wrote it, or run it again");
  return snapshot;
}

void Snapshot::load(Simulation& simulation, report::Recorder& recorder) const {
  try {
    Archive archive = Archive::loading(bytes_);
    SnapshotHead head;
    archive(head, simulation, recorder);
    archive.expect_end();
  } catch (const ArchiveError& error) {
    refuse(file_, fmt::format("does not fit the run that it names: {}", error.what()), "run it again");
  }
}

}  // namespace sluice::app
