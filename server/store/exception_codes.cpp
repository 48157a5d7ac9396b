#include "server/store/exception_codes.hpp"

namespace etappe::store {

Meaning meaning_of(const Answer& answer) {
  switch (answer.code) {
    case 0: break;
    case 159:  // TIMEOUT_EXCEEDED
    case 160:  // TOO_SLOW
      return Meaning::too_slow;
    case 202:  // TOO_MANY_SIMULTANEOUS_QUERIES
    case 203:  // NO_FREE_CONNECTION
    case 209:  // SOCKET_TIMEOUT
    case 210:  // NETWORK_ERROR
    case 236:  // ABORTED
    case 241:  // MEMORY_LIMIT_EXCEEDED
    case 242:  // TABLE_IS_READ_ONLY: a replica without its keeper
    case 243:  // NOT_ENOUGH_SPACE
    case 252:  // TOO_MANY_PARTS
    case 279:  // ALL_CONNECTION_TRIES_FAILED
    case 285:  // TOO_FEW_LIVE_REPLICAS
    case 394:  // QUERY_WAS_CANCELLED
    case 999:  // KEEPER_EXCEPTION
      return Meaning::away;
    case 319:  // UNKNOWN_STATUS_OF_INSERT
      return Meaning::unknown;
    case 6:    // CANNOT_PARSE_TEXT
    case 27:   // CANNOT_PARSE_INPUT_ASSERTION_FAILED
    case 33:   // CANNOT_READ_ALL_DATA
    case 69:   // ARGUMENT_OUT_OF_BOUND
    case 117:  // INCORRECT_DATA
    case 128:  // TOO_LARGE_ARRAY_SIZE
    case 131:  // TOO_LARGE_STRING_SIZE
    case 321:  // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
    case 407:  // DECIMAL_OVERFLOW
    case 469:  // VIOLATED_CONSTRAINT
      return Meaning::bad_rows;
    default: return Meaning::unfit;
  }
  // Without a code: something on the way answered.
  if (answer.status == 413) return Meaning::bad_rows;
  if (answer.status == 408 || answer.status == 429 || answer.status >= 500) return Meaning::away;
  return Meaning::unfit;
}

}  // namespace etappe::store
