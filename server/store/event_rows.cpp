#include "server/store/event_rows.hpp"

#include <array>
#include <optional>
#include <variant>

#include "server/store/answer_table.hpp"
#include "server/store/exception_codes.hpp"
#include "server/store/row_binary.hpp"

namespace etappe::store {
namespace {

/// In the order in which write_event() writes them.
constexpr std::string_view kEventColumns =
    "site, key_day, id, type, ts, client_ts, received_at, link, visitor, session, page, person, url, host, "
    "path, "
    "referrer, "
    "referrer_host, title, name, value, currency, quantity, order_id, weight, tag, funnel, step, "
    "engagement_ms, scroll, "
    "items.id, items.name, items.price, items.quantity, props, consent_analytics, consent_marketing, region, "
    "device, touch, "
    "channel, "
    "source, medium, campaign, term, content, campaign_id, network, network_kind, publisher, sub_ids, "
    "click_id, "
    "click_id_param, segment, record, enrich_version";

std::string_view name_of(consent::State state) {
  switch (state) {
    case consent::State::undetermined: return "undetermined";
    case consent::State::denied: return "denied";
    case consent::State::granted: return "granted";
  }
  return "undetermined";
}

void write_event(RowBinary& out, const feed::Row& row) {
  const codec::EnvelopeView& envelope = row.envelope;
  const event::EventView& event = envelope.event;
  const feed::Origin& origin = row.origin;
  out.text(envelope.site);
  out.day(row.key_day);
  out.uuid(event.id);
  out.text(event::name_of(event.type));
  out.time(event.time);
  out.time(envelope.client_time);
  out.time(envelope.received_at);
  out.text(codec::name_of(envelope.link));
  out.text(event.visitor);
  out.text(event.session);
  out.uuid(envelope.page);
  out.text(event.person);
  out.text(event.url);
  out.text(row.host);
  out.text(row.path);
  out.text(event.referrer);
  out.text(row.referrer_host);
  out.text(event.title);
  out.text(event.name);
  out.nullable_money(event.value);
  out.text(event.currency);
  out.u32(event.quantity);
  out.text(event.order_id);
  out.text(event.type != event::Type::conversion    ? ""
           : event.weight == event::Weight::primary ? "primary"
                                                    : "micro");
  out.text(event.tag);
  out.text(event.funnel);
  out.text(event.step);
  out.u32(event.engagement_ms);
  out.u8(event.scroll);

  out.count(event.items.size());
  for (const event::ItemView& item : event.items) out.text(item.id);
  out.count(event.items.size());
  for (const event::ItemView& item : event.items) out.text(item.name);
  out.count(event.items.size());
  for (const event::ItemView& item : event.items) out.nullable_money(item.price);
  out.count(event.items.size());
  for (const event::ItemView& item : event.items) out.u32(item.quantity);

  out.count(event.props.size());
  for (const event::PropView& prop : event.props) {
    out.text(prop.key);
    out.text(prop.value);
  }
  out.text(name_of(event.consent.analytics));
  out.text(name_of(event.consent.marketing));
  out.text(envelope.region);
  out.text(row.device);

  out.u8(origin.touch ? 1 : 0);
  for (const std::string* text :
       {&origin.channel, &origin.source, &origin.medium, &origin.campaign, &origin.term, &origin.content,
        &origin.campaign_id, &origin.network, &origin.network_kind, &origin.publisher})
    out.text(*text);
  out.count(origin.sub_ids.size());
  for (const auto& [name, value] : origin.sub_ids) {
    out.text(name);
    out.text(value);
  }
  out.text(origin.click_id);
  out.text(origin.click_id_param);
  out.uuid(row.segment);
  out.u32(row.record);
  out.u16(row.enrich_version);
}

std::string text_of(const event::Uuid& uuid) {
  std::array<char, 36> text;
  event::write_uuid(uuid, text);
  return {text.data(), text.size()};
}

std::vector<std::pair<std::string, std::string>> insert_settings(std::string_view token) {
  return {
      {"insert_deduplication_token", std::string(token)}, {"insert_deduplicate", "1"}, {"async_insert", "0"}};
}

}  // namespace

Result<Answer, feed::StoreError> EventRows::run(const Ask& ask) {
  auto answer = client_.ask(ask, deadline_);
  if (!answer)
    return fail(answer.error() == Silence::not_sent ? feed::StoreError::unreachable
                                                    : feed::StoreError::unknown);
  if (answer->good()) return std::move(*answer);
  switch (meaning_of(*answer)) {
    case Meaning::away: return fail(feed::StoreError::unreachable);
    case Meaning::bad_rows: return fail(feed::StoreError::refused);
    case Meaning::unfit: return fail(feed::StoreError::unfit);
    case Meaning::too_slow:
    case Meaning::unknown: return fail(feed::StoreError::unknown);
  }
  return fail(feed::StoreError::unknown);
}

Result<void, feed::StoreError> EventRows::insert(const std::vector<feed::Row>& rows, std::string_view token) {
  RowBinary out;
  for (const feed::Row& row : rows) write_event(out, row);
  auto answer = run({.sql = "INSERT INTO events (" + std::string(kEventColumns) + ") FORMAT RowBinary",
                     .rows = out.take(),
                     .settings = insert_settings(token)});
  if (!answer) return fail(answer.error());
  return {};
}

Result<void, feed::StoreError> EventRows::insert_rejected(const std::vector<feed::RejectedRow>& rows,
                                                          std::string_view token) {
  RowBinary out;
  for (const feed::RejectedRow& row : rows) {
    out.uuid(row.segment);
    out.u32(row.record);
    out.text(row.reason);
    out.text(row.bytes);
  }
  auto answer = run({.sql = "INSERT INTO events_rejected (segment, record, reason, bytes) FORMAT RowBinary",
                     .rows = out.take(),
                     .settings = insert_settings(token)});
  if (!answer) return fail(answer.error());
  return {};
}

Result<std::vector<std::uint32_t>, feed::StoreError> EventRows::stored(const event::Uuid& segment,
                                                                       std::uint32_t first,
                                                                       std::uint32_t last) {
  const std::string where =
      " WHERE segment = {segment:UUID} AND record BETWEEN {first:UInt32} AND {last:UInt32}";
  auto answer = run(
      {.sql = "SELECT DISTINCT record FROM (SELECT record FROM events" + where +
              " UNION ALL SELECT record FROM events_rejected" + where + ") ORDER BY record",
       .settings = {{"readonly", "1"}},
       .parameters = {
           {"segment", text_of(segment)}, {"first", std::to_string(first)}, {"last", std::to_string(last)}}});
  if (!answer) return fail(answer.error());
  const auto table = read_table(answer->body);
  if (!table) return fail(feed::StoreError::unfit);
  std::vector<std::uint32_t> records;
  for (const auto& row : table->rows)
    if (!row.empty() && std::holds_alternative<std::int64_t>(row[0]))
      records.push_back(static_cast<std::uint32_t>(std::get<std::int64_t>(row[0])));
  return records;
}

}  // namespace etappe::store
