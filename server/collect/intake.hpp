#pragma once
// What becomes of a batch: decode → policy → redact → derive → envelope, as one pure function. It has no
// clock, no socket and no disk; everything only the moment of arrival knows comes in as an Arrival.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "core/result.hpp"
#include "server/artefact/sites.hpp"
#include "server/collect/day_visitor.hpp"
#include "server/collect/id_cookie.hpp"
#include "server/collect/person.hpp"
#include "server/collect/refusal.hpp"
#include "server/collect/sink.hpp"
#include "server/collect/withdrawals.hpp"

namespace etappe::collect {

struct Arrival {
  event::TimeMs received_at;
  std::string_view origin;         ///< header Origin, empty when absent
  std::string_view authorization;  ///< header Authorization
  std::string_view user_agent;     ///< header User-Agent
  std::string_view host;           ///< header Host
  std::string_view cookie;         ///< header Cookie
  IdWish id_wish = IdWish::known;
  std::string_view address;  ///< the visitor's, as far as it is known; never kept: it makes the hash of the
                             ///< day and tells the site's own people
  std::string_view region;   ///< ISO 3166, upper case; empty when unknown
  consent::PrivacyControl privacy_control = consent::PrivacyControl::absent;  ///< header Sec-GPC
  DayKey day_key{};
  const Withdrawals* withdrawals = nullptr;  ///< nullptr: nobody has withdrawn
};

/// An event that could not be kept while its batch could.
struct Rejected {
  std::size_t index = 0;    ///< in the batch, from 0
  std::string_view reason;  ///< a static text: the name of a codec::Error, an event::Defect, too_old,
                            ///< withdrawn, or own_address
};

struct Intake {
  std::string site;              ///< the key
  std::vector<Record> records;   ///< envelopes of the kept events, in the batch's order
  std::vector<event::Uuid> ids;  ///< of the same events
  std::vector<Rejected> rejected;
  IdCookie id_cookie;
};

/// A batch of which nothing is kept.
struct Refused {
  Refusal refusal{};
  std::string site;                ///< the key, once the sender has been admitted to it
  std::vector<Rejected> rejected;  ///< with no_valid_event: why
  std::string meant;  ///< the key that the batch named, where such a site exists: for the board only
};

/// Pure; safe on any thread. `table` is only read; `secret` hashes persons.
[[nodiscard]] Result<Intake, Refused> take_in(std::span<const std::byte> body, const Arrival& arrival,
                                              const artefact::SiteTable& table, const PersonSecret& secret);

}  // namespace etappe::collect
