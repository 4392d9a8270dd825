#pragma once
// What is wrong with an input, said so that it can be mended: where (file:line:column), the offending line with a
// caret under the text, and a hint. Readers report and go on, so that one run shows every mistake.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class Severity { note, warning, error };

/// A place in an input. Lines and columns count from 1; column 0 means the whole line, line 0 the whole file.
struct Location {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  bool operator==(const Location&) const = default;
};

struct Diagnostic {
  Severity severity = Severity::error;
  Location at;
  std::string message;
  std::string hint;         ///< empty: none
  std::string source_line;  ///< empty: none; the line that `at` points into, without its end
};

/// Collects diagnostics in the order they were found.
///
/// text() prints each as
///     slurm.conf:12:29: error: MaxTime wants a time, got '5x'
///       PartitionName=batch MaxTime=5x State=UP
///                                   ^
///       hint: write minutes, HH:MM:SS, D-HH:MM:SS or UNLIMITED
class Diagnostics {
 public:
  void error(Location at, std::string message, std::string hint = {}, std::string_view source_line = {});
  void warning(Location at, std::string message, std::string hint = {}, std::string_view source_line = {});
  void note(Location at, std::string message, std::string hint = {}, std::string_view source_line = {});

  /// No error so far (warnings and notes may be there).
  bool ok() const { return errors_ == 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }
  const std::vector<Diagnostic>& all() const { return all_; }

  /// All of them as printed for a person; "" when there are none.
  std::string text() const;

 private:
  void add(Severity severity, Location at, std::string message, std::string hint, std::string_view source_line);

  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

/// One diagnostic as text, with a final newline.
std::string to_text(const Diagnostic& diagnostic);

}  // namespace sluice
