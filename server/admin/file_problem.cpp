#include "server/admin/file_problem.hpp"

namespace etappe::admin {

std::string_view name_of(FileProblem::Reason reason) {
  using Reason = FileProblem::Reason;
  switch (reason) {
    case Reason::not_json: return "not_json";
    case Reason::unknown_key: return "unknown_key";
    case Reason::missing_key: return "missing_key";
    case Reason::wrong_type: return "wrong_type";
    case Reason::bad_value: return "bad_value";
    case Reason::out_of_range: return "out_of_range";
    case Reason::unknown_listener: return "unknown_listener";
    case Reason::bad_host: return "bad_host";
    case Reason::bad_rule: return "bad_rule";
  }
  return "bad_value";
}

std::string message(const FileProblem& problem) {
  return problem.wanted.empty() ? problem.where : problem.where + ": " + problem.wanted;
}

}  // namespace etappe::admin
