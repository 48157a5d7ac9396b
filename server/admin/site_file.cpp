#include "server/admin/site_file.hpp"

#include <nlohmann/json.hpp>

#include "server/admin/json_object.hpp"

namespace etappe::admin {
namespace {

using nlohmann::json;

SiteFile file_from(const json& value, const KnownListeners& known) {
  Object object(value, "");
  SiteFile file;
  Site& site = file.site;
  site.name = object.text("name");
  site.domains = object.texts("domains");
  object.read("key", site.key);
  object.read("zone", site.zone);
  object.read("currency", site.currency);
  object.read("demo", site.demo);
  object.read("require_origin", site.require_origin);
  object.read("allow_null_origin", site.allow_null_origin);
  object.read("session_minutes", site.session_minutes, 1, 1440);
  object.read("container", file.container);
  if (const json* tracker = object.find("tracker")) {
    auto options = patched(TrackerOptions{}, tracker->dump(), known);
    if (!options) throw Refused{options.error()};
    site.tracker = *std::move(options);
  }
  if (const json* privacy = object.find("privacy")) {
    auto options = patched(PrivacyOptions{}, privacy->dump());
    if (!options) throw Refused{options.error()};
    site.privacy = *std::move(options);
  }
  if (object.find("funnels") != nullptr) site.funnels = object.list("funnels").dump();
  object.end();
  return file;
}

}  // namespace

Result<SiteFile, FileProblem> parse_site_file(std::string_view text, const KnownListeners& known) {
  const json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return fail(FileProblem{FileProblem::Reason::not_json, "the file"});
  try {
    return file_from(value, known);
  } catch (const Refused& refused) {
    return fail(refused.problem);
  }
}

}  // namespace etappe::admin
