#include "server/probe/look.hpp"

#include <algorithm>
#include <utility>

#include "core/url/url.hpp"
#include "server/probe/html.hpp"

namespace etappe::probe {

namespace {

constexpr std::string_view kFolder = "/t/";
constexpr std::string_view kSuffix = ".js";

bool is_key(std::string_view text) {
  return text.size() >= 4 && text.size() <= 32 &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

/// "https://shop.example:8443" of an address, as written.
std::string_view origin_of(std::string_view address) {
  const std::size_t host = address.find("://");
  if (host == std::string_view::npos) return {};
  return address.substr(0, address.find_first_of("/?#", host + 3));
}

/// `reference` as a browser on the page `base` reads it; dot segments stay.
std::string resolved(std::string_view base, std::string_view reference) {
  if (url::split(reference)) return std::string(reference);
  const std::string_view origin = origin_of(base);
  if (reference.starts_with("//"))
    return std::string(origin.substr(0, origin.find(':') + 1)) + std::string(reference);
  if (reference.starts_with('/')) return std::string(origin) + std::string(reference);
  std::string_view path = base.substr(origin.size());
  path = path.substr(0, path.find_first_of("?#"));
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = slash == std::string_view::npos ? "/" : path.substr(0, slash + 1);
  return std::string(origin) + std::string(folder) + std::string(reference);
}

std::optional<Snippet> snippet_of(std::string_view address) {
  const auto parts = url::split(address);
  if (!parts || !parts->path.ends_with(kSuffix)) return std::nullopt;
  const std::string_view whole = address.substr(0, address.find_first_of("?#"));
  const std::size_t folder = whole.rfind(kFolder);
  if (folder == std::string_view::npos) return std::nullopt;
  const std::string_view name = whole.substr(folder + kFolder.size());
  const std::string_view key = name.substr(0, name.size() - kSuffix.size());
  if (!is_key(key)) return std::nullopt;
  return Snippet{std::string(key), std::string(whole.substr(0, folder))};
}

/// Hosts ignore case, paths do not.
bool same_place(std::string_view a, std::string_view b) {
  const std::string_view a_origin = origin_of(a);
  const std::string_view b_origin = origin_of(b);
  return url::equal_ignoring_case(a_origin, b_origin) &&
         a.substr(a_origin.size()) == b.substr(b_origin.size());
}

Trouble trouble_of(FetchError error) {
  switch (error) {
    case FetchError::private_address: return Trouble::private_address;
    case FetchError::unreachable: return Trouble::unreachable;
    case FetchError::too_slow: return Trouble::too_slow;
    case FetchError::bad_certificate: return Trouble::bad_certificate;
  }
  return Trouble::unreachable;
}

bool is_redirect(const Answer& answer) {
  const unsigned s = answer.status;
  return (s == 301 || s == 302 || s == 303 || s == 307 || s == 308) && !answer.location.empty();
}

class Look {
 public:
  Look(Fetcher& fetcher, const Wanted& wanted) : fetcher_(fetcher), wanted_(wanted) {}

  Page at(const std::string& address, std::string_view fresh) {
    Page page = followed(address.substr(0, address.find('#')));
    const bool was_read = page.trouble == Trouble::none || page.trouble == Trouble::bad_status;
    if (was_read && page.right_snippets(wanted_) == 0) page.is_stale = differs_when_fresh(page.url, fresh);
    return page;
  }

 private:
  Page followed(std::string address) {
    Page page;
    for (unsigned hop = 0; hop <= kMaxRedirects; ++hop) {
      const auto parts = url::split(address);
      if (!parts) return with(std::move(page), Trouble::bad_url);
      page.url = address;
      page.host = parts->host;
      if (!is_ours(parts->host)) return with(std::move(page), Trouble::foreign_host);
      auto answer = fetcher_.get(address, left_);
      if (!answer) return with(std::move(page), trouble_of(answer.error()));
      left_ -= std::min(left_, answer->took);
      page.status = answer->status;
      if (!is_redirect(*answer)) {
        read(page, *answer);
        return page;
      }
      address = resolved(address, answer->location);
      address.resize(std::min(address.find('#'), address.size()));
    }
    return with(std::move(page), Trouble::too_many_redirects);
  }

  static Page with(Page page, Trouble trouble) {
    page.trouble = trouble;
    return page;
  }

  [[nodiscard]] bool is_ours(std::string_view host) const {
    return std::ranges::any_of(wanted_.domains,
                               [&](const std::string& domain) { return url::host_matches(host, domain); });
  }

  /// Whether the page with a query that no cache knows has the snippet that the page as cached lacks.
  bool differs_when_fresh(const std::string& address, std::string_view fresh) {
    const bool has_query = address.find('?') != std::string::npos;
    const auto answer =
        fetcher_.get(address + (has_query ? "&" : "?") + "etappe-check=" + std::string(fresh), left_);
    if (!answer || answer->status >= 300) return false;
    Page page;
    page.url = address;
    read(page, *answer);
    return page.right_snippets(wanted_) > 0;
  }

  void read(Page& page, const Answer& answer) const {
    if (answer.status >= 400) page.trouble = Trouble::bad_status;
    page.cache_control = answer.cache_control;
    page.age_seconds = answer.age_seconds;
    const Elements elements = elements_of(answer.body);
    const std::string base = elements.base.empty() ? page.url : resolved(page.url, elements.base);
    const std::string file = std::string(kFolder) + wanted_.key + std::string(kSuffix);
    std::string script_url = wanted_.collector + file;
    std::string nonce;
    for (const ScriptElement& script : elements.scripts) {
      if (script.src.empty()) {
        page.loads_inline = page.loads_inline || script.text.find(file) != std::string::npos;
        continue;
      }
      const std::string address = resolved(base, script.src);
      auto snippet = snippet_of(address);
      if (!snippet) continue;
      const bool right_key = snippet->key == wanted_.key;
      const bool right_place = same_place(snippet->collector, wanted_.collector);
      if (!right_key && !right_place) continue;
      if (right_key && right_place) {
        script_url = address;
        nonce = script.nonce;
      }
      page.snippets.push_back(*std::move(snippet));
    }
    std::vector<Policy> policies;
    const auto add = [&](std::string_view text) {
      for (Policy& policy : policies_in(text)) policies.push_back(std::move(policy));
    };
    for (const std::string& text : answer.policies) add(text);
    for (const std::string& text : elements.policies) add(text);
    page.has_policy = !policies.empty();
    page.allowed = allowed_by(policies, script_url, nonce, wanted_.collector + "/v1/events", page.url);
  }

  Fetcher& fetcher_;
  const Wanted& wanted_;
  std::chrono::milliseconds left_ = kPatience;
};

}  // namespace

std::string_view name_of(Trouble trouble) {
  switch (trouble) {
    case Trouble::none: return "none";
    case Trouble::bad_url: return "bad_url";
    case Trouble::foreign_host: return "foreign_host";
    case Trouble::too_many_redirects: return "too_many_redirects";
    case Trouble::private_address: return "private_address";
    case Trouble::unreachable: return "unreachable";
    case Trouble::too_slow: return "too_slow";
    case Trouble::bad_certificate: return "bad_certificate";
    case Trouble::bad_status: return "bad_status";
  }
  return "none";
}

std::size_t Page::right_snippets(const Wanted& wanted) const {
  return static_cast<std::size_t>(std::ranges::count_if(snippets, [&](const Snippet& snippet) {
    return snippet.key == wanted.key && same_place(snippet.collector, wanted.collector);
  }));
}

Page look(Fetcher& fetcher, const std::string& url, const Wanted& wanted, std::string_view fresh) {
  return Look(fetcher, wanted).at(url, fresh);
}

}  // namespace etappe::probe
