#include "tests/golden/reading.hpp"

#include <algorithm>
#include <array>

#include "core/codec/batch.hpp"
#include "core/codec/envelope.hpp"
#include "core/redact/redact.hpp"
#include "core/rules/layout.hpp"
#include "core/rules/rules.hpp"

namespace etappe::golden {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

class Lines {
 public:
  explicit Lines(std::span<char> out) : out_(out) {}
  [[nodiscard]] std::size_t size() const { return used_; }

  Lines& put(std::string_view text) {
    for (const char c : text) put_char(c);
    return *this;
  }
  Lines& put(std::uint64_t number) {
    if (number >= 10) put(number / 10);
    put_char(static_cast<char>('0' + number % 10));
    return *this;
  }
  Lines& put(const event::Uuid& uuid) {
    for (const std::uint8_t byte : uuid.bytes) put_hex(byte);
    return *this;
  }
  Lines& put(event::TimeMs time) { return put(static_cast<std::uint64_t>(time.time_since_epoch().count())); }
  /// Printable ASCII as it is, every other byte as \xNN.
  Lines& shown(std::string_view text) {
    put_char('"');
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\') {
        put_char(c);
      } else {
        put("\\x").put_hex(byte);
      }
    }
    put_char('"');
    return *this;
  }
  void end() { put_char('\n'); }

 private:
  void put_char(char c) {
    if (used_ < out_.size()) out_[used_++] = c;
  }
  void put_hex(unsigned byte) {
    put_char(kHex[byte >> 4U]);
    put_char(kHex[byte & 15U]);
  }

  std::span<char> out_;
  std::size_t used_ = 0;
};

std::string_view name_of(event::PropKind kind) {
  switch (kind) {
    case event::PropKind::text: return "text";
    case event::PropKind::number: return "number";
    case event::PropKind::boolean: return "boolean";
  }
  return {};
}

std::string_view name_of(event::Weight weight) {
  return weight == event::Weight::micro ? "micro" : "primary";
}

void write_event(Lines& lines, const event::EventView& event) {
  lines.put("event ").put(event::name_of(event.type)).end();
  lines.put("id ").put(event.id).end();
  lines.put("time ").put(event.time).end();
  lines.put("consent ").put(static_cast<std::uint64_t>(event.consent.analytics));
  lines.put(" ").put(static_cast<std::uint64_t>(event.consent.marketing)).end();
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"url", event.url},         {"referrer", event.referrer}, {"title", event.title},
      {"visitor", event.visitor}, {"session", event.session},   {"name", event.name},
      {"value", event.value},     {"currency", event.currency}, {"order_id", event.order_id},
      {"funnel", event.funnel},   {"step", event.step},         {"tag", event.tag},
      {"person", event.person}};
  for (const auto& [name, text] : texts) {
    if (!text.empty()) lines.put(name).put(" ").shown(text).end();
  }
  lines.put("quantity ").put(event.quantity).end();
  lines.put("engagement ").put(event.engagement_ms).end();
  lines.put("weight ").put(name_of(event.weight)).end();
  lines.put("scroll ").put(std::uint64_t{event.scroll}).end();
  for (const event::ItemView& item : event.items) {
    lines.put("item ").shown(item.id).put(" ").shown(item.name).put(" ").shown(item.price).put(" ");
    lines.put(item.quantity).end();
  }
  for (const event::PropView& prop : event.props) {
    lines.put("prop ").put(name_of(prop.kind)).put(" ").shown(prop.key).put(" ").shown(prop.value).end();
  }
}

void write_batch(Lines& lines, std::span<const std::byte> bytes) {
  auto reader = codec::BatchReader::open(bytes);
  if (!reader) {
    lines.put("unreadable ").put(codec::name_of(reader.error())).end();
    return;
  }
  const codec::HeaderView& header = reader->header();
  lines.put("batch").end();
  lines.put("site ").shown(header.site).end();
  lines.put("instance ").put(header.instance).end();
  lines.put("batch ").put(header.batch).end();
  lines.put("base ").put(header.base).end();
  lines.put("sent ").put(header.sent).end();
  lines.put("container ").put(header.container).end();
  lines.put("events ").put(std::uint64_t{reader->event_count()}).end();
  codec::Lists lists;
  while (reader->more()) {
    const auto event = reader->next(lists);
    if (event) {
      write_event(lines, *event);
    } else if (event.error().kind == codec::Refusal::Kind::bytes) {
      lines.put("refused ").put(codec::name_of(event.error().error)).end();
    } else {
      lines.put("refused ").put(event::name_of(event.error().defect)).end();
    }
  }
}

void write_envelope(Lines& lines, std::span<const std::byte> bytes) {
  codec::Lists lists;
  const auto envelope = codec::read_envelope(bytes, lists);
  if (!envelope) {
    lines.put("unreadable ").put(codec::name_of(envelope.error())).end();
    return;
  }
  lines.put("envelope").end();
  lines.put("received_at ").put(envelope->received_at).end();
  lines.put("client_time ").put(envelope->client_time).end();
  lines.put("site ").shown(envelope->site).end();
  lines.put("link ").put(codec::name_of(envelope->link)).end();
  lines.put("user_agent ").shown(envelope->user_agent).end();
  lines.put("page ").put(envelope->page).end();
  lines.put("region ").shown(envelope->region).end();
  write_event(lines, envelope->event);
}

/// Answers every question with the question, so that a reading shows what was asked.
class Echo final : public rules::Facts {
 public:
  [[nodiscard]] std::string_view data_layer(std::string_view path) const override { return path; }
  [[nodiscard]] std::string_view event_property(std::string_view key) const override { return key; }
  [[nodiscard]] std::string_view of_page(rules::layout::VariableType, unsigned part, std::string_view name,
                                         std::span<char> room) const override {
    if (room.empty()) return {};
    if (name.empty()) {
      room[0] = static_cast<char>('0' + part);
      return {room.data(), 1};
    }
    const std::size_t size = std::min(name.size(), room.size());
    std::copy_n(name.begin(), size, room.begin());
    return {room.data(), size};
  }
  [[nodiscard]] bool element_matches(std::string_view selector) const override {
    return selector.starts_with('.');
  }
  [[nodiscard]] std::uint32_t random() const override { return 1234567890; }
};

class OutcomeLines final : public rules::Outcome {
 public:
  explicit OutcomeLines(Lines& lines) : lines_(lines) {}
  void fired(rules::FiringView& firing) override {
    const event::EventView& event = firing.event;
    if (firing.kind >= rules::Kind::image) {
      lines_.put("asked ").shown(event.tag).put(" ").shown(event.name).put(" ").shown(event.value);
      for (const auto& [key, value] : firing.parameters) lines_.put(" ").shown(key).put("=").shown(value);
      lines_.put(" ").put(name_of(firing.repeat)).end();
      return;
    }
    if (event.type == event::Type::step) {
      lines_.put("step ").shown(event.tag).put(" ").shown(event.funnel).put(" ").shown(event.step).end();
      return;
    }
    lines_.put("fired ").shown(event.tag).put(" ").shown(event.name);
    for (const std::string_view value : {event.value, event.currency, firing.quantity, event.order_id}) {
      lines_.put(" ").shown(value);
    }
    lines_.put(" ").put(name_of(event.weight)).put(" ").put(name_of(firing.repeat)).end();
  }
  void held(const rules::HeldView& held) override {
    lines_.put("held ").shown(held.tag_name).put(" ");
    if (held.reason != rules::Reason::consent) {
      lines_.put(rules::name_of(held.reason)).end();
      return;
    }
    lines_.put(held.purpose == consent::Purpose::analytics ? "analytics" : "marketing").end();
  }

 private:
  static std::string_view name_of(rules::Repeat repeat) {
    switch (repeat) {
      case rules::Repeat::every_time: return "every_time";
      case rules::Repeat::once_per_page: return "once_per_page";
      case rules::Repeat::once_per_session: return "once_per_session";
      case rules::Repeat::once_per_visitor: return "once_per_visitor";
    }
    return {};
  }
  static std::string_view name_of(event::Weight weight) { return golden::name_of(weight); }
  Lines& lines_;
};

// The happenings of container.mjs, in its order.
constexpr std::string_view kUrls[] = {"https://shop.example/danke/?order=A%2D1&art=Angebot+neu#teil",
                                      "https://shop.example:8443/Kasse/%C3%9Cbersicht.PDF", "kein Verweis"};
struct Occurrence {
  rules::Occasion occasion;
  std::string_view event;
};
constexpr Occurrence kOccurrences[] = {
    {rules::Occasion::page_view, {}}, {rules::Occasion::event, "purchase"}, {rules::Occasion::event, "lead"}};
constexpr consent::States kConsents[] = {{},
                                         {consent::State::granted, consent::State::undetermined},
                                         {consent::State::granted, consent::State::granted}};

/// Every occasion of a full container on one page, with a marketing grant and without, and a group that fills
/// up.
void write_full(Lines& lines, const rules::ContainerView& container) {
  const Echo echo;
  OutcomeLines outcome(lines);
  lines.put("listening ").shown(container.listening()).end();
  for (const consent::State marketing : {consent::State::denied, consent::State::granted}) {
    rules::TriggerSet seen;
    for (std::size_t index = 0; index + 1 < rules::kOccasions; ++index) {
      const auto occasion = static_cast<rules::Occasion>(index);
      for (const bool prevented : {false, true}) {
        const rules::Surroundings around{.referrer = "https://suche.example:81/a.b/c.d?q=1%2B1",
                                         .prevented = prevented,
                                         .visitor = "visitor-7",
                                         .now = event::TimeMs{std::chrono::seconds{1'800'000'000}},
                                         .seen = &seen};
        lines.put("occasion ").put(rules::name_of(occasion)).put(prevented ? " prevented" : "").end();
        container.run({.occasion = occasion,
                       .event_name = "view_item",
                       .page_url = kUrls[0],
                       .consent = {consent::State::granted, marketing},
                       .facts = &echo,
                       .around = &around},
                      outcome);
      }
    }
  }
}

void write_container(Lines& lines, std::span<const std::byte> bytes) {
  const auto container = rules::ContainerView::open(bytes);
  if (!container) {
    lines.put("unreadable ").put(rules::name_of(container.error())).end();
    return;
  }
  lines.put("container").end();
  lines.put("version ").put(container->version()).end();
  lines.put("tags ").put(std::uint64_t{container->tag_count()}).end();
  for (std::size_t index = 0; index < container->path_count(); ++index) {
    lines.put("path ").shown(container->path(index)).end();
  }
  const Echo echo;
  OutcomeLines outcome(lines);
  for (std::size_t url = 0; url < std::size(kUrls); ++url) {
    for (std::size_t what = 0; what < std::size(kOccurrences); ++what) {
      for (std::size_t consent = 0; consent < std::size(kConsents); ++consent) {
        lines.put("run ").put(std::uint64_t{url}).put(" ").put(std::uint64_t{what});
        lines.put(" ").put(std::uint64_t{consent}).end();
        container->run({.occasion = kOccurrences[what].occasion,
                        .event_name = kOccurrences[what].event,
                        .page_url = kUrls[url],
                        .consent = kConsents[consent],
                        .facts = &echo},
                       outcome);
      }
    }
  }
  if (container->is_full()) write_full(lines, *container);
}

std::string_view take_text(std::string_view& rest) {
  const std::string_view text = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(text.size() + 1, rest.size()));
  return text;
}

// The file of redaction.mjs.
void write_redaction(Lines& lines, std::span<const std::byte> bytes) {
  constexpr std::size_t kHead = 3;
  if (bytes.size() < kHead ||
      bytes.size() != std::to_integer<unsigned>(bytes[1]) + std::to_integer<unsigned>(bytes[2]) * 256) {
    lines.put("unreadable truncated").end();
    return;
  }
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  rest.remove_prefix(kHead);
  const redact::RulesView rules{take_text(rest)};
  lines.put("redaction").end();
  while (!rest.empty()) {
    std::array<char, 1024> room;
    const char kind = rest[0];
    rest.remove_prefix(1);
    const std::string_view name = kind == 'v' ? take_text(rest) : std::string_view{};
    const std::string_view text = take_text(rest);
    if (kind == 'u') lines.put("url ").shown(redact::redact_url(text, rules, room)).end();
    if (kind == 't') lines.put("text ").shown(redact::redact_text(text, room)).end();
    if (kind == 'v') lines.put("value ").shown(redact::redact_value(name, text, rules, room)).end();
  }
}

}  // namespace

std::size_t write_reading(std::span<const std::byte> bytes, std::span<char> out) {
  Lines lines(out);
  const bool is_container = bytes.size() >= 2 && bytes[0] == std::byte{rules::layout::kMagic[0]} &&
                            bytes[1] == std::byte{rules::layout::kMagic[1]};
  if (is_container) {
    write_container(lines, bytes);
  } else if (!bytes.empty() && bytes[0] == std::byte{'R'}) {
    write_redaction(lines, bytes);
  } else if (!bytes.empty() && bytes[0] == std::byte{codec::kEnvelopeVersion}) {
    write_envelope(lines, bytes);
  } else {
    write_batch(lines, bytes);
  }
  return lines.size();
}

}  // namespace etappe::golden
