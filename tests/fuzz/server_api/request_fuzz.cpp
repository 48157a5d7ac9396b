// The texts of a request to the admin listener, one a line: path, query, Cookie, Host, Origin. What is
// accepted keeps its promises, whatever else was sent.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/api/address.hpp"
#include "server/api/gate.hpp"
#include "server/api/report_request.hpp"

using namespace etappe;

namespace {

void insist(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 8192));
  std::array<std::string_view, 5> lines;
  for (std::string_view& line : lines) {
    line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  const auto& [path, query, cookies, host, origin] = lines;

  if (const auto request = api::report_request(path, query)) {
    insist(api::is_report_path(path));
    insist(request->ask.period.days() >= 1 && request->ask.period.days() <= report::kLongestPeriodDays);
    insist(request->site_key.find('\0') == std::string::npos);
  } else {
    insist(api::status_of(request.error().reason) >= 400);
  }

  http::Request request;
  request.method = "POST";
  request.headers = {
      {"host", std::string(host)}, {"origin", std::string(origin)}, {"cookie", std::string(cookies)}};
  for (const auto transport : {api::Transport::plain_loopback, api::Transport::behind_tls}) {
    const auto token = api::session_token(request, transport);
    insist(token.find(';') == std::string_view::npos);
    if (api::refused_by_address(request, transport)) continue;
    insist(origin.empty() || origin.ends_with(host) || origin.size() == host.size() + origin.find("://") + 3);
    if (transport == api::Transport::plain_loopback) insist(api::names_loopback(host));
  }
  return 0;
}
