#!/usr/bin/env bash
# Builds the worker for release into build/ (index.js and index_bg.wasm). Does nothing where nothing changed.
# QUICK=1 builds it for trying things out: in seconds, but twice as large, slower, never to be deployed.
set -euo pipefail
cd "$(dirname "$0")"
. ../tools/env.sh

# 1 MB with gzip, as wrangler counts it (1,024 KiB), script and wasm together.
MAX_COMPRESSED=$((1024 * 1024))

# Everything that the worker is made of, and what makes it: worker-build itself begins from the start every time.
inputs() {
  find src ../ob3-core/{src,rdf/src,contexts} -type f
  printf '%s\n' build.sh Cargo.toml ../ob3-core/{,rdf/}Cargo.toml ../Cargo.toml ../Cargo.lock ../tools/env.sh ../tools/wasm-opt
}
digest=$({ inputs | LC_ALL=C sort | xargs sha256sum; rustc -V; echo "${QUICK:-}"; } | sha256sum)
if [ -f build/index_bg.wasm ] && [ "$(cat build/.stamp 2>/dev/null)" = "$digest" ]; then
  echo "edge-worker is up to date"
  exit 0
fi

if [ -n "${QUICK:-}" ]; then
  worker-build --profile quick --no-opt
  echo "$digest" >build/.stamp
  exit 0
fi

# Optimised below and not by worker-build: it would keep the names of functions, which nobody reads at the edge.
RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$SMALL_RUSTFLAGS \
  worker-build --profile worker --no-opt . "${SMALL_STD[@]}"
# Functions with one caller stay by themselves unless they are tiny: inlined, they are more bytes, and 70 KB more when compressed.
# The features are those that the compiler and wasm-bindgen use: with all of them wasm-opt writes what Node 22 does not read.
"$WASM_OPT_BIN" -Oz --one-caller-inline-max-function-size 20 --strip-debug --strip-producers \
  --enable-bulk-memory --enable-exception-handling --enable-multivalue --enable-mutable-globals \
  --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext \
  build/index_bg.wasm -o build/index_bg.wasm
compressed=$(($(gzip -9c build/index_bg.wasm | wc -c) + $(gzip -9c build/index.js | wc -c)))
printf 'edge-worker: %s bytes, %s compressed\n' "$(stat -c %s build/index_bg.wasm)" "$compressed"
if [ "$compressed" -gt "$MAX_COMPRESSED" ]; then
  echo "the worker is larger than $MAX_COMPRESSED bytes compressed" >&2
  exit 1
fi
echo "$digest" >build/.stamp
