#pragma once
// Texts as numbers, for conditions that compare.

#include <optional>
#include <string_view>

namespace etappe::rules {

/// What JavaScript's Number(text) makes of decimal text: ASCII white space around it, a sign, digits, a
/// fraction, an exponent; the empty text is 0. Nothing for anything else: hexadecimal, `Infinity`, a comma.
/// Numbers of up to 15 digits without an exponent are exact. Source: ECMA-262, StringToNumber.
[[nodiscard]] std::optional<double> read_number(std::string_view text);

}  // namespace etappe::rules
