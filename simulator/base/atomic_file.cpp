#include "simulator/base/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "simulator/base/check.hpp"

namespace sluice {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t buffer_size = 1U << 16;

/// A name beside `path` that no other process uses.
fs::path temporary_name(const fs::path& path, int attempt) {
  const auto name = fmt::format(".{}.partial-{}-{}", path.filename().string(), ::getpid(), attempt);
  return path.parent_path() / name;
}

fs::path create_temporary_folder(const fs::path& beside) {
  for (int attempt = 0;; ++attempt) {
    auto name = temporary_name(beside, attempt);
    if (::mkdir(name.c_str(), 0777) == 0) return name;
    if (errno != EEXIST) throw WriteError{beside, errno};
  }
}

fs::path unused_temporary_name(const fs::path& beside) {
  for (int attempt = 0;; ++attempt)
    if (auto name = temporary_name(beside, attempt); !fs::exists(fs::symlink_status(name))) return name;
}

/// "results/" and "." become a path that ends in a name.
fs::path with_name(fs::path path) {
  path = path.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const bool has_name = path.has_filename() && path.filename() != "." && path.filename() != "..";
  return has_name ? path : fs::weakly_canonical(fs::absolute(path));
}

void rename_over(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) throw WriteError{to, errno};
}

}  // namespace

WriteError::WriteError(const fs::path& path, int error_number)
    : std::runtime_error{fmt::format("cannot write {}: {}", path.string(),
                                     std::generic_category().message(error_number))},
      path_{path} {}

OutputFile::OutputFile(fs::path path) : path_{std::move(path)} {
  descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw WriteError{path_, errno};
  buffer_.reserve(buffer_size);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_{std::move(other.path_)},
      buffer_{std::move(other.buffer_)},
      descriptor_{std::exchange(other.descriptor_, -1)} {}

OutputFile::~OutputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OutputFile::drain(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw WriteError{path_, errno};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void OutputFile::write(std::string_view text) {
  SLUICE_CHECK(descriptor_ >= 0, "{} is written after it was closed", path_.string());
  if (buffer_.size() + text.size() > buffer_size) {
    drain(buffer_);
    buffer_.clear();
  }
  if (text.size() > buffer_size) drain(text);
  else buffer_ += text;
}

void OutputFile::close() {
  if (descriptor_ < 0) return;
  drain(buffer_);
  buffer_.clear();
  if (::close(std::exchange(descriptor_, -1)) != 0) throw WriteError{path_, errno};
}

AtomicFile::AtomicFile(fs::path path)
    : path_{std::move(path)}, temporary_{unused_temporary_name(path_)}, file_{temporary_} {}

AtomicFile::~AtomicFile() {
  std::error_code ignored;
  if (!committed_) fs::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  file_.close();
  rename_over(temporary_, path_);
  committed_ = true;
}

ResultsFolder::ResultsFolder(fs::path folder) : folder_{with_name(std::move(folder))} {
  std::error_code error;
  existed_ = fs::exists(folder_, error);
  if (existed_ && !fs::is_directory(folder_, error)) throw WriteError{folder_, ENOTDIR};
  if (!existed_ && folder_.has_parent_path()) {
    fs::create_directories(folder_.parent_path(), error);
    if (error) throw WriteError{folder_, error.value()};
  }
  // Inside an existing folder: it may be a mount point, and renames do not cross those.
  temporary_ = create_temporary_folder(existed_ ? folder_ / "results" : folder_);
}

ResultsFolder::~ResultsFolder() {
  std::error_code ignored;
  if (!committed_) fs::remove_all(temporary_, ignored);
}

fs::path ResultsFolder::reserve(std::string_view name) {
  SLUICE_CHECK(!name.empty() && name.find('/') == std::string_view::npos, "'{}' is not a plain file name", name);
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.emplace_back(name);
  return temporary_ / name;
}

OutputFile ResultsFolder::open(std::string_view name) { return OutputFile{reserve(name)}; }

void ResultsFolder::write(std::string_view name, std::string_view text) {
  auto file = open(name);
  file.write(text);
  file.close();
}

void ResultsFolder::move_files() {
  std::error_code error;
  for (const auto& name : names_) rename_over(temporary_ / name, folder_ / name);
  fs::remove_all(temporary_, error);
}

void ResultsFolder::commit() {
  // Somebody may have made the folder meanwhile: then its files are replaced one by one.
  if (existed_ || std::rename(temporary_.c_str(), folder_.c_str()) != 0) {
    if (!existed_ && errno != EEXIST && errno != ENOTEMPTY) throw WriteError{folder_, errno};
    move_files();
  }
  committed_ = true;
}

}  // namespace sluice
