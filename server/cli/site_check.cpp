#include "server/cli/site_check.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "server/cli/admin_door.hpp"
#include "server/cli/complain.hpp"

namespace etappe::cli {

int check_site(Office& office, const std::string& key, std::string url, CheckForm form) {
  using nlohmann::json;
  const auto site = office.sites().find(key);
  if (!site) return complain(site.error(), key);
  if (url.empty()) url = "https://" + site->domains.front() + "/";
  const auto answer = ask_serve(office, *site, "/sites/" + site->key + "/check", json{{"url", url}}.dump());
  if (!answer) return answer.error();
  const json body = json::parse(answer->body, nullptr, false);
  if (!body.is_object()) return complain("bad_answer", "`etappe serve` is of another version; restart it");
  if (answer->status != 200) return complain(body.value("reason", "bad_answer"), body.value("detail", ""));

  const json verdict = body.value("verdict", json::object());
  const bool is_sound = verdict.value("success", false);
  if (form == CheckForm::json) {
    std::printf("%s\n", answer->body.c_str());
    return is_sound ? kFine : kFailed;
  }
  const std::string subject = verdict.value("subject", "");
  std::printf("%s%s%s\n%s\n", verdict.value("cause", "").c_str(), subject.empty() ? "" : ": ",
              subject.c_str(), verdict.value("advice", "").c_str());
  for (const json& remark : verdict.value("remarks", json::array()))
    if (remark.is_string()) std::printf("%s\n", remark.get_ref<const std::string&>().c_str());
  return is_sound ? kFine : kFailed;
}

}  // namespace etappe::cli
