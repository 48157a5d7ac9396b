#include "server/container/fields.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace etappe::container {

using nlohmann::json;

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

std::string one_of(std::initializer_list<std::string_view> choices) {
  std::string list;
  for (auto choice = choices.begin(); choice != choices.end(); ++choice) {
    if (choice != choices.begin()) list += choice + 1 == choices.end() ? " or " : ", ";
    list += *choice;
  }
  return list;
}

void Problems::add(Severity severity, std::string& where, std::string& message) {
  any_error_ = any_error_ || severity == Severity::error;
  list_.push_back({.severity = severity, .where = std::move(where), .message = std::move(message)});
}

std::vector<Problem> Problems::take() {
  std::stable_sort(list_.begin(), list_.end(),
                   [](const Problem& a, const Problem& b) { return a.severity < b.severity; });
  return std::move(list_);
}

std::optional<json> parse(std::string_view text, Problems& problems) {
  std::vector<std::set<std::string>> open_objects;
  const auto watch_keys = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open_objects.emplace_back();
    if (event == json::parse_event_t::object_end) open_objects.pop_back();
    if (event == json::parse_event_t::key) {
      const std::string key = parsed.get<std::string>();
      if (!open_objects.back().insert(key).second) {
        problems.error("document",
                       "the key " + in_quotes(key) + " stands twice in one object; keep one of them");
      }
    }
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), watch_keys);
  } catch (const json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 7: …"
    // It quotes what was read last, which may end within a character or be no UTF-8 at all.
    std::string message =
        json::parse(json(error.what()).dump(-1, ' ', false, json::error_handler_t::replace));
    if (const auto end = message.find("] "); end != std::string::npos) message.erase(0, end + 2);
    problems.error("document", "not JSON: " + message);
    return std::nullopt;
  }
}

ObjectReader::ObjectReader(const json& value, std::string place, Problems& problems)
    : value_(value), place_(std::move(place)), problems_(problems), is_object_(value.is_object()) {
  if (!is_object_)
    problems_.error(place_, "is " + std::string(value.type_name()) + "; write an object { … }");
}

std::string ObjectReader::at(std::string_view key) const { return place_ + ": " + std::string(key); }

void ObjectReader::error(std::string_view key, std::string message) {
  problems_.error(at(key), std::move(message));
}

const json* ObjectReader::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  if (!is_object_) return nullptr;
  const auto found = value_.find(key);
  return found == value_.end() ? nullptr : &*found;
}

void ObjectReader::require(std::string_view key) {
  if (is_object_ && !value_.contains(key)) error(key, "is missing; add it");
}

bool ObjectReader::is_good_text(std::string_view key, const std::string& text, std::size_t most) {
  if (text.size() > most) {
    error(key, "has " + std::to_string(text.size()) + " bytes; " + std::to_string(most) + " are allowed");
    return false;
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), is_control)) {
    error(key, "contains a control character; remove it");
    return false;
  }
  return true;
}

std::string ObjectReader::any_text(std::string_view key, std::size_t most) {
  const json* value = find(key);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    error(key, "is " + std::string(value->type_name()) + "; write a text in quotation marks");
    return {};
  }
  std::string text = value->get<std::string>();
  return is_good_text(key, text, most) ? text : std::string{};
}

std::string ObjectReader::required_text(std::string_view key, std::size_t most) {
  require(key);
  std::string text = any_text(key, most);
  if (is_object_ && value_.contains(key) && value_[std::string(key)] == "")
    error(key, "is empty; fill it in");
  return text;
}

std::optional<std::size_t> ObjectReader::choice(std::string_view key,
                                                std::initializer_list<std::string_view> choices) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) {
    const auto found = std::find(choices.begin(), choices.end(), value->get_ref<const std::string&>());
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  }
  error(key,
        "is " + value->dump(-1, ' ', false, json::error_handler_t::replace) + "; write " + one_of(choices));
  return std::nullopt;
}

std::optional<std::uint32_t> ObjectReader::number(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    if (number >= 1 && number <= kMost) return static_cast<std::uint32_t>(number);
  }
  error(key, "is " + value->dump() + "; write a whole number from 1 to " + std::to_string(kMost));
  return std::nullopt;
}

namespace {

std::string bounds(std::int64_t least, std::int64_t most) {
  return "write a whole number from " + std::to_string(least) + " to " + std::to_string(most);
}

std::optional<std::int64_t> whole_number(const json& value, std::int64_t least, std::int64_t most) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    return std::nullopt;
  const auto number = value.get<std::int64_t>();
  return number >= least && number <= most ? std::optional(number) : std::nullopt;
}

/// 2026-11-02T08:00:00Z or with +01:00; no fractions, no leap seconds.
std::optional<std::int64_t> seconds_of(const std::string& text) {
  static const re2::RE2 kForm(R"((\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[Zz]|([+-])(\d\d):(\d\d)))");
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0, zone_hours = 0, zone_minutes = 0;
  std::string sign, hours = "0", minutes = "0";
  if (!re2::RE2::FullMatch(text, kForm, &year, &month, &day, &hour, &minute, &second, &sign, &hours,
                           &minutes))
    return std::nullopt;
  if (!hours.empty()) zone_hours = static_cast<unsigned>(std::stoul(hours));
  if (!minutes.empty()) zone_minutes = static_cast<unsigned>(std::stoul(minutes));
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59 || zone_hours > 23 || zone_minutes > 59)
    return std::nullopt;
  const std::int64_t zone = (zone_hours * 60 + zone_minutes) * std::int64_t{60};
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return days * 86'400 + hour * std::int64_t{3600} + minute * std::int64_t{60} + second -
         (sign == "-" ? -zone : zone);
}

}  // namespace

std::optional<std::int64_t> ObjectReader::number(std::string_view key, std::int64_t least,
                                                 std::int64_t most) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  auto number = whole_number(*value, least, most);
  if (!number)
    error(key,
          "is " + value->dump(-1, ' ', false, json::error_handler_t::replace) + "; " + bounds(least, most));
  return number;
}

std::vector<std::uint32_t> ObjectReader::numbers(std::string_view key, std::uint32_t least,
                                                 std::uint32_t most) {
  std::vector<std::uint32_t> list;
  each(key, [&](const json& member, std::size_t index) {
    if (const auto number = whole_number(member, least, most)) {
      list.push_back(static_cast<std::uint32_t>(*number));
    } else {
      error(std::string(key) + '[' + std::to_string(index) + ']',
            "is " + member.dump(-1, ' ', false, json::error_handler_t::replace) + "; " + bounds(least, most));
    }
  });
  return list;
}

bool ObjectReader::flag(std::string_view key, bool usual) {
  const json* value = find(key);
  if (value == nullptr) return usual;
  if (value->is_boolean()) return value->get<bool>();
  error(key, "is " + value->dump(-1, ' ', false, json::error_handler_t::replace) + "; write true or false");
  return usual;
}

std::uint32_t ObjectReader::time(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return 0;
  if (value->is_string()) {
    const auto seconds = seconds_of(value->get_ref<const std::string&>());
    if (seconds && *seconds > 0 && *seconds <= INT64_C(0xFFFFFFFF))
      return static_cast<std::uint32_t>(*seconds);
  }
  error(key, "is " + value->dump(-1, ' ', false, json::error_handler_t::replace) +
                 "; write a time such as \"2026-11-27T08:00:00+01:00\"");
  return 0;
}

std::vector<std::string> ObjectReader::texts(std::string_view key, std::size_t most) {
  std::vector<std::string> list;
  each(key, [&](const json& member, std::size_t index) {
    const std::string place = std::string(key) + '[' + std::to_string(index) + ']';
    if (!member.is_string()) {
      error(place, "is " + std::string(member.type_name()) + "; write a name in quotation marks");
      return;
    }
    std::string text = member.get<std::string>();
    if (is_good_text(place, text, most)) list.push_back(std::move(text));
  });
  return list;
}

void ObjectReader::each(std::string_view key, const std::function<void(const json&, std::size_t)>& read) {
  const json* value = find(key);
  if (value == nullptr) return;
  if (!value->is_array()) {
    error(key, "is " + std::string(value->type_name()) + "; write a list [ … ]");
    return;
  }
  std::size_t index = 0;
  for (const json& member : *value) read(member, index++);
}

void ObjectReader::done() {
  if (!is_object_) return;
  for (const auto& [key, value] : value_.items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    std::string message = "is not a key of this object; remove it, or write one of ";
    for (const std::string& known : known_) message += (&known == &known_.front() ? "" : ", ") + known;
    error(key, std::move(message));
  }
}

}  // namespace etappe::container
