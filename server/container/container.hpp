#pragma once
// From the container that people write (JSON) to the one that core/rules runs (bytes).
//
// Both forms, and every rule checked here, are docs/container-format.md. Pure: no files, no database; who may
// publish what is server/admin's business.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace etappe::container {

inline constexpr std::size_t kMaxAuthorBytes = std::size_t{1} << 20U;

enum class Severity : std::uint8_t {
  error,    ///< the container cannot be used
  warning,  ///< it can, but probably not as meant
};

struct Problem {
  Severity severity = Severity::error;
  std::string where;    ///< the place as the author knows it: `tag "Order": parameters.currency`
  std::string message;  ///< what is wrong there and what to do, for a person
};

struct Compiled {
  std::string name;
  std::uint32_t version = 0;
  std::vector<std::byte> bytes;   ///< empty when there is an error
  std::vector<Problem> problems;  ///< in the order of the document, warnings last

  [[nodiscard]] bool ok() const { return !bytes.empty(); }
};

/// Reads, checks and compiles the author's form. Never throws for what is in `json`. Safe on any thread.
[[nodiscard]] Compiled compile(std::string_view json);

}  // namespace etappe::container
