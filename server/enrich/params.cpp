#include "server/enrich/params.hpp"

#include <algorithm>

#include "core/event/event.hpp"

namespace etappe::enrich {

std::vector<url::ParamView> params_of(const url::UrlView& url) {
  std::vector<url::ParamView> params;
  for (const std::string_view query : {url.query, url::fragment_query(url.fragment)}) {
    url::QueryReader reader(query);
    while (auto param = reader.next()) {
      if (param->name.starts_with("%3F") || param->name.starts_with("%3f")) param->name.remove_prefix(3);
      if (!param->name.empty() && !param->value.empty()) params.push_back(*param);
    }
  }
  return params;
}

std::string decoded(std::string_view encoded) {
  std::string out(encoded.size(), '\0');
  const std::string_view text = url::decode(encoded, out);
  if (!event::is_utf8(text)) return std::string(encoded);
  out.resize(text.size());
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return out;
}

}  // namespace etappe::enrich
