#include "server/http/router.hpp"

#include <algorithm>

namespace etappe::http {

void Router::add(std::string method, std::string path, Handler handler) {
  exact_[std::move(path)].insert_or_assign(std::move(method), std::move(handler));
}

void Router::add_prefix(std::string method, std::string prefix, Handler handler) {
  auto place = std::ranges::find(prefixes_, prefix, &std::pair<std::string, Methods>::first);
  if (place == prefixes_.end()) {
    place = std::ranges::find_if(prefixes_, [&](const auto& p) { return p.first.size() < prefix.size(); });
    place = prefixes_.emplace(place, std::move(prefix), Methods{});
  }
  place->second.insert_or_assign(std::move(method), std::move(handler));
}

const Router::Methods* Router::find(std::string_view path) const {
  if (const auto exact = exact_.find(path); exact != exact_.end()) return &exact->second;
  for (const auto& [prefix, methods] : prefixes_) {
    if (path.starts_with(prefix)) return &methods;
  }
  return nullptr;
}

void Router::operator()(Request request, Responder respond) const {
  const Methods* methods = find(request.path);
  if (methods == nullptr) return respond(problem(404, "not_found"));
  auto handler = methods->find(request.method);
  if (handler == methods->end() && request.method == "HEAD") handler = methods->find("GET");
  if (handler == methods->end()) {
    Reply reply = problem(405, "method_not_allowed");
    std::string allow;
    for (const auto& [method, unused] : *methods) allow += (allow.empty() ? "" : ", ") + method;
    reply.headers.push_back({"Allow", std::move(allow)});
    return respond(std::move(reply));
  }
  handler->second(std::move(request), std::move(respond));
}

}  // namespace etappe::http
