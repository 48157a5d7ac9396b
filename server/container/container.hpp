#pragma once
// From the container that people write (JSON) to the one that core/rules runs (bytes).
//
// Both forms, and every rule checked here, are docs/container-format.md. Pure: no files, no database; who may
// publish what is server/admin's business.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/rules/rules.hpp"

namespace etappe::container {

inline constexpr std::size_t kMaxAuthorBytes = std::size_t{1} << 20U;

enum class Severity : std::uint8_t {
  error,    ///< the container cannot be used
  warning,  ///< it can, but probably not as meant
};

struct Problem {
  Severity severity = Severity::error;
  std::string where;    ///< the place as the author knows it: `tag "Order": parameters.currency`
  std::string message;  ///< what is wrong there and what to do, for a person
};

/// What a template that is not built in asks of its tags (tag-templates/<id>/template.json).
struct TemplateView {
  rules::Kind kind = rules::Kind::server;  ///< image or server
  bool marketing = true;                   ///< its tags need that purpose too, unless they say otherwise
  rules::Repeat repeat = rules::Repeat::every_time;
};

/// A parameter of such a tag: its key, and its text where that is fixed.
struct GivenParameter {
  std::string key;
  const std::string* literal = nullptr;  ///< nullptr: a variable supplies it
};

/// Where compile() learns of templates. Implementations are safe on any thread.
class Templates {
 public:
  [[nodiscard]] virtual std::optional<TemplateView> find(std::string_view id) const = 0;
  /// What is wrong with a tag's parameters, as pairs of the parameter's key and what to do.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> problems(
      std::string_view id, const std::vector<GivenParameter>& parameters) const = 0;
  [[nodiscard]] virtual std::vector<std::string> ids() const = 0;

 protected:
  ~Templates() = default;
};

/// A tag whose image the browser fetches, and from where.
struct ImageHost {
  std::string tag;
  std::string host;  ///< with its port where one is written
};

struct Compiled {
  std::string name;
  std::uint32_t version = 0;
  std::vector<std::byte> bytes;   ///< empty when there is an error
  std::vector<Problem> problems;  ///< in the order of the document, warnings last
  /// The container needs the bigger of the tracker's modules.
  bool full = false;
  /// Whom the browser itself talks to because of this container, tag by tag.
  std::vector<ImageHost> image_hosts;

  [[nodiscard]] bool ok() const { return !bytes.empty(); }
};

/// Reads, checks and compiles the author's form. Never throws for what is in `json`. Safe on any thread.
/// Without `templates` there are the built-in ones only.
[[nodiscard]] Compiled compile(std::string_view json, const Templates* templates = nullptr);

}  // namespace etappe::container
