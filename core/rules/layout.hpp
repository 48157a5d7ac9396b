#pragma once
// Where things are in a compiled container: the sizes and offsets of docs/container-format.md. The reader
// here and the compiler in server/container both go by it.

#include <cstddef>
#include <cstdint>

namespace etappe::rules::layout {

inline constexpr std::uint8_t kMagic[2] = {0xE7, 0xC7};
inline constexpr std::size_t kHeaderSize = 20;
inline constexpr unsigned kNone = 0xFFFF;  ///< instead of the index of a variable

enum class VariableType : std::uint8_t {
  constant = 0,
  url = 1,
  query = 2,
  data_layer = 3,
  event_property = 4
};
enum class Part : std::uint8_t { host = 0, path = 1, query = 2, fragment = 3, full = 4 };
enum class Operator : std::uint8_t { equals = 0, contains = 1, starts_with = 2, ends_with = 3 };
inline constexpr unsigned kNot = 1;
inline constexpr unsigned kIgnoreCase = 2;
inline constexpr unsigned kNeedsAnalytics = 1;
inline constexpr unsigned kNeedsMarketing = 2;

// Offsets within the records.
namespace variable {
inline constexpr std::size_t kSize = 6, kType = 0, kPart = 1, kText = 2;
}
namespace trigger {
inline constexpr std::size_t kSize = 8, kOccasion = 0, kZero = 1, kEvent = 2, kConditions = 6;
}
namespace condition {
inline constexpr std::size_t kSize = 8, kVariable = 0, kOperator = 2, kFlags = 3, kValue = 4;
}
namespace tag {
inline constexpr std::size_t kSize = 24, kName = 0, kConversion = 4, kValue = 8, kCurrency = 10,
                             kQuantity = 12, kOrderId = 14, kWeight = 16, kRepeat = 17, kConsent = 18,
                             kKind = 19, kTriggers = 20, kExceptions = 22;
inline constexpr std::size_t kFunnel = kValue, kStep = kCurrency;  // of a step
}  // namespace tag
namespace entry {
inline constexpr std::size_t kSize = 2;
}

}  // namespace etappe::rules::layout
