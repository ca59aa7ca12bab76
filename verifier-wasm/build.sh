#!/usr/bin/env bash
# Builds the npm package: verifier-wasm/pkg, and packed dist/accolade-verifier.tgz. Does nothing where nothing changed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../tools/env.sh"
cd "$ACCOLADE_ROOT"

HERE=verifier-wasm
PKG=$HERE/pkg
TARBALL=dist/accolade-verifier.tgz
STAMP=$PKG/.stamp

cargo build --quiet --release --locked --target wasm32-unknown-unknown -p verifier-wasm
WASM=${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/release/accolade_verifier.wasm

shopt -s nullglob
shipped=($HERE/js/* $HERE/package.json $HERE/README.md LICENSE-*)

# The web component, which the pages share.
element=(web/build-element.mjs web/bundle.mjs $(find web/src web/styles -type f | sort))

# Everything that the package is made of, and what makes it.
digest=$(sha256sum "$WASM" "${shipped[@]}" "${element[@]}" $HERE/build.sh $HERE/sizes.mjs $HERE/size-budget.json tools/env.sh tools/package-lock.json | sha256sum)
if [ -f "$TARBALL" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$digest" ]; then
  echo "accolade-verifier is up to date"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The glue has no path of its own to the module: each entry in js/ says how its platform gets it.
"$WASM_BINDGEN_BIN" "$WASM" --target web --no-typescript --omit-default-module-path \
  --experimental-reset-state-function --out-dir "$work" --out-name accolade_verifier
# -O3 and not -Oz: the crate's own profile already chose size, and here -Oz saves 200 bytes and costs a tenth of the time.
"$WASM_OPT_BIN" -O3 --strip-debug --strip-producers \
  --enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
  --enable-reference-types --enable-sign-ext \
  "$work/accolade_verifier_bg.wasm" -o "$work/optimised.wasm"
mv "$work/optimised.wasm" "$work/accolade_verifier_bg.wasm"
cp "${shipped[@]}" "$work"
node web/build-element.mjs "$work/element"

rm -rf "$PKG"
mkdir -p "$PKG" dist
cp -r "$work/." "$PKG"
(cd "$PKG" && npm pack --silent --pack-destination "$work" >/dev/null)
mv "$work"/accolade-verifier-*.tgz "$TARBALL"

# Before the stamp: a package over its budget is not up to date.
node $HERE/sizes.mjs "$PKG" $HERE/size-budget.json
echo "$digest" >"$STAMP"
