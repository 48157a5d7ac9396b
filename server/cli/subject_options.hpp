#pragma once
// Whom a command about one person means: --site, and --visitor or --person.

#include <string>

#include "server/cli/office_command.hpp"
#include "server/erase/subject.hpp"

namespace etappe::cli {

struct SubjectOptions {
  Place place;
  std::string site;
  std::string visitor;
  std::string person;

  enum class Needed : std::uint8_t { always, sometimes };
  void add_to(CLI::App& command, Needed needed);
};

struct Meant {
  admin::Site site;
  erase::Subject subject;
  erase::Secret secret{};
};
/// An exit code after the reason was written.
[[nodiscard]] Result<Meant, int> subject_meant(Office& office, const SubjectOptions& options);

/// What the audit log says of it: the site's key, the kind, the keyed hash. Never the id.
[[nodiscard]] std::string named_in_audit(const Meant& meant);

}  // namespace etappe::cli
