#include "server/cli/complain.hpp"

#include <cstdio>

namespace etappe::cli {
namespace {

std::string_view remedy_for(admin::Error error) {
  using admin::Error;
  switch (error) {
    case Error::cannot_open:
      return "is not a database of Etappe; run `etappe init DIR`, or check owner and permissions";
    case Error::newer_schema: return "was written by a newer version of Etappe; update this one";
    case Error::disk: return "cannot be read or written; check the disk's free space and health";
    case Error::not_found: return "is not known here; `list` shows what is";
    case Error::exists: return "is already there";
    case Error::bad_key: return "is no site key: 4 to 32 of a-z and 0-9";
    case Error::bad_name: return "needs a name of 1 to 128 bytes";
    case Error::bad_domain: return "needs host names without scheme, port or path, such as shop.example";
    case Error::bad_zone: return "needs a time zone of the IANA database, such as Europe/Berlin";
    case Error::bad_currency: return "needs a currency of three capital letters, such as EUR";
    case Error::bad_funnels: return "has funnels that are not a JSON array";
    case Error::bad_login: return "is no login: 1 to 128 bytes without spaces";
    case Error::bad_role: return "is no role: admin or viewer";
    case Error::short_password: return "needs a password of at least 12 bytes";
    case Error::bad_scope: return "is no scope: read, ingest or admin";
    case Error::last_admin: return "is the last administrator; add another one first";
  }
  return "";
}

std::string_view remedy_for(admin::PublishError error) {
  using admin::PublishError;
  switch (error) {
    case PublishError::database: return "the database cannot be read; check the disk";
    case PublishError::missing_assets:
      return "tracker.js, assets.json or the engine it names is missing; run `./dev build`, or set `assets`";
    case PublishError::missing_listener:
      return "a file in listeners/ that assets.json names is missing; run `./dev build`, or set `assets`";
    case PublishError::bad_assets:
      return "tracker.js, assets.json or a listener is not sound; run `./dev build` again";
    case PublishError::unknown_listener:
      return "a site asks for a listener that this tracker does not have; `etappe site show` says which, "
             "`etappe site set` changes it";
    case PublishError::missing_key:
      return "keys/publish.secret is missing or damaged; restore it from a backup";
    case PublishError::compression: return "a file could not be compressed";
    case PublishError::disk: return "the disk refused; check free space and permissions";
  }
  return "";
}

}  // namespace

int complain(std::string_view reason, std::string_view detail) {
  std::fprintf(stderr, "etappe: %.*s: %.*s\n", static_cast<int>(reason.size()), reason.data(),
               static_cast<int>(detail.size()), detail.data());
  return kFailed;
}

int complain(const config::Problem& problem) {
  std::fprintf(stderr, "etappe: %s\n", config::message(problem).c_str());
  return kFailed;
}

int complain(admin::Error error, std::string_view subject) {
  return complain(name_of(error), "`" + std::string(subject) + "` " + std::string(remedy_for(error)));
}

int complain(admin::PublishError error, std::string_view folder) {
  return complain(name_of(error), std::string(folder) + ": " + std::string(remedy_for(error)));
}

int complain(admin::SecretError error, std::string_view folder) {
  const char* remedy = error == admin::SecretError::bad_secret
                           ? "is not a secret; restore it from a backup: with another one every person is new"
                           : "cannot be read or made; check free space and permissions";
  return complain(name_of(error), std::string(folder) + "/keys/person.secret " + remedy);
}

int complain(const admin::FileProblem& problem, std::string_view file) {
  return complain(name_of(problem.reason), std::string(file) + ": " + message(problem));
}

}  // namespace etappe::cli
