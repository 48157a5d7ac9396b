#include "server/collect/intake.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <variant>

#include "core/codec/batch.hpp"
#include "core/codec/envelope.hpp"
#include "core/consent/consent.hpp"
#include "server/collect/admission.hpp"
#include "server/collect/json_batch.hpp"
#include "server/collect/redact.hpp"
#include "server/collect/scratch.hpp"
#include "server/collect/time.hpp"

namespace etappe::collect {

namespace {

constexpr std::size_t kMaxUserAgentBytes = 1024;
constexpr std::string_view kTooOld = "too_old";
constexpr std::string_view kWithdrawn = "withdrawn";
constexpr std::string_view kOwnAddress = "own_address";

/// One face for both formats.
class Batch {
 public:
  static Result<Batch, Refusal> open(std::span<const std::byte> body) {
    if (!body.empty() && body[0] == std::byte{codec::kMagic}) {
      auto binary = codec::BatchReader::open(body);
      if (!binary) return fail(refusal_of(binary.error()));
      return Batch(std::move(*binary));
    }
    auto json = JsonBatch::open(body);
    if (!json) return fail(json.error());
    return Batch(std::move(*json));
  }

  [[nodiscard]] std::string_view site() const {
    if (const auto* json = std::get_if<JsonBatch>(&reader_)) return json->site();
    return std::get<codec::BatchReader>(reader_).header().site;
  }
  [[nodiscard]] std::optional<event::TimeMs> sent_at() const {
    if (const auto* json = std::get_if<JsonBatch>(&reader_)) return json->sent_at();
    const codec::HeaderView& header = std::get<codec::BatchReader>(reader_).header();
    // A header without `sent` reads as if sent at its base, which says nothing about the clock.
    return header.sent == header.base ? std::nullopt : std::optional(header.sent);
  }
  /// Random, drawn once per page load; nil when the sender tells none.
  [[nodiscard]] event::Uuid page() const {
    const auto* binary = std::get_if<codec::BatchReader>(&reader_);
    return binary == nullptr ? event::Uuid{} : binary->header().instance;
  }
  [[nodiscard]] bool more() const {
    return std::visit([](const auto& reader) { return reader.more(); }, reader_);
  }
  [[nodiscard]] Result<event::EventView, codec::Refusal> next(codec::Lists& lists) {
    return std::visit([&](auto& reader) { return reader.next(lists); }, reader_);
  }

 private:
  explicit Batch(std::variant<codec::BatchReader, JsonBatch> reader) : reader_(std::move(reader)) {}
  std::variant<codec::BatchReader, JsonBatch> reader_;
};

std::string_view name_of(const codec::Refusal& refusal) {
  return refusal.kind == codec::Refusal::Kind::bytes ? codec::name_of(refusal.error)
                                                     : event::name_of(refusal.defect);
}

std::string_view kept_user_agent(std::string_view user_agent) {
  if (!event::is_utf8(user_agent)) return {};
  if (user_agent.size() <= kMaxUserAgentBytes) return user_agent;
  std::size_t end = kMaxUserAgentBytes;
  while (end > 0 && (static_cast<unsigned char>(user_agent[end]) & 0xC0) == 0x80) --end;
  return user_agent.substr(0, end);
}

class EnvelopeMaker {
 public:
  EnvelopeMaker(const Arrival& arrival, const Admitted& admitted, const Batch& batch,
                const PersonSecret& secret)
      : arrival_(arrival),
        admitted_(admitted),
        sent_at_(batch.sent_at()),
        page_(batch.page()),
        secret_(secret),
        site_id_(admitted.site->id.empty() ? admitted.site->key : admitted.site->id),
        keeps_id_(admitted.site->id_cookie == artefact::IdCookie::server &&
                  shares_site(*admitted.site, arrival.origin, arrival.host)),
        known_id_(keeps_id_ ? id_in(arrival.cookie, admitted.site->key) : std::string_view()),
        user_agent_(kept_user_agent(arrival.user_agent)),
        policy_(consent::policy_in(arrival.region, admitted.site->policy, admitted.site->regions)),
        is_own_(admitted.sender == Sender::anyone && address::contain(admitted.site->own, arrival.address)) {}

  /// The envelope, or why the event is not kept.
  [[nodiscard]] Result<Record, std::string_view> make(event::EventView event, codec::Lists& lists) {
    codec::EnvelopeView envelope;
    envelope.client_time = event.time;
    event.time = corrected(event.time, sent_at_, arrival_.received_at);
    if (is_own_) return fail(kOwnAddress);
    if (admitted_.sender == Sender::anyone && arrival_.received_at - event.time > kMaxAge)
      return fail(kTooOld);
    if (event.type == event::Type::identify && trimmed_id(event.person).empty())
      return fail(event::name_of(event::Defect::missing_person));
    event.consent = consent::decided(event.consent, {}, arrival_.privacy_control);
    envelope.link = link_of(event.consent);
    apply(envelope.link, event);
    if (envelope.link != codec::Link::unlinked) envelope.page = page_;
    envelope.region = arrival_.region;
    const std::string_view sent_visitor = event.visitor;
    if (envelope.link == codec::Link::linked && uses_known_id()) event.visitor = known_id_;
    if (has_withdrawn(sent_visitor) || has_withdrawn(event.visitor)) return fail(kWithdrawn);
    if (!event.person.empty()) event.person = person_ = kept_person(secret_, site_id_, event.person);
    scratch_.clear();
    redact_event(event, lists, {admitted_.site->redact}, scratch_);
    envelope.received_at = arrival_.received_at;
    envelope.site = site_id_;
    envelope.user_agent = user_agent_;
    envelope.event = event;
    const auto size = codec::write_envelope(envelope, buffer_);
    if (!size) return fail(event::name_of(event::Defect::event_too_large));
    if (envelope.link == codec::Link::linked && !first_visitor_) first_visitor_ = sent_visitor;
    return Record(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(*size));
  }

  /// What the events made so far, of which one has to have a grant, do to the cookie.
  [[nodiscard]] IdCookie id_cookie() const {
    if (!keeps_id_ || !first_visitor_) return {};
    if (uses_known_id()) return {IdCookie::Use::used};
    // The same id again would only make the cookie live longer.
    if (!is_cookie_id(*first_visitor_) || *first_visitor_ == known_id_) return {};
    return {IdCookie::Use::set, *first_visitor_};
  }

 private:
  /// Ids stay only beside a grant, and undetermined is not one. A visitor who has not decided is counted for
  /// the day where the site's policy says so and a page of it speaks: the address of a server is nobody's.
  [[nodiscard]] codec::Link link_of(consent::States states) const {
    if (consent::may_link(states)) return codec::Link::linked;
    const bool is_page =
        admitted_.sender == Sender::anyone && !arrival_.origin.empty() && !arrival_.address.empty();
    const auto verdict = consent::tracker_verdict(policy_, states);
    return is_page && verdict == consent::Verdict::count ? codec::Link::daily : codec::Link::unlinked;
  }

  void apply(codec::Link link, event::EventView& event) {
    if (link == codec::Link::linked) return;
    if (link == codec::Link::daily && day_visitor_.empty())
      day_visitor_ = day_visitor(arrival_.day_key, arrival_.address, arrival_.user_agent, site_id_);
    event.visitor = link == codec::Link::daily ? std::string_view(day_visitor_) : std::string_view();
    event.session = {};
    event.person = {};
  }

  [[nodiscard]] bool has_withdrawn(std::string_view visitor) const {
    return arrival_.withdrawals != nullptr && !visitor.empty() &&
           arrival_.withdrawals->withdrawn(site_id_, visitor);
  }
  [[nodiscard]] bool uses_known_id() const { return !known_id_.empty() && arrival_.id_wish == IdWish::known; }

  const Arrival& arrival_;
  const Admitted& admitted_;
  const std::optional<event::TimeMs> sent_at_;
  const event::Uuid page_;
  const PersonSecret& secret_;
  const std::string_view site_id_;
  const bool keeps_id_;
  const std::string_view known_id_;           ///< of the cookie; empty when it must not be used
  std::optional<std::string> first_visitor_;  ///< as the first event with a grant said it
  const std::string_view user_agent_;
  const consent::Policy policy_;  ///< where the visitor is
  const bool is_own_;             ///< one of the site's own people
  Scratch scratch_;
  std::string person_;       ///< of the event in hand
  std::string day_visitor_;  ///< empty until an event needs it
  std::array<std::byte, codec::kMaxEnvelopeBytes> buffer_;
};

}  // namespace

Result<Intake, Refused> take_in(std::span<const std::byte> body, const Arrival& arrival,
                                const artefact::SiteTable& table, const PersonSecret& secret) {
  auto batch = Batch::open(body);
  if (!batch) return fail(Refused{batch.error(), {}, {}, {}});
  const auto admitted = admit(table, batch->site(), arrival.origin, arrival.authorization);
  if (!admitted) {
    const artefact::Site* const meant = table.find(batch->site());
    return fail(Refused{admitted.error(), {}, {}, meant == nullptr ? std::string() : meant->key});
  }

  Intake intake;
  intake.site = admitted->site->key;
  EnvelopeMaker maker(arrival, *admitted, *batch, secret);
  const auto lists = std::make_unique<codec::Lists>();
  for (std::size_t index = 0; batch->more(); ++index) {
    const auto event = batch->next(*lists);
    if (!event) {
      intake.rejected.push_back({index, name_of(event.error())});
      continue;
    }
    auto record = maker.make(*event, *lists);
    if (!record) {
      intake.rejected.push_back({index, record.error()});
      continue;
    }
    intake.ids.push_back(event->id);
    intake.records.push_back(std::move(*record));
  }
  intake.id_cookie = maker.id_cookie();
  // One of the site's own people did nothing wrong.
  const bool is_own = !intake.rejected.empty() && std::ranges::all_of(intake.rejected, [](const Rejected& r) {
    return r.reason == kOwnAddress;
  });
  if (intake.records.empty() && !is_own) {
    return fail(Refused{Refusal::no_valid_event, intake.site, std::move(intake.rejected), intake.site});
  }
  return intake;
}

}  // namespace etappe::collect
