#!/usr/bin/env bash
# Builds the worker for release into build/ (index.js and index_bg.wasm), without network.
set -euo pipefail
cd "$(dirname "$0")"
. ../tools/env.sh

worker-build --release

# worker-build keeps the names of functions; nobody reads them at the edge.
"$WASM_OPT_BIN" -Oz --strip-debug --strip-producers --all-features build/index_bg.wasm -o build/index_bg.wasm
printf 'edge-worker: %s bytes, %s compressed\n' "$(stat -c %s build/index_bg.wasm)" "$(gzip -9c build/index_bg.wasm | wc -c)"
