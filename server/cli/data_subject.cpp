#include "server/cli/data_subject.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/event/event.hpp"
#include "server/collect/person.hpp"

namespace etappe::cli {
namespace {

using json = nlohmann::ordered_json;

/// More than a visitor has in the months that rows are kept; beyond it the answer says that it is not whole.
constexpr std::size_t kMostRows = 20'000;

json parsed(const std::vector<std::string>& lines) {
  json rows = json::array();
  for (const std::string& line : lines) rows.push_back(json::parse(line, nullptr, false));
  return rows;
}

json ids_of(const std::vector<erase::PersonVisitor>& visitors, erase::PersonVisitor::Use use) {
  json ids = json::array();
  for (const auto& one : visitors)
    if (one.use == use) ids.push_back(one.visitor.id);
  return ids;
}

}  // namespace

std::optional<erase::Subject> subject_named(const erase::Secret& secret, std::string_view site_id,
                                            erase::Kind kind, std::string_view id) {
  if (id.size() > event::kMaxIdBytes) return std::nullopt;
  if (kind == erase::Kind::visitor) {
    if (id.empty()) return std::nullopt;
    return erase::Subject{std::string(site_id), kind, std::string(id)};
  }
  const std::string_view person = collect::trimmed_id(id);
  if (person.empty()) return std::nullopt;
  return erase::Subject{std::string(site_id), kind, collect::kept_person(secret, site_id, person)};
}

Result<std::string, erase::StoreError> subject_json(store::SubjectRows& rows, const erase::Secret& secret,
                                                    std::string_view site_key, const erase::Subject& subject,
                                                    const std::vector<erase::Order>& orders) {
  using Use = erase::PersonVisitor::Use;
  std::vector<erase::Subject> subjects{subject};
  std::vector<erase::PersonVisitor> visitors;
  if (subject.kind == erase::Kind::person) {
    auto found = rows.visitors_of(subject);
    if (!found) return fail(found.error());
    visitors = std::move(*found);
    for (const auto& one : visitors)
      if (one.use == Use::alone) subjects.push_back(one.visitor);
  } else {
    visitors.push_back({{}, subject, Use::alone});
  }
  const auto events = rows.events(subjects, kMostRows + 1);
  if (!events) return fail(events.error());
  const auto rejected = rows.rejected(subjects);
  if (!rejected) return fail(rejected.error());

  json receipts = json::array();
  for (const erase::Order& order : orders)
    for (const erase::Subject& one : subjects)
      if (std::ranges::find(order.marks, erase::Mark{one.kind, erase::fingerprint(secret, one)}) !=
          order.marks.end()) {
        receipts.push_back(json::parse(erase::receipt_json(order), nullptr, false));
        break;
      }
  json event_rows = parsed(*events);
  const bool is_whole = events->size() <= kMostRows;
  if (!is_whole) event_rows.erase(event_rows.size() - 1);
  const json answer{
      {"site", site_key},
      {"kind", erase::name_of(subject.kind)},
      {"hash", erase::fingerprint(secret, subject)},
      {"visitors", ids_of(visitors, Use::alone)},
      {"shared_visitors", ids_of(visitors, Use::shared)},
      {"places",
       {{"events", {{"rows", std::move(event_rows)}, {"complete", is_whole}}},
        {"events_rejected", {{"rows", parsed(*rejected)}}},
        {"spool", {{"rows", json::array()}, {"rule", "what was on its way was stored before this answer"}}},
        {"erasures", {{"receipts", std::move(receipts)}}}}}};
  return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string receipts_json(const std::vector<erase::Order>& orders, std::string_view site_id,
                          std::size_t most) {
  json list = json::array();
  for (auto order = orders.rbegin(); order != orders.rend() && list.size() < most; ++order)
    if (order->site == site_id) list.push_back(json::parse(erase::receipt_json(*order), nullptr, false));
  return json{{"erasures", std::move(list)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

erase::Subject StoredRights::subject_of(const report::Site& site, const api::SubjectName& name) const {
  const bool is_visitor = name.kind == api::SubjectName::Kind::visitor;
  const auto subject =
      subject_named(secret_, site.id, is_visitor ? erase::Kind::visitor : erase::Kind::person, name.id);
  // A request's ids are checked; white space alone is nobody.
  return subject.value_or(erase::Subject{site.id, erase::Kind::person, " "});
}

std::string StoredRights::hash_of(const report::Site& site, const api::SubjectName& name) {
  return erase::fingerprint(secret_, subject_of(site, name));
}

Result<std::string, api::RightsError> StoredRights::look_up(const report::Site& site,
                                                            const api::SubjectName& name) {
  if (!flush_()) return fail(api::RightsError::not_stored);
  auto found = subject_json(rows_, secret_, site.key, subject_of(site, name), journal_.orders());
  if (!found)
    return fail(found.error() == erase::StoreError::away ? api::RightsError::store_away
                                                         : api::RightsError::store_refused);
  return *std::move(found);
}

Result<std::string, api::RightsError> StoredRights::erase(const report::Site& site,
                                                          const api::SubjectName& name, Through through) {
  const auto reason = through == Through::ui ? erase::Reason::ui : erase::Reason::erase_command;
  const auto receipt = desk_.take_now({site.id, {subject_of(site, name)}, reason});
  if (!receipt) return fail(api::RightsError::disk);
  const auto order = journal_.find(*receipt);
  if (!order) return fail(api::RightsError::disk);
  return erase::receipt_json(*order);
}

std::string StoredRights::receipts(const report::Site& site) {
  constexpr std::size_t kMost = 200;
  return receipts_json(journal_.orders(), site.id, kMost);
}

}  // namespace etappe::cli
