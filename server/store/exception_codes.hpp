#pragma once
// What an answer that is not good means for the one who asked. ClickHouse's exception codes in one table.
// Source: ClickHouse, src/Common/ErrorCodes.cpp.

#include <cstdint>

#include "server/store/client.hpp"

namespace etappe::store {

enum class Meaning : std::uint8_t {
  away,      ///< overloaded, stopping, out of memory or disk: the same again later
  too_slow,  ///< the limit of time
  bad_rows,  ///< these rows cannot be stored, others can
  unfit,     ///< the statement, the schema or the rights are at fault
  unknown,   ///< the rows may or may not have been stored
};

[[nodiscard]] Meaning meaning_of(const Answer& answer);

}  // namespace etappe::store
