#include "server/decode/decode.hpp"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

namespace etappe::decode {
namespace {

using nlohmann::json;

std::string quoted(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string uuid_text(const event::Uuid& uuid) {
  std::string text(36, '\0');
  event::write_uuid(uuid, std::span<char, 36>(text.data(), 36));
  return text;
}

/// RFC 3339 in UTC with milliseconds. The codec lets years 1970 to 2199 through.
std::string time_text(event::TimeMs time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> text{};
  const int size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {text.data(), static_cast<std::size_t>(size)};
}

/// One object, put together by hand: a property that is a number keeps the digits it was written with.
class Object {
 public:
  void raw(std::string_view key, std::string_view value) {
    text_ += text_.empty() ? '{' : ',';
    text_ += quoted(key) + ':' + std::string(value);
  }
  void text(std::string_view key, std::string_view value) { raw(key, quoted(value)); }
  /// Nothing when empty, as the codec has it.
  void text_if_any(std::string_view key, std::string_view value) {
    if (!value.empty()) text(key, value);
  }
  [[nodiscard]] std::string done() const { return text_.empty() ? "{}" : text_ + '}'; }

 private:
  std::string text_;
};

template <class Part, class Write>
std::string list_of(std::span<const Part> parts, Write write) {
  std::string list = "[";
  for (const Part& part : parts) list += (list.size() > 1 ? "," : "") + write(part);
  return list + ']';
}

std::string item_text(const event::ItemView& item) {
  Object object;
  object.text_if_any("id", item.id);
  object.text_if_any("name", item.name);
  object.text_if_any("price", item.price);
  object.raw("quantity", std::to_string(item.quantity));
  return object.done();
}

std::string prop_text(const event::PropView& prop) {
  const bool is_literal = prop.kind == event::PropKind::boolean
                              ? prop.value == "true" || prop.value == "false"
                              : json::accept(prop.value) && json::parse(prop.value).is_number();
  return prop.kind != event::PropKind::text && is_literal ? std::string(prop.value) : quoted(prop.value);
}

std::string consent_text(consent::States states) {
  Object object;
  const auto purpose = [&](std::string_view name, consent::State state) {
    if (state != consent::State::undetermined)
      object.raw(name, state == consent::State::granted ? "true" : "false");
  };
  purpose("analytics", states.analytics);
  purpose("marketing", states.marketing);
  return object.done();
}

void write_event(Object& line, const event::EventView& event) {
  line.text("id", uuid_text(event.id));
  line.text("t", event::name_of(event.type));
  line.text("ts", time_text(event.time));
  line.text_if_any("url", event.url);
  line.text_if_any("referrer", event.referrer);
  line.text_if_any("title", event.title);
  line.text_if_any("visitor", event.visitor);
  line.text_if_any("session", event.session);
  line.text_if_any("name", event.name);
  line.text_if_any("funnel", event.funnel);
  line.text_if_any("step", event.step);
  line.text_if_any("value", event.value);
  line.text_if_any("currency", event.currency);
  if (event.quantity != 0) line.raw("quantity", std::to_string(event.quantity));
  line.text_if_any("order_id", event.order_id);
  if (event.type == event::Type::conversion) {
    line.text("weight", event.weight == event::Weight::primary ? "primary" : "micro");
  }
  line.text_if_any("tag", event.tag);
  line.text_if_any("person", event.person);
  if (event.engagement_ms != 0) line.raw("engagement_ms", std::to_string(event.engagement_ms));
  if (event.scroll != 0) line.raw("scroll", std::to_string(event.scroll));
  if (!event.items.empty()) line.raw("items", list_of(event.items, item_text));
  if (!event.props.empty()) {
    Object props;
    for (const event::PropView& prop : event.props) props.raw(prop.key, prop_text(prop));
    line.raw("props", props.done());
  }
  line.raw("consent", consent_text(event.consent));
}

}  // namespace

Result<std::string, codec::Error> to_ndjson(std::span<const std::byte> batch) {
  auto reader = codec::BatchReader::open(batch);
  if (!reader) return fail(reader.error());
  const codec::HeaderView& header = reader->header();
  const auto lists = std::make_unique<codec::Lists>();
  std::string lines;
  for (std::size_t index = 0; reader->more(); ++index) {
    Object line;
    line.text("site", header.site);
    if (!header.batch.is_nil()) line.text("batch_id", uuid_text(header.batch));
    line.text("sent_at", time_text(header.sent));
    if (const auto event = reader->next(*lists)) {
      write_event(line, *event);
    } else {
      const codec::Refusal& refusal = event.error();
      line.raw("index", std::to_string(index));
      line.text("refused", refusal.kind == codec::Refusal::Kind::bytes ? codec::name_of(refusal.error)
                                                                       : event::name_of(refusal.defect));
    }
    lines += line.done() + '\n';
  }
  return lines;
}

}  // namespace etappe::decode
