#include "server/deliver/delivery.hpp"

#include <array>
#include <string>
#include <utility>

#include "server/deliver/encoding.hpp"

namespace etappe::deliver {

namespace {

constexpr std::string_view kScripts = "/t/";
constexpr std::string_view kAssets = "/a/";
constexpr std::string_view kScriptSuffix = ".js";
constexpr char kVariantMark = '~';

/// A published change reaches every visitor within five minutes; `private` keeps shared caches out, so that
/// fetches can be counted.
constexpr std::string_view kShortAndPrivate = "private, max-age=300";
constexpr std::string_view kImmutable = "public, max-age=31536000, immutable";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes = {{
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".svg", "image/svg+xml"},
    {".wasm", "application/wasm"},
}};

/// "<key>" of "<key>.js" and of a pinned version, "<key>.<hash>.js"; a key has no point.
std::string_view key_of(std::string_view script) { return script.substr(0, script.find('.')); }

bool is_pinned(std::string_view script) {
  return script.size() > key_of(script).size() + kScriptSuffix.size();
}

std::string_view type_of(std::string_view name) {
  for (const auto& [suffix, type] : kTypes) {
    if (name.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

/// The answer to a check report: a script that does nothing.
http::Reply heard() {
  http::Reply reply;
  reply.headers = {{"Cache-Control", "no-store"},
                   {"Content-Type", "text/javascript; charset=utf-8"},
                   {"Access-Control-Allow-Origin", "*"},
                   {"Cross-Origin-Resource-Policy", "cross-origin"},
                   {"X-Content-Type-Options", "nosniff"}};
  return reply;
}

const Form& form_of(const File& file, Encoding encoding) {
  if (encoding == Encoding::br) return *file.br;
  if (encoding == Encoding::gzip) return *file.gzip;
  return file.identity;
}

}  // namespace

Delivery::Delivery(std::filesystem::path scripts, std::filesystem::path assets, observe::Counters& counters,
                   live::Board& board, Fetched fetched, Variant variant)
    : scripts_(std::move(scripts)),
      assets_(std::move(assets)),
      counters_(counters),
      board_(board),
      fetched_(std::move(fetched)),
      variant_(std::move(variant)) {
  refresh();
}

void Delivery::refresh() {
  scripts_.refresh();
  assets_.refresh();
}

void Delivery::serve(const Shelf& shelf, std::string_view name, Lifetime lifetime,
                     const http::Request& request, http::Responder respond) const {
  const auto file = shelf.find(name);
  if (!file) return respond(http::problem(404, "not_found"));
  const Encoding encoding =
      choose(request.header("accept-encoding"), {.gzip = file->gzip.has_value(), .br = file->br.has_value()});
  const Form& form = form_of(*file, encoding);
  http::Reply reply;
  const std::string_view cache = lifetime == Lifetime::immutable ? kImmutable : kShortAndPrivate;
  reply.headers = {{"Cache-Control", std::string(cache)},
                   {"ETag", form.etag},
                   {"Vary", "Accept-Encoding"},
                   {"Access-Control-Allow-Origin", "*"},
                   {"Cross-Origin-Resource-Policy", "cross-origin"},
                   {"X-Content-Type-Options", "nosniff"}};
  if (matches(request.header("if-none-match"), form.etag)) {
    reply.status = 304;
    return respond(std::move(reply));
  }
  reply.headers.push_back({"Content-Type", std::string(type_of(name))});
  if (encoding != Encoding::identity) {
    reply.headers.push_back({"Content-Encoding", encoding == Encoding::br ? "br" : "gzip"});
  }
  reply.body = form.bytes;
  respond(std::move(reply));
}

void Delivery::script(http::Request request, http::Responder respond) const {
  const std::string_view name = std::string_view(request.path).substr(kScripts.size());
  // Which file of several a visitor gets is not theirs to say.
  if (name.find(kVariantMark) != std::string_view::npos) return respond(http::problem(404, "not_found"));
  std::string served(name);
  if (name.ends_with(kScriptSuffix)) {
    const std::string_view key = key_of(name);
    const std::string_view referer = request.header("referer");
    const std::string_view page = referer.empty() ? request.header("origin") : referer;
    if (!scripts_.find(name)) {
      board_.unknown_script(key, page);
    } else if (const auto report = live::check_report(request.query)) {
      counters_.add("etappe_check_reports_total", observe::label("site", key));
      board_.checked(key, *report, page);
      return respond(heard());
    } else {
      counters_.add("etappe_scripts_total", observe::label("site", key));
      board_.script_fetched(key, page);
      if (!is_pinned(name)) {
        if (fetched_) fetched_(key, request);
        const std::string variant = variant_ ? variant_(key, request) : std::string();
        if (!variant.empty() && scripts_.find(variant)) served = variant;
      }
    }
  }
  const Lifetime lifetime = is_pinned(name) ? Lifetime::immutable : Lifetime::short_and_private;
  serve(scripts_, served, lifetime, request, std::move(respond));
}

live::Published Delivery::published(std::string_view site_key) const {
  const auto file = scripts_.find(std::string(site_key) + std::string(kScriptSuffix));
  if (!file) return live::Published::missing;
  const bool is_named = file->identity.bytes.find(site_key) != std::string::npos;
  return is_named ? live::Published::tracking : live::Published::switched_off;
}

void Delivery::add_routes(http::Router& router) {
  router.add_prefix("GET", std::string(kScripts), [this](http::Request request, http::Responder respond) {
    script(std::move(request), std::move(respond));
  });
  router.add_prefix("GET", std::string(kAssets), [this](http::Request request, http::Responder respond) {
    const std::string_view name = std::string_view(request.path).substr(kAssets.size());
    serve(assets_, name, Lifetime::immutable, request, std::move(respond));
  });
}

}  // namespace etappe::deliver
