#pragma once
// Reading the author's JSON so that every mistake is named: wrong types, unknown keys, keys that stand twice,
// texts that are too long. It knows objects and fields, not what a tag is. Only this room includes it.

#include <functional>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/container/container.hpp"

namespace etappe::container {

/// `"a"`: how names and values are shown in messages.
[[nodiscard]] std::string in_quotes(std::string_view text);
/// `a, b or c`.
[[nodiscard]] std::string one_of(std::initializer_list<std::string_view> choices);

class Problems {
 public:
  void error(std::string where, std::string message) { add(Severity::error, where, message); }
  void warning(std::string where, std::string message) { add(Severity::warning, where, message); }
  [[nodiscard]] bool any_error() const { return any_error_; }
  /// In the order in which they were found, warnings last.
  [[nodiscard]] std::vector<Problem> take();

 private:
  void add(Severity severity, std::string& where, std::string& message);
  std::vector<Problem> list_;
  bool any_error_ = false;
};

/// Nothing, with the reason among the problems, when it is not JSON or has a key twice in one object.
[[nodiscard]] std::optional<nlohmann::json> parse(std::string_view text, Problems& problems);

/// One object of the document while its fields are being read. Every field is asked for by name; done() names
/// the keys that nobody asked for.
class ObjectReader {
 public:
  /// `place` is what problems are reported under. Anything but an object is a problem, and has no fields.
  ObjectReader(const nlohmann::json& value, std::string place, Problems& problems);

  [[nodiscard]] const std::string& place() const { return place_; }
  /// From here on problems are reported under another name.
  void rename(std::string place) { place_ = std::move(place); }
  /// Where problems of a field are reported.
  [[nodiscard]] std::string at(std::string_view key) const;
  void error(std::string_view key, std::string message);

  /// A text of 1 to `most` bytes without control characters. Empty when absent or wrong.
  [[nodiscard]] std::string required_text(std::string_view key, std::size_t most);
  /// A text that may be empty.
  [[nodiscard]] std::string any_text(std::string_view key, std::size_t most);
  /// One of the choices, by its place; nothing when absent or wrong.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view key,
                                                  std::initializer_list<std::string_view> choices);
  void require(std::string_view key);
  /// A whole number of at least 1.
  [[nodiscard]] std::optional<std::uint32_t> number(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view key, std::int64_t least,
                                                   std::int64_t most);
  /// The members of a list of whole numbers.
  [[nodiscard]] std::vector<std::uint32_t> numbers(std::string_view key, std::uint32_t least,
                                                   std::uint32_t most);
  /// True or false; false when absent or wrong.
  [[nodiscard]] bool flag(std::string_view key, bool usual = false);
  /// A time by RFC 3339, in seconds since 1970; 0 when absent or wrong.
  [[nodiscard]] std::uint32_t time(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key, std::size_t most);
  /// Calls `read` for every member of a list; an absent list is an empty one.
  void each(std::string_view key, const std::function<void(const nlohmann::json&, std::size_t)>& read);
  /// The raw value of a field, or nullptr.
  [[nodiscard]] const nlohmann::json* find(std::string_view key);
  /// Checks a text that was read through find().
  [[nodiscard]] bool is_good_text(std::string_view key, const std::string& text, std::size_t most);
  void done();

 private:
  const nlohmann::json& value_;
  std::string place_;
  Problems& problems_;
  bool is_object_;
  std::vector<std::string> known_;
};

}  // namespace etappe::container
