#pragma once
// Where things are in a compiled container: the sizes and offsets of docs/container-format.md. The reader
// here and the compiler in server/container both go by it.

#include <cstddef>
#include <cstdint>

namespace etappe::rules::layout {

inline constexpr std::uint8_t kMagic[2] = {0xE7, 0xC7};
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kFullHeaderSize = 26;  ///< of a container whose extent is `full`
inline constexpr unsigned kNone = 0xFFFF;           ///< instead of the index of a variable or tag

enum class Extent : std::uint8_t { basic = 0, full = 1 };

enum class VariableType : std::uint8_t {
  constant = 0,
  url = 1,
  query = 2,
  data_layer = 3,
  event_property = 4,
  // From here on full.
  event_name = 5,
  cookie = 6,
  javascript = 7,
  dom = 8,
  element = 9,
  detail = 10,
  consent = 11,
  random = 12,
  container_version = 13,
  lookup = 14,
  pattern_lookup = 15,
  text = 16,
};
inline constexpr VariableType kLastBasicType = VariableType::event_property;

enum class Part : std::uint8_t {
  host = 0,
  path = 1,
  query = 2,
  fragment = 3,
  full = 4,
  // From here on full.
  protocol = 5,
  port = 6,
  extension = 7,
};

/// The part of a variable of type `element`: what of it.
enum class ElementPart : std::uint8_t {
  id = 0,
  classes = 1,
  text = 2,
  url = 3,
  target = 4,
  name = 5,
  tag = 6,
  attribute = 7,
};

/// The part of a variable of type `detail`: which field of an occasion.
enum class Detail : std::uint8_t {
  scroll_percent = 0,
  scroll_pixels = 1,
  timer_count = 2,
  timer_milliseconds = 3,
  visible_percent = 4,
  engagement_milliseconds = 5,
  error_message = 6,
  error_source = 7,
  error_line = 8,
  history_old_url = 9,
  history_new_url = 10,
  history_cause = 11,
};

/// The part of a variable of type `cookie`.
inline constexpr unsigned kCookieAsItIs = 1;

enum class Operator : std::uint8_t {
  equals = 0,
  contains = 1,
  starts_with = 2,
  ends_with = 3,
  // From here on full.
  matches = 4,
  less = 5,
  less_or_equal = 6,
  greater = 7,
  greater_or_equal = 8,
  selector = 9,
};
inline constexpr unsigned kNot = 1;
inline constexpr unsigned kIgnoreCase = 2;
inline constexpr unsigned kValueIsVariable =
    4;  ///< full: the first number of the value is a variable's index

inline constexpr unsigned kNeedsAnalytics = 1;
inline constexpr unsigned kNeedsMarketing = 2;

/// Where the records of one kind are.
struct Table {
  std::size_t offset = 0;
  std::size_t count = 0;
};

// Offsets within the records.
namespace variable {
inline constexpr std::size_t kSize = 6, kType = 0, kPart = 1, kText = 2;
}
namespace trigger {
inline constexpr std::size_t kSize = 8, kOccasion = 0, kFlags = 1, kEvent = 2, kConditions = 6;
inline constexpr unsigned kEventIsPattern = 1, kOnlyFollowed = 2;  // full
}  // namespace trigger
namespace condition {
inline constexpr std::size_t kSize = 8, kVariable = 0, kOperator = 2, kFlags = 3, kValue = 4;
}
namespace tag {
inline constexpr std::size_t kSize = 24, kName = 0, kConversion = 4, kValue = 8, kCurrency = 10,
                             kQuantity = 12, kOrderId = 14, kWeight = 16, kRepeat = 17, kConsent = 18,
                             kKind = 19, kTriggers = 20, kExceptions = 22;
inline constexpr std::size_t kFunnel = kValue, kStep = kCurrency;  // of a step
inline constexpr std::size_t kAddress = kValue;                    // of an image
}  // namespace tag
namespace entry {
inline constexpr std::size_t kSize = 2;
}

// Full containers only: a record more for each variable and tag, and two tables.
namespace more_of_variable {
inline constexpr std::size_t kSize = 12, kDefault = 0, kFlags = 4, kZero = 5, kInput = 6, kFirst = 8,
                             kRows = 10;
inline constexpr unsigned kLower = 1, kUpper = 2, kStripWww = 4, kWholeText = 8, kIgnoreCase = 16;
inline constexpr unsigned kReferrer = 0xFFFE;  // as the input: an address from there instead of the page's
}  // namespace more_of_variable
namespace row {
inline constexpr std::size_t kSize = 6, kKey = 0, kValue = 4;
}
namespace more_of_tag {
inline constexpr std::size_t kSize = 20, kFrom = 0, kUntil = 4, kShare = 8, kSetup = 10, kCleanup = 12,
                             kFlags = 14, kZero = 15, kFirst = 16, kParameters = 18;
inline constexpr unsigned kSetupMustFire = 1, kOnlyAfterFiring = 2, kSkipWithoutConsent = 4;
inline constexpr unsigned kWholeShare = 10'000;
}  // namespace more_of_tag
namespace parameter {
inline constexpr std::size_t kSize = 6, kKey = 0, kVariable = 4;
}

}  // namespace etappe::rules::layout
