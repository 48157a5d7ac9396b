#include "server/cli/subject_options.hpp"

#include <sodium.h>

#include "server/admin/person_secret.hpp"
#include "server/cli/complain.hpp"
#include "server/cli/data_subject.hpp"
#include "server/cli/reading.hpp"

namespace etappe::cli {

void SubjectOptions::add_to(CLI::App& command, Needed needed) {
  auto* site_option = command.add_option("--site", site, "site key");
  if (needed == Needed::always) site_option->required();
  auto* visitor_option = command.add_option("--visitor", visitor, "a visitor's id, as the cookie holds it");
  command.add_option("--person", person, "what the site calls the visitor by (`identify`)")
      ->excludes(visitor_option);
}

Result<Meant, int> subject_meant(Office& office, const SubjectOptions& options) {
  if (options.site.empty() || options.visitor.empty() == options.person.empty())
    return fail(bad_usage("bad_subject", "name --site KEY, and --visitor ID or --person ID"));
  if (sodium_init() < 0) return fail(complain("no_randomness", "the kernel gives no random bytes"));
  auto site = office.sites().find(options.site);
  if (!site) return fail(complain(site.error(), options.site));
  const auto secret = admin::ensure_person_secret(office.folder().path);
  if (!secret) return fail(complain(secret.error(), office.folder().path.string()));
  const bool is_visitor = options.person.empty();
  auto subject = subject_named(*secret, site->id, is_visitor ? erase::Kind::visitor : erase::Kind::person,
                               is_visitor ? options.visitor : options.person);
  if (!subject) return fail(bad_usage("bad_subject", "an id has 1 to 64 bytes"));
  return Meant{*std::move(site), *std::move(subject), *secret};
}

std::string named_in_audit(const Meant& meant) {
  return meant.site.key + " " + std::string(erase::name_of(meant.subject.kind)) + ":" +
         erase::fingerprint(meant.secret, meant.subject);
}

}  // namespace etappe::cli
