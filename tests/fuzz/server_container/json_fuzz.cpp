// Any text as an author's form: a container that core/rules opens, or problems that can be shown.
#include "core/rules/rules.hpp"
#include "server/container/container.hpp"
#include "tests/fuzz/core/touch.hpp"

using namespace etappe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto compiled = container::compile({reinterpret_cast<const char*>(data), size});
  bool any_error = false;
  for (const container::Problem& problem : compiled.problems) {
    any_error = any_error || problem.severity == container::Severity::error;
    fuzz::require(!problem.where.empty() && !problem.message.empty());
    fuzz::require(event::is_utf8(problem.where) && event::is_utf8(problem.message));
  }
  fuzz::require(compiled.ok() != any_error);
  if (compiled.ok()) {
    const auto container = rules::ContainerView::open(compiled.bytes);
    fuzz::require(container.has_value() && container->version() == compiled.version);
  }
  return 0;
}
