#pragma once
// The versions of the store's schema, as files under schema/ that the build embeds, and the step from one to
// the next.
//
// A file never changes once released; a change is a new file. What is applied is written down in the table
// `schema_versions`. Every statement can be run again, because a crash may fall between two of them.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "server/store/client.hpp"

namespace etappe::store {

struct SchemaFile {
  unsigned version = 0;  ///< the number at the start of the file's name
  std::string_view name;
  std::string_view sql;  ///< statements ended by `;`
};

/// Ascending by version, without gaps from 1.
[[nodiscard]] std::span<const SchemaFile> schema_files();

struct SchemaError {
  enum class Kind : std::uint8_t {
    unreachable,  ///< the store did not answer: try again
    refused,      ///< a statement failed: `detail` has the engine's text
    newer,        ///< the store was written by a newer Etappe
  } kind;
  std::string detail;
};

/// Brings the store to the newest of `files`; returns its version. Two callers at the same time do no harm.
[[nodiscard]] Result<unsigned, SchemaError> migrate(Client& client,
                                                    std::span<const SchemaFile> files = schema_files());

}  // namespace etappe::store
