#pragma once
// What a person pastes into a website: the stub that holds calls until the tracker is there, and the tracker.

#include <string>
#include <string_view>

namespace etappe::cli {

/// The stub's code, without its element: what a strict policy allows by its hash.
[[nodiscard]] std::string_view stub_code();

/// The two script elements of README. `attributes` stand in both, with a space in front: ` nonce="…"`.
[[nodiscard]] std::string snippet(std::string_view public_url, std::string_view site_key,
                                  std::string_view attributes = "");

/// The element that loads the tracker, without the stub.
[[nodiscard]] std::string tracker_element(std::string_view public_url, std::string_view site_key,
                                          std::string_view attributes = "");

/// The stub, and the tracker as it is now: the browser refuses any other bytes (Subresource Integrity, W3C).
/// `file` is the pinned file's name, `integrity` its hash as the attribute wants it.
[[nodiscard]] std::string pinned_snippet(std::string_view public_url, std::string_view file,
                                         std::string_view integrity);

}  // namespace etappe::cli
