#!/usr/bin/env bash
# Deletes one half of the tree in a copy and builds and tests the other: core and wasm stand without server,
# core and server without wasm, and collect's tests pass without the store. Part of ./dev soak.
#   tests/arch/halves.sh [ROOT]
set -euo pipefail
root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT

# half NAME "FOLDERS TO DELETE" "TARGETS" "TESTS"
half() {
  local tree=$copy/$1
  mkdir "$tree"
  git -C "$root" ls-files -z --cached --others --exclude-standard | (cd "$root" && xargs -0 cp --parents -t "$tree" 2>/dev/null)
  for folder in $2; do rm -rf "${tree:?}/$folder"; done
  cmake -S "$tree" -B "$tree/build" -G Ninja -DCMAKE_CXX_FLAGS=-O0 >"$tree/log" 2>&1 || { cat "$tree/log"; exit 1; }
  # shellcheck disable=SC2086
  cmake --build "$tree/build" --target $3 >"$tree/log" 2>&1 || { tail -40 "$tree/log"; exit 1; }
  ctest --test-dir "$tree/build" --output-on-failure -R "$4" --no-tests=error | tail -4
  echo "without $2: builds and passes"
}

half no-server "server tests/server tests/e2e tests/crash tests/bench tests/fuzz" all '^core|^tracker|^[A-Z]'
half no-wasm "wasm tests/wasm" server_collect '^arch\.includes'
