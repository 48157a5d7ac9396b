#include "server/cli/reading.hpp"

#include "server/cli/complain.hpp"
#include "server/cli/report_site.hpp"

namespace etappe::cli {

void Reading::add_to(CLI::App& command) {
  command.add_option("--site", site, "site key")->required();
  command.add_option("--from", from, "first day, YYYY-MM-DD in the site's zone")->required();
  command.add_option("--to", to, "last day, included")->required();
}

Result<Asked, int> asked_for(Office& office, const Reading& reading) {
  const auto from = report::day_from_text(reading.from);
  const auto to = report::day_from_text(reading.to);
  if (!from || !to || *from > *to)
    return fail(
        bad_usage("bad_period", "write --from and --to as days like 2026-11-22, --from not after --to"));
  const report::Period period{*from, *to};
  if (period.days() > report::kLongestPeriodDays)
    return fail(
        bad_usage("bad_period", "ask for at most " + std::to_string(report::kLongestPeriodDays) + " days"));
  const auto site = office.sites().find(reading.site);
  if (!site) return fail(complain(site.error(), reading.site));
  auto reported = report_site(*site);
  if (!reported) return fail(complain("bad_funnels", reading.site + ": " + reported.error().message));
  return Asked{*std::move(reported), period};
}

int bad_usage(std::string_view reason, std::string_view detail) {
  complain(reason, detail);
  return kUsage;
}

int complain(report::Refusal refusal) {
  using report::Refusal;
  const std::string_view reason = name_of(refusal);
  switch (refusal) {
    case Refusal::unknown_report: return bad_usage(reason, "there is no such report; --help names them");
    case Refusal::unknown_funnel:
      return bad_usage(reason, "the site has no such funnel; `etappe site show` names them");
    case Refusal::engine_unavailable: return complain(reason, "the engine went away; try again");
    case Refusal::too_slow: return complain(reason, "the engine took too long; ask for a shorter period");
    case Refusal::engine_refused:
    case Refusal::bad_answer: break;
  }
  return complain(reason, "the engine's answer does not fit this version of Etappe; is another one running?");
}

}  // namespace etappe::cli
