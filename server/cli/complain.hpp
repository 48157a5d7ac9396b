#pragma once
// How a command ends: exit codes, and one line on stderr that says what is wrong and what to do.

#include <string>
#include <string_view>

#include "server/admin/database.hpp"
#include "server/admin/file_problem.hpp"
#include "server/admin/person_secret.hpp"
#include "server/admin/publish_error.hpp"
#include "server/config/settings.hpp"

namespace etappe::cli {

enum Exit : int { kFine = 0, kFailed = 1, kUsage = 2 };

/// Writes "etappe: reason: detail" and gives kFailed. `reason` is a word for programs, `detail` is for
/// people.
int complain(std::string_view reason, std::string_view detail);
int complain(const config::Problem& problem);
/// `subject` is what the person named: a site key, a login.
int complain(admin::Error error, std::string_view subject);
int complain(admin::PublishError error, std::string_view folder);
int complain(admin::SecretError error, std::string_view folder);
/// `file` is what was read: a path, or the option it was typed behind.
int complain(const admin::FileProblem& problem, std::string_view file);

}  // namespace etappe::cli
