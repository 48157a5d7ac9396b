#pragma once
// What is taken out of addresses, texts and properties before they leave the page, and again before they are
// written anywhere: e-mail addresses, phone numbers and secrets that sites put there, and what the site's own
// rules name. Everything else stays byte for byte, click ids and campaign values above all.
//
// It knows secrets by the name of their parameter; e-mail addresses, JSON web tokens and, as the whole value
// of a parameter, international phone numbers by their look, also percent-encoded. It cannot know that ?q=…
// holds somebody's name: docs/privacy.md says so. docs/collector.md has the list. Card and bank account
// numbers are known by name only: an order number passes their check digits too often.
//
// Pure functions without memory of their own; safe on any thread. What was not changed is returned as it
// came, also when it is longer than `out`. What was changed is written into `out`, which must not overlap the
// input. It may be longer than it was; from the first piece on that does not fit whole, the rest is left out.
// So nothing unredacted is ever returned, and UTF-8 stays UTF-8.

#include <span>
#include <string_view>

namespace etappe::redact {

inline constexpr std::string_view kEmailMark = "[email]";
inline constexpr std::string_view kPhoneMark = "[phone]";
inline constexpr std::string_view kSecretMark = "[redacted]";

/// A site's rules, one a line (separated by '\n'). An empty line is no rule.
/// - A line that begins with '/' is the beginning of a path, segment by segment: `/konto/*/rechnung`. A '*'
/// stands for
///   exactly one whole segment, which is replaced. It holds for the path and for a path in the fragment.
/// - Any other line is the name of a parameter in query, fragment or path (`;name=value`) or of a property.
/// It is
///   compared whole, decoded, ASCII case and a closing ']' aside; `*_ref` stands for every name that ends so.
struct RulesView {
  std::string_view text;
};

/// An address: user and password before the host are dropped; path segments and parameters are judged one by
/// one, and replaced whole by a mark. A text without scheme and host is taken as what follows them. Time is
/// linear in address times rules.
[[nodiscard]] std::string_view redact_url(std::string_view url, RulesView rules, std::span<char> out);

/// Free text: each e-mail address and token in it is replaced. Linear time.
[[nodiscard]] std::string_view redact_text(std::string_view text, std::span<char> out);

/// The value of a property: a mark when its name says so; else an address (`http…`) is redacted as one,
/// anything else as text.
[[nodiscard]] std::string_view redact_value(std::string_view name, std::string_view value, RulesView rules,
                                            std::span<char> out);

}  // namespace etappe::redact
