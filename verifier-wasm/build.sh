#!/usr/bin/env bash
# Builds the npm package: verifier-wasm/pkg, and packed dist/accolade-verifier.tgz. Does nothing where nothing changed.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../tools/env.sh"
cd "$ACCOLADE_ROOT"

HERE=verifier-wasm
PKG=$HERE/pkg
TARBALL=dist/accolade-verifier.tgz
STAMP=$PKG/.stamp

shopt -s nullglob
shipped=($HERE/js/* $HERE/package.json $HERE/README.md LICENSE-*)

# What the modules are made of; and the package, of which the web component is a part that the pages share.
code() {
  printf '%s\n' $HERE/{build.sh,Cargo.toml} ob3-core/{,rdf/}Cargo.toml Cargo.{toml,lock} tools/env.sh tools/package-lock.json
  find $HERE/src ob3-core/{src,rdf/src,contexts} -type f
}
rest() {
  printf '%s\n' "${shipped[@]}" $HERE/{sizes.mjs,size-budget.json} web/{build-element,bundle}.mjs
  find web/src web/styles -type f
}
digest_of() { { "$@" | LC_ALL=C sort | xargs sha256sum; rustc -V; } | sha256sum; }
code=$(digest_of code)
digest="$code $(digest_of rest)"
if [ -f "$TARBALL" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$digest" ]; then
  echo "accolade-verifier is up to date"
  exit 0
fi

target=${CARGO_TARGET_DIR:-target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# module NAME CARGO-OPTION...: one module and its glue, kept for as long as the code stays as it is.
module() {
  local name=$1 kept="$target/accolade-verifier/$1"; shift
  if [ "$(cat "$kept/stamp" 2>/dev/null)" != "$code" ]; then
    rm -rf "$kept"
    mkdir -p "$kept"
    make_module "$name" "$kept" "$@"
    echo "$code" >"$kept/stamp"
  fi
  cp "$kept/$name"* "$work"
}

make_module() {
  local name=$1 folder=$2; shift 2
  RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$SMALL_RUSTFLAGS \
    cargo build --quiet --release --locked --target "$WASM_TARGET" -p verifier-wasm "$@" "${SMALL_STD[@]}"
  # The glue has no path of its own to the module: each entry in js/ says how its platform gets it.
  "$WASM_BINDGEN_BIN" "$target/$WASM_TARGET/release/accolade_verifier.wasm" \
    --target web --no-typescript --omit-default-module-path \
    --experimental-reset-state-function --out-dir "$folder" --out-name "$name"
  # -O3 and not -Oz: the crate's own profile already chose size, and here -Oz saves 200 bytes and costs a tenth of the time. Nothing
  # points below address 1024: that is the far end of the stack.
  "$WASM_OPT_BIN" -O3 --low-memory-unused --reorder-functions --strip-debug --strip-producers \
    --enable-bulk-memory --enable-multivalue --enable-mutable-globals --enable-nontrapping-float-to-int \
    --enable-reference-types --enable-sign-ext \
    "$folder/${name}_bg.wasm" -o "$folder/optimised.wasm"
  mv "$folder/optimised.wasm" "$folder/${name}_bg.wasm"
}
module accolade_verifier
# Here size goes before speed.
module accolade_verifier_slim --no-default-features --config 'profile.release.package.ob3-rdf.opt-level="z"' \
  --config 'profile.release.package.curve25519-dalek.opt-level="s"'

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
