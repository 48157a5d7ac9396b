#include "server/container/container.hpp"

#include "server/container/author.hpp"

namespace etappe::container {

Compiled compile(std::string_view json, const Templates* templates) {
  Problems problems;
  Compiled compiled;
  const Author author = read_author(json, templates, problems);
  compiled.name = author.name;
  compiled.version = author.version;
  if (!problems.any_error()) review(author, problems);
  if (!problems.any_error()) write(author, problems, compiled);
  compiled.problems = problems.take();
  return compiled;
}

}  // namespace etappe::container
