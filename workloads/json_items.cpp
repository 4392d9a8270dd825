#include "workloads/json_items.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace sluice::workloads {
namespace {

using nlohmann::json;

/// The text as characters, with the place of the last one that was taken.
class Feed {
 public:
  explicit Feed(LineSource& lines) : lines_{lines} { refill(); }

  bool at_end() const { return at_end_; }
  char current() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  void advance() {
    taken_line_ = lines_.line();
    taken_column_ = before_ + at_ + 1;
    if (++at_ > text_.size() || (at_ == text_.size() && !lines_.ends_line())) refill();
  }
  std::size_t line() const { return taken_line_; }
  std::size_t column() const { return taken_column_; }
  /// The line of the last character, if it is still at hand.
  std::string_view line_text() const {
    const bool at_hand = !at_end_ && before_ == 0 && lines_.line() == taken_line_;
    return at_hand ? lines_.line_around(at_ > 0 ? at_ - 1 : 0) : std::string_view{};
  }

 private:
  void refill() {
    before_ = lines_.ends_line() ? 0 : before_ + text_.size();
    at_ = 0;
    at_end_ = !lines_.next_part();
    text_ = at_end_ ? std::string_view{} : lines_.text();
  }

  LineSource& lines_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t before_ = 0;  ///< bytes of the current line in earlier parts
  std::size_t taken_line_ = 1, taken_column_ = 0;
  bool at_end_ = false;
};

/// What the parser walks with. All copies share one feed.
class FeedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  FeedIterator() = default;
  explicit FeedIterator(Feed& feed) : feed_{&feed} {}
  char operator*() const { return feed_->current(); }
  FeedIterator& operator++() {
    feed_->advance();
    return *this;
  }
  FeedIterator operator++(int) {
    feed_->advance();
    return *this;
  }
  bool operator==(const FeedIterator& other) const { return is_end() == other.is_end(); }
  bool operator!=(const FeedIterator& other) const { return !(*this == other); }

 private:
  bool is_end() const { return feed_ == nullptr || feed_->at_end(); }
  Feed* feed_ = nullptr;
};

/// Told of the text piece by piece; builds one item at a time and gives it out.
class ItemBuilder final : public nlohmann::json_sax<json> {
 public:
  using Each = std::function<void(const JsonItem&, const json&)>;
  ItemBuilder(LineSource& lines, const Feed& feed, JobSink& sink, const Each& each)
      : lines_{lines}, feed_{feed}, sink_{sink}, each_{each} {}

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(value); }
  bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
  bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t&) override { return true; }  // not in JSON text
  bool key(string_t& name) override { return key_ = std::move(name), true; }

  bool start_object(std::size_t) override { return start(json::object()); }
  bool start_array(std::size_t) override { return start(json::array()); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    if (!lines_.failure().empty()) return false;  // JobSink::finish tells
    const auto line = feed_.line_text();
    sink_.reject({lines_.name(), feed_.line(), line.empty() ? 0 : feed_.column()},
                 {feed_.at_end() ? "the JSON text ends early" : "the JSON text is broken here", {}}, line);
    return false;
  }

 private:
  /// Items are the members of a list at the top, and of the sections of a map at the top.
  bool at_items() const { return path_.empty() && open_ == (top_is_list_ ? 1U : 2U); }

  bool scalar(json value) {
    if (path_.empty() && !at_items()) return true;
    if (path_.empty()) note_place();
    place(std::move(value));
    return path_.empty() ? give_out() : true;
  }

  bool start(json empty) {
    if (path_.empty() && !at_items()) {
      if (++open_ == 1) top_is_list_ = empty.is_array();
      if (open_ == 2) section_ = std::exchange(key_, {});
      return true;
    }
    if (path_.empty()) note_place();
    path_.push_back(place(std::move(empty)));
    return true;
  }

  bool end() {
    if (path_.empty()) return --open_, key_.clear(), true;
    path_.pop_back();
    return path_.empty() ? give_out() : true;
  }

  void note_place() { where_ = {open_ == 2 ? section_ : std::string{}, key_, feed_.line()}; }

  json* place(json value) {
    if (path_.empty()) return &(item_ = std::move(value));
    json& in = *path_.back();
    if (in.is_object()) return &(in[key_] = std::move(value));
    in.push_back(std::move(value));
    return &in.back();
  }

  bool give_out() {
    each_(where_, item_);
    return !sink_.done();
  }

  LineSource& lines_;
  const Feed& feed_;
  JobSink& sink_;
  const Each& each_;
  bool top_is_list_ = false;
  unsigned open_ = 0;  ///< containers around the item that are open
  std::string section_, key_;
  JsonItem where_;
  json item_;
  std::vector<json*> path_;  ///< open containers of the item, the item itself first
};

}  // namespace

void for_each_json_item(LineSource& lines, JobSink& sink,
                        const std::function<void(const JsonItem& where, const nlohmann::json& value)>& each) {
  Feed feed{lines};
  ItemBuilder builder{lines, feed, sink, each};
  json::sax_parse(FeedIterator{feed}, FeedIterator{}, &builder);
}

}  // namespace sluice::workloads
