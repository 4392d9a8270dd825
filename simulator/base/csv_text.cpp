#include "simulator/base/csv_text.hpp"

namespace sluice {
namespace {

bool needs_quotes(std::string_view text) {
  for (const char c : text)
    if (c == ',' || c == '"' || c == '\r' || c == '\n') return true;
  return false;
}

/// Appends `.` and the `digits` decimals of `fraction` without trailing zeros; nothing when it is 0.
char* put_fraction(char* at, std::int64_t fraction, int digits) {
  if (fraction == 0) return at;
  *at++ = '.';
  for (int i = digits - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + fraction % 10);
    fraction /= 10;
  }
  at += digits;
  while (at[-1] == '0') --at;
  return at;
}

}  // namespace

void append_csv_field(std::string& out, std::string_view text) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string csv_field(std::string_view text) {
  std::string out;
  append_csv_field(out, text);
  return out;
}

CsvText& CsvText::text(std::string_view field) { return needs_quotes(field) ? raw(csv_field(field)) : raw(field); }

CsvText& CsvText::seconds(Duration time) {
  char* const begin = begin_field(number_room);
  char* at = begin;
  std::int64_t ms = time.count();
  if (ms < 0) {
    *at++ = '-';
    ms = -ms;
  }
  at = std::to_chars(at, at + 24, ms / 1000).ptr;
  return advance(begin, put_fraction(at, ms % 1000, 3));
}

CsvText& CsvText::fixed(std::int64_t value, int decimals) {
  std::int64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  char* const begin = begin_field(number_room);
  char* const at = std::to_chars(begin, begin + 24, value / unit).ptr;
  return advance(begin, put_fraction(at, value % unit, decimals));
}

}  // namespace sluice
