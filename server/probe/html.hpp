#pragma once
// The script elements and the policy of an HTML page, as far as an installation check needs them.
//
// A scanner, not a parser: it knows comments, attributes in every quoting, and the elements whose content is
// text (https://html.spec.whatwg.org/multipage/parsing.html, tokenization), and builds no tree. It reads any
// bytes in linear time and is bounded in what it returns. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace etappe::probe {

struct ScriptElement {
  std::string src;  ///< character references resolved; empty for an inline script
  std::string nonce;
  std::string text;  ///< of an inline script, at most kMaxInlineBytes
};

struct Elements {
  std::vector<ScriptElement> scripts;
  std::vector<std::string> policies;  ///< <meta http-equiv="Content-Security-Policy" content=…>
  std::string base;                   ///< href of the first <base>; empty: none
};

inline constexpr std::size_t kMaxScripts = 256;
inline constexpr std::size_t kMaxInlineBytes = 4096;

[[nodiscard]] Elements elements_of(std::string_view html);

}  // namespace etappe::probe
