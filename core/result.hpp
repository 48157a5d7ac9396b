#pragma once
// A value or the reason why there is none. The only place that knows which library provides it:
// gcc 12's std::expected is incomplete, so this is tl::expected until the compiler catches up.
// `core` is built without exceptions: never call .value(), always look first.

#include <tl/expected.hpp>

namespace etappe {

template <class T, class E>
using Result = tl::expected<T, E>;

template <class E>
[[nodiscard]] constexpr tl::unexpected<E> fail(E reason) {
  return tl::unexpected<E>(reason);
}

}  // namespace etappe
