#include "server/cli/admin_door.hpp"

#include <curl/curl.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "server/cli/complain.hpp"

namespace etappe::cli {
namespace {

constexpr long kPatienceMs = 15'000;
constexpr std::size_t kLargestAnswer = std::size_t{1} << 20U;

/// Ends with the question, also when that fails.
class ShortToken {
 public:
  ShortToken(admin::Tokens tokens, admin::Tokens::Added added) : tokens_(tokens), added_(std::move(added)) {}
  ~ShortToken() { static_cast<void>(tokens_.revoke(added_.token.id)); }
  ShortToken(const ShortToken&) = delete;
  ShortToken& operator=(const ShortToken&) = delete;
  [[nodiscard]] const std::string& secret() const { return added_.secret; }

 private:
  admin::Tokens tokens_;
  admin::Tokens::Added added_;
};

/// IP:PORT of the admin listener; empty when `serve` does not run.
std::string admin_endpoint(const DataFolder& data) {
  std::ifstream in(data.endpoints());
  const auto endpoints = nlohmann::json::parse(in, nullptr, false);
  if (!endpoints.is_object()) return {};
  return endpoints.value("admin", std::string());
}

std::size_t take(char* data, std::size_t, std::size_t size, void* context) {
  auto& body = *static_cast<std::string*>(context);
  if (body.size() + size > kLargestAnswer) return 0;
  body.append(data, size);
  return size;
}

using Headers = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

void add_header(Headers& headers, const std::string& line) {
  headers.reset(curl_slist_append(headers.release(), line.c_str()));
}

}  // namespace

Result<AdminAnswer, int> ask_serve(Office& office, const admin::Site& site, const std::string& path,
                                   const std::string& json) {
  const std::string endpoint = admin_endpoint(office.folder());
  if (endpoint.empty())
    return fail(complain("serve_not_running", "only a running `etappe serve` knows what arrives; start it"));
  auto added = office.tokens().add("command line", admin::Scope::admin, site.id, now());
  if (!added) return fail(complain(added.error(), office.folder().database().string()));
  const ShortToken token(office.tokens(), *std::move(added));

  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle) return fail(complain("serve_unreachable", "there is no memory for a request"));
  CURL* const curl = handle.get();
  Headers headers(nullptr, curl_slist_free_all);
  add_header(headers, "Content-Type: application/json");
  add_header(headers, "Authorization: Bearer " + token.secret());
  AdminAnswer answer;
  const std::string url = "http://" + endpoint + "/api/v1" + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kPatienceMs);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer.body);
  if (curl_easy_perform(curl) != CURLE_OK)
    return fail(
        complain("serve_unreachable", endpoint + ": does not answer; is `etappe serve` still running?"));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<unsigned>(status);
  return answer;
}

}  // namespace etappe::cli
