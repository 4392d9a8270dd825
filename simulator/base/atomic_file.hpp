#pragma once
// Output that is there whole or not at all: files are written under temporary names and renamed when all are complete.

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// The world would not take our output (no permission, disk full, ...). what() names the file and the cause, e.g.
/// "cannot write results/jobs.csv: No space left on device". Caught in main: exit code 2.
class WriteError : public std::runtime_error {
 public:
  WriteError(const std::filesystem::path& path, int error_number);
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A file being written. Created (or emptied) by the constructor. Every function throws WriteError.
class OutputFile {
 public:
  explicit OutputFile(std::filesystem::path path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();  ///< closes; what was not flushed is lost, so call close()

  /// Gathers small pieces; large ones go straight through.
  void write(std::string_view text);
  /// Everything is with the operating system after this (not necessarily on the disk).
  void close();

 private:
  void drain(std::string_view text);

  std::filesystem::path path_;
  std::string buffer_;
  int descriptor_ = -1;
};

/// One file that appears under its name only when commit() is called; without it, nothing is left.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void write(std::string_view text) { file_.write(text); }
  /// Replaces a file that has the name already. Throws WriteError.
  void commit();

 private:
  std::filesystem::path path_, temporary_;
  OutputFile file_;
  bool committed_ = false;
};

/// A folder of results. Files are written into a hidden temporary folder; commit() puts them in place: a new folder
/// by one rename, an existing one file by file (other files in it stay), in the order in which they were opened.
/// Without commit() nothing is left and an existing folder is as it was. Throws WriteError.
class ResultsFolder {
 public:
  /// Creates what is missing of the way to `folder`.
  explicit ResultsFolder(std::filesystem::path folder);
  ResultsFolder(const ResultsFolder&) = delete;
  ResultsFolder& operator=(const ResultsFolder&) = delete;
  ~ResultsFolder();

  /// A file of the folder. Close it before commit(). `name` is a plain file name.
  OutputFile open(std::string_view name);
  /// open, write all of it, close.
  void write(std::string_view name, std::string_view text);
  /// The temporary place of a file that something else writes (a database).
  std::filesystem::path reserve(std::string_view name);

  void commit();
  const std::filesystem::path& path() const { return folder_; }

 private:
  void move_files();

  std::filesystem::path folder_, temporary_;
  std::vector<std::string> names_;
  bool existed_ = false;
  bool committed_ = false;
};

}  // namespace sluice
