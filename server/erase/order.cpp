#include "server/erase/order.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace etappe::erase {
namespace {

using json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kReasons = {"withdrawal", "erase_command", "ui", "restore"};
constexpr std::array<std::string_view, 4> kStates = {"open", "counted", "erased", "gone"};

template <class Enum, std::size_t Count>
Enum named(const std::array<std::string_view, Count>& names, const std::string& name) {
  for (std::size_t i = 0; i < Count; ++i)
    if (names[i] == name) return static_cast<Enum>(i);
  throw json::other_error::create(501, "unknown name", nullptr);
}

Time time_in(const json& line, const char* key) { return Time(std::chrono::seconds(line.value(key, 0LL))); }

Kind kind_in(const json& value) {
  const auto kind = kind_named(value.at("kind").get<std::string>());
  if (!kind) throw json::other_error::create(501, "unknown kind", &value);
  return *kind;
}

json to_json(const Figures& figures) {
  return {{"events", figures.events},
          {"events_rejected", figures.rejected},
          {"visitors", figures.visitors},
          {"shared_visitors", figures.shared_visitors},
          {"cut_files", figures.cut_files},
          {"bad_files", figures.bad_files},
          {"detached_parts", figures.detached_parts}};
}

Figures figures_from(const json& value) {
  return {.events = value.at("events").get<std::uint64_t>(),
          .rejected = value.at("events_rejected").get<std::uint64_t>(),
          .visitors = value.at("visitors").get<std::uint64_t>(),
          .shared_visitors = value.at("shared_visitors").get<std::uint64_t>(),
          .cut_files = value.at("cut_files").get<std::uint64_t>(),
          .bad_files = value.at("bad_files").get<std::uint64_t>(),
          .detached_parts = value.at("detached_parts").get<std::uint64_t>()};
}

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

json time_or_null(Time time) { return time == Time{} ? json(nullptr) : json(text_of(time)); }

}  // namespace

std::string_view name_of(Reason reason) { return kReasons[static_cast<std::size_t>(reason)]; }
std::string_view name_of(State state) { return kStates[static_cast<std::size_t>(state)]; }

std::string to_line(const Order& order) {
  json line{{"receipt", order.receipt},
            {"at", order.at.time_since_epoch().count()},
            {"site", order.site},
            {"kind", name_of(order.kind)},
            {"reason", name_of(order.reason)},
            {"state", name_of(order.state)}};
  if (order.state < State::erased) {
    for (const Subject& subject : order.subjects)
      line["subjects"].push_back({{"kind", name_of(subject.kind)}, {"id", subject.id}});
  } else {
    for (const Mark& mark : order.marks)
      line["marks"].push_back({{"kind", name_of(mark.kind)}, {"hash", mark.hash}});
    line["erased_at"] = order.erased_at.time_since_epoch().count();
    line["spool_until"] = order.spool_until;
  }
  if (order.state > State::open) line["figures"] = to_json(order.figures);
  if (order.state == State::gone) line["gone_at"] = order.gone_at.time_since_epoch().count();
  return dumped(line) + "\n";
}

std::optional<Order> order_from_line(std::string_view text, const Secret& secret) {
  try {
    const json line = json::parse(text);
    Order order;
    order.receipt = line.at("receipt").get<std::string>();
    order.at = time_in(line, "at");
    order.site = line.at("site").get<std::string>();
    order.kind = kind_in(line);
    order.reason = named<Reason>(kReasons, line.at("reason").get<std::string>());
    order.state = named<State>(kStates, line.at("state").get<std::string>());
    if (order.state < State::erased) {
      for (const json& one : line.at("subjects")) {
        order.subjects.push_back({order.site, kind_in(one), one.at("id").get<std::string>()});
        order.marks.push_back({order.subjects.back().kind, fingerprint(secret, order.subjects.back())});
      }
    } else {
      for (const json& one : line.at("marks"))
        order.marks.push_back({kind_in(one), one.at("hash").get<std::string>()});
    }
    if (order.state > State::open) order.figures = figures_from(line.at("figures"));
    order.erased_at = time_in(line, "erased_at");
    order.spool_until = line.value("spool_until", "");
    order.gone_at = time_in(line, "gone_at");
    return order;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string to_line(const Note& note) {
  return dumped({{"note", note.action},
                 {"month", note.month},
                 {"rows", note.rows},
                 {"at", note.at.time_since_epoch().count()}}) +
         "\n";
}

std::optional<Note> note_from_line(std::string_view text) {
  try {
    const json line = json::parse(text);
    return Note{line.at("note").get<std::string>(), line.at("month").get<std::uint32_t>(),
                line.at("rows").get<std::uint64_t>(), time_in(line, "at")};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string receipt_json(const Order& order) {
  const Figures& found = order.figures;
  const bool is_counted = order.state > State::open;
  const bool is_gone = order.state == State::gone;
  const auto figure = [&](std::uint64_t count) { return is_counted ? json(count) : json(nullptr); };
  json places = json::array();
  places.push_back({{"place", "events"}, {"erased", figure(found.events)}});
  places.push_back({{"place", "events_rejected"}, {"erased", figure(found.rejected)}});
  places.push_back({{"place", "spool"},
                    {"left", is_gone ? json(0) : json(nullptr)},
                    {"rule", "stored before it was erased; its segments were removed"}});
  places.push_back({{"place", "spool_cut"},
                    {"files", figure(found.cut_files)},
                    {"rule", "what a crash tore: unreadable, removed after 7 days"}});
  places.push_back({{"place", "spool_bad"},
                    {"files", figure(found.bad_files)},
                    {"rule", "damaged files: left to a person"}});
  places.push_back({{"place", "store_detached"},
                    {"parts", figure(found.detached_parts)},
                    {"rule", "parts that the engine put aside: left to a person"}});
  places.push_back({{"place", "duplicate_window"}, {"left", 0}, {"rule", "keyed hashes of event ids only"}});
  places.push_back({{"place", "live_view"}, {"left", 0}, {"rule", "holds no ids"}});
  return dumped({{"receipt", order.receipt},
                 {"site", order.site},
                 {"kind", name_of(order.kind)},
                 {"reason", name_of(order.reason)},
                 {"state", name_of(order.state)},
                 {"ordered_at", text_of(order.at)},
                 {"erased_at", time_or_null(order.erased_at)},
                 {"gone_at", time_or_null(order.gone_at)},
                 {"visitors", figure(found.visitors)},
                 {"shared_visitors", figure(found.shared_visitors)},
                 {"places", std::move(places)}});
}

}  // namespace etappe::erase
