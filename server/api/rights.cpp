#include "server/api/rights.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/api/address.hpp"

namespace etappe::api {
namespace {

using json = nlohmann::json;

constexpr std::string_view kBefore = "/api/v1/sites/";
constexpr std::string_view kSubject = "/subject";
constexpr std::string_view kErasures = "/erasures";
constexpr std::size_t kLongestId = 64;
constexpr std::size_t kLongestPurpose = 200;

std::string_view site_in(std::string_view path, std::string_view end) {
  if (!path.starts_with(kBefore) || !path.ends_with(end)) return {};
  if (path.size() <= kBefore.size() + end.size()) return {};
  const std::string_view site = path.substr(kBefore.size(), path.size() - kBefore.size() - end.size());
  return site.find('/') == std::string_view::npos ? site : std::string_view();
}

Refusal refuse(Reason reason, std::string detail = {}) { return {reason, std::move(detail), std::nullopt}; }

/// A line of the audit log has no other line in it.
bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

bool is_blank(std::string_view text) { return text.find_first_not_of(' ') == std::string_view::npos; }

}  // namespace

bool is_subject_path(std::string_view path) { return !site_in(path, kSubject).empty(); }
bool is_erasures_path(std::string_view path) { return !site_in(path, kErasures).empty(); }

Result<std::string, Refusal> rights_site(std::string_view path) {
  auto site = percent_decoded(is_subject_path(path) ? site_in(path, kSubject) : site_in(path, kErasures));
  if (!site) return fail(refuse(Reason::unknown_site));
  return *std::move(site);
}

Result<SubjectRequest, Refusal> subject_request(std::string_view path, std::string_view body) {
  auto site = rights_site(path);
  if (!site) return fail(site.error());
  const json document = json::parse(body, nullptr, false);
  if (!document.is_object()) return fail(refuse(Reason::bad_json));
  SubjectRequest request;
  request.site_key = *std::move(site);
  std::size_t names = 0;
  for (const auto& [name, value] : document.items()) {
    if (!value.is_string()) return fail(refuse(Reason::bad_parameter, name + ": write a text."));
    std::string text = value.get<std::string>();
    if (name == "visitor" || name == "person") {
      if (is_blank(text) || text.size() > kLongestId)
        return fail(refuse(Reason::bad_parameter, name + ": write an id of 1 to 64 bytes."));
      request.name = {name == "visitor" ? SubjectName::Kind::visitor : SubjectName::Kind::person,
                      std::move(text)};
      ++names;
    } else if (name == "purpose") {
      if (is_blank(text) || text.size() > kLongestPurpose || !is_one_line(text))
        return fail(refuse(Reason::bad_parameter, "purpose: write one line of 1 to 200 bytes."));
      request.purpose = std::move(text);
    } else {
      return fail(refuse(Reason::bad_parameter,
                         "Send {\"visitor\" or \"person\":\"…\",\"purpose\":\"…\"} and nothing else."));
    }
  }
  if (names != 1) return fail(refuse(Reason::missing_parameter, "Add either `visitor` or `person`."));
  if (request.purpose.empty())
    return fail(refuse(Reason::missing_parameter, "purpose: say why; the audit log keeps it."));
  return request;
}

Refusal refusal_of(RightsError error) {
  switch (error) {
    case RightsError::not_stored:
    case RightsError::store_away: return refuse(Reason::engine_unavailable);
    case RightsError::store_refused: return refuse(Reason::engine_refused);
    case RightsError::disk: return refuse(Reason::busy, "The disk did not take the order; try again.");
  }
  return refuse(Reason::internal);
}

}  // namespace etappe::api
