#pragma once
// The dashboard's files: a flat folder that the build made, read once and served from memory. Requests look
// names up in a table, so that no request ever becomes a path.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace etappe::api {

/// Immutable after construction; safe on any thread.
class Pages {
 public:
  /// Reads every file of `folder`, without its subfolders. A folder that is missing has no pages.
  explicit Pages(const std::filesystem::path& folder);

  [[nodiscard]] bool empty() const { return files_.empty(); }

  /// The file behind a path ("/" is index.html), or 304 where `if_none_match` names it; nullopt when there is
  /// none. index.html is asked for again at every visit; the other files carry a hash of their content in
  /// their name.
  [[nodiscard]] std::optional<http::Reply> serve(std::string_view path, std::string_view if_none_match) const;

 private:
  struct File {
    std::string bytes;
    std::string type;
    std::string etag;
  };
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace etappe::api
