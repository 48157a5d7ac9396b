#include "server/diagnosis/diagnosis.hpp"

#include <algorithm>

#include "core/url/url.hpp"

namespace etappe::diagnosis {

namespace {

using live::CheckReport;
using live::SeenEvent;
using live::Tally;
using probe::Page;
using probe::Trouble;

struct Row {
  Cause cause;
  std::string_view name;
  std::string_view advice;
};

constexpr Row kRows[] = {
    {Cause::receiving, "receiving", "Events arrive. Nothing is left to do."},
    {Cause::no_consent_yet, "no_consent_yet",
     "The script runs and waits for consent; without it the page sends nothing, as intended. Agree to "
     "analytics on "
     "the page, and the first event follows."},
    {Cause::switched_off, "switched_off",
     "Tracking is switched off for this site; its script is empty. Switch it on in the site's options."},
    {Cause::not_published, "not_published",
     "The site's script was not published. Run `etappe doctor` and look into the log of `etappe serve`."},
    {Cause::wrong_domain, "wrong_domain",
     "The page's host is not one of the site's domains. Add it to the site, or use the snippet of the site "
     "it "
     "belongs to."},
    {Cause::events_rejected, "events_rejected",
     "Events arrive and are refused. The reason is named; docs/collector.md says what it means."},
    {Cause::csp_blocks_script, "csp_blocks_script",
     "The page's Content-Security-Policy does not allow the script. Add the collector to script-src; `etappe "
     "site "
     "snippet --csp` prints the directives."},
    {Cause::csp_blocks_connection, "csp_blocks_connection",
     "The page's Content-Security-Policy does not allow sending to the collector. Add it to connect-src; "
     "`etappe "
     "site snippet --csp` prints the directives."},
    {Cause::wrong_key, "wrong_key",
     "The page carries the snippet of another site. Replace it by this site's."},
    {Cause::unknown_site, "unknown_site",
     "The page carries a key that no site has: it was rotated, removed or mistyped. Replace the snippet."},
    {Cause::wrong_collector, "wrong_collector",
     "The snippet names another address than the collector's public one. Replace the snippet, or correct "
     "`public_url` in etappe.toml."},
    {Cause::cached_page, "cached_page",
     "A cache serves an older copy of the page, without the snippet. Empty the cache of the site or of its "
     "CDN."},
    {Cause::snippet_missing, "snippet_missing",
     "The page does not contain the snippet. Insert it before the end of the head element and publish the "
     "page."},
    {Cause::page_unreachable, "page_unreachable",
     "The page could not be read from here, and no browser has loaded the script. Check the address."},
    {Cause::blocked_by_browser_extension, "blocked_by_browser_extension",
     "The page is right, but this browser does not get through: most often an ad blocker or privacy "
     "extension. "
     "Switch it off for this page, or try a private window."},
    {Cause::not_reported, "not_reported",
     "The script was loaded, but the page says nothing about itself. Most often nobody has agreed yet, or "
     "the page "
     "removes what follows # from its address. Agree to analytics on the page and look at the live events."},
    {Cause::script_not_fetched, "script_not_fetched",
     "No browser has loaded the script yet. Open the page once and check again."},
};

constexpr bool rows_are_in_order() {
  for (std::size_t i = 0; i < std::size(kRows); ++i)
    if (static_cast<std::size_t>(kRows[i].cause) != i) return false;
  return std::size(kRows) == static_cast<std::size_t>(Cause::script_not_fetched) + 1;
}
static_assert(rows_are_in_order());

std::string_view path_of(std::string_view address) {
  const auto parts = url::split(address);
  return parts && !parts->path.empty() ? parts->path : std::string_view("/");
}

class Diagnosis {
 public:
  explicit Diagnosis(const Facts& facts) : facts_(facts), report_(report_of(facts)) {}

  [[nodiscard]] Verdict run() const {
    Verdict verdict = cause();
    if (facts_.page != nullptr && facts_.page->right_snippets(facts_.wanted) > 1)
      verdict.remarks.push_back(Remark::several_snippets);
    const bool is_js = report_ != nullptr && report_->engine == live::Engine::js;
    const bool refuses_wasm =
        report_ == nullptr && facts_.page != nullptr && facts_.page->has_policy && !facts_.page->allowed.wasm;
    if (is_js || refuses_wasm) verdict.remarks.push_back(Remark::plain_javascript);
    return verdict;
  }

 private:
  /// The newest report of the page that was opened for this check.
  static const CheckReport* report_of(const Facts& facts) {
    if (facts.token.empty()) return nullptr;
    const auto found = std::ranges::find_if(
        facts.seen.reports, [&](const CheckReport& report) { return report.token.view() == facts.token; });
    return found == facts.seen.reports.end() ? nullptr : &*found;
  }

  [[nodiscard]] Verdict cause() const {
    if (facts_.published == live::Published::missing) return {Cause::not_published, {}, {}};
    if (facts_.published == live::Published::switched_off) return {Cause::switched_off, {}, {}};
    if (is_receiving()) return {Cause::receiving, {}, {}};
    if (report_ != nullptr) return of_a_page_that_runs(*report_);
    if (facts_.page != nullptr && facts_.page->trouble == Trouble::foreign_host)
      return {Cause::wrong_domain, facts_.page->host, {}};
    if (const Tally* refusal = refused_origin()) return {Cause::wrong_domain, refusal->host, {}};
    if (const Tally* wrong = of_this_page(facts_.seen.wrong_scripts)) return other_key(wrong->what);
    if (const auto rejected = rejected_reason(); !rejected.empty())
      return {Cause::events_rejected, std::string(rejected), {}};
    return facts_.page != nullptr ? of_a_silent_page(*facts_.page) : of_silence();
  }

  /// While a page was opened for the check, an event of another page proves nothing about it.
  [[nodiscard]] bool is_receiving() const {
    if (report_ != nullptr && report_->events > 0 && kept_on(report_->host.view())) return true;
    return std::ranges::any_of(facts_.seen.events, [&](const SeenEvent& event) {
      if (!event.rejected.empty()) return false;
      if (facts_.page == nullptr) return report_ == nullptr;
      if (!url::equal_ignoring_case(event.host.view(), facts_.page->host)) return false;
      return facts_.token.empty() || event.path == decltype(event.path)(path_of(facts_.page->url));
    });
  }

  [[nodiscard]] bool kept_on(std::string_view host) const {
    return std::ranges::any_of(facts_.seen.events, [&](const SeenEvent& event) {
      return event.rejected.empty() && (host.empty() || url::equal_ignoring_case(event.host.view(), host));
    });
  }

  [[nodiscard]] Verdict of_a_page_that_runs(const CheckReport& report) const {
    if (const Tally* refusal = refused_origin()) return {Cause::wrong_domain, refusal->host, {}};
    const std::string_view violated = report.violated.view();
    if (violated == "connect-src" || violated == "default-src")
      return {Cause::csp_blocks_connection, std::string(violated), {}};
    if (const auto rejected = rejected_reason(); !rejected.empty())
      return {Cause::events_rejected, std::string(rejected), {}};
    if (consent::tracker_verdict(facts_.policy, report.consent) < consent::Verdict::count)
      return {Cause::no_consent_yet, {}, {}};
    return {Cause::blocked_by_browser_extension, {}, {}};
  }

  [[nodiscard]] Verdict of_a_silent_page(const Page& page) const {
    if (page.is_stale) return {Cause::cached_page, age_of(page), {}};
    const bool is_right = page.right_snippets(facts_.wanted) > 0;
    const bool was_read = page.trouble == Trouble::none || page.trouble == Trouble::bad_status;
    const bool was_fetched = of_this_page(facts_.seen.scripts) != nullptr;
    if (was_read && !is_right && !page.snippets.empty() && !was_fetched)
      return wrong_snippet(page.snippets.front());
    if (is_right && !page.allowed.script) return {Cause::csp_blocks_script, {}, {}};
    if ((is_right || was_fetched) && !page.allowed.connection) return {Cause::csp_blocks_connection, {}, {}};
    if (was_fetched) return fetched();
    if (!was_read) return {Cause::page_unreachable, std::string(name_of(page.trouble)), {}};
    const bool carries = is_right || page.loads_inline;
    if (!carries && page.trouble == Trouble::bad_status)
      return {Cause::page_unreachable, std::to_string(page.status), {}};
    if (!carries) return {Cause::snippet_missing, page.host, {}};
    return {facts_.token.empty() ? Cause::script_not_fetched : Cause::blocked_by_browser_extension, {}, {}};
  }

  [[nodiscard]] Verdict of_silence() const {
    return facts_.seen.scripts.empty() ? Verdict{Cause::script_not_fetched, {}, {}} : fetched();
  }

  /// A page that was opened for the check reports as soon as the script runs; without one, loading is all
  /// that can be known.
  [[nodiscard]] Verdict fetched() const {
    const bool waits = facts_.token.empty() &&
                       consent::tracker_verdict(facts_.policy, consent::States{}) < consent::Verdict::count;
    return {waits ? Cause::no_consent_yet : Cause::not_reported, {}, {}};
  }

  [[nodiscard]] Verdict wrong_snippet(const probe::Snippet& snippet) const {
    if (snippet.key != facts_.wanted.key) return other_key(snippet.key);
    return {Cause::wrong_collector, snippet.collector, {}};
  }

  [[nodiscard]] Verdict other_key(std::string_view key) const {
    const bool is_known = std::ranges::find(facts_.keys, key) != facts_.keys.end();
    return {is_known ? Cause::wrong_key : Cause::unknown_site, std::string(key), {}};
  }

  [[nodiscard]] const Tally* refused_origin() const {
    const auto found = std::ranges::find_if(facts_.seen.refusals, [&](const Tally& refusal) {
      return refusal.what == "origin_refused" && !refusal.host.empty() && is_this_page(refusal.host);
    });
    return found == facts_.seen.refusals.end() ? nullptr : &*found;
  }

  /// Why events were refused since, where none was kept.
  [[nodiscard]] std::string_view rejected_reason() const {
    if (kept_on({})) return {};
    for (const SeenEvent& event : facts_.seen.events)
      if (!event.rejected.empty()) return event.rejected;
    for (const Tally& refusal : facts_.seen.refusals)
      if (refusal.what != "origin_refused" && is_this_page(refusal.host)) return refusal.what;
    return {};
  }

  [[nodiscard]] const Tally* of_this_page(const std::vector<Tally>& tallies) const {
    const auto found =
        std::ranges::find_if(tallies, [&](const Tally& tally) { return is_this_page(tally.host); });
    return found == tallies.end() ? nullptr : &*found;
  }

  /// A host that nobody has named a page of could be anybody's.
  [[nodiscard]] bool is_this_page(std::string_view host) const {
    if (facts_.page == nullptr || facts_.page->host.empty()) return true;
    const bool is_reported = report_ != nullptr && url::equal_ignoring_case(host, report_->host.view());
    return host.empty() || is_reported || url::equal_ignoring_case(host, facts_.page->host);
  }

  static std::string age_of(const Page& page) {
    return page.age_seconds ? std::to_string(*page.age_seconds) : std::string();
  }

  const Facts& facts_;
  const CheckReport* const report_;
};

}  // namespace

std::string_view name_of(Cause cause) { return kRows[static_cast<std::size_t>(cause)].name; }

bool is_success(Cause cause) { return cause == Cause::receiving || cause == Cause::no_consent_yet; }

std::string_view advice_for(Cause cause) { return kRows[static_cast<std::size_t>(cause)].advice; }

std::string_view name_of(Remark remark) {
  switch (remark) {
    case Remark::several_snippets: return "several_snippets";
    case Remark::plain_javascript: return "plain_javascript";
  }
  return "";
}

Verdict diagnose(const Facts& facts) { return Diagnosis(facts).run(); }

}  // namespace etappe::diagnosis
