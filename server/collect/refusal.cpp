#include "server/collect/refusal.hpp"

namespace etappe::collect {

std::string_view name_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::bad_json: return "bad_json";
    case Refusal::bad_frame: return "bad_frame";
    case Refusal::bad_version: return "bad_version";
    case Refusal::no_valid_event: return "no_valid_event";
    case Refusal::batch_too_large: return "batch_too_large";
    case Refusal::too_many_events: return "too_many_events";
    case Refusal::bad_token: return "bad_token";
    case Refusal::origin_refused: return "origin_refused";
    case Refusal::unknown_site: return "unknown_site";
    case Refusal::unsupported_type: return "unsupported_type";
    case Refusal::unsupported_encoding: return "unsupported_encoding";
    case Refusal::too_many_orders: return "too_many_orders";
    case Refusal::busy: return "busy";
    case Refusal::storage_failed: return "storage_failed";
  }
  return "unknown";
}

unsigned status_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::bad_json:
    case Refusal::bad_frame:
    case Refusal::bad_version:
    case Refusal::no_valid_event: return 400;
    case Refusal::bad_token: return 401;
    case Refusal::origin_refused: return 403;
    case Refusal::unknown_site: return 404;
    case Refusal::batch_too_large:
    case Refusal::too_many_events: return 413;
    case Refusal::unsupported_type:
    case Refusal::unsupported_encoding: return 415;
    case Refusal::too_many_orders: return 429;
    case Refusal::busy:
    case Refusal::storage_failed: return 503;
  }
  return 500;
}

Refusal refusal_of(codec::Error error) {
  switch (error) {
    case codec::Error::bad_version: return Refusal::bad_version;
    case codec::Error::batch_too_large: return Refusal::batch_too_large;
    case codec::Error::too_many_events: return Refusal::too_many_events;
    default: return Refusal::bad_frame;
  }
}

}  // namespace etappe::collect
