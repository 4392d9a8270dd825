#pragma once
// CSV text (RFC 4180 with plain newlines), built fast: a row of numbers costs no allocation and no locale.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/units.hpp"

namespace sluice {

/// The field as it stands in a CSV file: quoted when it holds a comma, a quote or a line end, else unchanged.
std::string csv_field(std::string_view text);
void append_csv_field(std::string& out, std::string_view text);

/// Rows of CSV, gathered in one buffer that its user empties into a file from time to time.
/// Fields are separated by themselves; end_row() ends the line.
class CsvText {
 public:
  CsvText& text(std::string_view field);
  /// A field (or several, with their commas) that is CSV text already.
  CsvText& raw(std::string_view field) {
    char* at = begin_field(field.size());
    std::memcpy(at, field.data(), field.size());
    size_ += field.size();
    return *this;
  }
  CsvText& empty() { return begin_field(0), *this; }
  CsvText& integer(std::int64_t value) {
    char* at = begin_field(number_room);
    return advance(at, std::to_chars(at, at + number_room, value).ptr);
  }
  /// Seconds: whole when whole, else with the decimals that the milliseconds need (90, 0.5, -1.25).
  CsvText& seconds(Duration time);
  /// value / 10^decimals without trailing zeros. decimals in [0, 18], value >= 0.
  CsvText& fixed(std::int64_t value, int decimals);
  CsvText& end_row() {
    char* at = room(1);
    *at = '\n';
    ++size_;
    row_open_ = false;
    return *this;
  }

  std::string_view view() const { return {buffer_.data(), size_}; }
  std::size_t size() const { return size_; }
  void clear() { size_ = 0; }

 private:
  static constexpr std::size_t number_room = 48;

  char* room(std::size_t bytes) {
    if (size_ + bytes > buffer_.size()) buffer_.resize((size_ + bytes) * 2);
    return buffer_.data() + size_;
  }
  char* begin_field(std::size_t bytes) {
    char* at = room(bytes + 1);
    if (row_open_) {
      *at++ = ',';
      ++size_;
    }
    row_open_ = true;
    return at;
  }
  CsvText& advance(const char* from, const char* to) {
    size_ += static_cast<std::size_t>(to - from);
    return *this;
  }

  std::vector<char> buffer_;
  std::size_t size_ = 0;
  bool row_open_ = false;
};

}  // namespace sluice
