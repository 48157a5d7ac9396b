// Any text as a statement: what is accepted is one statement, whose rows are a suffix of what came in, and
// reading its head again gives one statement too.
#include <cstdint>
#include <cstdlib>

#include "server/engine/statement.hpp"

using namespace etappe::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto statement = read_statement({}, text);
  if (!statement) return 0;
  if (statement->kind == Statement::Kind::insert_data) {
    if (!text.ends_with(statement->data)) std::abort();
    if (statement->effect != Statement::Effect::writes) std::abort();
  }
  const auto head = read_statement(statement->head, {});
  if (!head && head.error() != StatementError::unterminated) std::abort();
  const std::size_t half = size / 2;
  (void)read_statement(text.substr(0, half), text.substr(half));
  return 0;
}
