#include <algorithm>

#include "server/report/questions.hpp"

namespace etappe::report {
namespace {

constexpr std::int64_t kFewestCasesForAChange = 10;

const Funnel* funnel_of(const Site& site, std::string_view id) {
  if (id.empty()) return site.funnels.empty() ? nullptr : &site.funnels.front();
  const auto found =
      std::find_if(site.funnels.begin(), site.funnels.end(), [&](const Funnel& f) { return f.id == id; });
  return found == site.funnels.end() ? nullptr : &*found;
}

}  // namespace

std::string_view name_of(Unit unit) {
  constexpr std::string_view kNames[] = {"day",  "count", "share",   "money", "seconds",
                                         "time", "text",  "channel", "weight"};
  return kNames[static_cast<std::size_t>(unit)];
}

std::string_view name_of(State state) {
  constexpr std::string_view kNames[] = {"ok", "nothing_recorded", "nothing_in_period"};
  return kNames[static_cast<std::size_t>(state)];
}

std::string_view name_of(NoteCode code) {
  constexpr std::string_view kNames[] = {
      "visitors_not_additive",   "unlinked_left_out", "conversions_without_session", "other_currencies",
      "values_without_currency", "window_running",    "comparison_not_recorded",     "session_model",
      "order_counted_once",      "visitors_of_a_day"};
  return kNames[static_cast<std::size_t>(code)];
}

std::string_view name_of(Refusal refusal) {
  constexpr std::string_view kNames[] = {"unknown_report", "unknown_funnel", "engine_unavailable",
                                         "too_slow",       "engine_refused", "internal"};
  return kNames[static_cast<std::size_t>(refusal)];
}

const std::vector<std::string_view>& report_names() {
  static const std::vector<std::string_view> names{"overview", "channels", "conversions", "funnel",
                                                   "consent"};
  return names;
}

Cell share_of(std::int64_t part, std::int64_t whole) {
  if (whole == 0) return {};
  return static_cast<double>(part) / static_cast<double>(whole);
}

Cell change_of(std::int64_t now, std::int64_t before) {
  if (before == 0 || std::max(now, before) < kFewestCasesForAChange) return {};
  return static_cast<double>(now - before) / static_cast<double>(before);
}

Result<Report, Refusal> run(Source& source, const Site& site, const Ask& ask) {
  Report report;
  report.name = ask.name;
  report.site = site;
  report.period = ask.period;
  report.as_of = ask.as_of;
  Asker asker(source);
  if (ask.name == "overview") {
    fill_overview(asker, site, ask, report);
  } else if (ask.name == "channels") {
    fill_channels(asker, site, ask, report);
  } else if (ask.name == "conversions") {
    fill_conversions(asker, site, ask, report);
  } else if (ask.name == "funnel") {
    const Funnel* funnel = funnel_of(site, ask.funnel);
    if (!funnel) return fail(Refusal::unknown_funnel);
    fill_funnel(asker, site, ask, *funnel, report);
  } else if (ask.name == "consent") {
    fill_consent(asker, site, ask, report);
  } else {
    return fail(Refusal::unknown_report);
  }
  if (asker.refusal()) return fail(*asker.refusal());
  report.statements = std::move(asker).statements();
  return report;
}

}  // namespace etappe::report
