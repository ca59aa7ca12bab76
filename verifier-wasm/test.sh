#!/usr/bin/env bash
# Tests the boundary from JavaScript's side, in Node and in Chromium (wasm-bindgen-test). Usage: test.sh [node] [chromium]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../tools/env.sh"
cd "$ACCOLADE_ROOT"

[ $# -gt 0 ] || set -- node chromium

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Without a sandbox, which root may not have, and without /dev/shm, which is small in containers.
printf '{"goog:chromeOptions":{"binary":"%s","args":["--headless=new","--no-sandbox","--disable-gpu","--disable-dev-shm-usage"]}}\n' \
  "$CHROMIUM" >"$work/webdriver.json"
export WASM_BINDGEN_TEST_WEBDRIVER_JSON="$work/webdriver.json"
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$(dirname "$WASM_BINDGEN_BIN")/wasm-bindgen-test-runner"

for platform; do
  case $platform in
    node) variable=WASM_BINDGEN_USE_NODE_EXPERIMENTAL ;;
    chromium) variable=WASM_BINDGEN_USE_BROWSER ;;
    *) echo "unknown platform \`$platform\`: node or chromium" >&2; exit 64 ;;
  esac
  echo "The boundary, in $platform"
  env $variable=1 cargo test --locked --target "$WASM_TARGET" -p verifier-wasm --lib
done
