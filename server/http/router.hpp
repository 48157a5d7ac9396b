#pragma once
// From method and path to handler: exact paths first, then the longest prefix; 404 and 405 are answered here.
// Paths are compared byte for byte as sent, so an encoded spelling of a path is another path.

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/message.hpp"

namespace etappe::http {

/// Build it on one thread, then hand it to the server by value: routing changes nothing and is safe on any.
class Router {
 public:
  /// The handler for exactly this path. A HEAD request finds the handler of GET.
  void add(std::string method, std::string path, Handler handler);
  /// The handler for every path that begins with `prefix`.
  void add_prefix(std::string method, std::string prefix, Handler handler);

  /// Usable as a Handler. 404 `not_found`; 405 `method_not_allowed` with Allow.
  void operator()(Request request, Responder respond) const;

 private:
  using Methods = std::map<std::string, Handler, std::less<>>;
  [[nodiscard]] const Methods* find(std::string_view path) const;

  std::map<std::string, Methods, std::less<>> exact_;
  std::vector<std::pair<std::string, Methods>> prefixes_;  ///< longest first
};

}  // namespace etappe::http
