#include "server/report/export.hpp"

#include "server/report/asker.hpp"
#include "server/report/counted.hpp"
#include "server/report/scope.hpp"

namespace etappe::report {
namespace {

enum class Kind : std::uint8_t { text, plain, time, nested };

struct Field {
  std::string_view name;
  Kind kind;
};

constexpr Field kEvent[] = {{"id", Kind::plain},
                            {"type", Kind::plain},
                            {"ts", Kind::time},
                            {"received_at", Kind::time},
                            {"visitor", Kind::text},
                            {"session", Kind::text},
                            {"person", Kind::text},
                            {"link", Kind::plain},
                            {"page", Kind::plain},
                            {"url", Kind::text},
                            {"host", Kind::text},
                            {"path", Kind::text},
                            {"referrer", Kind::text},
                            {"title", Kind::text},
                            {"name", Kind::text},
                            {"value", Kind::plain},
                            {"currency", Kind::text},
                            {"quantity", Kind::plain},
                            {"order_id", Kind::text},
                            {"weight", Kind::plain},
                            {"tag", Kind::text},
                            {"funnel", Kind::text},
                            {"step", Kind::text},
                            {"engagement_ms", Kind::plain},
                            {"scroll", Kind::plain},
                            {"item_ids", Kind::nested},
                            {"item_names", Kind::nested},
                            {"item_prices", Kind::nested},
                            {"item_quantities", Kind::nested},
                            {"props", Kind::nested},
                            {"consent_analytics", Kind::plain},
                            {"consent_marketing", Kind::plain},
                            {"touch", Kind::plain}};

constexpr Field kWay[] = {
    {"channel", Kind::text},       {"source", Kind::text},    {"medium", Kind::text},
    {"campaign", Kind::text},      {"term", Kind::text},      {"content", Kind::text},
    {"campaign_id", Kind::text},   {"network", Kind::text},   {"network_kind", Kind::plain},
    {"publisher", Kind::text},     {"sub_ids", Kind::nested}, {"click_id", Kind::text},
    {"click_id_param", Kind::text}};

constexpr Field kConversion[] = {
    {"id", Kind::plain},     {"ts", Kind::time},       {"name", Kind::text},      {"weight", Kind::plain},
    {"value", Kind::plain},  {"currency", Kind::text}, {"quantity", Kind::plain}, {"order_id", Kind::text},
    {"visitor", Kind::text}, {"session", Kind::text},  {"path", Kind::text},      {"channel", Kind::text},
    {"source", Kind::text},  {"medium", Kind::text}};

constexpr Field kTouch[] = {{"id", Kind::plain},          {"ts", Kind::time},      {"type", Kind::plain},
                            {"visitor", Kind::text},      {"session", Kind::text}, {"url", Kind::text},
                            {"referrer_host", Kind::text}};

std::vector<Field> fields_of(Extract extract) {
  std::vector<Field> fields;
  const auto append = [&fields](const auto& more) {
    fields.insert(fields.end(), std::begin(more), std::end(more));
  };
  switch (extract) {
    case Extract::events:
      append(kEvent);
      append(kWay);
      break;
    case Extract::conversions: append(kConversion); break;
    case Extract::touchpoints:
      append(kTouch);
      append(kWay);
      break;
  }
  return fields;
}

/// A field as the format wants it.
std::string written(const Field& field, Format format) {
  const std::string name(field.name);
  const std::string guarded = [&]() -> std::string {
    const auto guard = [](const std::string& text) {
      return "if(match(" + text + ", '^[=+@\\\\t\\\\r\\\\n-]'), concat('\\'', " + text + "), toString(" +
             text + "))";
    };
    if (format == Format::parquet || field.kind == Kind::plain) return name;
    if (field.kind == Kind::time) return "concat(replaceOne(toString(" + name + "), ' ', 'T'), 'Z')";
    if (format == Format::ndjson) return name;
    return field.kind == Kind::nested ? "toJSONString(" + name + ")" : guard(name);
  }();
  return guarded == name ? name : guarded + " AS " + name;
}

constexpr std::string_view kItems =
    "`items.id` AS item_ids, `items.name` AS item_names, `items.price` AS item_prices, "
    "`items.quantity` AS item_quantities";

// The rows come from a subquery, so that conditions see the columns and not what is written of them.
std::string events_sql() {
  return "(\n  SELECT *, " + std::string(kItems) + "\n  FROM " + stored_rows() +
         "\n)\nORDER BY site, key_day, id";
}

// Every hit of a landing page carries its address, and with it the mark: the view, a click, a reload. They
// are one touch; another campaign in the same session is another. Hits without a session stand for
// themselves.
std::string touchpoints_sql(const Scope& scope) {
  return "(\n  SELECT *\n  FROM " + rows_of(scope, {.found = "touch = 1"}) + R"(
  ORDER BY ts, id
  LIMIT 1 BY if(session = '', toString(id), session), channel, source, medium, campaign, term, content, campaign_id,
             network, publisher, click_id
)
ORDER BY ts, id)";
}

}  // namespace

std::optional<Extract> extract_named(std::string_view name) {
  if (name == "events") return Extract::events;
  if (name == "conversions") return Extract::conversions;
  if (name == "touchpoints") return Extract::touchpoints;
  return std::nullopt;
}

Question extract_question(Extract extract, Format format, const Site& site, const Period& period) {
  std::string columns;
  for (const Field& field : fields_of(extract))
    columns += (columns.empty() ? "  " : ",\n  ") + written(field, format);
  const std::string select = "SELECT\n" + columns + "\nFROM ";
  // An export has no clock: everything of its days belongs to it.
  const Scope scope{.site = site.id,
                    .zone = site.zone,
                    .period = period,
                    .until = text_of(period.to + std::chrono::days{2}) + " 00:00:00",
                    .silence = site.session_silence};
  switch (extract) {
    case Extract::events: return question_for(scope, {}, select + events_sql());
    case Extract::touchpoints: return question_for(scope, {}, select + touchpoints_sql(scope));
    case Extract::conversions: break;
  }
  return question_for(scope, kConversionReach,
                      "WITH " + placed_conversions(scope) + "\n" + select + "placed\nORDER BY ts, id");
}

Result<void, Refusal> pour_extract(Source& source, Extract extract, Format format, const Site& site,
                                   const Period& period, const std::function<bool(std::string_view)>& take) {
  const auto done = source.pour(extract_question(extract, format, site, period), format, take);
  if (!done) return fail(refusal_of(done.error()));
  return {};
}

}  // namespace etappe::report
