#include "workloads/line_source.hpp"

#include <algorithm>
#include <cstring>
#include <ios>
#include <utility>

namespace sluice::workloads {
namespace {

constexpr std::size_t block_size = std::size_t{1} << 18U;
constexpr std::size_t longest_line = std::size_t{1} << 24U;

}  // namespace

LineSource::LineSource(std::string name, std::unique_ptr<ByteSource> bytes)
    : name_{std::move(name)}, bytes_{std::move(bytes)}, buffer_(block_size) {
  fill();
  if (head().starts_with("\xef\xbb\xbf")) begin_ = next_ = 3;
}

bool LineSource::next() {
  begin_ = next_;
  line_ = lines_ + 1;
  return find_line_end(begin_);
}

bool LineSource::extend() { return find_line_end(next_); }

bool LineSource::next_part() {
  begin_ = next_;
  line_ = lines_ + 1;
  for (std::size_t searched = 0;;) {
    const std::size_t start = begin_ + searched;
    const void* found = std::memchr(buffer_.data() + start, '\n', end_ - start);
    searched = end_ - begin_;
    ends_line_ = found != nullptr;
    text_end_ = ends_line_ ? static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) : end_;
    next_ = ends_line_ ? text_end_ + 1 : end_;
    if (ends_line_) ++lines_;
    if (ends_line_ || searched >= block_size) return true;
    if (!fill()) return failure_.empty() && searched > 0;
  }
}

/// Looks for the end of the line that begins at `from`, reading on as needed; moves everything when it reads.
bool LineSource::find_line_end(std::size_t from) {
  const std::size_t offset = from - begin_;  // relative to begin_, which fill() moves
  std::size_t searched = offset;
  for (;;) {
    const std::size_t start = begin_ + searched;
    if (const void* found = std::memchr(buffer_.data() + start, '\n', end_ - start)) {
      text_end_ = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
      next_ = text_end_ + 1;
      break;
    }
    searched = end_ - begin_;
    if (fill()) continue;
    if (!failure_.empty() || begin_ + offset >= end_) return false;
    text_end_ = next_ = end_;  // the last line lacks its end
    break;
  }
  if (text_end_ > begin_ && buffer_[text_end_ - 1] == '\r') --text_end_;
  ++lines_;
  return true;
}

/// Reads another block behind the current text, which moves to the front. False when nothing came.
bool LineSource::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    next_ -= begin_;
    text_end_ -= std::min(text_end_, begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ >= longest_line) {
    failure_ = "a line is longer than 16 MiB";
    at_end_ = true;
    return false;
  }
  if (buffer_.size() - end_ < block_size / 2) buffer_.resize(buffer_.size() * 2);
  try {
    const std::size_t got = bytes_->read({buffer_.data() + end_, buffer_.size() - end_});
    at_end_ = got == 0;
    end_ += got;
  } catch (const std::ios_base::failure& problem) {
    failure_ = problem.what();
    at_end_ = true;
  }
  return !at_end_;
}

Location LineSource::place(std::size_t offset) const {
  const auto before = text().substr(0, offset);
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  return {name_, line_ + lines, offset - line_start + 1};
}

std::string_view LineSource::line_around(std::size_t offset) const {
  constexpr std::size_t shown_behind = 120;
  const auto whole = text();
  const auto before = whole.substr(0, offset).rfind('\n');
  const auto start = before == std::string_view::npos ? 0 : before + 1;
  const auto stop = std::min({whole.find('\n', offset), whole.size(), offset + shown_behind});
  auto line = whole.substr(start, stop - start);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace sluice::workloads
