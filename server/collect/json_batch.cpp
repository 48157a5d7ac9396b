#include "server/collect/json_batch.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "server/collect/scratch.hpp"
#include "server/collect/time.hpp"

namespace etappe::collect {

namespace dom = simdjson::dom;

namespace {

using codec::Error;
using event::Defect;
using Outcome = Result<void, codec::Refusal>;

tl::unexpected<codec::Refusal> refused(Error error) {
  return fail(codec::Refusal{.kind = codec::Refusal::Kind::bytes, .error = error, .defect = {}});
}
tl::unexpected<codec::Refusal> refused(Defect defect) {
  return fail(codec::Refusal{.kind = codec::Refusal::Kind::content, .error = {}, .defect = defect});
}

Outcome read_text(dom::element value, std::string_view& out) {
  if (value.is_null()) return {};
  if (value.get(out) != simdjson::SUCCESS) return refused(Error::bad_field);
  return {};
}

Outcome read_count(dom::element value, std::uint32_t& out) {
  if (value.is_null()) return {};
  std::uint64_t number = 0;
  if (value.get(number) != simdjson::SUCCESS || number > UINT32_MAX) return refused(Error::bad_field);
  out = static_cast<std::uint32_t>(number);
  return {};
}

Outcome read_scroll(dom::element value, std::uint8_t& out) {
  if (value.is_null()) return {};
  std::uint64_t percent = 0;
  if (value.get(percent) != simdjson::SUCCESS || percent > event::kMaxScroll)
    return refused(Error::bad_field);
  out = static_cast<std::uint8_t>(percent);
  return {};
}

/// The shortest text that reads as the same number; `format` keeps money free of exponents.
template <class Number, class... Format>
std::string_view text_of(Number number, Scratch& scratch, Format... format) {
  std::array<char, 400> digits;
  const auto [end, problem] = std::to_chars(digits.data(), digits.data() + digits.size(), number, format...);
  return scratch.keep(std::string(digits.data(), problem == std::errc() ? end : digits.data()));
}

/// Money: text, as documented, or a number, as people write it.
Outcome read_money(dom::element value, Scratch& scratch, std::string_view& out) {
  switch (value.type()) {
    case dom::element_type::INT64: out = text_of(value.get_int64().value_unsafe(), scratch); return {};
    case dom::element_type::UINT64: out = text_of(value.get_uint64().value_unsafe(), scratch); return {};
    case dom::element_type::DOUBLE:
      out = text_of(value.get_double().value_unsafe(), scratch, std::chars_format::fixed);
      return {};
    default: return read_text(value, out);
  }
}

Outcome read_state(dom::element value, consent::State& out) {
  if (value.is_null()) return {};
  bool granted = false;
  if (value.get(granted) != simdjson::SUCCESS) return refused(Error::bad_field);
  out = granted ? consent::State::granted : consent::State::denied;
  return {};
}

Outcome read_consent(dom::element value, consent::States& out) {
  if (value.is_null()) return {};
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return refused(Error::bad_field);
  for (const auto& [key, state] : object) {
    Outcome read;
    if (key == "analytics") read = read_state(state, out.analytics);
    if (key == "marketing") read = read_state(state, out.marketing);
    if (!read) return read;
  }
  return {};
}

Outcome read_item(dom::element value, Scratch& scratch, event::ItemView& out) {
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return refused(Error::bad_field);
  for (const auto& [key, field] : object) {
    Outcome read;
    if (key == "id") read = read_text(field, out.id);
    if (key == "name") read = read_text(field, out.name);
    if (key == "price") read = read_money(field, scratch, out.price);
    if (key == "quantity") read = read_count(field, out.quantity);
    if (!read) return read;
  }
  return {};
}

Outcome read_items(dom::element value, Scratch& scratch, codec::Lists& lists, event::EventView& out) {
  if (value.is_null()) return {};
  dom::array array;
  if (value.get(array) != simdjson::SUCCESS) return refused(Error::bad_field);
  std::size_t count = 0;
  for (const dom::element item : array) {
    if (count == lists.items.size()) return refused(Defect::too_many_items);
    lists.items[count] = event::ItemView{};
    if (const auto read = read_item(item, scratch, lists.items[count++]); !read) return read;
  }
  out.items = std::span(lists.items).first(count);
  return {};
}

Outcome read_prop(dom::element value, Scratch& scratch, event::PropView& out) {
  out.kind = event::PropKind::number;
  switch (value.type()) {
    case dom::element_type::STRING:
      out.kind = event::PropKind::text;
      out.value = value.get_string().value_unsafe();
      return {};
    case dom::element_type::BOOL:
      out.kind = event::PropKind::boolean;
      out.value = value.get_bool().value_unsafe() ? "true" : "false";
      return {};
    case dom::element_type::INT64: out.value = text_of(value.get_int64().value_unsafe(), scratch); return {};
    case dom::element_type::UINT64:
      out.value = text_of(value.get_uint64().value_unsafe(), scratch);
      return {};
    case dom::element_type::DOUBLE:
      out.value = text_of(value.get_double().value_unsafe(), scratch);
      return {};
    default: return refused(Error::bad_field);
  }
}

Outcome read_props(dom::element value, Scratch& scratch, codec::Lists& lists, event::EventView& out) {
  if (value.is_null()) return {};
  dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return refused(Error::bad_field);
  std::size_t count = 0;
  for (const auto& [key, field] : object) {
    if (field.is_null()) continue;
    if (count == lists.props.size()) return refused(Defect::too_many_props);
    event::PropView& prop = lists.props[count++];
    prop.key = key;
    if (const auto read = read_prop(field, scratch, prop); !read) return read;
  }
  out.props = std::span(lists.props).first(count);
  return {};
}

Outcome read_id(dom::element value, event::Uuid& out) {
  std::string_view text;
  const auto id = value.get(text) == simdjson::SUCCESS ? event::parse_uuid(text) : std::nullopt;
  if (!id) return refused(Error::bad_field);
  out = *id;
  return {};
}

Outcome read_type(dom::element value, event::Type& out) {
  std::string_view text;
  const auto type = value.get(text) == simdjson::SUCCESS ? event::type_named(text) : std::nullopt;
  if (!type) return refused(Defect::bad_type);
  out = *type;
  return {};
}

Outcome read_time(dom::element value, event::TimeMs& out) {
  std::string_view text;
  const auto time = value.get(text) == simdjson::SUCCESS ? parse_rfc3339(text) : std::nullopt;
  if (!time) return refused(Defect::bad_time);
  out = *time;
  return {};
}

Outcome read_weight(dom::element value, event::Weight& out) {
  if (value.is_null()) return {};
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return refused(Error::bad_field);
  if (text != "primary" && text != "micro") return refused(Error::bad_field);
  out = text == "micro" ? event::Weight::micro : event::Weight::primary;
  return {};
}

/// The text members of an event that are plain copies.
struct TextField {
  std::string_view key;
  std::string_view event::EventView::*member;
};
constexpr std::array kTextFields = {
    TextField{"url", &event::EventView::url},           TextField{"referrer", &event::EventView::referrer},
    TextField{"title", &event::EventView::title},       TextField{"visitor", &event::EventView::visitor},
    TextField{"session", &event::EventView::session},   TextField{"name", &event::EventView::name},
    TextField{"funnel", &event::EventView::funnel},     TextField{"step", &event::EventView::step},
    TextField{"currency", &event::EventView::currency}, TextField{"order_id", &event::EventView::order_id},
    TextField{"tag", &event::EventView::tag},           TextField{"person", &event::EventView::person},
};

Outcome read_field(std::string_view key, dom::element value, Scratch& scratch, codec::Lists& lists,
                   event::EventView& out) {
  for (const TextField& field : kTextFields) {
    if (key == field.key) return read_text(value, out.*field.member);
  }
  if (key == "id") return read_id(value, out.id);
  if (key == "t") return read_type(value, out.type);
  if (key == "ts") return read_time(value, out.time);
  if (key == "value") return read_money(value, scratch, out.value);
  if (key == "quantity") return read_count(value, out.quantity);
  if (key == "engagement_ms") return read_count(value, out.engagement_ms);
  if (key == "scroll") return read_scroll(value, out.scroll);
  if (key == "weight") return read_weight(value, out.weight);
  if (key == "consent") return read_consent(value, out.consent);
  if (key == "items") return read_items(value, scratch, lists, out);
  if (key == "props") return read_props(value, scratch, lists, out);
  return {};
}

std::optional<unsigned> hex4(std::string_view digits) {
  unsigned value = 0;
  if (digits.size() < 4) return std::nullopt;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + 4, value, 16);
  if (problem != std::errc() || end != digits.data() + 4) return std::nullopt;
  return value;
}

}  // namespace

bool has_lone_surrogate(std::string_view json) {
  for (std::size_t at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at)) {
    const bool is_unicode = at + 1 < json.size() && json[at + 1] == 'u';
    const auto unit = is_unicode ? hex4(json.substr(at + 2)) : std::nullopt;
    if (!unit) {
      at += 2;  // the backslash and what it escapes, be it another backslash
      continue;
    }
    at += 6;
    if (*unit < 0xD800 || *unit > 0xDFFF) continue;
    const bool pair_follows = json.substr(std::min(at, json.size())).starts_with("\\u");
    const auto low = *unit <= 0xDBFF && pair_follows ? hex4(json.substr(at + 2)) : std::nullopt;
    if (!low || *low < 0xDC00 || *low > 0xDFFF) return true;
    at += 6;
  }
  return false;
}

struct JsonBatch::State {
  dom::parser parser;
  std::string_view site;
  std::optional<event::TimeMs> sent_at;
  dom::array events;
  std::size_t next = 0;
  std::size_t count = 0;
  dom::array::iterator at;
  Scratch scratch;
};

JsonBatch::JsonBatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
JsonBatch::JsonBatch(JsonBatch&&) noexcept = default;
JsonBatch& JsonBatch::operator=(JsonBatch&&) noexcept = default;
JsonBatch::~JsonBatch() = default;

Result<JsonBatch, Refusal> JsonBatch::open(std::span<const std::byte> bytes) {
  if (bytes.size() > codec::kMaxBatchBytes) return fail(Refusal::batch_too_large);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (has_lone_surrogate(text)) return fail(Refusal::bad_json);

  auto state = std::make_unique<State>();
  if (state->parser.allocate(text.size(), kMaxJsonDepth) != simdjson::SUCCESS) {
    return fail(Refusal::bad_json);
  }
  dom::element root;
  dom::object object;
  if (state->parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS ||
      root.get(object) != simdjson::SUCCESS) {
    return fail(Refusal::bad_json);
  }
  bool has_events = false;
  for (const auto& [key, value] : object) {
    if (key == "site" && value.get(state->site) != simdjson::SUCCESS) return fail(Refusal::bad_json);
    if (key == "events") {
      if (value.get(state->events) != simdjson::SUCCESS) return fail(Refusal::bad_json);
      has_events = true;
    }
    if (key == "batch_id" && !value.is_null() && !value.is_string()) return fail(Refusal::bad_json);
    if (key == "sent_at" && !value.is_null()) {
      std::string_view sent_at;
      if (value.get(sent_at) != simdjson::SUCCESS) return fail(Refusal::bad_json);
      state->sent_at = parse_rfc3339(sent_at);
      if (!state->sent_at) return fail(Refusal::bad_json);
    }
  }
  if (!has_events || state->site.empty() || state->site.size() > codec::kMaxSiteBytes) {
    return fail(Refusal::bad_json);
  }
  for (const dom::element unused : state->events) {
    static_cast<void>(unused);
    ++state->count;
  }
  if (state->count == 0) return fail(Refusal::no_valid_event);
  if (state->count > codec::kMaxEvents) return fail(Refusal::too_many_events);
  state->at = state->events.begin();
  return JsonBatch(std::move(state));
}

std::string_view JsonBatch::site() const { return state_->site; }
std::optional<event::TimeMs> JsonBatch::sent_at() const { return state_->sent_at; }
bool JsonBatch::more() const { return state_->next < state_->count; }

Result<event::EventView, codec::Refusal> JsonBatch::next(codec::Lists& lists) {
  State& state = *state_;
  const dom::element element = *state.at;
  ++state.at;
  ++state.next;
  state.scratch.clear();
  event::EventView event;
  event.type = event::Type{};  // not a type: an event must say its own
  dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return refused(Error::bad_field);
  for (const auto& [key, value] : object) {
    if (const auto read = read_field(key, value, state.scratch, lists, event); !read)
      return fail(read.error());
  }
  if (const auto checked = event::check(event); !checked) return refused(checked.error());
  return event;
}

}  // namespace etappe::collect
